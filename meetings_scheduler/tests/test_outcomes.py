from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.scheduling_page_slots import naive
from .common import SchedulingCase
from .sync_case import SyncCase

CRON = "meetings_scheduler.ir_cron_outcomes"


class OutcomeMixin:
    def meeting(self, hours_ago=-24, partners=None, **values):
        """:return: a meeting of the host that begins, or began, so many hours ago, and takes half an hour"""
        start = fields.Datetime.now() - timedelta(hours=hours_ago)
        guests = self.visitor if partners is None else partners
        return (
            self.env["calendar.event"]
            .with_context(no_mail_to_attendees=True)
            .create(
                {
                    "name": "Demo",
                    "start": start,
                    "stop": start + timedelta(minutes=30),
                    "user_id": self.host.id,
                    "partner_ids": [Command.set((self.host.partner_id | guests).ids)],
                    **values,
                }
            )
        )

    def is_over(self, booking):
        """The booking and its meeting were yesterday."""
        start = fields.Datetime.now() - timedelta(days=1)
        times = {"start": start, "stop": start + timedelta(minutes=30)}
        booking.write(times)
        booking._own_event().write(times)

    def run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestOutcomes(OutcomeMixin, SchedulingCase):
    """Every meeting with somebody from outside has an outcome."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitor = cls.env["res.partner"].create({"name": "Jane Doe", "email": "jane@doe.example"})
        cls.colleague = new_test_user(cls.env, "colleague.outcome", "base.group_user")

    # ------------------------------------------------------------ which meetings, what happened

    def test_with_somebody_from_outside(self):
        """B7: meetings with a contact or an opportunity have an outcome, those among colleagues none."""
        lead = self.env["crm.lead"].create({"name": "Big deal", "type": "opportunity", "partner_id": self.visitor.id})
        inside = self.meeting(partners=self.colleague.partner_id)
        self.assertFalse(inside.scheduling_outcome)
        self.assertFalse(inside.scheduling_contact_id)
        for event in (self.meeting(), self.meeting(partners=self.colleague.partner_id, opportunity_id=lead.id)):
            self.assertEqual((event.scheduling_outcome, event.scheduling_contact_id), ("scheduled", self.visitor))
        inside.partner_ids |= self.visitor
        self.assertEqual(inside.scheduling_outcome, "scheduled", "a contact was invited later")

    def test_cancelled(self):
        """B7: an archived meeting is cancelled and keeps its reason; one that is back is scheduled."""
        event = self.meeting()
        event.active = False
        event.scheduling_outcome_reason = "Snow"
        self.assertEqual((event.scheduling_outcome, event.scheduling_outcome_reason), ("cancelled", "Snow"))
        with self.assertRaises(UserError):
            event.action_scheduling_completed()
        event.active = True
        self.assertEqual(event.scheduling_outcome, "scheduled")

    def test_the_last_fact_wins(self):
        """B7: a meeting moved to a time to come is rescheduled, even if nobody came at first; then it's completed."""
        event = self.meeting(hours_ago=2)
        event.with_user(self.host).action_scheduling_no_show()
        event.scheduling_outcome_reason = "Missed the train"
        self.assertEqual(event.scheduling_outcome, "no_show")
        start = naive(self.at(10))
        event.write({"start": start, "stop": start + timedelta(minutes=30)})
        self.assertEqual((event.scheduling_outcome, event.scheduling_outcome_reason), ("rescheduled", False))
        event.with_user(self.host).action_scheduling_completed()
        self.assertEqual(event.scheduling_outcome, "completed")

    def test_time_put_right_afterwards(self):
        """B7: when the time of a past meeting is put right, its outcome stays."""
        event = self.meeting(hours_ago=5)
        event.action_scheduling_no_show()
        event.write({"start": event.start - timedelta(hours=1), "stop": event.stop - timedelta(hours=1)})
        self.assertEqual(event.scheduling_outcome, "no_show")

    def test_other_changes_leave_it(self):
        event = self.meeting(hours_ago=2)
        event.action_scheduling_no_show()
        event.write({"name": "Demo, again", "start": event.start})
        event.partner_ids |= self.colleague.partner_id
        self.assertEqual(event.scheduling_outcome, "no_show")
        self.assertEqual(event.copy().scheduling_outcome, "scheduled", "a copy is another meeting")

    # ------------------------------------------------------------ booked meetings: one truth

    def test_booked_meeting_says_what_the_booking_says(self):
        """B7: the outcome of a booked meeting is its booking's, whichever of the two is marked."""
        booking = self.book(self.at(10))
        event = booking.event_id
        self.assertEqual(event.scheduling_outcome, "scheduled")
        booking._reschedule(self.at(11), 30, "Later, please", "visitor")
        self.assertEqual((booking.outcome, event.scheduling_outcome), ("rescheduled", "rescheduled"))
        self.assertEqual(event.scheduling_outcome_reason, "Later, please")
        event.with_user(self.host).action_scheduling_no_show()
        event.with_user(self.host).scheduling_outcome_reason = "Forgot it"
        self.assertEqual((booking.outcome, booking.reason), ("no_show", "Forgot it"))
        self.assertEqual((event.scheduling_outcome, event.scheduling_outcome_reason), ("no_show", "Forgot it"))
        self.assertFalse(booking._public_info()["reason"], "what the host notes isn't for the visitor")
        booking.action_completed()
        self.assertEqual(event.scheduling_outcome, "completed")
        with self.assertRaises(UserError):
            event.write({"scheduling_outcome": "cancelled"})

    def test_cancelled_booking(self):
        """B7: the meeting of a cancelled booking is cancelled, for the same reason."""
        booking = self.book(self.at(10))
        booking._cancel("Ill", "visitor")
        event = booking.event_id
        self.assertEqual((event.scheduling_outcome, event.scheduling_outcome_reason), ("cancelled", "Ill"))
        with self.assertRaises(UserError):
            event.scheduling_outcome_reason = "Other"
        self.assertEqual(booking.reason, "Ill")

    def test_moved_in_the_calendar(self):
        """B7: dragging a booked meeting in Odoo's calendar makes meeting and booking rescheduled."""
        booking = self.book(self.at(10))
        booking.event_id.with_user(self.host).write({"start": naive(self.at(14)), "stop": naive(self.at(15))})
        self.assertEqual((booking.outcome, booking.event_id.scheduling_outcome), ("rescheduled", "rescheduled"))

    def test_group(self):
        """B7: each visitor of a group has their own outcome; the meeting took place if anybody came."""
        self.page.write({"page_type": "group", "seats": 3})
        jane, bob, ann = (
            self.book(self.at(10), email=f"{name}@doe.example", email_normalized=f"{name}@doe.example")
            for name in ("jane", "bob", "ann")
        )
        event = jane.event_id
        self.assertEqual(bob.event_id, event)
        ann._cancel("Ill", "visitor")
        self.assertEqual(event.scheduling_outcome, "scheduled", "one visitor less cancels no meeting")
        jane.action_no_show()
        self.assertEqual(event.scheduling_outcome, "scheduled", "nothing is known of Bob yet")
        event.with_user(self.host).action_scheduling_completed()
        self.assertEqual((jane.outcome, bob.outcome, ann.outcome), ("no_show", "completed", "cancelled"))
        self.assertEqual(event.scheduling_outcome, "completed")
        bob.action_no_show()
        self.assertEqual(event.scheduling_outcome, "no_show", "nobody came")

    # ------------------------------------------------------------ who may

    def test_who_may_mark(self):
        """B7: who may not change a meeting, or see its booking, can't say what became of it."""
        private = self.meeting(hours_ago=2, privacy="private")
        stranger = private.with_user(self.colleague)
        with self.assertRaises(AccessError):
            stranger.action_scheduling_no_show()
        with self.assertRaises(AccessError):
            stranger.write({"scheduling_outcome_reason": "Mine now"})
        stranger.invalidate_recordset()
        self.assertFalse(stranger.scheduling_outcome, "whether somebody came is private, too")
        booking = self.book(self.at(10))
        stranger = booking.event_id.with_user(self.colleague)
        with self.assertRaises(AccessError):
            stranger.action_scheduling_no_show()
        with self.assertRaises(AccessError):
            stranger.write({"scheduling_outcome_reason": "Mine now"})
        self.assertEqual((booking.outcome, booking.reason), ("scheduled", False))
        self.assertEqual(private.scheduling_outcome, "scheduled")
        private.with_user(self.host).action_scheduling_no_show()
        self.assertEqual(private.scheduling_outcome, "no_show")

    def test_report(self):
        """B7: meetings are counted by outcome, user, contact and month, cancelled ones included, private ones not."""
        self.meeting(hours_ago=2).action_scheduling_no_show()
        self.meeting(hours_ago=3).active = False
        self.meeting(hours_ago=3, privacy="private")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "meetings_scheduler.action_calendar_event_outcome_report"
        )
        self.assertIn("'active_test': False", action["context"])
        report = self.env["calendar.event"].with_user(self.colleague).with_context(active_test=False)
        rows = report.formatted_read_group(
            [("scheduling_outcome", "!=", False), ("scheduling_contact_id", "=", self.visitor.id)],
            ["scheduling_outcome", "user_id", "scheduling_contact_id"],
            ["__count"],
        )
        self.assertEqual({row["scheduling_outcome"]: row["__count"] for row in rows}, {"no_show": 1, "cancelled": 1})

    # ------------------------------------------------------------ completed by itself

    def test_completed_by_itself(self):
        """B7: what is over is completed by itself, booked or not; what was marked, or is to come, stays."""
        over, missed, to_come, running = (self.meeting(hours_ago=hours) for hours in (2, 3, -2, 0.2))
        missed.action_scheduling_no_show()
        held, absent, cancelled = (
            self.book(self.at(hour), email=f"v{hour}@doe.example", email_normalized=f"v{hour}@doe.example")
            for hour in (9, 11, 13)
        )
        absent.action_no_show()
        cancelled._cancel("Snow")
        for booking in (held, absent):
            self.is_over(booking)
        self.assertEqual(absent.outcome, "no_show")
        self.run_cron()
        self.assertEqual(
            (over | missed | to_come | running).sorted("start").mapped("scheduling_outcome"),
            ["no_show", "completed", "scheduled", "scheduled"],
        )
        self.assertEqual([b.outcome for b in (held, absent, cancelled)], ["completed", "no_show", "cancelled"])
        self.assertEqual(
            [b.event_id.scheduling_outcome for b in (held, absent, cancelled)], ["completed", "no_show", "cancelled"]
        )

    def test_all_day(self):
        """B7: an all-day meeting is over when its day is over everywhere, not at Odoo's 18:00 UTC."""
        today, past = (fields.Date.today() - timedelta(days=days) for days in (0, 3))
        events = [
            self.meeting(allday=True, start_date=day, stop_date=day, start=f"{day} 00:00:00", stop=f"{day} 00:00:00")
            for day in (today, past)
        ]
        self.run_cron()
        self.assertEqual([event.scheduling_outcome for event in events], ["scheduled", "completed"])

    def test_one_that_fails_stops_no_other(self):
        """B7: a meeting that can't be completed is logged, the others are completed."""
        broken, sound = self.meeting(hours_ago=2), self.meeting(hours_ago=3)
        write = type(broken).write

        def fails_for_one(records, vals):
            if broken in records and vals == {"scheduling_outcome": "completed"}:
                raise ValueError("broken")
            return write(records, vals)

        with (
            patch.object(type(broken), "write", fails_for_one),
            self.assertLogs("odoo.addons.meetings_scheduler.models.calendar_event_complete", "ERROR") as logs,
        ):
            self.run_cron()
        self.assertEqual(len(logs.output), 1)
        self.assertEqual((broken.scheduling_outcome, sound.scheduling_outcome), ("scheduled", "completed"))

    def test_cost_doesnt_grow(self):
        """B7: completing a hundred meetings takes as many queries as completing ten."""

        def queries(count):
            for _number in range(count):
                self.meeting(hours_ago=2)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 1):
                self.env["calendar.event"]._cron_complete_outcomes()
                self.env.flush_all()
            return self.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(10), queries(100))


@tagged("post_install", "-at_install")
class TestOutcomesAreSilent(OutcomeMixin, SyncCase):
    """An outcome is a note for colleagues."""

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_nobody_is_told(self):
        """B7: neither marking nor completing writes to anybody or to Google."""
        self.connected()
        self.visitor = self.jane
        event = self.meeting()
        self.run_outbox()
        there = self.there()
        with self.mock_mail_gateway():
            event.action_scheduling_no_show()
            event.scheduling_outcome_reason = "Ill"
            event.action_scheduling_completed()
            self.env.flush_all()
            self.assertFalse(self.operations.search([("state", "=", "pending")]))
            self.run_outbox()
        self.assertNotSentEmail()
        self.assertEqual(self.there(), there, "not even its ETag changed")
