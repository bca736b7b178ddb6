"""Two connects, or a connect and a disconnect, of one user at the same moment."""

from unittest.mock import patch

import psycopg2.errors

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..models.scheduling_connection_accounts import SEVERAL, SchedulingConnection

LOGIN = "race.accounts"


@tagged("post_install", "-at_install")
class TestAccountsRace(BaseCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self.sweep)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            group = env.ref("base.group_user")
            self.user_id = (
                env["res.users"].create({"name": "Race", "login": LOGIN, "group_ids": [(6, 0, group.ids)]}).id
            )

    def sweep(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            user = env["res.users"].with_context(active_test=False).search([("login", "=", LOGIN)])
            env["scheduling.page"].with_context(active_test=False).search([("user_id", "in", user.ids)]).unlink()
            partner = user.partner_id
            user.unlink()
            partner.unlink()
            env["ir.config_parameter"].search([("key", "=", SEVERAL)]).unlink()

    def allow_several(self):
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["ir.config_parameter"].set_param(SEVERAL, "True")

    def add(self, cr, account, provider="google"):
        env = api.Environment(cr, SUPERUSER_ID, {})
        user = env["res.users"].browse(self.user_id)
        return env["scheduling.connection"]._add_account(user, {"provider": provider, "account": account})

    def purposes(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["scheduling.connection"]._of_user(env["res.users"].browse(self.user_id)).mapped("purpose")

    def look(self, cr):
        """The transaction's snapshot is taken: what others commit from now on it doesn't see."""
        cr.execute("SELECT count(*) FROM scheduling_connection WHERE user_id = %s", [self.user_id])
        return cr.fetchone()[0]

    @mute_logger("odoo.sql_db")
    def test_two_connects_at_once(self):
        """M7: of two accounts connected at the very same moment one is refused, in words."""
        with self.registry.cursor() as late:
            self.assertEqual(self.look(late), 0)
            with self.registry.cursor() as early:
                self.add(early, "one@race.example")
            with self.assertRaisesRegex(UserError, "connect again"):
                self.add(late, "two@race.example")
            late.rollback()
        self.assertEqual(self.purposes(), ["all"])

    @mute_logger("odoo.sql_db")
    def test_the_database_itself_refuses(self):
        """M7: whatever the code overlooks, the index lets one account through."""
        with patch.object(SchedulingConnection, "_take_turns", lambda *_args: None), self.registry.cursor() as late:
            self.look(late)
            with self.registry.cursor() as early:
                self.add(early, "one@race.example")
            with self.assertRaisesRegex(UserError, "connect again"):
                self.add(late, "two@race.example")
            late.rollback()
        self.assertEqual(self.purposes(), ["all"])

    @mute_logger("odoo.sql_db")
    def test_connect_while_the_main_account_goes(self):
        """B9: an account that is added while the main one is disconnected never ends without a main account."""
        self.allow_several()
        with self.registry.cursor() as cr:
            self.add(cr, "one@race.example")
        with self.registry.cursor() as late:
            self.look(late)
            with self.registry.cursor() as early:
                env = api.Environment(early, SUPERUSER_ID, {})
                env["scheduling.connection"]._of_user(env["res.users"].browse(self.user_id)).action_disconnect()
            with self.assertRaisesRegex(UserError, "connect again"):
                self.add(late, "two@race.example")
            late.rollback()
        with self.registry.cursor() as again:
            self.add(again, "two@race.example")
        self.assertEqual(self.purposes(), ["all"])

    @mute_logger("odoo.sql_db")
    def test_main_account_goes_while_one_is_added(self):
        """B9: the same the other way round: the disconnect starts again and sees who takes over."""
        self.allow_several()
        with self.registry.cursor() as cr:
            self.add(cr, "one@race.example")
        with self.registry.cursor() as late:
            self.look(late)
            with self.registry.cursor() as early:
                self.add(early, "two@race.example")
            env = api.Environment(late, SUPERUSER_ID, {})
            main = env["scheduling.connection"]._of_user(env["res.users"].browse(self.user_id))[0]
            with self.assertRaises(psycopg2.errors.SerializationFailure):  # Odoo then starts the request again
                main.action_disconnect()
            late.rollback()
            main._of_user(main.user_id)[0].action_disconnect()
            late.commit()
        self.assertEqual(self.purposes(), ["all"])
