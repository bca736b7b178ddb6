"""Tasks in the connected calendar: each test looks at what the stand-in for Google shows, and at the task in Odoo."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.scheduling_connection_accounts import SEVERAL
from .google_case import ADDRESS
from .task_case import TaskCase

CALL = "Call – Brandon's quote"


@tagged("post_install", "-at_install")
class TestTasksOut(TaskCase):
    def test_activities_appear(self):
        """M26: ticked, the user's activities have a calendar of their own: title, record, link, free, on the day."""
        self.activity()
        self.activity("Write", user=self.env.ref("base.user_admin"))
        calendar = self.started()
        (remote_id,) = self.task_calendars()
        self.assertEqual(calendar.remote_id, remote_id)
        self.assertEqual(self.state()["calendars"][remote_id]["summary"], "Odoo tasks")
        self.assertEqual(self.shown(), {CALL: str(self.day(3))}, "nobody else's tasks")
        entry = self.entry()
        self.assertEqual(entry["end"]["date"], str(self.day(4)))
        self.assertEqual(entry["transparency"], "transparent")
        self.assertFalse(entry.get("attendees"))
        self.assertIn(f"/mail/view?model=crm.lead&res_id={self.lead.id}", entry["description"].replace("&amp;", "&"))

    def test_off_by_default(self):
        """M26: nothing is shown, and no calendar made, until the user ticks the box."""
        self.activity()
        self.connected()
        self.activity("Write")
        self.work()
        self.assertEqual(self.task_calendars(), [])

    def test_changes_follow(self):
        """M26: new, renamed, moved, reassigned and deleted tasks follow, each with the writes it needs and no mail."""
        self.started()
        activity = self.activity()
        self.work()
        self.assertEqual(self.shown(), {CALL: str(self.day(3))})
        activity.write({"summary": "Ring", "date_deadline": self.day(5)})
        self.work()
        self.assertEqual(self.shown(), {"Ring – Brandon's quote": str(self.day(5))})
        before = self.writes()
        activity.write({"note": "<p>hello</p>"})
        activity.write({"summary": "Ring"})
        self.work()
        self.assertEqual(self.writes(), before, "nothing that is shown has changed")
        activity.user_id = self.env.ref("base.user_admin")
        self.work()
        self.assertEqual(self.shown(), {})
        activity.user_id = self.host
        self.work()
        self.assertEqual(list(self.shown()), ["Ring – Brandon's quote"])
        activity.unlink()
        self.work()
        self.assertEqual(self.shown(), {})
        self.assertFalse(self.env["scheduling.task.link"].search([]))
        self.assertEqual(self.mails_there(), [])

    def test_done_is_marked_then_removed(self):
        """M26: done, a task is marked for a day and then removed; reopened, it is as it was."""
        self.started()
        activity = self.activity()
        self.work()
        activity.action_feedback("Fine")
        self.run_outbox()
        self.assertEqual(list(self.shown()), [f"✓ {CALL}"])
        activity.action_unarchive()
        self.run_outbox()
        self.assertEqual(list(self.shown()), [CALL])
        activity.action_archive()
        self.run_outbox()
        self.env["scheduling.task.link"].search([]).done_at = fields.Datetime.now() - timedelta(days=1, minutes=1)
        self.work()
        self.assertEqual(self.shown(), {})

    def test_done_is_removed_at_once_by_choice(self):
        """M26: whoever doesn't want to see done tasks doesn't."""
        self.started(task_keep_done=False)
        activity = self.activity()
        self.work()
        activity.action_feedback("Fine")
        self.run_outbox()
        self.assertEqual(self.shown(), {})

    def test_done_before_is_not_shown(self):
        """M26: what was done before the box was ticked isn't news."""
        self.activity().action_feedback("Fine")
        self.started()
        self.assertEqual(self.shown(), {})

    def test_at_an_hour(self):
        """M26: at the hour the user chose, by their clock; the choice moves what is there already."""
        activity = self.activity()
        self.started()
        self.save(task_all_day=False, task_hour=9.5)
        self.work()
        begin = fields.Datetime.context_timestamp(
            self.env["mail.activity"].with_context(tz="Europe/Rome"),
            fields.Datetime.to_datetime(self.shown()[CALL][:19].replace("T", " ")),
        )
        self.assertEqual((begin.date(), begin.hour, begin.minute), (activity.date_deadline, 9, 30))
        self.save(task_all_day=True)
        self.work()
        self.assertEqual(self.shown(), {CALL: str(self.day(3))})

    def test_meetings_are_no_tasks(self):
        """M22, M26: an activity that stands for a meeting isn't shown beside it."""
        self.started()
        self.meet(self.at(9), res_model_id=self.env["ir.model"]._get_id("crm.lead"), res_id=self.lead.id)
        self.assertTrue(self.lead.activity_ids.calendar_event_id)
        self.work()
        self.assertEqual(self.shown(), {})

    def test_cascades_are_mended_at_night(self):
        """M26: what the database deleted by itself, past every hook, is gone from the calendar by the next morning."""
        self.started()
        activity = self.activity()
        self.activity("Write")
        self.work()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM mail_activity WHERE id = %s", [activity.id])
        self.env.invalidate_all()
        self.night()
        self.assertEqual(list(self.shown()), ["Write – Brandon's quote"])
        before = self.writes()
        self.night()
        self.assertEqual(self.writes(), before, "nothing left to mend")

    def test_hundreds_of_tasks(self):
        """P13: turned on with 200 tasks, there is one write for each and one for the calendar, and no mail at all."""
        self.connected()
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": self.lead.id,
                    "summary": f"Call {number}",
                    "user_id": self.host.id,
                    "date_deadline": self.day(number % 40),
                }
                for number in range(200)
            ]
        )
        before = self.writes()
        with self.mock_mail_gateway():
            self.started()
            while self.operations.search_count(
                [("state", "=", "pending")]
            ):  # a run of the cron ends after some seconds
                self.work()
        self.assertEqual(len(self.shown()), 200)
        self.assertEqual(self.writes() - before, 201)
        self.assertEqual(self.mails_there(), [])
        self.assertFalse(self._mails)

    @mute_logger("odoo.addons.meetings_scheduler.models.scheduling_operation")
    def test_lost_answers(self):
        """P5: when every first answer is lost, there is still one calendar and one entry a task."""
        self.connected()
        self.activity()
        for method in ("calendars.insert", "events.insert"):
            self.google.control("fault", method=method, action="lose", times=1)
        self.save(use_tasks=True)
        for _time in range(4):
            self.work()
        self.assertEqual(self.shown(), {CALL: str(self.day(3))})
        self.assertFalse(self.open_operations())

    @mute_logger("odoo.addons.meetings_scheduler.models.scheduling_operation")
    def test_throttling_is_obeyed(self):
        """P11: told to wait, the tasks wait, and nobody asks Google again before."""
        self.started()
        wait = {"status": 429, "reason": "rateLimitExceeded", "headers": {"Retry-After": "600"}}
        self.google.control("fault", method="events.insert", action="status", **wait)
        self.activity()
        self.activity("Write")
        self.run_outbox()
        self.assertGreater(self.google_connection.paused_until, fields.Datetime.now() + timedelta(minutes=9))
        before = len(self.state()["calls"])
        self.run_outbox()
        self.assertEqual(len(self.state()["calls"]), before)
        self.work()
        self.assertEqual(len(self.shown()), 2)


