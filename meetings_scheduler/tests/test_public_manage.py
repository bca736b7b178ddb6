import re
from urllib.parse import urlsplit

from lxml import html

from odoo.tests import tagged

from .public_case import API, PublicCase

GONE = "This link is no longer valid; request a new one."


@tagged("post_install", "-at_install")
class TestManageLinks(PublicCase):
    """RELIABILITY section 3, "Links": each row by its number."""

    def setUp(self):
        super().setUp()
        self.booking = self.book(self.at(10))
        self.token = self.booking._mint_token("visitor")
        self.url = f"/meetings/manage/{self.token}"

    def offline_request(self):
        """:return: a request on a page whose host has no calendar connected"""
        self.connection.action_disconnect()
        self.page.invalidate_recordset()
        return self.book(self.at(14), email="req@doe.example", email_normalized="req@doe.example")

    def send(self, action, address=None, **form):
        return self.url_open(f"{address or self.url}/{action}", data={"x": "1", **form}, allow_redirects=False)

    def text_of(self, path):
        """:return: what a person reads on a page"""
        return html.fromstring(self.url_open(path).text).xpath("//div[@id='wrap']")[0].text_content()

    def test_looking_changes_nothing(self):
        """Row 67: opening any link of a mail, as mail scanners do, changes nothing."""
        host_url = f"/meetings/manage/{self.booking._mint_token('host')}"
        before = self.booking.read()
        for url in (self.url, host_url):
            for path in ("", "?step=move", "?step=cancel", "?step=accept", "?done=cancelled", "/invite.ics"):
                with self.subTest(path):
                    self.assertEqual(self.url_open(url + path).status_code, 200)
            for action in ("cancel", "accept", "decline", "reschedule"):
                with self.subTest(action):
                    response = self.url_open(f"{url}/{action}")
                    self.assertIn(response.status_code, (404, 405))
        self.booking.invalidate_recordset()
        self.assertEqual(self.booking.read(), before)

    def test_pages_with_tokens_are_private(self):
        """A page that shows a person's meeting stays out of caches, referrers and search engines."""
        for path in ("", "?step=move", "/invite.ics"):
            headers = self.url_open(self.url + path).headers
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertIn("noindex", headers["X-Robots-Tag"])

    def test_links_that_are_not_valid(self):
        """Row 63: an altered or invented link says so, the same way for all of them."""
        altered = self.token[:-1] + ("A" if self.token[-1] != "A" else "B")
        for token in (altered, "x" * 32, "%00" * 20, "1", "a" * 500, str(self.booking.id), self.booking.reference):
            with self.subTest(token[:20]):
                page = self.url_open(f"/meetings/manage/{token}")
                self.assertEqual(page.status_code, 404)
                self.assertIn(GONE, page.text)
                self.assertEqual(self.send("cancel", f"/meetings/manage/{token}").status_code, 404)
                self.assert_refused(self.url_open(f"{API}/bookings/{token}"), 404, GONE)
        self.assertEqual(self.booking.state, "confirmed")

    def test_cancel_from_the_mail(self):
        """B7: the visitor cancels with a reason; the record keeps it; the link then says so."""
        form = self.url_open(f"{self.url}?step=cancel").text
        self.assertIn("Why are you cancelling?", form)
        answer = self.send("cancel", reason="Found another way")
        self.assertEqual((answer.status_code, urlsplit(answer.headers["Location"]).path), (303, self.url))
        self.assertEqual((self.booking.state, self.booking.reason), ("cancelled", "Found another way"))
        self.assertEqual(self.booking.changed_by, "visitor")
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 410)
        self.assertIn("This meeting is cancelled", page.text)
        self.assertNotIn("?step=cancel", page.text)

    def test_cancelled_meeting(self):
        """Rows 65, 66: after cancelling, a second cancelling and moving are refused and change nothing."""
        self.booking._cancel("Ill", "host")
        before = self.stored()
        for action in ("cancel", "reschedule"):
            response = self.send(action, start=self.at(12).isoformat(), reason="again")
            self.assertEqual(response.status_code, 410)
            self.assertIn("cancelled already", response.text)
        self.assertEqual(self.url_open(f"{self.url}?step=move").status_code, 410)
        self.assertEqual((self.booking.reason, self.stored()), ("Ill", before))

    def test_move(self):
        """M33: moving keeps the booking and its event, at the new time."""
        event = self.booking.event_id
        answer = self.send("reschedule", start=self.at(12).isoformat(), reason="Train")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.booking.start, self.at(12).replace(tzinfo=None))
        self.assertEqual((self.booking.event_id, event.start), (event, self.booking.start))
        page = self.url_open(answer.headers["Location"])
        self.assertIn("Your meeting is moved", page.text)

    def test_move_to_a_taken_time(self):
        """Row 29: a time taken meanwhile offers three others; the meeting stays where it was."""
        self.book(self.at(12), email="other@doe.example", email_normalized="other@doe.example")
        response = self.send("reschedule", start=self.at(12).isoformat())
        self.assertEqual(response.status_code, 409)
        self.assertIn("These are near it:", response.text)
        self.assertEqual(len(re.findall(r'href="[^"]*start=', response.text.split("o_ms_card")[0])), 3)
        self.booking.invalidate_recordset()
        self.assertEqual(self.booking.start, self.at(10).replace(tzinfo=None))

    def test_late_changes(self):
        """Too late to change: the host's address stands in place of the buttons, and forms are refused."""
        self.page.change_limit_hours = 24 * 30
        page = self.url_open(self.url).text
        self.assertIn("laura@bianchi.example", page)
        self.assertNotIn("?step=move", page)
        self.assertEqual(self.send("cancel").status_code, 409)
        self.assert_refused(self.post({}, url=f"{API}/bookings/{self.token}/cancel"), 409, "laura@bianchi.example")
        self.assertEqual(self.booking.state, "confirmed")

    def test_accept(self):
        """M4: the owner accepts a request from the mail; the event is made."""
        request = self.offline_request()
        url = f"/meetings/manage/{request._mint_token('host')}"
        self.assertIn("Jane asks for a meeting", self.text_of(url))
        self.assertFalse(request.event_id)
        self.assertEqual(self.send("accept", url).status_code, 303)
        self.assertEqual(request.state, "confirmed")
        self.assertTrue(request.event_id)
        self.assertEqual(self.send("accept", url).status_code, 409)

    def test_decline(self):
        """M4: the owner declines a request with a reason; the visitor's link tells it."""
        request = self.offline_request()
        visitor_url = f"/meetings/manage/{request._mint_token('visitor')}"
        self.assertIn("Nothing is fixed until then", self.text_of(visitor_url))
        self.send("decline", f"/meetings/manage/{request._mint_token('host')}", reason="On leave")
        self.assertEqual((request.state, request.reason), ("declined", "On leave"))
        page = self.url_open(visitor_url)
        self.assertEqual(page.status_code, 410)
        self.assertIn("This request was declined", page.text)
        self.assertIn("On leave", page.text)

    def test_visitor_can_not_accept(self):
        """M4: only the owner's link answers a request."""
        request = self.offline_request()
        url = f"/meetings/manage/{request._mint_token('visitor')}"
        for action in ("accept", "decline"):
            self.assertEqual(self.send(action, url).status_code, 404)
        self.assertEqual(request.state, "requested")

    def test_no_way_out_of_the_site(self):
        """Rows 68, 69: no parameter leads to another site."""
        for target in ("//evil.example", "javascript:alert(1)", "https://evil.example"):
            form = dict.fromkeys(("return_url", "redirect", "url"), target)
            answer = self.send("reschedule", start=self.at(13).isoformat(), **form)
            self.assertNotIn("evil", answer.headers.get("Location", ""))
            page = html.fromstring(self.url_open(f"{self.url}?return_url={target}").text)
            self.assertFalse([link for link in page.xpath("//@href | //@action") if link.startswith(target)])

    def test_long_reason(self):
        """A reason of a page's length is refused, and nothing is cancelled."""
        response = self.send("cancel", reason="a" * 1001)
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.booking.state, "confirmed")

    def test_invitation_file(self):
        """The .ics of the link carries the meeting under its UID."""
        response = self.url_open(f"{self.url}/invite.ics")
        self.assertIn("text/calendar", response.headers["Content-Type"])
        self.assertIn(f"UID:{self.booking.uid}", response.text.replace("\r\n ", ""))
