"""Tasks of Odoo appear in the connected calendar and follow: what the stand-in for Google then shows."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .task_case import CALL, TaskCase


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

    def test_renamed_record_is_mended_at_night(self):
        """M26: a record that has another name by now is shown with that name by the next morning."""
        self.started()
        self.activity()
        self.work()
        self.lead.name = "Brandon's order"
        self.night()
        self.assertEqual(list(self.shown()), ["Call – Brandon's order"])

    def test_record_gone_by_itself(self):
        """M26: the database deleted the record past every hook: its activities, of which Odoo shows nothing, go at
        night, and hold up no other task."""
        self.started()
        gone = self.env["crm.lead"].create({"name": "Gone", "user_id": self.host.id})
        self.activity(record=gone)
        self.activity("Write")
        self.work()
        self.assertEqual(len(self.shown()), 2)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM crm_lead WHERE id = %s", [gone.id])
        self.env.invalidate_all()
        self.night()
        self.assertEqual(list(self.shown()), ["Write – Brandon's quote"])

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
