"""Hours within which a page may be booked at all, on top of every host's own."""

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import SlotTaken
from .test_page_types import TeamCase


@tagged("post_install", "-at_install")
class TestRestriction(TeamCase):
    def setUp(self):
        super().setUp()
        self.day = self.at(12, 3).date()

    def within(self, hour_from, hour_to, days=None):
        """:return: commands for the page's restriction, by default on the day of the tests"""
        weekdays = [self.day.weekday()] if days is None else days
        return [Command.create({"day": str(day), "hour_from": hour_from, "hour_to": hour_to}) for day in weekdays]

    def starts(self, page):
        return [slot.start for slot in page._free_slots(self.at(0, 1), self.at(0, 8), 30)]

    def utc(self, *hours):
        """:return: those hours of Rome's wall clock on the day of the tests, aware UTC"""
        return [self.rome(self.day, hour) for hour in hours]

    def test_only_within(self):
        """B10: working hours of each host, and of these only the afternoon the page is limited to."""
        page = self.team_page("round_robin", hours_mode="working", restriction_ids=self.within(16, 18))
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Until five",
                "tz": "Europe/Rome",
                "attendance_ids": [
                    Command.create({"name": "d", "dayofweek": str(day), "hour_from": 9, "hour_to": 17})
                    for day in range(7)
                ],
            }
        )
        self.host.company_id.resource_calendar_id = calendar
        self.assertEqual(self.starts(page), self.utc(16, 16.5))
        self.book(self.utc(16)[0], page)
        with self.assertRaises(SlotTaken):
            self.book(self.utc(15)[0], page)
        page.restriction_ids = [Command.clear(), *self.within(9, 10)]
        self.assertEqual(self.starts(page), self.utc(9, 9.5), "a change counts at once")
        page.restriction_ids = [Command.clear()]
        self.assertGreater(len(self.starts(page)), 50)

    def test_own_hours_and_those(self):
        """The page's own hours are not touched by it, in the list or in the check for overlaps."""
        self.page.restriction_ids = self.within(9, 10)
        self.assertEqual(len(self.page.hours_ids), 7)
        self.assertEqual(self.starts(self.page), self.utc(9, 9.5))
        with self.assertRaisesRegex(ValidationError, "overlaps"), self.env.cr.savepoint():
            self.page.restriction_ids = self.within(9.5, 11)
        with self.assertRaisesRegex(ValidationError, "ends before it starts"), self.env.cr.savepoint():
            self.page.restriction_ids = self.within(12, 11)
        copy = self.page.copy()
        self.assertEqual((len(copy.restriction_ids), len(copy.hours_ids)), (1, 7))

    def test_it_is_a_reason(self):
        """B8: the owner reads that the page is limited to other hours, and is led there."""
        self.page.restriction_ids = self.within(9, 10)
        times = self.page.with_user(self.host).explain(self.day.isoformat())["times"]
        refused = [time for time in times if not time["offered"]]
        self.assertEqual(len(refused), self.half_hours(self.day) - 2)
        for time in refused:
            self.assertEqual([(r["code"], r["field"]) for r in time["reasons"]], [("restriction", "restriction_ids")])
