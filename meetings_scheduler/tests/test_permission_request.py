"""Asking for a permission, and the administrator's answer."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.meetings_scheduler.models.scheduling_permission_request import GROUPS


@tagged("post_install", "-at_install")
class TestPermissionRequest(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.requests = cls.env["scheduling.permission.request"]
        cls.nora = new_test_user(cls.env, "nora", groups="base.group_user", email="nora@bianchi.example")

    def ask(self, permission="personal_email"):
        self.requests.with_user(self.nora).ask(permission)
        return self.requests.search([("user_id", "=", self.nora.id), ("permission", "=", permission)])

    def mails(self):
        operations = self.env["scheduling.operation"].search([("kind", "=", "tell_asker")])
        for operation in operations:
            operation._carry_out()
        self.assertEqual(operations.mapped("state"), ["done"] * len(operations))
        return self.env["mail.mail"].search([("email_to", "ilike", "nora@bianchi.example")])

    def test_ask_grant_and_tell(self):
        """M5, M26: the administrator sees who has asked, grants with one click, and who asked is told by mail."""
        for permission, group in GROUPS.items():
            with self.subTest(permission):
                request = self.ask(permission)
                self.assertIn(self.admin, request.activity_ids.user_id)
                self.assertIn("Nora"[1:], request.activity_ids[0].summary)
                request.with_user(self.admin).action_grant()
                self.assertTrue(self.nora.has_group(group))
                self.assertEqual((request.state, request.answered_by_id), ("granted", self.admin))
                self.assertFalse(request.activity_ids, "nothing is left to do")
                self.assertEqual(self.requests.with_user(self.nora).ask(permission), None)
        self.assertEqual(len(self.mails()), 2)
        self.assertIn("/odoo/calendar-settings", self.mails()[0].body_html)

    def test_asking_twice_is_once(self):
        """M5: who asks again is asked for once, and sees when."""
        self.assertEqual(self.ask(), self.ask())
        card = self.requests.with_user(self.nora).ask("personal_email")
        self.assertTrue(card["asked_at"])

    def test_decline_and_ask_again(self):
        """M5: a no is told, and is not the end."""
        request = self.ask()
        request.with_user(self.admin).action_decline()
        self.assertEqual(request.state, "declined")
        self.assertFalse(self.nora.has_group(GROUPS["personal_email"]))
        self.assertIn("declined", self.mails().subject)
        self.assertEqual(len(self.ask()), 2)

    def test_granted_some_other_way(self):
        """M5: the group given in the user's own form answers the request, too."""
        request = self.ask()
        self.nora.group_ids += self.env.ref(GROUPS["personal_email"])
        self.assertEqual(request.state, "granted")

    def test_nobody_grants_to_themselves(self):
        """M5: a crafted call is refused: to answer for oneself, to read others', to ask for something else."""
        request = self.ask()
        manager = new_test_user(self.env, "manager", groups="meetings_scheduler.group_manager")
        for user in (self.nora, manager):
            with self.assertRaises(AccessError):
                request.with_user(user).action_grant()
            with self.assertRaises(AccessError):
                request.with_user(user).write({"state": "granted"})
        self.assertFalse(self.requests.with_user(manager).search([("user_id", "=", self.nora.id)]))
        with self.assertRaises(UserError):
            self.requests.with_user(self.nora).ask("base.group_system")
        portal = new_test_user(self.env, "guest", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self.requests.with_user(portal).ask("personal_email")
