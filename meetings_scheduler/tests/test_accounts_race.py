"""Two connects, or a connect and a disconnect, of one user at the same moment."""

from unittest.mock import patch

import psycopg2.errors

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.scheduling_connection_accounts import SEVERAL, SchedulingConnection
from .race_case import RaceCase

ONE, TWO = "one@race.example", "two@race.example"


@tagged("post_install", "-at_install")
class TestAccountsRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.allow_one)

    def allow_one(self):
        """As it is by default."""
        with self.transaction() as env:
            env["ir.config_parameter"].search([("key", "=", SEVERAL)]).unlink()

    def several_allowed(self):
        """An administrator allows several accounts, and the user has the first."""
        with self.transaction() as env:
            env["ir.config_parameter"].set_param(SEVERAL, "True")
            self.add_account(env, ONE)

    def purposes(self):
        with self.transaction() as env:
            return self.accounts(env).mapped("purpose")

    def look(self, env):
        """The transaction's snapshot is taken: what others commit from now on it doesn't see."""
        env.cr.execute("SELECT count(*) FROM scheduling_connection WHERE user_id = %s", [self.user_id])
        return env.cr.fetchone()[0]

    def refuses_the_second(self):
        """Of two connects that don't see each other the later one is refused, in words."""
        with self.transaction() as late:
            self.assertEqual(self.look(late), 0)
            with self.transaction() as early:
                self.add_account(early, ONE)
            with self.assertRaisesRegex(UserError, "connect again"):
                self.add_account(late, TWO)
            late.cr.rollback()
        self.assertEqual(self.purposes(), ["all"])

    @mute_logger("odoo.sql_db")
    def test_two_connects_at_once(self):
        """M7: of two accounts connected at the very same moment one is refused, in words."""
        self.refuses_the_second()

    @mute_logger("odoo.sql_db")
    def test_the_database_itself_refuses(self):
        """M7: whatever the code overlooks, the index lets one account through."""
        with patch.object(SchedulingConnection, "_take_turns", lambda *_args: None):
            self.refuses_the_second()

    @mute_logger("odoo.sql_db")
    def test_connect_while_the_main_account_goes(self):
        """B9: an account that is added while the main one is disconnected never ends without a main account."""
        self.several_allowed()
        with self.transaction() as late:
            self.look(late)
            with self.transaction() as early:
                self.accounts(early).action_disconnect()
            with self.assertRaisesRegex(UserError, "connect again"):
                self.add_account(late, TWO)
            late.cr.rollback()
        with self.transaction() as again:
            self.add_account(again, TWO)
        self.assertEqual(self.purposes(), ["all"])

    @mute_logger("odoo.sql_db")
    def test_main_account_goes_while_one_is_added(self):
        """B9: the same the other way round: the disconnect starts again and sees who takes over."""
        self.several_allowed()
        with self.transaction() as late:
            self.look(late)
            with self.transaction() as early:
                self.add_account(early, TWO)
            with self.assertRaises(psycopg2.errors.SerializationFailure):  # Odoo then starts the request again
                self.accounts(late)[0].action_disconnect()
            late.cr.rollback()
            self.accounts(late)[0].action_disconnect()
        self.assertEqual(self.purposes(), ["all"])
