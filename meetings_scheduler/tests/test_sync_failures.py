"""Whatever is written into an account and fails is seen by its owner, and tried again or given up by them."""

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.scheduling_operation import MAX_ATTEMPTS
from .google_case import ADDRESS
from .sync_case import JANE, SyncCase
from .task_case import CALL, TaskCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"
DAILY = {"recurrency": True, "rrule_type": "daily", "interval": 1, "end_type": "count", "count": 4}


class FailureMixin:
    def setUp(self):
        super().setUp()
        self.connected()
        self.status = self.env["scheduling.sync.status"].with_user(self.host)

    def details(self):
        self.env.flush_all()
        return self.status.get_data(self.google_connection.id)

    def failed(self):
        """:return: the only failure in the details"""
        (failed,) = self.details()["failed"]
        return failed

    def counted(self):
        """:return: (waiting, failed) as an administrator sees them, who sees what the owner does"""
        self.env.flush_all()
        self.env.invalidate_all()
        health = self.env["scheduling.connection.health"].with_user(self.env.ref("base.user_admin"))
        health = health.search([("user_id", "=", self.host.id), ("provider", "=", "google")])
        mine = self.status._summary(self.google_connection.with_user(self.host))
        self.assertEqual((health.waiting, health.failed), (mine["waiting"], mine["failed"]))
        return health.waiting, health.failed

    def refuse(self, method, times=1, status=400, reason="invalid"):
        self.google.control("fault", method=method, action="status", status=status, reason=reason, times=times)

    def work_in_vain(self):
        with mute_logger(OUTBOX_LOGGER):
            self.work()

    def lane(self):
        return self.operations.search([("lane", "=", self.operations.browse(self.failed()["id"]).lane)])


@tagged("post_install", "-at_install")
class TestMeetingFailures(FailureMixin, SyncCase):
    def test_every_write_is_seen(self):
        """P19: whatever kind of operation calls a provider to write is one whose failures are shown."""
        kinds = set(self.operations._fields["kind"].get_values(self.env))
        silent = {"notify", "tell_owner", "tell_asker", "tell_host", "import_meetings"}
        self.assertEqual(set(self.operations._writes()), kinds - silent)

    def invited(self):
        """:return: the host's attendee of what Jane invites to"""
        self.google.control("account", email=JANE)
        body = self.body(self.at(10), guests=(ADDRESS, "bob@ray.example"))
        self.google.control("event", calendar=JANE, body=body)
        self.poll()
        mine = self.meetings().attendee_ids.filtered(lambda one: one.partner_id == self.host.partner_id)
        return mine.with_user(self.host)

    def answer_there(self):
        guests = [guest for event in self.events(JANE) for guest in event["attendees"]]
        return next(guest["responseStatus"] for guest in guests if guest["email"] == ADDRESS)

    def test_reply(self):
        """P19: an answer that the calendar refuses is shown with its words, counts, and is tried again."""
        attendee = self.invited()
        self.refuse("events.patch")
        attendee.do_accept()
        self.assertEqual(self.counted(), (1, 0))
        self.work_in_vain()
        failed = self.failed()
        self.assertEqual((failed["what"], failed["kind"]), ("Demo", "Answer the invitation in the calendar"))
        self.assertIn("refuses this", failed["words"])
        self.assertEqual(failed["said"], "Google answered 400 (invalid).")
        self.assertEqual(self.counted(), (0, 1))
        self.status.retry(failed["id"])
        self.work()
        self.assertEqual((self.counted(), self.answer_there()), ((0, 0), "accepted"))

    def test_reply_given_up(self):
        """P19: given up, the answer stays in Odoo, nothing brings it up again, and the meeting goes on being read."""
        attendee = self.invited()
        self.refuse("events.patch")
        attendee.do_accept()
        self.work_in_vain()
        self.status.give_up(self.failed()["id"])
        self.tick(False)
        self.tick(True)
        self.google_connection._reconcile_meetings()
        self.work()
        self.assertEqual((self.details()["failed"], self.answer_there()), ([], "needsAction"))
        self.assertEqual(self.links.search([]).mapped("state"), ["live"])
        attendee.do_decline()
        self.work()
        self.assertEqual(self.answer_there(), "declined")

    def test_done_by_a_later_one(self):
        """P19: what a later write has done along with its own is no failure any more."""
        meeting = self.meet(self.at(10))
        self.refuse("events.insert", times=2)
        self.work_in_vain()
        meeting.name = "Better"
        self.assertEqual(self.counted(), (0, 1))
        self.work_in_vain()
        self.assertEqual(len(self.lane()), 2)
        self.assertEqual(self.counted(), (0, 1), "one meeting, however often it failed")
        meeting.name = "Best"
        self.work()
        self.assertEqual((self.there()["summary"], self.counted(), self.details()["failed"]), ("Best", (0, 0), []))
        self.assertFalse(self.open_operations())

    def test_lost_main_calendar(self):
        """P12, P19: meetings, series and answers wait for a main calendar that is lost, and are not given up."""
        attendee = self.invited()
        self.calendar._lose_access("It isn't shared any more.")
        attendee.do_accept()
        self.meet(self.at(12), name="Single")
        self.meet(self.at(14), name="Daily", **DAILY)
        waiting = self.open_operations().filtered("connection_id")
        self.assertEqual(set(waiting.mapped("kind")), {"write_reply", "write_meeting", "write_series"})
        for _time in range(3):
            self.work()
        self.assertEqual(set(waiting.mapped("attempts")), {0})
        self.assertEqual(self.counted(), (3, 0))
        self.calendar._regain_access()
        self.work()
        self.assertEqual((set(waiting.mapped("state")), self.counted()), ({"done"}, (0, 0)))
        self.assertEqual(self.answer_there(), "accepted")

    def test_not_given_up_while_bookings_are_refused(self):
        """Fault 36, P19: where the calendar refuses a booking, a meeting that it refuses isn't given up either."""
        self.refuse("events.insert", times=0, status=403, reason="forbidden")
        self.visit(10)
        self.meet(self.at(12))
        self.work_in_vain()
        write = self.operations.search([("kind", "=", "write_meeting")])
        write.attempts = MAX_ATTEMPTS
        self.work_in_vain()
        self.assertEqual((write.state, self.calendar.write_refused), ("pending", True))
        self.google.control("clear_faults")
        self.work()
        self.work()
        self.assertEqual((write.state, self.counted()), ("done", (0, 0)))


