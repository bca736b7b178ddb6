from datetime import datetime, timedelta

from odoo.tests import tagged

from .public_case import API, PublicCase


@tagged("post_install", "-at_install")
class TestSlots(PublicCase):
    """RELIABILITY section 3, "404" and "Slots": each row by its number."""

    def slots(self, query="", slug=None):
        return self.url_open(f"{API}/pages/{slug or self.slug}/slots{query}")

    def days(self, first, last):
        return f"?from={self.at(0, first).date()}&to={self.at(0, last).date()}"

    def test_slots_carry_the_offset_of_the_zone(self):
        """M2: free times of the asked days, in the asked zone, and no session for asking."""
        response = self.slots(self.days(3, 3) + "&tz=Asia/Kolkata&duration=30")
        answer = response.json()
        self.assertEqual(answer["timezone"], "Asia/Kolkata")
        self.assertEqual(len(answer["slots"]), 48)
        starts = [datetime.fromisoformat(slot["start"]) for slot in answer["slots"]]
        self.assertEqual({start.utcoffset() for start in starts}, {timedelta(hours=5, minutes=30)})
        self.assertEqual({start.date() for start in starts}, {self.at(0, 3).date()})
        self.assertEqual(answer["next_free"], answer["slots"][0])
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_seats_left(self):
        """M2: times of a group say how many seats are left, other pages' say nothing about seats."""
        self.assertNotIn("seats_left", self.slots(self.days(4, 4)).json()["slots"][0])
        self.page.write({"page_type": "group", "seats": 3})
        first = self.slots(self.days(4, 4)).json()["slots"][0]
        self.assertEqual(first["seats_left"], 3)
        self.assertEqual(self.post({**self.form(), "start": first["start"]}).status_code, 201)
        shown = self.slots(self.days(4, 4)).json()
        self.assertEqual([slot["seats_left"] for slot in shown["slots"][:2]], [2, 3])
        self.assertEqual(shown["next_free"]["seats_left"], 2)

    def test_shown_is_bookable(self):
        """B3: the first and the last time that is shown can be booked."""
        shown = self.slots(self.days(4, 4)).json()["slots"]
        for slot in (shown[0], shown[-1]):
            body = {**self.form(), "start": slot["start"]}
            self.assertEqual(self.post(body).status_code, 201, slot)
        self.assertEqual(len(self.slots(self.days(4, 4)).json()["slots"]), len(shown) - 2)

    def test_empty_days_say_what_is_next(self):
        """No month without a way on: days without free time name the next free time."""
        self.page.write({"window_type": "dates", "window_start": self.at(0, 40), "window_end": self.at(0, 50)})
        answer = self.slots(self.days(5, 20)).json()
        self.assertEqual(answer["slots"], [])
        self.assertGreaterEqual(datetime.fromisoformat(answer["next_free"]["start"]).date(), self.at(0, 39).date())

    def test_wrong_ranges(self):
        """Rows 10-18: days that make no sense are refused, naming the days that do."""
        rows = {
            "10 end before start": self.days(9, 8),
            "11 hundred years": "?from=2026-01-01&to=2126-01-01",
            "12 year 1": "?from=0001-01-01&to=0001-01-20",
            "13 year 9999": "?from=9999-12-01&to=9999-12-31",
            "14 30 February": "?from=2027-02-30&to=2027-03-01",
            "15 offset": "?from=2027-01-01T00:00:00%2B99:00",
            "16 NaN": "?from=NaN",
            "63 days": self.days(0, 63),
            "empty": "?from=",
        }
        for row, query in rows.items():
            with self.subTest(row):
                response = self.slots(query)
                self.assert_refused(response, 400, "Choose dates between", response.json()["error"]["field"])

    def test_wrong_parameters(self):
        """Rows 17-22: arrays, repeated and unknown parameters and durations that aren't offered are refused."""
        rows = {
            "17 array": ("?from[]=2027-01-01", "from[]", "Unknown parameter"),
            "18 repeated": ("?tz=Europe/Rome&tz=Europe/Paris", "tz", "more than once"),
            "19 negative": ("?duration=-15", "duration", "Choose one of: 30"),
            "20 zero": ("?duration=0", "duration", "Choose one of: 30"),
            "21 not offered": ("?duration=31", "duration", "Choose one of: 30"),
            "22 hosts": ("?hosts=" + ",".join(map(str, range(500))), "hosts", "Unknown parameter"),
        }
        for row, (query, field, message) in rows.items():
            with self.subTest(row):
                self.assert_refused(self.slots(query), 400, message, field)

    def test_unknown_zone(self):
        """Rows 23, 24, 26: an unknown zone is answered in the page's, with a warning."""
        for zone in ("Mars/Base", "", "../../etc/passwd"):
            with self.subTest(zone):
                answer = self.slots(f"?tz={zone}").json()
                self.assertEqual(answer["timezone"], "Europe/Rome")
                self.assertEqual(answer["warning"], "Unknown time zone; using Europe/Rome, please check.")
        known = self.slots("?tz=W. Europe Standard Time").json()
        self.assertEqual((known["timezone"], "warning" in known), ("Europe/Berlin", False))

    def test_pages_that_are_not_there(self):
        """Rows 1-9: unknown, hidden, forged: one and the same answer, from the page and from the API."""
        self.page.copy({"slug": "unpublished"})
        archived = self.page.copy({"slug": "archived", "is_published": True})
        archived.active = False
        slugs = [
            "nowhere",
            "unpublished",
            "archived",
            "%00",
            "a" * 2000,
            "intr%D0%BE-call",
            str(self.page.id),
            "%20",
            "'",
        ]
        for slug in slugs:
            with self.subTest(slug[:20]):
                self.assert_refused(self.slots(slug=slug), 404, "This booking page is not available.")
                page = self.url_open(f"/meetings/{slug}")
                self.assertEqual(page.status_code, 404)
                self.assertIn("This booking page is not available.", page.text)
        for path in ("/meetings/%2e%2e/%2e%2e/etc/passwd", "/meetings/a/b/c", "/meetings/manage", "/meetings/api"):
            with self.subTest(path):
                page = self.url_open(path)
                self.assertEqual(page.status_code, 404, path)
                self.assertIn("not available", page.text)

    def test_archived_host(self):
        """Row 2: the page of somebody who has left is not there."""
        self.host.active = False
        self.assert_refused(self.slots(), 404, "This booking page is not available.")
