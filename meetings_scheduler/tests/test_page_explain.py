from datetime import date, datetime, timedelta, timezone

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..availability import Reason
from ..models.scheduling_page_slots import naive
from .test_page_types import TeamCase


@tagged("post_install", "-at_install")
class TestExplain(TeamCase):
    def setUp(self):
        super().setUp()
        self.day = self.at(12, 3).date()

    def reasons(self, page=None, hour=12, **kwargs):
        """:return: the reasons for the start at ``hour`` UTC: list of dicts"""
        explained = (page or self.page).with_user(self.host).explain(self.day.isoformat(), **kwargs)
        return next(entry["reasons"] for entry in explained["times"] if self._utc(entry["start"]) == self.at(hour, 3))

    def _utc(self, iso):
        return datetime.fromisoformat(iso).astimezone(timezone.utc)

    def test_offered_exactly_when_there_is_no_reason(self):
        """B8: a time is offered exactly when there is no reason against it, on the day of a busy person."""
        self.page.write(
            {
                "buffer_before": 20,
                "increment": "15",
                "hours_ids": [
                    Command.clear(),
                    *(Command.create({"day": str(d), "hour_from": 9, "hour_to": 18}) for d in range(7)),
                ],
                "limit_ids": [Command.create({"maximum": 4, "period": "day"})],
            }
        )
        self.make_busy(self.host, self.at(10))
        self.book(self.at(13))
        explained = self.page.with_user(self.host).explain(self.day.isoformat())["times"]
        offered = {self._utc(entry["start"]) for entry in explained if not entry["reasons"]}
        self.assertEqual(offered, {slot.start for slot in self.page._free_slots(self.at(0), self.at(23), 30)})
        self.assertTrue(offered)
        self.assertLess(len(offered), len(explained))
        for entry in explained:
            self.assertEqual(entry["offered"], not entry["reasons"])

    def test_every_kind_of_window(self):
        """B8: so it is with every kind of window, also where what is busy on the days before counts."""
        self.page.hours_ids = [
            Command.clear(),
            *(Command.create({"day": str(day), "hour_from": 10, "hour_to": 14}) for day in range(7)),
        ]
        self.make_busy(self.host, self.at(0, 1), minutes=24 * 60)
        dates = {"window_start": self.at(0).date(), "window_end": self.at(0, 4).date()}
        for values in (
            {"window_type": "rolling", "window_days": 3},
            {"window_type": "business", "window_days": 3},
            {"window_type": "bookable", "window_days": 3},
            {"window_type": "dates", **dates},
        ):
            with self.subTest(values):
                self.page.write(values)
                for days in range(6):
                    explained = self.page.with_user(self.host).explain(self.at(0, days).date().isoformat())["times"]
                    offered = {self._utc(entry["start"]) for entry in explained if entry["offered"]}
                    slots = {slot.start for slot in self.page._free_slots(self.at(0, days), self.at(0, days + 1), 30)}
                    self.assertEqual(offered, slots, f"in {days} days")

    def test_each_reason_names_its_setting(self):
        """B8: the owner sees what stands in the way, by name, and what to change."""
        event = self.env["calendar.event"].create(
            {
                "name": "Lunch with A.",
                "start": naive(self.at(12)),
                "stop": naive(self.at(13)),
                "partner_ids": [Command.set(self.host.partner_id.ids)],
            }
        )
        (reason,) = self.reasons()
        self.assertEqual((reason["code"], reason["record"]), ("busy", ["calendar.event", event.id]))
        self.assertIn("Lunch with A.", reason["text"])
        self.page.buffer_after = 30
        reason = self.reasons(hour=11)
        self.assertEqual(reason, [])
        self.page.buffer_after = 45
        self.page.increment = "30"
        (reason,) = self.reasons(hour=11)
        self.assertEqual((reason["code"], reason["field"]), ("buffer", "buffer_after"), "lunch comes after it")
        self.page.buffer_before = 45
        (reason,) = self.reasons(hour=13)
        self.assertEqual((reason["code"], reason["field"]), ("buffer", "buffer_before"), "lunch comes before it")
        self.page.min_notice_hours = 24 * 9
        self.assertIn(("notice", "min_notice_hours"), [(r["code"], r["field"]) for r in self.reasons(hour=9)])

    def test_booking_limit_holiday_window(self):
        """B8, B10: bookings, limits, public holidays and the window are named as well."""
        booking = self.book(self.at(12))
        (reason,) = self.reasons()
        self.assertEqual((reason["code"], reason["record"]), ("booking", ["scheduling.booking", booking.id]))
        self.page.limit_ids = [Command.create({"maximum": 1, "period": "day"})]
        self.assertIn("limit_count", [reason["code"] for reason in self.reasons(hour=15)])
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Carnival",
                "calendar_id": self.host.company_id.resource_calendar_id.id,
                "date_from": naive(self.at(16)),
                "date_to": naive(self.at(18)),
            }
        )
        self.assertIn("Public holiday: Carnival", [reason["text"] for reason in self.reasons(hour=16)])
        self.page.window_days = 1
        self.assertIn("window", [reason["code"] for reason in self.reasons(hour=20)])

    def test_several_hosts(self):
        page = self.team_page("collective")
        self.make_busy(self.anna, self.at(12))
        (reason,) = self.reasons(page)
        self.assertTrue(reason["text"].startswith("Anna: Busy"), "what another host does stays private")
        self.assertFalse(reason["record"])
        self.assertEqual((reason["tab"], reason["field"]), ("who", "host_ids"))

    def test_every_reason_leads_somewhere(self):
        """B8: whatever the engine can say, the owner can open what is behind it, if it is theirs to open."""
        calendar = self.host.resource_calendar_id or self.host.company_id.resource_calendar_id
        for code, links in (
            ("no_host", {"field": "page_type"}),
            ("notice", {"field": "min_notice_hours"}),
            ("window", {"field": "window_type"}),
            ("grid", {"field": "increment"}),
            ("hours", {"field": "hours_ids"}),
            ("override", {"field": "override_ids"}),
            ("restriction", {"field": "restriction_ids"}),
            ("unreadable", {"action": "meetings_scheduler.calendar_settings"}),
            ("busy", {"action": "meetings_scheduler.calendar_settings"}),
            ("buffer", {"field": "buffer_after"}),
            ("seats", {"field": "seats"}),
            ("limit_count", {"field": "limit_ids"}),
            ("limit_minutes", {"field": "limit_ids"}),
        ):
            with self.subTest(code=code):
                label = {"limit_count": "day", "limit_minutes": "week"}.get(code, "")
                host = None if code == "no_host" else str(self.host.id)
                reason = Reason(code, host, self.at(12), self.at(13), label)
                told = self.page.with_user(self.host).sudo()._reason_in_words(reason, self.at(11), {})
                self.assertEqual({key: told[key] for key in links}, links)
                if field := told["field"]:
                    self.assertIn(field, self.page._fields)
                    self.assertTrue(told["tab"])
        self.page.hours_mode = "working"
        reason = Reason("hours", str(self.host.id))
        told = self.page.with_user(self.host).sudo()._reason_in_words(reason, self.at(11), {})
        self.assertEqual(told["record"], ["resource.calendar", calendar.id])

    def test_bookings_of_others_stay_closed(self):
        """B8: a colleague's booking on another page is in the way, and is nobody else's to open."""
        page = self.team_page("collective")
        theirs = self.page.copy({"name": "Anna's", "user_id": self.anna.id})
        self.book(self.at(12), theirs)
        (reason,) = self.reasons(page)
        self.assertEqual((reason["code"], reason["record"], reason["field"]), ("booking", None, "host_ids"))

    def test_as_a_visitor_and_for_a_duration(self):
        """B8: the answer is that of one of the page's durations and of the visitor one asks as."""
        half, whole = (self.env["scheduling.duration"].search([("minutes", "=", minutes)]) for minutes in (30, 60))
        self.page.write({"duration_ids": [Command.set((half | whole).ids)], "increment": "30"})
        self.make_busy(self.host, self.at(12))
        self.assertEqual(self.reasons(hour=11, duration_min=30), [])
        explained = self.page.with_user(self.host).explain(self.day.isoformat(), 60, "jane@doe.example")
        self.assertEqual((explained["duration"], explained["durations"]), (60, [30, 60]))
        self.assertEqual(explained["visitor"], "jane@doe.example can book the times that are offered.")
        late = next(t for t in explained["times"] if self._utc(t["start"]) == self.at(11) + timedelta(minutes=30))
        self.assertEqual([reason["code"] for reason in late["reasons"]], ["busy"])
        self.env["ir.config_parameter"].set_param("meetings_scheduler.refused_email_domains", "spam.example")
        for email, words in (("x@SPAM.example", "of spam.example"), ("Laura@bianchi.example", "host's own address")):
            visitor = self.page.with_user(self.host).explain(self.day.isoformat(), visitor_email=email)["visitor"]
            self.assertIn(words, visitor)
        page = self.team_page("round_robin")
        self.env["res.partner"].create({"name": "J", "email": "jane@doe.example", "user_id": self.anna.id})
        explained = page.with_user(self.host).explain(self.day.isoformat(), visitor_email="jane@doe.example")
        self.assertEqual(explained["visitor"], "jane@doe.example can book. Anna goes first.")

    def test_what_is_typed_wrong_is_explained(self):
        """B8: an address that is none, or a duration the page lost meanwhile, says so instead of guessing."""
        for email in ("jane", "jane@doe", "a@b.example, c@d.example", "jane@doe.example\nBcc: x@y.example"):
            with self.subTest(email=email), self.assertRaisesRegex(UserError, "e-mail address|can't be shown"):
                self.page.with_user(self.host).explain(self.day.isoformat(), visitor_email=email)
        for minutes in (45, -30):
            with self.subTest(minutes=minutes), self.assertRaisesRegex(UserError, "Choose another one"):
                self.page.with_user(self.host).explain(self.day.isoformat(), minutes)

    def test_who_would_host(self):
        page = self.team_page("round_robin")
        self.env["res.partner"].create({"name": "J", "email": "jane@doe.example", "user_id": self.anna.id})
        times = page.with_user(self.host).explain(self.day.isoformat(), visitor_email="Jane@doe.example")["times"]
        self.assertIn("salesperson", times[0]["host"]["reason"])
        self.assertEqual(times[0]["host"]["name"], "Anna")

    def test_only_for_the_owner(self):
        other = new_test_user(self.env, "other.user")
        with self.assertRaises(AccessError):
            self.page.with_user(other).explain(self.day.isoformat())

    def test_fall_day_of_25_hours(self):
        fall = date(self.today.year + (self.today.month > 9), 10, 31)
        fall -= timedelta(days=(fall.weekday() + 1) % 7)  # the last Sunday of the next October
        window = {"window_start": fall - timedelta(days=9), "window_end": fall + timedelta(days=9)}
        self.page.write({"window_type": "dates", **window})
        times = self.page.with_user(self.host).explain(fall.isoformat())["times"]
        self.assertEqual(len(times), 50)
        self.assertEqual(self._utc(times[-1]["start"]) - self._utc(times[0]["start"]), timedelta(hours=24, minutes=30))
