"""Two first bookings of one new visitor at the same moment."""

from datetime import datetime, timedelta, timezone

import psycopg2.errors

from odoo.exceptions import ConcurrencyError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SchedulingCase
from .race_case import RaceCase

VISITOR, OTHER = "visitor@race.example", "other@race.example"


@tagged("post_install", "-at_install")
class TestContactRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.take_back)
        with self.transaction() as env:
            env["scheduling.connection"]._connect_odoo(self.user(env))
            hours = [Command.create({"day": str(day), "hour_from": 0, "hour_to": 24}) for day in range(7)]
            values = {"name": "Race", "slug": "contact-race", "user_id": self.user_id, "timezone": "UTC"}
            values.update(min_notice_hours=0, hours_ids=hours)
            self.page_id = env["scheduling.page"].create(values).id

    def take_back(self):
        with self.transaction() as env:
            bookings = env["scheduling.booking"].search([("user_id", "=", self.user_id)])
            events = bookings.event_id
            bookings.unlink()
            events.with_context(dont_notify=True).unlink()
            env["res.partner"].search([("email_normalized", "in", (VISITOR, OTHER))]).unlink()
            env["scheduling.connection"].search([("user_id", "=", self.user_id)]).unlink()

    def book(self, env, hour, email=VISITOR):
        start = datetime.now(timezone.utc).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=3)
        request = SchedulingCase.request(start, email=email, email_normalized=email)
        return env["scheduling.page"].browse(self.page_id)._book(request)

    def look(self, env):
        """The transaction's snapshot is taken: what others commit from now on it doesn't see."""
        self.assertEqual(self.count(env), 0)

    def count(self, env):
        return env["res.partner"].search_count([("email_normalized", "=", VISITOR)])

    def test_one_contact(self):
        """B7: the second booking starts again (Odoo sees to it) and finds the contact that the first one made."""
        with self.transaction() as late:
            self.look(late)
            with self.transaction() as early:
                first = self.book(early, 9).partner_id.id
            with self.assertRaises(ConcurrencyError):
                self.book(late, 11)
            late.cr.rollback()
            self.assertEqual(self.book(late, 11).partner_id.id, first)
        with self.transaction() as env:
            self.assertEqual(self.count(env), 1)

    @mute_logger("odoo.sql_db")
    def test_the_second_waits(self):
        """B7: while the first booking isn't committed the second waits for it instead of making its own contact."""
        with self.transaction() as early, self.transaction() as late:
            self.look(late)
            self.book(early, 9)
            late.cr.execute("SET LOCAL lock_timeout = '500ms'")
            with self.assertRaises(psycopg2.errors.LockNotAvailable):
                self.book(late, 11)
            late.cr.rollback()
            early.cr.rollback()

    def test_others_do_not_wait(self):
        """Visitors with other addresses book side by side."""
        with self.transaction() as early, self.transaction() as late:
            self.look(late)
            self.book(early, 9)
            late.cr.execute("SET LOCAL lock_timeout = '500ms'")
            self.assertTrue(self.book(late, 11, OTHER).partner_id)
            late.cr.rollback()
            early.cr.rollback()
