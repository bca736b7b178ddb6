"""Faults 37-47 through the whole product: what only Google does. The others of them are tested where faults.md says."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..providers.google import client_id
from .google_case import ADDRESS
from .sync_case import SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestFaultTableGoogle(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()

    def booked(self, hour=10):
        email = f"v{hour}@doe.example"
        with self.enter_registry_test_mode():
            return self.book(self.at(hour), email=email, email_normalized=email)

    # ------------------------------------------------------------ ids and versions

    def test_id_that_is_taken(self):
        """Faults 38 and 39, P5: the id of a new event is another's, or of a deleted one: the next id is used."""
        for number, taken in enumerate(("theirs", "deleted")):
            with self.subTest(taken=taken):
                booking = self.booked(10 + number)
                first = client_id(f"booking:{booking.uid}")
                self.google.control("event", calendar=ADDRESS, body=self.body(self.at(20 + number), id=first))
                if taken == "deleted":
                    self.remove(first)
                writes = self.state()["writes"]
                self.work()
                link = booking.event_link_ids
                self.assertEqual(link.remote_id, client_id(f"booking:{booking.uid}", 1))
                self.assertEqual(self.state()["writes"] - writes, 1)
                mine = [event["id"] for event in self.events() if booking.email in str(event.get("attendees"))]
                self.assertEqual(mine, [link.remote_id])
                self.assertEqual(first in {event["id"] for event in self.events()}, taken == "theirs")
                self.assertFalse(self.open_operations())
        self.assertEqual(len(self.mails_there()), 2, "one invitation each")

    def test_deleted_before_the_answer_came(self):
        """Fault 39: the answer to a create is lost and the event is deleted meanwhile: it is made anew, once."""
        self.google.control("fault", method="events.insert", action="lose")
        with mute_logger(OUTBOX_LOGGER):
            booking = self.booked()
            self.run_outbox()
        self.remove(self.there()["id"])
        self.work()
        self.assertEqual(self.there()["id"], client_id(f"booking:{booking.uid}", 1))
        self.assertEqual(booking.event_link_ids.remote_id, self.there()["id"])

    def test_version_goes_stale_while_writing(self):
        """Fault 40: the version changes between our reading and our writing: read again, then written, at once."""
        booking, meeting = self.booked(), self.meet(self.at(14))
        self.work()
        with self.enter_registry_test_mode():
            booking._reschedule(self.at(12), 30)
        meeting.name = "Renamed"
        self.stale(times=2)
        self.run_outbox()
        self.assertFalse(self.open_operations())
        there = {event["summary"]: event["start"]["dateTime"] for event in self.events()}
        self.assertIn("Renamed", there)
        self.assertIn(self.at(12).strftime("%Y-%m-%dT%H"), str(there))
        self.assertEqual(booking.start, self.at(12).replace(tzinfo=None))

    def test_version_is_never_right(self):
        """Fault 40, P19: Google refuses every version: a few tries, then later again, and never in a circle."""
        booking = self.booked()
        self.work()
        with self.enter_registry_test_mode():
            booking._reschedule(self.at(12), 30)
        self.stale(times=0)
        before = self.state()["calls"].count("events.patch")
        with mute_logger(OUTBOX_LOGGER):
            self.run_outbox()
        self.assertLessEqual(self.state()["calls"].count("events.patch") - before, 3)
        self.assertEqual(self.open_operations().mapped("state"), ["pending"])
        self.google.control("clear_faults")
        self.work()
        self.assertFalse(self.open_operations())

    def stale(self, times):
        """Google says of so many changes (0: of all) that the event has another version."""
        self.google.control(
            "fault", method="events.patch", action="status", status=412, reason="conditionNotMet", times=times
        )

    # ------------------------------------------------------------ what is read

    def test_cancelled_item_of_nothing_but_its_id(self):
        """Fault 41, M21, P14: of a deleted event Google tells no more than its id: that meeting ends, no other."""
        single = self.put(self.at(10))
        self.put(self.at(12))
        self.put(self.at(15), recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
        self.poll()
        self.assertEqual(len(self.meetings()), 5)
        self.remove(single)
        self.google.control("fault", method="events.list", action="bare")
        self.poll()
        left = [self.at(12), *(self.later(self.at(15), day) for day in range(3))]
        self.assertEqual(self.meetings().mapped("start"), [start.replace(tzinfo=None) for start in left])
        self.assertEqual(self.state()["writes"], 0)

    def test_series_by_dates_only(self):
        """Fault 42, B1: a series without a rule, of dates only: each of them is a meeting, and follows."""
        dates = ",".join(self.at(10, days).strftime("%Y%m%dT%H%M%SZ") for days in (5, 8))
        series = self.put(self.at(10), recurrence=[f"RDATE:{dates}"])
        self.poll()
        meetings = self.meetings()
        wanted = [self.at(10, days).replace(tzinfo=None) for days in (3, 5, 8)]
        self.assertEqual(meetings.mapped("start"), wanted)
        self.change(series, summary="Renamed")
        self.poll()
        self.assertEqual(self.meetings(), meetings, "the same records")
        self.assertEqual(set(meetings.mapped("name")), {"Renamed"})

    # ------------------------------------------------------------ push and consent

    def test_fourteen_days_of_push(self):
        """Fault 44, P10: in 14 days no change would go by untold, and channels don't pile up."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.push_over_http", "1")
        now, elapsed = fields.Datetime.now(), timedelta()
        self.patch(fields.Datetime, "now", lambda: now + elapsed)
        seen = set()
        for hour in range(0, 14 * 24, 3):
            elapsed = timedelta(hours=hour)
            self.run_poll()
            channels = self.state()["channels"]
            self.assertEqual(len(channels), 1)
            before = len(self.state()["pushes"])
            event_id = self.put(self.at(20))
            self.assertEqual(len(self.state()["pushes"]) - before, 1, f"told after {hour} hours")
            self.remove(event_id)
            seen.add(channels[0]["id"])
            self.google.control("clock", seconds=3 * 3600)
        self.assertEqual(len(seen), 3)
        self.assertEqual(self.google_connection.state, "connected")

    def test_testing_app_ends_after_seven_days(self):
        """Fault 47, P12: consent to an app in “testing” ends after 7 days: the owner reads that, once."""
        self.google.control("settings", consent_lifetime=7 * 86_400)
        connection = self.connect(again=self.google_connection.id)
        booking = self.booked()
        self.google.control("clock", seconds=7 * 86_400 + 1)
        for _time in range(3):
            connection.refresh_due = fields.Datetime.now()
            self.run_poll()
        self.run_outbox()
        self.assertEqual(connection.state, "lost")
        self.assertIn("7 days", connection.lost_reason)
        mail = self.env["mail.mail"].search([("subject", "like", "Your calendar needs you")])
        self.assertEqual(len(mail), 1)
        self.assertIn("7 days", mail.body_html)
        self.assertEqual(self.booked(12).state, "requested")
        self.connect(again=connection.id)
        self.work()
        self.assertEqual((connection.state, booking.state, len(self.events())), ("connected", "confirmed", 1))
