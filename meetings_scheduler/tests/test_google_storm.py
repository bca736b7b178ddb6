import itertools
from datetime import timedelta
from random import Random

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import scheduling_connection_live, scheduling_operation
from .common import SchedulingCase
from .google_case import ADDRESS, GoogleMixin

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"
ANNA = "anna@bianchi.example"
MINUTES = 30


@tagged("post_install", "-at_install")
class TestStorm(GoogleMixin, SchedulingCase):
    """Google asks one user's connection to wait, for half an hour of virtual time."""

    def setUp(self):
        super().setUp()
        self.anna = new_test_user(
            self.env, "anna.storm", "base.group_user,meetings_scheduler.group_personal_email", name="Anna", email=ANNA
        )
        self.mine = self.connect()
        self.hers = self.connect(self.anna, email=ANNA)
        self.her_page = self.page.copy({"user_id": self.anna.id, "slug": "anna-storm"})
        self.elapsed = timedelta()
        now = fields.Datetime.now()
        self.patch(fields.Datetime, "now", lambda: now + self.elapsed)

    def run_crons(self):
        self.run_outbox()
        with self.enter_registry_test_mode():
            self.env.ref("meetings_scheduler.ir_cron_poll").method_direct_trigger()
        self.env.invalidate_all()

    def calls(self):
        """:return: how often anything of the calendar was asked, whoever did"""
        return len([call for call in self.state()["calls"] if not call.startswith("oauth")])

    @mute_logger(OUTBOX_LOGGER)
    def test_half_an_hour_of_429(self):
        """P11: nobody asks before the ten minutes are over that Google named, others are served as ever, and visitors
        see no error."""
        self.google.control(
            "fault",
            method="*",
            account=ADDRESS,
            action="status",
            status=429,
            reason="rateLimitExceeded",
            headers={"Retry-After": "600"},
            times=0,
        )
        asked_at = []
        for minute in range(MINUTES):
            self.elapsed = timedelta(minutes=minute)
            before = self.calls()
            self.hers.refresh_due = fields.Datetime.now() + timedelta(hours=1)  # what is counted now is mine
            self.run_crons()
            if self.calls() > before:
                asked_at.append(minute)
        self.assertTrue(asked_at, "it is tried again")
        self.assertLessEqual(len(asked_at), 4)
        gaps = [later - earlier for earlier, later in itertools.pairwise(asked_at)]
        self.assertTrue(all(gap >= 10 for gap in gaps), f"asked at the minutes {asked_at}")
        self.assertEqual(self.mine.state, "connected", "waiting is not losing")

        with self.enter_registry_test_mode():
            hers = self.book(self.at(10), self.her_page, email="b@doe.example", email_normalized="b@doe.example")
            mine = self.book(self.at(10))
        self.assertEqual((hers.state, mine.state), ("confirmed", "requested"), "what can't be known isn't promised")
        self.run_crons()
        self.assertTrue(hers.event_link_ids, "Anna's event is in Google while mine has to wait")

        self.google.control("clear_faults")
        self.elapsed += timedelta(minutes=11)
        self.run_crons()
        self.assertFalse(self.mine.paused_until)
        with self.enter_registry_test_mode():
            self.assertEqual(self.book(self.at(12)).state, "confirmed")

    @mute_logger(OUTBOX_LOGGER)
    def test_what_waited_is_written_when_the_provider_is_back(self):
        """P18: after a day without the provider nothing waits for the end of a long back-off, once it answers again."""
        with self.enter_registry_test_mode():
            booking = self.book(self.at(10))
        self.google.control("fault", method="*", account=ADDRESS, action="status", status=503, times=0)
        self.patch(scheduling_operation, "random", Random(1))  # else a try may happen to be due by itself
        for hour in range(24):
            self.elapsed = timedelta(hours=hour)
            self.run_crons()
        write = self.operations.search([("booking_id", "=", booking.id), ("kind", "=", "write_event")])
        self.assertEqual(write.state, "pending")
        self.assertGreater(write.next_attempt, fields.Datetime.now() + timedelta(minutes=30), "it backs off")
        self.google.control("clear_faults")
        for minutes in (5, 10):
            self.elapsed = timedelta(hours=23, minutes=minutes)
            self.run_crons()
        self.assertEqual(write.state, "done")
        self.assertTrue(booking.event_link_ids)

    def test_the_visitor_waits_once(self):
        """M34: of several hosts' calendars a slow one takes the time of all: the others are believed as last read."""
        self.page.write(
            {
                "page_type": "collective",
                "host_ids": [Command.create({"user_id": user.id}) for user in (self.host, self.anna)],
            }
        )
        before = self.calls()
        self.patch(scheduling_connection_live, "monotonic", iter((0.0, 0.0, 4.0)).__next__)
        self.assertEqual(self.page._ask_live(self.host | self.anna, self.at(10), 30), "free")
        self.assertEqual(self.calls() - before, 1)
