"""The demo data loads on any date and leaves nothing to be sent."""

from freezegun import freeze_time

from odoo.fields import Datetime
from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools.convert import convert_file

# A Saturday, a Sunday, a Monday, the last Friday of a leap February, New Year's Eve, an hour of summer time's start.
DATES = (
    "2030-06-01 10:00",
    "2030-06-02 22:30",
    "2031-03-03 00:10",
    "2032-02-27 12:00",
    "2032-12-31 23:59",
    "2033-03-27 01:30",
)


@tagged("post_install", "-at_install")
class TestBackendDemo(TransactionCase):
    def load(self):
        for name in Manifest.for_addon("meetings_scheduler")["demo"]:
            convert_file(self.env, "meetings_scheduler", name, {}, "init", True)

    def test_loads_on_any_date(self):
        for date in DATES:
            with self.subTest(date), freeze_time(date), self.env.cr.savepoint() as savepoint:
                self.load()
                page = self.env.ref("meetings_scheduler.page_demo")
                self.assertTrue(page.is_connected)
                states = set(page.booking_ids.mapped("state"))
                self.assertEqual(states, {"requested", "confirmed", "cancelled", "declined"})
                for booking in page.booking_ids.filtered(lambda booking: booking.state == "confirmed"):
                    self.assertTrue(booking.host_ids.blocks)
                    self.assertEqual(bool(booking.event_id), booking.outcome == "scheduled")
                    self.assertEqual(booking.start > Datetime.now(), booking.outcome == "scheduled")
                savepoint.rollback()
                self.env.invalidate_all()

    def mails(self):
        """:return: mails about meetings; not those of a changed password, if the demo is there already"""
        models = ("calendar.event", "crm.lead", "res.partner", "scheduling.page", "scheduling.booking")
        return self.env["mail.mail"].search([("model", "in", models)])

    def test_mails_nobody(self):
        mails = self.mails()
        operations = self.env["scheduling.operation"].search_count([])
        with freeze_time(DATES[0]):
            self.load()
        self.assertEqual((self.mails() - mails).mapped("subject"), [])
        self.assertEqual(self.env["scheduling.operation"].search_count([]), operations)
