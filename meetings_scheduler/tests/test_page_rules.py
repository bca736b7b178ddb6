import re
from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import PublicError, SlotTaken
from ..models.scheduling_page_slots import naive
from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestPageRules(SchedulingCase):
    def is_free(self, start):
        return self.page._check_slot(start, 30).ok

    def date(self, days):
        return self.at(12, days).date()

    def test_override_replaces_the_day(self):
        self.page.override_ids = [
            Command.create({"date_from": self.date(3), "date_to": self.date(4)}),
            Command.create(
                {
                    "date_from": self.date(5),
                    "date_to": self.date(5),
                    "is_closed": False,
                    "hour_from": 14,
                    "hour_to": 15,
                }
            ),
        ]
        self.assertFalse(self.is_free(self.at(12, 3)))
        self.assertFalse(self.is_free(self.at(12, 4)))
        slots = self.page._free_slots(self.at(2, 5), self.at(20, 5), 30)
        self.assertEqual(len(slots), 2, "14:00 and 14:30 in Rome")
        self.assertTrue(self.is_free(self.at(12, 6)))

    def test_overrides_must_not_contradict(self):
        self.page.override_ids = [Command.create({"date_from": self.date(3), "date_to": self.date(4)})]
        with self.assertRaisesRegex(ValidationError, "same time"):
            self.page.override_ids = [
                Command.create({"date_from": self.date(4), "date_to": self.date(4), "is_closed": False})
            ]

    def test_public_holiday_and_day_off(self):
        """B10: days off and public holidays already known to Odoo count by themselves."""
        leaves = self.env["resource.calendar.leaves"]
        calendar = self.host.company_id.resource_calendar_id
        span = {"date_from": naive(self.at(0, 3)), "date_to": naive(self.at(23, 3))}
        holiday = leaves.create({"name": "Holiday", "calendar_id": calendar.id, **span})
        self.assertFalse(self.is_free(self.at(12, 3)))
        holiday.unlink()
        self.assertTrue(self.is_free(self.at(12, 3)))
        resource = self.env["resource.resource"].create(
            {
                "name": "Laura",
                "user_id": self.host.id,
                "calendar_id": calendar.id,
                "company_id": self.host.company_id.id,
            }
        )
        own = leaves.create({"name": "Day off", "resource_id": resource.id, "calendar_id": calendar.id, **span})
        self.assertFalse(self.is_free(self.at(12, 3)))
        own.resource_id = self.env["resource.resource"].create({"name": "Somebody else"})
        self.assertTrue(self.is_free(self.at(12, 3)))

    def test_working_hours_of_odoo(self):
        """B10: the user's working hours in Odoo can be the page's hours, lunch break included."""
        self.page.hours_mode = "working"
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Mornings",
                "tz": "Europe/Rome",
                "attendance_ids": [
                    Command.create(
                        {"name": "m", "dayofweek": str(day), "hour_from": 9, "hour_to": 11, "day_period": "morning"}
                    )
                    for day in range(7)
                ],
            }
        )
        self.host.company_id.resource_calendar_id = calendar
        self.assertEqual(len(self.page._free_slots(self.at(0, 3), self.at(0, 4), 30)), 4)

    def test_working_hours_that_alternate(self):
        self.page.hours_mode = "working"
        lines = [
            Command.create(
                {
                    "name": "w",
                    "dayofweek": str(day),
                    "hour_from": 9,
                    "hour_to": 10 + week,
                    "day_period": "morning",
                    "week_type": str(week),
                }
            )
            for day in range(7)
            for week in (0, 1)
        ]
        calendar = self.env["resource.calendar"].create(
            {"name": "Two weeks", "tz": "Europe/Rome", "two_weeks_calendar": True, "attendance_ids": lines}
        )
        self.host.company_id.resource_calendar_id = calendar
        week_type = self.env["resource.calendar.attendance"].get_week_type
        for days in (3, 10):
            slots = self.page._free_slots(self.at(0, days), self.at(0, days + 1), 30)
            self.assertEqual(len(slots), 2 + 2 * week_type(self.date(days)))

    def test_limit_a_day(self):
        self.page.limit_ids = [Command.create({"maximum": 2, "period": "day"})]
        self.book(self.at(10))
        last = self.book(self.at(12), email="b@doe.example", email_normalized="b@doe.example")
        self.assertFalse(self.is_free(self.at(14)))
        with self.assertRaises(SlotTaken):
            self.book(self.at(14))
        self.assertTrue(self.is_free(self.at(14, 4)))
        last._cancel()
        self.assertTrue(self.is_free(self.at(14)))

    def test_limit_a_year_counts_far_away(self):
        self.page.limit_ids = [Command.create({"maximum": 1, "period": "month"})]
        self.page.window_days = 200
        first = self.at(10, 40).replace(day=2)
        self.book(first)
        self.assertFalse(self.is_free(first + timedelta(days=20)))
        self.assertTrue(self.is_free(first + timedelta(days=40)))

    def test_limit_of_the_host_over_all_pages(self):
        other = self.page.copy({"slug": "other-page"})
        self.page.limit_ids = [Command.create({"scope": "host", "measure": "minutes", "maximum": 45, "period": "day"})]
        self.book(self.at(10), other)
        self.assertFalse(self.is_free(self.at(14)), "30 and 30 minutes are more than 45")
        self.assertTrue(self.is_free(self.at(14, 4)))

    def test_approval_holds_the_slot(self):
        """A booking that waits for approval keeps its time; declining frees it, accepting makes the event."""
        self.page.approval = "always"
        first = self.book(self.at(10))
        self.assertEqual(first.state, "requested")
        self.assertFalse(first.event_id)
        self.assertFalse(self.is_free(self.at(10)))
        first._decline("No")
        self.assertTrue(self.is_free(self.at(10)))
        second = self.book(self.at(10), email="b@doe.example", email_normalized="b@doe.example")
        second._accept()
        self.assertEqual((second.state, second.event_id.start), ("confirmed", naive(self.at(10))))

    def test_approval_on_short_notice_only(self):
        self.page.write({"approval": "short", "approval_notice_hours": 96})
        self.assertEqual(self.book(self.at(10, 2)).state, "requested")
        self.assertEqual(self.book(self.at(10, 8)).state, "confirmed")

    def test_moving_is_no_way_around_approval(self):
        """A visitor can't book far ahead and then move to a time the owner wants to confirm; the host can."""
        self.page.write({"approval": "short", "approval_notice_hours": 96})
        booking = self.book(self.at(10, 8))
        with self.assertRaises(PublicError) as caught:
            booking._reschedule(self.at(10, 2), 30, by="visitor")
        self.assertEqual((caught.exception.status, caught.exception.code), (409, "needs_approval"))
        booking._reschedule(self.at(10, 9), 30, by="visitor")
        booking._reschedule(self.at(10, 2), 30, by="host")
        self.assertEqual(booking.start, naive(self.at(10, 2)))

    def test_private_page_and_single_use_link(self):
        """A private page is not there without a working link; a single-use link works once, until its date."""
        pages = self.env["scheduling.page"]
        self.page.access = "private"
        self.assertFalse(pages._find_public(self.page.slug))
        link = self.env["scheduling.link"].create({"page_id": self.page.id, "name": "Jane"})
        self.assertFalse(pages._find_public(f"{self.page.slug}~nonsense"))
        found = pages._find_public(f"{self.page.slug}~{link.key}")
        self.assertEqual(found, self.page)
        self.assertEqual(found._public_info()["slug"], f"{self.page.slug}~{link.key}")
        booking = self.book(self.at(10), found)
        self.assertEqual(booking.link_id, link)
        self.assertFalse(pages._find_public(f"{self.page.slug}~{link.key}"))
        booking._cancel()
        self.assertTrue(pages._find_public(f"{self.page.slug}~{link.key}"))
        link.expires_on = self.date(-1)
        self.assertFalse(pages._find_public(f"{self.page.slug}~{link.key}"))

    def test_busy_time_beyond_the_hours_counts_for_buffers(self):
        """What is busy just before opening or after closing time keeps its distance too, as far as a buffer reaches."""
        self.page.write(
            {
                "timezone": "UTC",
                "hours_ids": [
                    Command.clear(),
                    *(Command.create({"day": str(day), "hour_from": 9, "hour_to": 17}) for day in range(7)),
                ],
            }
        )
        for hour in (8, 17):
            self.env["scheduling.busy"].create(
                {
                    "calendar_id": self.connection.calendar_ids.id,
                    "user_id": self.host.id,
                    "start": naive(self.at(hour)),
                    "stop": naive(self.at(hour + 1)),
                }
            )
        last = self.at(16) + timedelta(minutes=30)
        self.assertTrue(self.is_free(self.at(9)) and self.is_free(last))
        self.page.buffer_before = 15
        self.assertFalse(self.is_free(self.at(9)))
        self.assertTrue(self.is_free(last))
        self.page.write({"buffer_before": 0, "buffer_after": 15})
        self.assertTrue(self.is_free(self.at(9)))
        self.assertFalse(self.is_free(last))

    def test_busy_time_over_midnight(self):
        """Hours that end at midnight and go on after it: what is busy around it is in the way, whatever the zone."""
        self.page.write(
            {
                "timezone": "Asia/Kathmandu",
                "hours_ids": [
                    Command.clear(),
                    *(Command.create({"day": str(day), "hour_from": 22, "hour_to": 24}) for day in range(7)),
                    *(Command.create({"day": str(day), "hour_from": 0, "hour_to": 2}) for day in range(7)),
                ],
            }
        )
        midnight = self.at(18) + timedelta(minutes=15)  # in Nepal
        self.assertTrue(self.is_free(midnight))
        self.env["scheduling.busy"].create(
            {
                "calendar_id": self.connection.calendar_ids.id,
                "user_id": self.host.id,
                "start": naive(midnight - timedelta(minutes=5)),
                "stop": naive(midnight + timedelta(minutes=5)),
            }
        )
        free = {slot.start for slot in self.page._free_slots(self.at(12), self.at(23), 30)}
        self.assertEqual(
            free, {midnight + timedelta(minutes=minutes) for minutes in (-120, -90, -60, 30, 60, 90)}, "not -30, not 0"
        )

    def test_one_query_for_busy_time(self):
        """Busy time of any number of hosts and days is one query."""
        users = self.env["res.users"].search([], limit=20)
        self.page._occupied(users, naive(self.at(0)), naive(self.at(0, 300)))
        with self.assertQueryCount(1):
            self.page._occupied(users, naive(self.at(0)), naive(self.at(0, 300)))

    def test_bad_settings_are_explained(self):
        """Bad input of the form: each refused with what to do."""
        for values, words in (
            ({"hours_ids": [Command.create({"day": "0", "hour_from": 3, "hour_to": 4})]}, "overlaps"),
            (
                {"hours_ids": [Command.clear(), Command.create({"day": "0", "hour_from": 10, "hour_to": 9})]},
                "ends before",
            ),
            ({"window_type": "dates", "window_start": self.date(9), "window_end": self.date(3)}, "before the first"),
            ({"window_type": "dates"}, "first and the last day"),
            ({"window_type": "dates", "window_start": self.date(-9), "window_end": self.date(-3)}, "in the past"),
            ({"window_type": "dates", "window_start": self.date(3), "window_end": "9999-12-31"}, "two years"),
            ({"duration_ids": [Command.clear()]}, "at least one duration"),
            ({"slug": "Über uns"}, "can't be an address"),
            ({"slug": "manage"}, "product itself"),
            ({"location_type": "link", "location": "javascript:alert(1)"}, "https://"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self.page.write(values)

    def test_bad_numbers_are_explained(self):
        """Bad input of the form that PostgreSQL refuses: the message names the limits."""
        for values, words in (
            ({"buffer_before": 1441}, "0 to 1,440 minutes"),
            ({"buffer_after": -1}, "0 to 1,440 minutes"),
            ({"min_notice_hours": -1}, "0 to 8,760 hours"),
            ({"min_notice_hours": 1e9}, "0 to 8,760 hours"),
            ({"approval_notice_hours": 1e12}, "0 to 8,760 hours"),
            ({"change_limit_hours": 1e12}, "0 to 8,760 hours"),
            ({"window_days": 731}, "1 to 730 days"),
            ({"seats": 0}, "1 to 1,000 seats"),
        ):
            with self.subTest(values=values):
                with (
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(CheckViolation) as refused,
                    self.env.cr.savepoint(),
                ):
                    self.page.write(values)
                    self.page.flush_recordset()
                self.page.invalidate_recordset()
                # What the form shows: Odoo's answer to such an error.
                self.assertIn(words, self.page._sql_error_to_message(refused.exception))
        self.page.write({"buffer_before": 1440, "buffer_after": 1440})
        self.page.flush_recordset()

    def test_hours_of_a_lifetime(self):
        """Bad input: other hours that last for ever would make every visitor wait."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(CheckViolation, "span_sane"),
            self.env.cr.savepoint(),
        ):
            self.page.write({"override_ids": [Command.create({"date_to": "9999-12-31"})]})
            self.page.flush_recordset()

    def test_unknown_zone(self):
        """Bad input: no page gets a zone that isn't one; every name that the form offers is one."""
        for zone in ("Mars/Phobos", "Europe/rome", "GMT+25"):
            with (
                self.subTest(zone=zone),
                self.assertRaisesRegex(ValidationError, f"“{re.escape(zone)}” is no time zone"),
                self.env.cr.savepoint(),
            ):
                self.page.timezone = zone
        for zone in self.page._fields["timezone"].get_values(self.env):
            self.page.timezone = zone

    def test_slug_is_unique_and_names_its_page(self):
        """M44, M45: an address belongs to one page of all domains; the message names the page that has it."""
        other = self.page.copy({"name": "Other"})
        with self.assertRaisesRegex(ValidationError, "Intro call.*Laura Bianchi"), self.env.cr.savepoint():
            other.slug = self.page.slug
