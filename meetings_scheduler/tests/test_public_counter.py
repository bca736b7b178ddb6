from odoo.tests import BaseCase, tagged

from ..controllers.read_limit import TokenBuckets
from ..exceptions import PublicError
from .common import SchedulingCase
from .public_case import PublicCase


@tagged("post_install", "-at_install")
class TestBookingLimit(PublicCase):
    def test_too_many_bookings(self):
        """Row 40: one booking too many of one sender answers 429 with the wait, and stores nothing."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.rate_limit", "2")
        for hour in (8, 9):
            body = self.form(self.at(hour), email=f"visitor{hour}@doe.example")
            self.assertEqual(self.post(body).status_code, 201)
        before = self.stored()
        response = self.post(self.form(self.at(10), email="visitor10@doe.example"))
        self.assert_refused(response, 429, "Please try again in 60 minutes.")
        self.assertAlmostEqual(int(response.headers["Retry-After"]), 3600, delta=60)
        self.assertEqual(self.stored(), before)

    def test_reading_is_limited_apart(self):
        """Row 40: reading has a limit of its own; it ends by waiting."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.rate_limit", "2")
        with self.subTest("ordinary reading"):
            self.assertEqual(self.url_open(self.page_api).status_code, 200)
        self.patch(TokenBuckets, "take", lambda buckets, sender: 2.5)
        response = self.url_open(self.page_api)
        self.assert_refused(response, 429, "in 3 seconds")
        self.assertEqual(response.headers["Retry-After"], "3")


@tagged("post_install", "-at_install")
class TestCounter(SchedulingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.counter = cls.env["scheduling.counter"]
        cls.parameters = cls.env["ir.config_parameter"]

    def count(self, times, sender="192.0.2.1", scope="ip"):
        with self.enter_registry_test_mode():
            for _time in range(times):
                self.counter._count(scope, sender)

    def test_senders_are_counted_apart(self):
        """One sender's attempts are no one else's; an IPv6 visitor is their network."""
        self.parameters.set_param("meetings_scheduler.rate_limit", "3")
        self.count(3)
        self.count(3, sender="192.0.2.2")
        self.count(3, sender="192.0.2.1", scope="email")
        with self.assertRaises(PublicError):
            self.count(1)
        self.count(2, sender="2001:db8::1")
        self.count(1, sender="2001:db8::2")
        with self.assertRaises(PublicError):
            self.count(1, sender="2001:db8::3")
        self.count(1, sender="2001:db8:0:1::1")

    def test_old_attempts_are_forgotten(self):
        """After an hour an attempt counts no more, and the vacuum takes it away; senders can't be read."""
        self.parameters.set_param("meetings_scheduler.rate_limit", "1")
        self.count(1)
        row = self.counter.search([])
        self.assertEqual(len(row), 1)
        self.assertNotIn("192.0.2", row.sender)
        self.env.cr.execute("UPDATE scheduling_counter SET at = at - interval '61 minutes'")
        self.env.invalidate_all()
        self.count(1)
        self.counter._gc_attempts()
        self.assertEqual(self.counter.search_count([]), 1)

    def test_refused_attempts_do_not_prolong(self):
        """Trying again while it is refused does not make the wait longer."""
        self.parameters.set_param("meetings_scheduler.rate_limit", "1")
        self.count(1)
        for _time in range(3):
            with self.assertRaises(PublicError):
                self.count(1)
        self.assertLessEqual(self.counter.search_count([]), 1)

    def test_setting(self):
        """0 switches the limit off; nonsense is as if nothing was set."""
        for value, limit in (("0", 0), ("7", 7), ("many", 20), ("-1", 0)):
            self.parameters.set_param("meetings_scheduler.rate_limit", value)
            self.assertEqual(self.counter._limit(), limit)


@tagged("post_install", "-at_install")
class TestTokenBuckets(BaseCase):
    def test_bucket(self):
        """A bucket gives what it holds at once and what flows in later, to each sender apart."""
        now = [0.0]
        buckets = TokenBuckets(burst=2, per_second=0.5, clock=lambda: now[0])
        self.assertEqual([buckets.take("a"), buckets.take("a"), buckets.take("b")], [0, 0, 0])
        self.assertEqual(buckets.take("a"), 2.0)
        now[0] = 2.0
        self.assertEqual(buckets.take("a"), 0)
        self.assertGreater(buckets.take("a"), 0)