@tagged("post_install", "-at_install")
class TestTasksIn(TaskCase):
    def test_move_moves_the_due_date(self):
        """M26: dragged to another day in the calendar, the task is due then; nothing is written back."""
        self.started()
        activity = self.activity()
        self.work()
        self.poll()
        self.move(6)
        before = self.writes()
        self.poll()
        self.assertEqual(activity.date_deadline, self.day(6))
        self.work()
        self.assertEqual(self.writes(), before)
        self.assertEqual(self.shown(), {CALL: str(self.day(6))})
        activity.date_deadline = self.day(2)
        self.work()
        self.assertEqual(self.shown(), {CALL: str(self.day(2))})

    def test_move_is_taken_back_by_choice(self):
        """M26: with the choice off, a move in the calendar moves nothing, and the entry goes back."""
        self.started(task_moves=False)
        activity = self.activity()
        self.work()
        self.poll()
        self.move(6)
        self.poll()
        self.work()
        self.assertEqual(activity.date_deadline, self.day(3))
        self.assertEqual(self.shown(), {CALL: str(self.day(3))})

    def test_moved_on_both_sides(self):
        """M26: moved on both sides before either knew, the later choice holds on both."""
        self.started()
        activity = self.activity()
        self.work()
        self.poll()
        activity.date_deadline = self.day(2)
        self.google.control("clock", seconds=60)
        self.move(6)
        self.work()
        self.assertEqual(activity.date_deadline, self.day(6))
        self.google.control("clock", seconds=-3600)
        self.move(8)
        activity.date_deadline = self.day(1)
        self.work()
        self.poll()
        self.work()
        self.assertEqual(activity.date_deadline, self.day(1))
        self.assertEqual(self.shown(), {CALL: str(self.day(1))})

    def test_time_of_day_stays(self):
        """M26: who gives a task an hour in the calendar keeps the hour; its due date is that day."""
        self.started()
        activity = self.activity()
        self.work()
        self.poll()
        (calendar,) = self.task_calendars()
        times = {edge: {"date": None, **time} for edge, time in self.timed(self.at(14, days=5)).items()}
        body = {**times, "summary": "My own words"}
        self.google.control("change", calendar=calendar, id=self.entry()["id"], body=body)
        self.poll()
        self.work()
        self.assertEqual(activity.date_deadline, self.day(5))
        entry = self.entry()  # the title is Odoo's again
        self.assertEqual(fields.Datetime.to_datetime(entry["start"]["dateTime"][:19].replace("T", " ")).hour, 14)

    def test_deleted_entry_leaves_the_task(self):
        """M26: deleted in the calendar, the task stays in Odoo; its entry comes back when the task changes."""
        self.started()
        activity = self.activity()
        self.work()
        self.poll()
        self.delete()
        self.poll()
        self.google_connection._mirror_soon()
        self.work()
        self.assertTrue(activity.active)
        self.assertEqual(self.shown(), {})
        activity.date_deadline = self.day(5)
        self.work()
        self.assertEqual(self.shown(), {CALL: str(self.day(5))})

    def test_own_events_are_left_alone(self):
        """M22, M26: what the user puts into the task calendar is neither a task nor a meeting, and stays."""
        self.started()
        (calendar,) = self.task_calendars()
        self.put(self.at(9), calendar=calendar, summary="Mine")
        meetings = self.env["calendar.event"].search_count([])
        self.poll()
        self.google_connection._mirror_soon()
        self.work()
        self.assertEqual(list(self.shown()), ["Mine"])
        self.assertEqual(self.env["calendar.event"].search_count([]), meetings)

    def test_token_lost(self):
        """P8: the token lost, all is read anew: no write, no due date moved."""
        self.started()
        activity = self.activity()
        self.work()
        self.poll()
        before = self.writes()
        self.google.control("forget_sync_tokens")
        self.poll()
        self.work()
        self.assertEqual(self.writes(), before)
        self.assertEqual(activity.date_deadline, self.day(3))

    def test_move_without_the_right(self):
        """M26: a move that the user has no right to in Odoo goes back."""
        self.started()
        activity = self.activity()
        self.work()
        self.poll()
        self.move(6)
        with patch.object(
            self.env.registry["mail.activity"], "_task_set_due", side_effect=AccessError("not yours to move")
        ):
            self.poll()
        self.work()
        self.assertEqual(activity.date_deadline, self.day(3))
        self.assertEqual(self.shown(), {CALL: str(self.day(3))})

    def test_calendar_deleted_by_its_user(self):
        """M26: who deletes the whole calendar wants no tasks there: the box is unticked and the screen says why."""
        self.started()
        self.activity()
        self.work()
        self.poll()
        (calendar,) = self.task_calendars()
        self.google.control("delete_calendar", calendar=calendar)
        self.poll()
        self.assertFalse(self.google_connection.use_tasks)
        (connection,) = self.env["scheduling.settings"].with_user(self.host).get_data()["connections"]
        info = connection["tasks"]
        self.assertIn("was deleted", info["note"])
        self.work()
        self.started()
        self.assertEqual(list(self.shown()), [CALL])


