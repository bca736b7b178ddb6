import re
from unittest.mock import patch
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from ..controllers import common
from .common import ROME
from .public_case import PublicCase


@tagged("post_install", "-at_install")
class TestPagesWithoutScript(PublicCase):
    """The pages for browsers, as the server draws them."""

    def open(self, path):
        response = self.url_open(path)
        return response, html.fromstring(response.text)

    def open_form(self):
        """:return: the fields of the form for a free time, as drawn"""
        start = self.at(10).strftime("%Y-%m-%dT%H:%M:%SZ")
        _response, tree = self.open(f"/meetings/{self.slug}?start={start}")
        return dict(tree.xpath("//form[contains(@class, 'o_ms_form')]")[0].form_values())

    def send(self, **changes):
        fields = {**self.open_form(), "first_name": "Jane", "last_name": "Doe", "email": "jane@doe.example", **changes}
        with patch.object(common, "MIN_FILL_SECONDS", 0):
            return self.url_open(f"/meetings/{self.slug}/book", data=fields, allow_redirects=False)

    def assert_nothing_stored(self, response, status, message):
        self.assertEqual(response.status_code, status)
        self.assertIn(message, html.fromstring(response.text).text_content())
        self.assertNotIn("Traceback", response.text)
        self.assertFalse(self.bookings.search_count([]))

    def test_parameter_named_like_pythons_own(self):
        """Bad input: a query that collides with the controller's own words is no error of ours."""
        self.assertEqual(self.url_open(f"/meetings/{self.slug}?self=1&cls=2&env=3").status_code, 200)
        self.assertEqual(self.url_open(f"/meetings/api/v1/pages/{self.slug}?self=1").status_code, 200)

    def test_month_to_confirmation(self):
        """M28: month, times, form and confirmation follow each other by links alone."""
        _response, month = self.open(f"/meetings/{self.slug}")
        self.assertIn("Laura Bianchi", month.text_content())
        days = month.xpath("//a[contains(@class, 'o_ms_free')]/@href")
        _response, times = self.open(f"/meetings/{self.slug}{days[-1]}")
        _response, form = self.open(
            f"/meetings/{self.slug}" + times.xpath("//a[contains(@class, 'o_ms_time')]/@href")[0]
        )
        self.assertEqual(form.xpath("//form[contains(@class, 'o_ms_form')]/@method"), ["post"])
        answer = self.send()
        self.assertEqual(answer.status_code, 303)
        response, confirmation = self.open(answer.headers["Location"])
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertIn("You're booked with Laura Bianchi", confirmation.text_content())
        self.assertEqual(self.bookings.search([]).state, "confirmed")

    def test_opens_where_there_is_free_time(self):
        """The page opens on the first month with free time, its first free day chosen already."""
        first = self.at(0, 70).date()
        self.page.write({"window_type": "dates", "window_start": first, "window_end": self.at(0, 80).date()})
        _response, page = self.open(f"/meetings/{self.slug}?tz=UTC")
        chosen = page.xpath("//a[contains(@class, 'o_ms_chosen')]/@href")
        self.assertRegex(chosen[0], r"day=\d{4}-\d\d-\d\d")
        self.assertTrue(page.xpath("//a[contains(@class, 'o_ms_time')]"))

    def test_empty_month_leads_on(self):
        """No month without a way on: the next free day is a link."""
        first = self.at(0, 40).date().replace(day=28)
        self.page.write({"window_type": "dates", "window_start": first, "window_end": first})
        self.page.write({"window_start": self.at(0, 1).date(), "window_end": self.at(0, 100).date()})
        self.page.hours_ids.unlink()
        override_free = self.page._next_free(common.utc_now(), 30)
        self.assertIsNone(override_free)
        _response, page = self.open(f"/meetings/{self.slug}")
        self.assertIn("There are no free times at the moment", page.text_content())

    def test_mistakes_are_shown_at_their_field(self):
        """Rows 41, 49: the form comes back with the message at the field and everything that was typed."""
        self.page.question_ids = [Command.create({"label": "Topic", "type": "textarea"})]
        answer = f"answer_{self.page.question_ids.id}"
        response = self.send(email="a@b", last_name='O\'Neill "x"', **{answer: "Line\nTwo"})
        self.assert_nothing_stored(response, 400, "should look like name@example.com")
        tree = html.fromstring(response.text)
        [email] = tree.xpath("//input[@name='email']")
        self.assertEqual((email.get("value"), email.get("aria-invalid")), ("a@b", "true"))
        message = tree.xpath(f"//*[@id='{email.get('aria-describedby')}']")[0]
        self.assertIn("name@example.com", message.text_content())
        self.assertEqual(tree.xpath("//input[@name='last_name']/@value"), ['O\'Neill "x"'])
        self.assertEqual(tree.xpath(f"//textarea[@name='{answer}']")[0].text, "Line\nTwo")
        # The same form, put right, is booked.
        self.assertEqual(self.send().status_code, 303)

    def test_taken_time(self):
        """Row 29: a time taken meanwhile offers three others, each one click away."""
        fields = {**self.open_form(), "first_name": "Jane", "last_name": "Doe", "email": "jane@doe.example"}
        self.book(self.at(10), email="first@doe.example", email_normalized="first@doe.example")
        with patch.object(common, "MIN_FILL_SECONDS", 0):
            response = self.url_open(f"/meetings/{self.slug}/book", data=fields)
            self.assertEqual(response.status_code, 409)
            tree = html.fromstring(response.text)
            alternatives = tree.xpath("//button[@name='start']/@value")
            self.assertEqual(len(alternatives), 3)
            again = dict(tree.xpath("//form[contains(@class, 'o_ms_form')]")[0].form_values())
            self.assertEqual(again["email"], "jane@doe.example")
            again["start"] = alternatives[0]
            booked = self.url_open(f"/meetings/{self.slug}/book", data=again, allow_redirects=False)
        self.assertEqual(booked.status_code, 303)

    def test_refusal_takes_everything_back(self):
        """Row 29: what was written before a booking was refused is gone."""
        self.patch_half_booked()
        self.assert_nothing_stored(self.send(), 409, "Somebody was faster.")
        self.assertFalse(self.env["res.partner"].search_count([("name", "=", "Half booked")]))

    def test_trap(self):
        """Row 37: a machine that fills every field gets a neutral answer, and nothing is stored."""
        response = self.send(**{common.HONEYPOT: "x"})
        self.assert_nothing_stored(response, 200, "Thank you")
        self.assertNotIn("booked", html.fromstring(response.text).text_content())

    def test_too_fast(self):
        """Row 38: a form sent faster than a person types comes back to be sent once more."""
        fields = {**self.open_form(), "first_name": "Jane", "last_name": "Doe", "email": "jane@doe.example"}
        with patch.object(common, "MIN_FILL_SECONDS", 3600):
            response = self.url_open(f"/meetings/{self.slug}/book", data=fields)
        self.assert_nothing_stored(response, 400, "That was quick!")
        self.assertIn('value="jane@doe.example"', response.text)

    def test_forged_form_token(self):
        """Rows 38, 39: a form without our signature, or with an old one, comes back to be sent once more."""
        for token in ("", "abc", "A" * 80, "%"):
            with self.subTest(token):
                self.assert_nothing_stored(self.send(form_token=token), 400, "Please send it once more")

    def test_big_form(self):
        """Row 58: a form of megabytes is refused before it is read."""
        response = self.url_open(
            f"/meetings/{self.slug}/book",
            data={"first_name": "Jane"},
            files={"file": ("a.svg", b"x" * (2 * 1024 * 1024))},
        )
        self.assertEqual(response.status_code, 413)
        self.assertFalse(self.bookings.search_count([]))

    def test_double_click(self):
        """Row 34: the same form sent twice is one booking, and both answers show it."""
        fields = {**self.open_form(), "first_name": "Jane", "last_name": "Doe", "email": "jane@doe.example"}
        with patch.object(common, "MIN_FILL_SECONDS", 0):
            for _click in range(2):
                response = self.url_open(f"/meetings/{self.slug}/book", data=fields)
                self.assertIn("You're booked with", html.fromstring(response.text).text_content())
        self.assertEqual(self.bookings.search_count([]), 1)

    def test_wrong_addresses(self):
        """Rows 10-24: dates, durations and zones that make no sense say so; the page still works."""
        for query, status, message in (
            ("month=2026-99", 400, "Choose dates between"),
            ("day=2027-02-30", 400, "Choose dates between"),
            ("month=9999-12", 400, "Choose dates between"),
            ("duration=-15", 400, "Choose one of: 30"),
            ("tz=Mars/Base", 200, "Unknown time zone; using Europe/Rome, please check."),
            ("tz=../../etc/passwd", 200, "Unknown time zone"),
            ("start=nonsense", 400, "This is not a time"),
        ):
            with self.subTest(query):
                response, tree = self.open(f"/meetings/{self.slug}?{query}")
                self.assertEqual(response.status_code, status)
                self.assertIn(message, tree.text_content())

    def test_signed_in_without_csrf_token(self):
        """A form that another site sends in a signed-in user's name is refused."""
        self.authenticate("laura.host", "laura.host")
        response = self.send(csrf_token="forged")
        self.assert_nothing_stored(response, 400, "Please send it once more")

    def test_offline_page(self):
        """M3, M4: without a calendar the page says so, takes a request, and never says booked."""
        self.connection.action_disconnect()
        note = "calendar isn't connected right now"
        _response, page = self.open(f"/meetings/{self.slug}")
        self.assertIn(note, page.text_content())
        start = self.at(10).strftime("%Y-%m-%dT%H:%M:%SZ")
        form = self.url_open(f"/meetings/{self.slug}?start={start}").text
        self.assertIn("Ask for this time", form)
        self.assertNotIn("Book this time", form)
        answer = self.send()
        _response, sent = self.open(answer.headers["Location"])
        self.assertIn("Request sent", sent.text_content())
        self.assertNotRegex(sent.xpath("//div[@id='wrap']")[0].text_content(), re.compile("booked|confirmed", re.I))
        booking = self.bookings.search([])
        self.assertEqual((booking.state, booking.event_id.id), ("requested", False))

    def test_language(self):
        """Dates are written as the page's language writes them."""
        self.env["res.lang"]._activate_lang("it_IT")
        self.env["website"].search([]).language_ids = [
            Command.link(self.env["res.lang"]._get_data(code=code).id) for code in ("it_IT", "en_US")
        ]
        start = self.at(9, 20)
        query = f"start={start:%Y-%m-%dT%H:%M:%SZ}"
        _response, page = self.open(f"/it/meetings/{self.slug}?{query}&tz=Europe/Rome")
        told = format_datetime(start.astimezone(ROME), "EEEE d MMMM y, HH:mm", locale="it")
        self.assertIn(told, page.text_content())
        self.opener.cookies.clear()
        _response, page = self.open(f"/meetings/{self.slug}?{query}&tz=America/New_York")
        told = format_datetime(start.astimezone(ZoneInfo("America/New_York")), "EEEE, MMMM d, y, h:mm", locale="en")
        self.assertIn(told, page.text_content())

    def test_page_with_a_language_of_its_own(self):
        """A page whose owner has chosen a language is shown in it, whatever the visitor reads elsewhere."""
        self.env["res.lang"]._activate_lang("it_IT")
        languages = [self.env["res.lang"]._get_data(code=code).id for code in ("it_IT", "en_US")]
        self.env["website"].search([]).language_ids = [Command.set(languages)]
        self.page.lang = "it_IT"
        response, page = self.open(f"/meetings/{self.slug}?tz=UTC")
        self.assertTrue(response.url.endswith(f"/it/meetings/{self.slug}?tz=UTC"))
        self.assertEqual(page.get("lang"), "it-IT")
        self.page.lang = "en_US"
        response, page = self.open(f"/it/meetings/{self.slug}")
        self.assertEqual(page.get("lang"), "en-US")

    def test_photo(self):
        """The host's picture is served by the page's address, of pages that can be seen."""
        self.assertEqual(self.url_open(f"/meetings/{self.slug}/photo").status_code, 200)
        self.assertEqual(self.url_open("/meetings/nowhere/photo").status_code, 404)
