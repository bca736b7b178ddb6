"""A colleague is made host of a page, is told, and can leave."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestHostLeave(SchedulingCase):
    def setUp(self):
        super().setUp()
        self.anna = new_test_user(self.env, "leave.anna", "base.group_user", name="Anna", email="anna@bianchi.example")
        self.marco = new_test_user(self.env, "leave.marco", "base.group_user", name="Marco")
        self.own = self.page.with_user(self.host)

    def share(self, *others):
        hosts = [Command.create({"user_id": user.id}) for user in (self.host, *others)]
        self.own.write({"page_type": "round_robin", "host_ids": hosts})

    def told(self):
        return self.operations.search([("kind", "=", "tell_host")], order="id")

    def hosted(self, user):
        return [page["id"] for page in self.env["scheduling.dashboard"].with_user(user).get_data()["hosted"]]

    def test_told_once(self):
        """M40: who is made a host by somebody else gets one mail; who adds themselves gets none."""
        self.share(self.anna)
        self.own.host_ids[:1].weight = 50
        [operation] = self.told()
        self.assertEqual(operation.arguments["host_id"], self.anna.id)
        mail = self.env["scheduling.host"]._create_host_mail("added", self.page, self.anna, self.host)
        self.assertEqual(mail.subject, "Laura Bianchi made you a host of “Intro call”.")
        self.assertIn("anna@bianchi.example", mail.email_to)
        self.assertIn("/odoo/meetings", mail.body_html)
        self.own.host_ids.filtered(lambda host: host.user_id == self.anna).user_id = self.marco
        self.assertEqual(self.told()[-1].arguments["host_id"], self.marco.id)

    def test_leave(self):
        """One click: the user's times aren't offered any more, and the owner is told."""
        self.share(self.anna)
        self.assertEqual((self.hosted(self.anna), self.hosted(self.host)), ([self.page.id], []))
        self.env["scheduling.host"].with_user(self.anna).leave(self.page.id)
        self.assertEqual(self.page.host_ids.user_id, self.host)
        self.assertEqual(self.hosted(self.anna), [])
        self.assertTrue(self.page.is_published)
        self.assertEqual(self.told()[-1].arguments["notice"], "left")
        mail = self.env["scheduling.host"]._create_host_mail("left", self.page, self.anna, self.anna)
        self.assertIn("laura@bianchi.example", mail.email_to)
        self.assertNotIn("The page is off", mail.body_html)

    def test_who_left_before_the_mail_is_not_told(self):
        self.share(self.anna)
        added = self.told()
        self.env["scheduling.host"].with_user(self.anna).leave(self.page.id)
        added._carry_out()
        self.assertEqual((added.state, bool(added.mail_id)), ("done", False))

    def test_a_page_that_can_not_do_without(self):
        """B3: a page whose last host left is off, and its owner reads what to do."""
        self.own.write({"page_type": "round_robin", "host_ids": [Command.create({"user_id": self.anna.id})]})
        self.env["scheduling.host"].with_user(self.anna).leave(self.page.id)
        self.assertFalse(self.page.is_published)
        mail = self.env["scheduling.host"]._create_host_mail("left", self.page, self.anna, self.anna)
        self.assertIn("The page is off", mail.body_html)

    def test_nobody_takes_others_off(self):
        """P14: a colleague leaves for themselves only, and changes nothing of a page that isn't theirs."""
        self.share(self.anna)
        marco = self.env["scheduling.host"].with_user(self.marco)
        with self.assertRaises(UserError):
            marco.leave(self.page.id)
        anna = self.page.host_ids.filtered(lambda host: host.user_id == self.anna)
        for user in (self.anna, self.marco):
            with self.assertRaises(AccessError):
                anna.with_user(user).unlink()
        self.assertEqual(self.page.host_ids.user_id, self.host | self.anna)

    def test_booked_meetings_stay(self):
        self.own.write({"page_type": "round_robin", "host_ids": [Command.create({"user_id": self.anna.id})]})
        self.env["scheduling.connection"]._connect_odoo(self.anna)
        booking = self.book(self.at(10))
        self.env["scheduling.host"].with_user(self.anna).leave(self.page.id)
        self.assertEqual((booking.state, booking.user_id), ("confirmed", self.anna))