@tagged("post_install", "-at_install")
class TestTaskFailures(FailureMixin, TaskCase):
    def refused(self, method="events.insert"):
        """:return: an activity whose entry is refused"""
        self.started()
        activity = self.activity()
        self.refuse(method)
        self.work_in_vain()
        return activity

    def test_task(self):
        """M26, P19: a task that the calendar refuses is shown with its words, counts, and is tried again."""
        self.refused()
        failed = self.failed()
        self.assertEqual(failed["kind"], "Write the task into the calendar")
        self.assertTrue(failed["what"])
        self.assertEqual(failed["said"], "Google answered 400 (invalid).")
        self.assertEqual(self.counted(), (0, 1))
        self.status.retry(failed["id"])
        self.assertEqual(self.shown(), {})
        self.work()
        self.assertEqual((list(self.shown()), self.counted()), ([CALL], (0, 0)))

    def test_main_calendar_is_no_matter(self):
        """M26: tasks have a calendar of their own: that the main one is lost doesn't keep them."""
        self.started()
        self.calendar._lose_access("It isn't shared any more.")
        self.activity()
        self.work()
        self.assertEqual(list(self.shown()), [CALL])

    def test_given_up(self):
        """M26, P19: given up, a task stays out of the calendar, also at night, until it is changed again; and no
        meeting that happens to have the same number is touched."""
        self.put(self.at(15))
        self.poll()
        link = self.links.search([])
        activity = self.refused()
        task = self.env["scheduling.task.link"].search([])
        self.operations.browse(self.failed()["id"]).flush_recordset()
        self.cr.execute("UPDATE scheduling_event_link SET id = %s WHERE id = %s", [task.id, link.id])
        self.env.invalidate_all()
        self.status.give_up(self.failed()["id"])
        self.night()
        self.assertEqual((self.shown(), self.counted(), self.details()["failed"]), ({}, (0, 0), []))
        self.assertEqual(self.links.search([]).mapped("doubt"), [False])
        activity.summary = "Ring"
        self.work()
        self.assertEqual(list(self.shown()), ["Ring – Brandon's quote"])

    def test_change_given_up(self):
        """M26, P19: a change that was given up leaves the entry as it is; the next change brings both."""
        self.started()
        activity = self.activity()
        self.work()
        self.refuse("events.patch")
        activity.summary = "Ring"
        self.work_in_vain()
        self.status.give_up(self.failed()["id"])
        self.night()
        self.assertEqual(list(self.shown()), [CALL])
        activity.date_deadline = self.day(5)
        self.work()
        self.assertEqual(self.shown(), {"Ring – Brandon's quote": str(self.day(5))})

    def test_removal_given_up(self):
        """M26, P19: an entry that can't be removed, given up, is left to its user."""
        self.started()
        activity = self.activity()
        self.work()
        self.refuse("events.delete")
        activity.unlink()
        self.work_in_vain()
        self.status.give_up(self.failed()["id"])
        self.night()
        self.assertEqual((list(self.shown()), self.counted()), ([CALL], (0, 0)))
        self.assertFalse(self.env["scheduling.task.link"].search([]))

    def test_task_calendar(self):
        """M26, P19: if the task calendar can't be made, or can't be removed, that is shown, too."""
        self.refuse("calendars.insert")
        self.save(use_tasks=True)
        self.work_in_vain()
        self.assertEqual((self.failed()["what"], self.counted()), ("Odoo tasks", (0, 1)))
        self.status.retry(self.failed()["id"])
        self.work()
        self.assertEqual((len(self.task_calendars()), self.counted()), (1, (0, 0)))
        self.refuse("calendars.delete")
        self.save(use_tasks=False, remove_tasks=True)
        self.work_in_vain()
        self.assertEqual((self.failed()["what"], self.counted()), ("Odoo tasks", (0, 1)))
        self.status.give_up(self.failed()["id"])
        self.assertEqual(self.counted(), (0, 0))
        self.started()
        self.assertEqual(len(self.task_calendars()), 1, "kept, it goes on")

    def test_leaving_tomorrow_is_not_waiting(self):
        """M26, P19: what is done and is to leave the calendar tomorrow isn't about to be written."""
        self.started()
        activity = self.activity()
        self.work()
        activity.action_feedback("Fine")
        self.run_outbox()
        self.assertGreater(self.open_operations().next_attempt, fields.Datetime.now())
        self.assertEqual(self.counted(), (0, 0))