@tagged("post_install", "-at_install")
class TestTasksUse(TaskCase):
    def info(self):
        self.env.invalidate_all()
        (connection,) = self.env["scheduling.settings"].with_user(self.host).get_data()["connections"]
        return connection["tasks"]

    def test_without_a_seat(self):
        """M26: without a paid seat the box is shown, can't be ticked, and says who can help; a request is refused."""
        self.host.group_ids -= self.seat
        self.connected()
        info = self.info()
        self.assertFalse(info["can_start"])
        self.assertIn(self.env.ref("base.user_admin").name, info["note"])
        with self.assertRaisesRegex(UserError, "paid seat"):
            self.save(use_tasks=True)

    def test_loss_of_the_seat(self):
        """M26: with the seat goes the mirror, its user is told; given back, it goes on without duplicates."""
        self.started()
        activity = self.activity()
        self.work()
        self.poll()
        with self.mock_mail_gateway():
            self.host.group_ids -= self.seat
        self.assertIn("no paid seat any more", self.info()["note"])
        mine = [("partner_ids", "=", self.host.partner_id.id)]
        told = self.env["mail.message"].search(mine, limit=1, order="id desc")
        self.assertIn("no longer updated", told.subject)
        activity.date_deadline = self.day(5)
        self.activity("Write")
        self.move(9)
        self.poll()
        self.work()
        self.assertEqual(self.shown(), {CALL: str(self.day(9))}, "nothing is written")
        self.assertEqual(activity.date_deadline, self.day(5), "nothing is read")
        self.seat.user_ids += self.host
        self.work()
        self.assertEqual(sorted(self.shown()), [CALL, "Write – Brandon's quote"])
        self.assertFalse(self.info()["note"])

    def test_archived_user(self):
        """M26: nothing is written for a user who has left."""
        self.started()
        self.activity()
        self.host.active = False
        before = self.writes()
        self.work()
        self.assertEqual(self.writes(), before)

    def test_unticked_and_removed(self):
        """M26: unticked with removal, the calendar goes with all in it; ticked again, there is a new one."""
        self.started()
        self.activity()
        self.work()
        self.save(use_tasks=False, remove_tasks=True)
        self.work()
        self.assertEqual(self.task_calendars(), [])
        self.assertFalse(self.env["scheduling.task.link"].search([]))
        self.started()
        self.assertEqual(list(self.shown()), [CALL])

    def test_unticked_and_kept(self):
        """M26: unticked without removal, the calendar stays; ticked again, it goes on with it, nothing twice."""
        self.started()
        activity = self.activity()
        self.work()
        self.save(use_tasks=False, remove_tasks=False)
        activity.date_deadline = self.day(7)
        self.work()
        self.assertEqual(self.shown(), {CALL: str(self.day(3))})
        self.started()
        self.assertEqual(self.shown(), {CALL: str(self.day(7))})

    def test_neither_busy_nor_offered(self):
        """M26, M29: the task calendar is never among those that can count as busy, and takes no free time."""
        calendar = self.started()
        self.activity(days=3)
        self.save(task_all_day=False, task_hour=11)
        self.work()
        self.google_connection._read_remote()
        data = self.env["scheduling.settings"].with_user(self.host).get_data()
        self.assertEqual([row["is_main"] for row in data["connections"][0]["calendars"]], [True])
        self.assertEqual(len(self.google_connection.calendar_ids), 2, "nor is it there a second time")
        self.assertTrue(calendar.exists() and calendar.state == "active")
        self.assertTrue(self.page._check_slot(self.at(10), 30).ok)
        with self.assertRaises(AccessError):
            self.env["scheduling.settings"].with_user(self.host).save({"link_ids": calendar.ids})
        with self.assertRaisesRegex(UserError, "never counts"):
            calendar.with_user(self.host).action_link()

    def test_disconnect_removes_it(self):
        """M26: leaving, the user says whether the task calendar goes too; one that can't stops the whole."""
        self.started()
        connection = self.google_connection.with_user(self.host)
        self.google.control("fault", method="calendars.delete", action="status", status=503, times=1)
        with self.assertRaisesRegex(UserError, "can't be removed right now"), self.env.cr.savepoint():
            connection.action_disconnect(remove_tasks=True)
        self.assertEqual(self.google_connection.state, "connected")
        connection.action_disconnect(remove_tasks=True)
        self.assertEqual(self.google_connection.state, "disconnected")
        self.assertEqual(self.task_calendars(), [])

    def test_disconnected_and_back(self):
        """M26: disconnected with the calendar kept, a later connection goes on with it: one calendar, nothing twice."""
        self.started()
        self.activity()
        self.work()
        self.google_connection.with_user(self.host).action_disconnect()
        self.assertEqual(len(self.task_calendars()), 1)
        self.connected()
        self.assertFalse(self.google_connection.use_tasks)
        self.activity("Write")
        self.started()
        self.assertEqual(sorted(self.shown()), [CALL, "Write – Brandon's quote"])

    def test_permission_unticked_at_google(self):
        """M10, M26: the box for making calendars left out at Google: ticking ours says what to do."""
        self.google_connection = self.connect(leave_out=("app.created",))
        with self.assertRaisesRegex(UserError, "Reconnect"):
            self.save(use_tasks=True)
        self.assertFalse(self.google_connection.use_tasks)

    def test_main_account_changes(self):
        """M26, B9: with several accounts tasks are in the main one; another made the main one, they move there."""
        self.started(task_moves=False)
        self.env["ir.config_parameter"].set_param(SEVERAL, "True")
        self.activity()
        self.work()
        second = self.connect(email="anna@bianchi.example")
        infos = self.env["scheduling.settings"].with_user(self.host).get_data()["connections"]
        self.assertEqual([bool(info["tasks"]) for info in infos], [True, False])
        second._make_main()
        self.work()
        self.assertEqual(self.task_calendars(), [])
        self.assertEqual([event["summary"] for event in self.events(second._task_calendar().remote_id)], [CALL])
        self.assertFalse(second.task_moves, "as the user chose")

    def test_odoo_calendar_has_no_such_box(self):
        """M26: Odoo's own calendar shows activities by itself."""
        self.assertIsNone(self.info())
        with self.assertRaisesRegex(UserError, "can't be used for tasks"):
            self.save(self.connection, use_tasks=True)

    def test_choices_are_checked(self):
        """M26: no hour that isn't one is stored."""
        self.connected()
        for hour in (24, -1, "9", None):
            with self.subTest(hour), self.assertRaisesRegex(UserError, "Choose an hour"):
                self.save(task_hour=hour)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_elses(self):
        """M26: what is linked is its user's own; nobody writes it, managers included."""
        self.started()
        self.activity()
        self.work()
        link = self.env["scheduling.task.link"].search([])
        manager = new_test_user(self.env, "manager.tasks", "base.group_user,meetings_scheduler.group_manager")
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            link.with_user(manager).read(["key"])
        with self.assertRaises(AccessError):
            link.with_user(self.host).write({"res_id": 1})

    def test_two_users(self):
        """M26: each user's tasks are in their own calendar; a reassigned task moves from one to the other."""
        self.started()
        other = new_test_user(self.env, "anna.tasks", "base.group_user", email="anna@bianchi.example")
        other.group_ids = [
            Command.link(self.seat.id),
            Command.link(self.env.ref("meetings_scheduler.group_personal_email").id),
        ]
        theirs = self.connect(other, email="anna@bianchi.example")
        self.save(theirs, use_tasks=True)
        self.work()
        theirs.paused_until = False
        activity = self.activity()
        self.work()
        activity.user_id = other
        self.work()
        self.assertEqual(self.shown(), {})
        events = self.events(theirs._task_calendar().remote_id)
        self.assertEqual([event["summary"] for event in events], [CALL])
        self.assertNotEqual(ADDRESS, theirs.account)
