import logging

from odoo.tests import tagged

from ..access_log import AddressFilter, keep_secrets_out, mask
from .public_case import API, PublicCase


@tagged("post_install", "-at_install")
class TestAccessLog(PublicCase):
    def line(self, path):
        """:return: what the log gets of a request's line, which is written as Odoo's server writes it"""
        arguments = (f"GET {path} HTTP/1.1", "200", "-")
        record = logging.LogRecord("werkzeug", logging.INFO, __file__, 1, '127.0.0.1 "%s" %s %s', arguments, None)
        self.assertTrue(AddressFilter().filter(record), "nothing is left out")
        return record.getMessage()

    def test_tokens_are_not_in_the_log(self):
        """P14: the line of a request tells which route, never the token; private links and holds neither."""
        token = self.book(self.at(10))._mint_token("visitor")
        link = self.env["scheduling.link"].create({"page_id": self.page.id, "name": "For Jane"})
        for secret, path, shown in (
            (token, f"/meetings/manage/{token}", "/meetings/manage/***"),
            (token, f"/meetings/manage/{token}?step=cancel", "/meetings/manage/***?step=cancel"),
            (token, f"/meetings/manage/{token}/invite.ics", "/meetings/manage/***/invite.ics"),
            (token, f"{API}/bookings/{token}/slots?tz=UTC", f"{API}/bookings/***/slots?tz=UTC"),
            (link.key, f"/meetings/{self.slug}~{link.key}", f"/meetings/{self.slug}~***"),
            (link.key, f"{API}/pages/{self.slug}~{link.key}/slots", f"{API}/pages/{self.slug}~***/slots"),
            ("h" * 32, f"{self.page_api}/slots?hold={'h' * 32}&tz=UTC", "slots?hold=***&tz=UTC"),
        ):
            with self.subTest(path):
                written = self.line(path)
                self.assertIn(shown, written)
                self.assertNotIn(secret, written)

    def test_what_comes_back_from_a_consent(self):
        """The code and the state of a sign-in are secrets for as long as they can be used."""
        line = '"GET /meetings/connect/google/callback?state=abc&code=4/x&scope=y HTTP/1.1" 303'
        self.assertEqual(mask(line), '"GET /meetings/connect/google/callback?state=***&code=***&scope=y HTTP/1.1" 303')

    def test_other_lines_stay_as_they_are(self):
        for line in ("GET /web/manage/secret?code=1 HTTP/1.1", "GET /meetings/intro-call?month=2026-11 HTTP/1.1"):
            self.assertEqual(mask(line), line)

    def test_installed_once(self):
        keep_secrets_out()
        keep_secrets_out()
        for name in ("werkzeug", "odoo.http"):
            filters = [known for known in logging.getLogger(name).filters if isinstance(known, AddressFilter)]
            self.assertEqual(len(filters), 1)
