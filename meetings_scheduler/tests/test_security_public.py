"""What an attacker without a login tries: floods, other people's mailboxes, odd verbs and bodies, leaking links."""

import json
import re

from requests import Request

from odoo.tests import tagged

from ..controllers import read_limit
from ..controllers.read_limit import TokenBuckets
from .public_case import API, PublicCase


@tagged("post_install", "-at_install")
class TestSecurityMails(PublicCase):
    """How often, and with what, a stranger can have mails sent to somebody."""

    def limit(self, number):
        self.env["ir.config_parameter"].set_param("meetings_scheduler.rate_limit", str(number))

    def book_by_api(self, hour, **changes):
        response = self.post(self.form(self.at(hour), **changes))
        self.assertEqual(response.status_code, 201, response.text)
        return response.json()["manage_url"].rpartition("/")[2]

    def move(self, token, hour, **body):
        return self.post({"start": self.at(hour).isoformat(), **body}, f"{API}/bookings/{token}/reschedule")

    def test_a_guest_is_not_flooded(self):
        """Guests are counted as visitors are: nobody's mailbox is filled by naming it in many bookings."""
        self.limit(2)
        self.patch(type(self.env["scheduling.counter"]), "_hash", lambda counters, scope, sender: f"{scope}:{sender}")
        for hour in (8, 9):
            self.book_by_api(hour, email=f"a{hour}@doe.example", guests=["Victim@guest.example"])
        # another sender, so that it is the guest who is counted
        self.env.cr.execute("DELETE FROM scheduling_counter WHERE scope = 'ip'")
        body = self.form(self.at(10), email="a10@doe.example", guests=["victim@guest.example"])
        self.assert_booking_refused(body, 429, "many bookings")

    def test_moving_sends_no_more_mails_than_booking(self):
        """One booking can't be moved to and fro to fill a mailbox; the host still can move it."""
        self.limit(2)
        token = self.book_by_api(8)
        statuses = [self.move(token, hour).status_code for hour in (9, 10, 11)]
        self.assertEqual(statuses, [200, 200, 429])
        booking = self.bookings.search([("page_id", "=", self.page.id)])
        self.assertEqual(booking.start, self.at(10).replace(tzinfo=None))
        self.assertEqual(self.move(booking._mint_token("host"), 12).status_code, 200)

    def test_moving_by_form_is_counted_too(self):
        """The pages without JavaScript count as the API does."""
        self.limit(1)
        token = self.book_by_api(8)
        url = f"/meetings/manage/{token}/reschedule"
        answers = [
            self.url_open(url, data={"start": self.at(hour).isoformat()}, allow_redirects=False) for hour in (9, 10)
        ]
        self.assertEqual([answer.status_code for answer in answers], [303, 429])

    def test_refused_bookings_lock_nobody_out(self):
        """Who tries in vain in somebody's name uses up nothing of theirs: only what is booked is counted for them."""
        counted = []
        self.patch(type(self.env["scheduling.counter"]), "_count", lambda _self, scope, sender: counted.append(scope))
        self.assertEqual(self.post(self.form(self.at(9, days=-1))).status_code, 409)
        self.assertEqual(counted, ["ip"])
        self.book_by_api(10, guests=["a@guest.example", "b@guest.example"])
        self.assertEqual(counted, ["ip", "ip", "email", "guest", "guest"])

    def test_a_stranger_s_reason_reaches_the_host_only(self):
        """A reason is free text: what a visitor writes isn't mailed to addresses the visitor chose."""
        spam = "Your account is locked, call +1 900 555 0100"
        token = self.book_by_api(8, guests=["victim@guest.example"])
        self.run_outbox()
        self.assertEqual(self.move(token, 9, reason=spam).status_code, 200)
        self.assertEqual(self.post({"reason": spam}, f"{API}/bookings/{token}/cancel").status_code, 200)
        booking = self.bookings.search([("page_id", "=", self.page.id)])
        for notice in ("moved", "cancelled"):
            for audience, told in (("visitor", False), ("guest", False), ("host", True)):
                recipient = "victim@guest.example" if audience == "guest" else None
                mail = booking._create_mail(notice, audience, recipient)
                self.assertEqual(spam in mail.body_html, told, f"{notice}, {audience}")

    def test_a_host_s_reason_is_told(self):
        """Why the host cancels is what the visitor wants to know."""
        self.book_by_api(8)
        booking = self.bookings.search([("page_id", "=", self.page.id)])
        booking._cancel("I have fallen ill.")
        self.assertIn("I have fallen ill.", booking._create_mail("cancelled", "visitor").body_html)

    def test_the_mail_s_buttons_lead_somewhere(self):
        """Move and Cancel of the mail open the page that asks; opening changes nothing."""
        self.book_by_api(8)
        booking = self.bookings.search([("page_id", "=", self.page.id)])
        body = booking._create_mail("booked", "visitor").body_html
        urls = [url.replace("&amp;", "&") for url in re.findall(r'href="[^"]*(/meetings/manage/[^"]+)"', body)]
        self.assertEqual(len(urls), 2)
        for url in urls:
            response = self.url_open(url)
            self.assertEqual(response.status_code, 200, url)
            self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(booking.state, "confirmed")


