"""Who may show tasks in the connected calendar, how that is turned on and off, and what goes with it."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .google_case import ADDRESS
from .task_case import CALL, TaskCase


@tagged("post_install", "-at_install")
class TestTasksUse(TaskCase):
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
        activity = self.mirrored()
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

    def test_odoo_calendar_has_no_such_box(self):
        """M26: Odoo's own calendar shows activities by itself."""
        self.assertIsNone(self.info())
        with self.assertRaisesRegex(UserError, "can't be used for tasks"):
            self.save(self.connection, use_tasks=True)

    def test_choices_are_checked(self):
        """M26: no hour that isn't one is stored."""
        self.connected()
        for hour in (24, -1):
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
