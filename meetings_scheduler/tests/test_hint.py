"""Who wants an account to be read collides neither with the one who reads it nor with each other."""

from odoo import fields
from odoo.tests import tagged

from .google_case import ADDRESS
from .race_case import LOGIN, RaceCase
from .sync_case import SyncCase


@tagged("post_install", "-at_install")
class TestHintRace(RaceCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            self.account_id = self.add_account(env, LOGIN).id

    def account(self, env):
        env.cr.execute("SET lock_timeout = '2s'")
        return env["scheduling.connection"].browse(self.account_id)

    def hints(self):
        with self.transaction() as env:
            return len(self.account(env).hint_ids)

    def test_while_it_is_read(self):
        """P9, fault 27: the outbox asks while the poll is at it: nobody waits, and nothing is done a second time."""
        with self.transaction() as poll:
            self.account(poll)._was_read()
            poll.flush_all()
            with self.transaction() as outbox:
                self.account(outbox)._refresh_soon()
        self.assertEqual(self.hints(), 1, "for the next reading")

    def test_just_before_it_was_read(self):
        """P9: the outbox has its view of the data from before the poll was done."""
        with self.transaction() as outbox:
            self.assertEqual(self.account(outbox).account, LOGIN)
            with self.transaction() as poll:
                self.account(poll)._was_read()
            self.account(outbox)._refresh_soon()
        self.assertEqual(self.hints(), 1)

    def test_while_the_poll_has_an_older_view(self):
        """P9: what was asked for after the poll has begun isn't crossed off by it."""
        with self.transaction() as poll:
            hints = self.account(poll).hint_ids
            with self.transaction() as outbox:
                self.account(outbox)._refresh_soon()
            self.account(poll)._was_read()
            hints.unlink()
        self.assertEqual(self.hints(), 1)


@tagged("post_install", "-at_install")
class TestHint(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()
        self.google_connection.hint_ids.unlink()
        self.google_connection.refresh_due = fields.Datetime.add(fields.Datetime.now(), hours=1)

    def test_read_before_its_turn(self):
        """P9: a hint is followed once."""
        self.put(self.at(10))
        self.run_poll()
        self.assertFalse(self.meetings())
        self.google_connection._refresh_soon()
        self.run_poll()
        self.assertTrue(self.meetings())
        self.assertFalse(self.google_connection.hint_ids)

    def test_kept_until_the_pause_is_over(self):
        """P11: Google asks to be left alone: what was asked for waits, and is read when the pause is over."""
        self.put(self.at(10))
        self.google_connection._refresh_soon()
        self.google.control("fault", method="*", account=ADDRESS, action="status", status=503)
        self.run_poll()
        self.assertTrue(self.google_connection.paused_until)
        self.assertTrue(self.google_connection.hint_ids)
        self.google_connection.paused_until = fields.Datetime.now()
        self.run_poll()
        self.assertTrue(self.meetings())
        self.assertFalse(self.google_connection.hint_ids)

    def test_several_at_once_are_one_reading(self):
        """P9: Google calls once for every change; it is read once."""
        self.google_connection._refresh_soon()
        self.google_connection._refresh_soon()
        before = self.state()["calls"].count("freebusy.query")
        self.run_poll()
        self.assertEqual(self.state()["calls"].count("freebusy.query") - before, 1)
        self.run_poll()
        self.assertEqual(self.state()["calls"].count("freebusy.query") - before, 1)
