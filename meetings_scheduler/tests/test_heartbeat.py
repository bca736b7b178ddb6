"""Scheduled jobs that don't run any more: everybody reads it where they look, before a visitor notices."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .sync_case import SyncCase


@tagged("post_install", "-at_install")
class TestHeartbeat(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()
        self.run_outbox()
        self.run_poll()

    def alarms(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["scheduling.dashboard"].with_user(self.host).get_data()["alarms"]

    def health(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["scheduling.connection.health"].search([("user_id", "=", self.host.id)])

    def ago(self, minutes):
        return fields.Datetime.now() - timedelta(minutes=minutes)

    def test_nothing_is_read(self):
        """P20: three intervals without a read: dashboard and the manager's list say so, until the job runs again."""
        self.assertEqual((self.alarms(), self.health().alarm, self.health().trouble), ([], False, False))
        self.google_connection.refresh_due = self.ago(9)
        self.assertEqual((self.alarms(), self.health().alarm, self.health().trouble), ([], False, False))
        self.google_connection.refresh_due = self.ago(10)
        (alarm,) = self.alarms()
        self.assertIn("read from calendars outside of Odoo for 15 minutes", alarm)
        self.assertIn(self.env.ref("base.user_admin").name, alarm)
        self.assertEqual((self.health().alarm, self.health().trouble), (alarm, True))
        self.run_poll()
        self.assertEqual((self.alarms(), self.health().alarm, self.health().trouble), ([], False, False))

    def test_nothing_goes_out(self):
        """P20: a mail that could have left fifteen minutes ago is an alarm; one that waits for another is none."""
        with self.enter_registry_test_mode():
            booking = self.book(self.at(10))
        operations = self.operations.search([("booking_id", "=", booking.id)])
        operations.next_attempt = self.ago(14)
        self.assertEqual(self.alarms(), [])
        operations.next_attempt = self.ago(20)
        (alarm,) = self.alarms()
        self.assertIn("gone out for 20 minutes", alarm)
        self.run_outbox()
        self.assertEqual(self.alarms(), [])

    def test_what_waits_for_good_reason(self):
        """P20: an account that is lost, asked to wait, or an archived user's stands in no alarm."""
        for values in (
            {"state": "lost"},
            {"state": "connected", "paused_until": fields.Datetime.now() + timedelta(hours=1)},
        ):
            self.google_connection.write({"refresh_due": self.ago(60), **values})
            self.assertEqual(self.alarms(), [], values)
        self.google_connection.paused_until = False
        self.assertEqual(len(self.alarms()), 1)
        self.host.active = False
        self.assertEqual((self.env["scheduling.connection"]._alarms(), self.health().alarm), ([], False))
