"""A recurring meeting in Odoo and the series in the host's calendar, and whether they say the same."""

from ..models.scheduling_page_slots import aware
from ..providers.base import Period
from .google_case import ADDRESS
from .sync_case import SyncCase

DAILY = {"recurrency": True, "rrule_type": "daily", "interval": 1, "end_type": "count", "count": 4}


class SeriesCase(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()
        self.series = self.env["scheduling.series"]

    def meet_often(self, start=None, **values):
        """:return: the occurrences, in order; written into Google"""
        self.meet(start or self.at(10), **{**DAILY, **values})
        self.work()
        return self.here()

    def here(self):
        return self.meetings().with_user(self.host)

    def told(self):
        """:return: [(start, end, title, guests)] of what is in Google, series as their occurrences"""
        window = Period(self.at(0, -2), self.at(0, 800))
        with self.google_connection._adapter() as adapter:
            found = [event for page in adapter.changes(ADDRESS, None, window) for event in page.events]
        return sorted(
            (event.start, event.end, event.summary, tuple(sorted(guest.email for guest in event.attendees)))
            for event in found
        )

    def said(self):
        """:return: the same of Odoo"""
        return sorted(
            (
                aware(meeting.start),
                aware(meeting.stop),
                meeting.name,
                tuple(sorted((meeting.partner_ids - self.host.partner_id).mapped("email_normalized"))),
            )
            for meeting in self.here()
        )

    def assert_same(self, count):
        """Both sides hold the same occurrences, reading them again changes nothing, and nothing is left to do."""
        self.assertEqual(self.told(), self.said())
        self.assertEqual(len(self.said()), count)
        meetings, writes = self.here(), self.state()["writes"]
        self.poll()
        self.google.control("forget_sync_tokens")
        self.poll()
        self.work()
        self.assertEqual(self.here(), meetings)
        self.assertEqual(self.state()["writes"], writes)
        self.assertEqual(self.told(), self.said())
        self.assertFalse(self.open_operations())

    def masters(self):
        return [event for event in self.events() if event.get("recurrence")]