@tagged("post_install", "-at_install")
class TestSecurityRequests(PublicCase):
    def test_options_acts_not(self):
        """Odoo lets OPTIONS into every route: it must not book, cancel or show."""
        token = self.book(self.at(9))._mint_token("visitor")
        before = self.stored()
        for url, body in (
            (f"{API}/bookings/{token}/cancel", None),
            (f"{self.page_api}/bookings", self.form(self.at(10))),
            (f"/meetings/manage/{token}/cancel", None),
            (f"/meetings/manage/{token}", None),
        ):
            response = self.opener.options(
                self.base_url() + url, json=body, headers={"Content-Type": "application/json"}, timeout=12
            )
            self.assertEqual(response.status_code, 405, url)
        self.assertEqual(self.stored(), before)
        self.assertEqual(self.bookings.search([("page_id", "=", self.page.id)]).state, "confirmed")

    def test_a_foreign_page_can_t_post_for_a_colleague(self):
        """Browsers send text/plain and forms across sites without asking, cookies included: the API takes JSON only."""
        self.authenticate(self.host.login, self.host.login)
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            before = self.stored()
            response = self.url_open(
                f"{self.page_api}/bookings",
                data=json.dumps(self.form()),
                headers={"Content-Type": content_type},
            )
            self.assert_refused(response, 415, "application/json")
            self.assertEqual(self.stored(), before)

    def test_times_at_the_end_of_time(self):
        """Row 13: a time at the edge of what Python can count is no time, wherever one is given."""
        for start in ("9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00+00:00"):
            self.assert_booking_refused({**self.form(), "start": start}, 400, "This is not a time", "start")
            page = self.url_open(f"/meetings/{self.slug}?tz=America/New_York&start={start.replace('+', '%2B')}")
            self.assertEqual(page.status_code, 400)

    def test_forms_are_bounded(self):
        """A form of many megabytes isn't read for a link, known or not."""
        token = self.book(self.at(9))._mint_token("visitor")
        for url in (f"/meetings/manage/{token}/cancel", "/meetings/webhook/google"):
            response = self.url_open(url, data={"reason": "a" * 300_000})
            self.assertEqual(response.status_code, 413, url)

    def test_push_calls_with_odd_names(self):
        """A push call whose channel PostgreSQL couldn't even look for is dropped like any unknown one."""
        self.assertFalse(self.env["scheduling.channel"]._notified("a\x00b", "token"))
        self.assertFalse(self.env["scheduling.channel"]._notified("kanal-ä", "töken"))

    def test_posting_to_no_page(self):
        """Rows 1 and 8: a form sent to a page that isn't there gets the answer of every page that isn't."""
        self.page.is_published = False
        for slug in (self.slug, "nobody-s-page"):
            response = self.url_open(f"/meetings/{slug}/book", data={"first_name": "Jane"})
            self.assertEqual(response.status_code, 404)
            self.assertIn("This booking page is not available.", response.text)

    def test_dots_in_addresses(self):
        """Row 4: dots lead nowhere, and end in no error of ours, whatever is done with them."""
        for method, path in (
            ("GET", "/meetings/.."),
            ("POST", "/meetings/../book"),
            ("GET", "/meetings/manage/.."),
            ("GET", "/meetings/manage/../invite.ics"),
            ("POST", "/meetings/manage/../cancel"),
        ):
            request = Request(method, self.base_url(), data={"a": "b"} if method == "POST" else None)
            with self.allow_requests(all_requests=True):
                prepared = self.opener.prepare_request(request)
                prepared.url = self.base_url() + path  # as it stands: requests would tidy it up
                response = self.opener.send(prepared, timeout=12)
            self.assertEqual(response.status_code, 404, f"{method} {path}")

    def test_key_of_a_private_link_stays_here(self):
        """The address of a private link is as good as a password: no step of it is cached or told as referrer."""
        self.page.access = "private"
        link = self.env["scheduling.link"].create({"page_id": self.page.id})
        start = self.at(10).strftime("%Y-%m-%dT%H:%M:%SZ")
        base = f"/meetings/{self.slug}~{link.key}"
        answers = [
            self.url_open(base),
            self.url_open(f"{base}?start={start}"),
            self.url_open(f"{base}/book", data={"first_name": "Jane"}),
        ]
        self.assertEqual([answer.status_code for answer in answers], [200, 200, 400])
        for answer in answers:
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer", answer.url)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_unknown_addresses_below_a_token_stay_here(self):
        """A mistyped address with a token in it is not told to the next site either."""
        token = self.book(self.at(9))._mint_token("visitor")
        response = self.url_open(f"/meetings/manage/{token}/nonsense")
        self.assertEqual((response.status_code, response.headers["Referrer-Policy"]), (404, "no-referrer"))

    def test_no_invitation_to_what_is_not_booked(self):
        """A cancelled or merely requested meeting can't be fetched as a confirmed calendar entry."""
        booking = self.book(self.at(9))
        url = f"/meetings/manage/{booking._mint_token('visitor')}/invite.ics"
        self.assertEqual(self.url_open(url).headers["Content-Type"], "text/calendar; charset=utf-8")
        booking._cancel()
        self.assertEqual(self.url_open(url).status_code, 410)

    def test_pages_have_the_reading_limit_too(self):
        """The pages compute what the API computes: they have its limit."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.rate_limit", "2")
        self.patch(TokenBuckets, "take", lambda buckets, sender: 2.5)
        token = self.book(self.at(9))._mint_token("visitor")
        for url in (f"/meetings/{self.slug}", f"/meetings/manage/{token}?step=move"):
            response = self.url_open(url)
            self.assertEqual((response.status_code, response.headers.get("Retry-After")), (429, "3"), url)

    def test_an_ipv6_visitor_is_their_network(self):
        """Changing addresses within one's /64 doesn't refill the reading limit."""
        buckets = read_limit.TokenBuckets(burst=1, per_second=0.001)
        self.patch(read_limit, "buckets", buckets)
        self.assertFalse(read_limit.wait_of("2001:db8::1"))
        self.assertTrue(read_limit.wait_of("2001:db8::2"))
        self.assertFalse(read_limit.wait_of("2001:db8:0:1::1"))
