"""What a person does to a task's entry in the connected calendar, and what the task in Odoo makes of it."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .task_case import CALL, TaskCase


@tagged("post_install", "-at_install")
class TestTasksIn(TaskCase):
    def test_move_moves_the_due_date(self):
        """M26: dragged to another day in the calendar, the task is due then; nothing is written back."""
        activity = self.mirrored()
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
        activity = self.mirrored(task_moves=False)
        self.move(6)
        self.poll()
        self.work()
        self.assertEqual(activity.date_deadline, self.day(3))
        self.assertEqual(self.shown(), {CALL: str(self.day(3))})

    def test_moved_on_both_sides(self):
        """M26: moved on both sides before either knew, the later choice holds on both."""
        activity = self.mirrored()
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
        activity = self.mirrored()
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
        activity = self.mirrored()
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
        activity = self.mirrored()
        before = self.writes()
        self.google.control("forget_sync_tokens")
        self.poll()
        self.work()
        self.assertEqual(self.writes(), before)
        self.assertEqual(activity.date_deadline, self.day(3))

    def test_move_without_the_right(self):
        """M26: a move that the user has no right to in Odoo goes back."""
        activity = self.mirrored()
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
        self.mirrored()
        (calendar,) = self.task_calendars()
        self.google.control("delete_calendar", calendar=calendar)
        self.poll()
        self.assertFalse(self.google_connection.use_tasks)
        self.assertIn("was deleted", self.info()["note"])
        self.work()
        self.started()
        self.assertEqual(list(self.shown()), [CALL])
