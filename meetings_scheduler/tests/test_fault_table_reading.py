"""Faults 13-19 through the whole product: Google is read, answers nonsense, and visitors go on booking."""

from dataclasses import dataclass, field

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sync_case import SyncCase

SYNC_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_connection_sync"


@dataclass(frozen=True)
class Row:
    """A fault of the catalogue. how: keys of the stand-in's fault; forgets: the cursor is rejected as well.

    counts: whether the read counts, so that its cursor is kept. renewed: how often the access token is.
    """

    number: int
    name: str
    how: dict = field(hash=False)
    forgets: bool = False
    counts: bool = True
    renewed: int = 0


ROWS = [
    Row(13, "no events, in a full read", {"action": "change", "fields": {"items": []}, "times": 5}, forgets=True),
    Row(13, "no calendars", {"method": "calendarList.list", "action": "change", "fields": {"items": []}}),
    Row(14, "a page in the middle", {"action": "status", "status": 503, "skip": 1}, forgets=True, counts=False),
    Row(15, "an item on two pages", {"action": "repeat", "times": 2}, forgets=True),
    Row(17, "410 on the cursor", {"action": "status", "status": 410, "reason": "fullSyncRequired"}),
    Row(
        19, "token ends mid-page", {"action": "status", "status": 401, "reason": "authError", "skip": 1}, True, True, 1
    ),
]


@tagged("post_install", "-at_install")
class TestFaultTableReading(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected(page_size=2)
        for hour in range(8, 13):
            self.put(self.at(hour))
        self.poll()
        self.google_connection._refresh_busy()
        self.known = self.meetings()
        self.assertEqual(len(self.known), 5)

    def refresh(self):
        with self.enter_registry_test_mode(), mute_logger(SYNC_LOGGER):
            self.google_connection._refresh_busy()
            self.poll(fails=True)

    def test_reading_goes_wrong(self):
        """Faults 13-15, 17, 19, P7, P8, P14: no meeting, no busy time and no calendar goes, nobody is told anything,
        nothing is written, and the next read is as ever."""
        connection = self.google_connection
        calendars, busy = connection.calendar_ids, connection.calendar_ids.busy_ids
        for number, row in enumerate(ROWS):
            with self.subTest(fault=row.number, name=row.name):
                before, token, mails = self.state(), self.calendar.sync_token, self.env["mail.mail"].search_count([])
                if row.forgets:
                    self.google.control("forget_sync_tokens")
                self.google.control("fault", **{"method": "events.list", **row.how})
                self.refresh()
                self.google.control("clear_faults")
                after = self.state()
                self.assertEqual(self.meetings(), self.known)
                self.assertEqual(set(self.known.mapped("active")), {True})
                self.assertEqual((connection.calendar_ids, connection.calendar_ids.busy_ids), (calendars, busy))
                self.assertEqual((connection.state, self.told()), ("connected", 0))
                self.assertEqual((after["writes"], after["mails"]), (before["writes"], before["mails"]))
                self.assertEqual(self.env["mail.mail"].search_count([]), mails)
                self.assertEqual(after["counts"].get("refresh", 0) - before["counts"].get("refresh", 0), row.renewed)
                if not row.counts:
                    self.assertEqual(self.calendar.sync_token, token, "E: nothing is skipped")
                self.assertTrue(self.takes_bookings())
                self.assertEqual(self.visit(14 + number).state, "confirmed")
                connection.paused_until = False
                self.poll()
                self.assertEqual(self.meetings(), self.known)

    def test_cursor_is_rejected_in_the_full_read_too(self):
        """Fault 18: rejected for ever: the owner is told once, pages take requests; once connected anew it works."""
        connection, token = self.google_connection, self.calendar.sync_token
        self.google.control(
            "fault", method="events.list", action="status", status=410, reason="fullSyncRequired", times=0
        )
        for _time in range(3):
            self.refresh()
        calls = self.state()["calls"].count("events.list")
        self.refresh()
        self.assertEqual(self.state()["calls"].count("events.list"), calls, "it isn't asked over and over")
        self.assertEqual((connection.state, self.told()), ("lost", 1))
        self.assertIn("Connect it again", connection.lost_reason)
        self.assertEqual((self.meetings(), self.calendar.sync_token), (self.known, token))
        self.assertFalse(self.takes_bookings())
        asked = self.visit(14)
        self.assertEqual(asked.state, "requested")
        self.assertEqual(self.state()["writes"], 0)
        self.google.control("clear_faults")
        self.connect()
        self.poll()
        self.assertEqual((connection.state, self.meetings()), ("connected", self.known))
        self.assertTrue(self.takes_bookings())
        connection.checked_at = fields.Datetime.now()
        self.assertEqual(self.visit(15).state, "confirmed")
