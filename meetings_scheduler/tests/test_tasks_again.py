"""Tasks turned off and on again, an account that is left and connected again: one calendar, and nothing in it twice."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .task_case import CALL, TaskCase

OPERATION = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestTasksAgain(TaskCase):
    def disconnect(self, **answer):
        self.google_connection.with_user(self.host).action_disconnect(**answer)

    def test_disconnect_removes_it(self):
        """M26: leaving, the user says whether the task calendar goes too; one that can't stops the whole."""
        self.started()
        self.google.control("fault", method="calendars.delete", action="status", status=503, times=1)
        with self.assertRaisesRegex(UserError, "can't be removed right now"), self.env.cr.savepoint():
            self.disconnect(remove_tasks=True)
        self.assertEqual(self.google_connection.state, "connected")
        self.disconnect(remove_tasks=True)
        self.assertEqual(self.google_connection.state, "disconnected")
        self.assertEqual(self.task_calendars(), [])

    def test_disconnected_and_back(self):
        """M26: disconnected with the calendar kept, a later connection goes on with it: one calendar, nothing twice."""
        self.started()
        self.activity()
        self.work()
        self.disconnect()
        self.assertEqual(len(self.task_calendars()), 1)
        self.connected()
        self.assertFalse(self.google_connection.use_tasks)
        self.activity("Write")
        self.started()
        self.assertEqual(sorted(self.shown()), [CALL, "Write – Brandon's quote"])

    def test_disconnected_without_tasks_and_back(self):
        """M26: a calendar that was kept with nothing in it is gone on with all the same."""
        self.started()
        self.disconnect()
        self.assertFalse(self.google_connection.use_tasks)
        self.connected()
        self.activity()
        self.started()
        self.assertEqual(list(self.shown()), [CALL])

    def test_left_while_it_is_to_be_removed(self):
        """M26: who asked for its removal and disconnects at once leaves no calendar behind."""
        self.mirrored()
        self.save(use_tasks=False, remove_tasks=True)
        self.disconnect()
        self.assertEqual(self.task_calendars(), [])

    @mute_logger(OPERATION)
    def test_left_while_it_can_not_be_removed(self):
        """M26: Google says no just then: the account is left all the same, and the calendar goes once it is back."""
        self.mirrored()
        self.save(use_tasks=False, remove_tasks=True)
        self.google.control("fault", method="calendars.delete", action="status", status=503, times=1)
        self.disconnect()
        self.assertEqual(self.google_connection.state, "disconnected")
        self.assertEqual(len(self.task_calendars()), 1)
        self.connected()
        self.work()
        self.assertEqual(self.task_calendars(), [])

    def test_off_and_on_at_once(self):
        """M26: turned off with removal and on again before the outbox has begun: one calendar, each task once."""
        self.mirrored()
        self.save(use_tasks=False, remove_tasks=True)
        self.save(use_tasks=True)
        self.work()
        self.poll()
        self.work()
        self.assertEqual(list(self.shown()), [CALL])
        self.assertTrue(self.google_connection.use_tasks)
        self.assertFalse(self.open_operations())

    def test_ticked_twice(self):
        """M26: a second request to show tasks makes nothing twice."""
        self.mirrored()
        before = self.writes()
        self.save(use_tasks=True)
        self.work()
        self.assertEqual(self.writes(), before)

    def test_kept_and_deleted_meanwhile(self):
        """M26: a calendar that was kept, and deleted in Google since, is made anew for who ticks the box again."""
        self.mirrored()
        for first, then in ((self.work, self.poll), (self.poll, self.work)):
            self.save(use_tasks=False)
            (calendar,) = self.task_calendars()
            self.google.control("delete_calendar", calendar=calendar)
            self.save(use_tasks=True)
            first()
            then()
            self.work()
            with self.subTest(first=first.__name__):
                self.assertEqual(list(self.shown()), [CALL])
                self.assertTrue(self.google_connection.use_tasks)

    def test_kept_and_deleted_and_changed_meanwhile(self):
        """M26: the same, if a task changes before anybody has looked whether the calendar is there."""
        activity = self.mirrored()
        self.save(use_tasks=False)
        (calendar,) = self.task_calendars()
        self.google.control("delete_calendar", calendar=calendar)
        self.google_connection._show_tasks()
        activity.date_deadline = self.day(5)
        mirror = self.operations.search([("kind", "=", "mirror_tasks"), ("state", "=", "pending")])
        mirror.next_attempt += timedelta(minutes=5)  # Google was slow
        self.run_outbox()
        self.work()
        self.assertEqual(self.shown(), {CALL: str(self.day(5))})
        self.assertTrue(self.google_connection.use_tasks)

    def test_deleted_and_then_written(self):
        """M26: the whole calendar deleted in Google, and a write finds out before the poll: the box is unticked."""
        activity = self.mirrored()
        (calendar,) = self.task_calendars()
        self.google.control("delete_calendar", calendar=calendar)
        activity.date_deadline = self.day(5)
        self.work()
        self.assertFalse(self.google_connection.use_tasks)
        self.assertIn("was deleted", self.info()["note"])
        self.assertEqual(self.task_calendars(), [])

    def test_deleted_without_a_seat(self):
        """M26: deleted in Google while its user has no seat: given one again, they are told that it was deleted."""
        self.mirrored()
        self.host.group_ids -= self.seat
        (calendar,) = self.task_calendars()
        self.google.control("delete_calendar", calendar=calendar)
        self.seat.user_ids += self.host
        self.work()
        self.poll()
        self.assertIn("was deleted", self.info()["note"])

    def test_removed_there_first(self):
        """M26: to disconnect with removal works for a calendar that is gone already."""
        self.mirrored()
        (calendar,) = self.task_calendars()
        self.google.control("delete_calendar", calendar=calendar)
        self.disconnect(remove_tasks=True)
        self.assertEqual(self.google_connection.state, "disconnected")
