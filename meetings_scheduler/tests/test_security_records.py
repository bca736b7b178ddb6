"""What a signed-in attacker tries by RPC: a colleague, a portal user, a user of another company."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestSecurityRecords(SchedulingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, "colleague.attack", email="colleague@bianchi.example")
        cls.portal = new_test_user(cls.env, "portal.attack", "base.group_portal")
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.stranger = new_test_user(
            cls.env,
            "stranger.attack",
            name="Zed Stranger",
            company_id=cls.elsewhere.id,
            company_ids=[Command.set(cls.elsewhere.ids)],
        )
        cls.own_page = cls.env["scheduling.page"].with_user(cls.colleague).create({"name": "Own"})
        cls.booking = cls.book(cls.at(9))

    def team_page(self, *hosts):
        return (
            self.env["scheduling.page"]
            .with_user(self.colleague)
            .create(
                {
                    "name": "Team",
                    "page_type": "collective",
                    "timezone": "Europe/Rome",
                    "host_ids": [Command.create({"user_id": host.id}) for host in hosts],
                }
            )
        )

    def test_parts_stay_on_pages_one_may_change(self):
        """A private link, question, host or hours made for one's own page can't be put onto a colleague's."""
        parts = {
            "link": {"name": "Way in"},
            "question": {"label": "Your password?"},
            "hours": {"day": "6", "hour_from": 3, "hour_to": 4},
            "host": {"user_id": self.colleague.id},
            "override": {},
            "limit": {},
        }
        self.page.hours_ids.unlink()
        for name, values in parts.items():
            part = self.env[f"scheduling.{name}"].with_user(self.colleague)
            part = part.create({**values, "page_id": self.own_page.id})
            with self.subTest(name), self.assertRaises(AccessError):
                part.page_id = self.page.id
            part.write({"page_id": self.own_page.id})

    def test_a_page_stays_in_companies_of_its_user(self):
        """A page can't be put into a company its user doesn't work for: bookings would make opportunities there."""
        with self.assertRaisesRegex(ValidationError, "can't host"):
            self.own_page.company_id = self.elsewhere

    def test_hosts_work_for_the_company(self):
        """Nobody hosts, and shows their free time, for another company, or as a customer."""
        for user in (self.stranger, self.portal):
            with self.subTest(user.name), self.assertRaisesRegex(ValidationError, "can't host"):
                self.team_page(self.colleague, user)
        page = self.team_page(self.colleague)
        with self.assertRaisesRegex(ValidationError, "Zed Stranger can't host"):
            self.env["scheduling.host"].with_user(self.colleague).create(
                {"page_id": page.id, "user_id": self.stranger.id}
            )
        with self.assertRaisesRegex(ValidationError, "can't host"):
            page.host_ids.user_id = self.stranger
        self.team_page(self.colleague, self.host)

    def test_portal_user_connects_nothing(self):
        """A customer with a portal login gets no connection and no page to put online."""
        before = self.env["scheduling.page"].search_count([])
        with self.assertRaises(AccessError):
            self.env["scheduling.connection"].with_user(self.portal).action_connect_odoo()
        with self.assertRaises(AccessError):
            self.page.with_user(self.portal).action_use_odoo_calendar()
        self.assertFalse(self.env["scheduling.connection"]._of_user(self.portal))
        self.assertEqual(self.env["scheduling.page"].search_count([]), before)

    def test_wizard_names_no_visitor_of_others(self):
        """The wizard that asks for a reason shows the booking's name: it can't be opened for a colleague's booking."""
        with self.assertRaises(AccessError):
            self.env["scheduling.reason"].with_user(self.colleague).create({"booking_id": self.booking.id})
        reason = self.env["scheduling.reason"].with_user(self.host).create({"booking_id": self.booking.id})
        self.assertEqual(reason.booking_id, self.booking)
        own = self.book(self.at(9), page=self.own_page.sudo())
        reason = self.env["scheduling.reason"].with_user(self.colleague).create({"booking_id": own.id})
        with self.assertRaises(AccessError):
            reason.booking_id = self.booking

    def test_explain_names_nothing_of_a_colleague(self):
        """Who asks why a colleague isn't free reads neither the names of their calendars nor why they are on leave."""
        page = self.team_page(self.colleague, self.host)
        self.connection.calendar_ids.name = "Support group"
        self.env["calendar.event"].create(
            {
                "name": "Doctor",
                "start": self.at(10).replace(tzinfo=None),
                "stop": self.at(11).replace(tzinfo=None),
                "partner_ids": [Command.set(self.host.partner_id.ids)],
            }
        )
        resource = self.env["resource.resource"].create({"name": self.host.name, "user_id": self.host.id})
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Surgery",
                "resource_id": resource.id,
                "date_from": self.at(12).replace(tzinfo=None),
                "date_to": self.at(14).replace(tzinfo=None),
            }
        )
        page.hours_ids = [Command.clear()] + [
            Command.create({"day": str(day), "hour_from": 0, "hour_to": 24}) for day in range(7)
        ]
        text = str(page.explain(self.at(10).date().isoformat()))
        self.assertIn("Busy", text)
        for secret in ("Support group", "Doctor", "Surgery", "resource.calendar.leaves"):
            self.assertNotIn(secret, text)

    def test_outbox_is_read_and_retried_only(self):
        """A manager can't turn a queued mail into another one, to whom they like; nor see another company's."""
        manager = new_test_user(self.env, "manager.attack", "base.group_user,meetings_scheduler.group_manager")
        operation = self.operations.search([("booking_id", "=", self.booking.id)], limit=1)
        letter = operation.with_user(manager)
        with self.assertRaises(AccessError):
            letter.arguments = {"notice": "booked", "audience": "visitor", "recipient": "spy@evil.example"}
        operation.write({"state": "failed", "attempts": 20})
        letter.action_retry()
        self.assertEqual((operation.state, operation.attempts), ("pending", 0))
        self.stranger.group_ids += self.env.ref("meetings_scheduler.group_manager")
        with self.assertRaises(AccessError):
            operation.with_user(self.stranger).action_retry()
        self.assertFalse(self.operations.with_user(self.stranger).search([]))
