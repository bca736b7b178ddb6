"""Two transactions at once, which the one transaction of Odoo's other test cases can't show: these really commit."""

from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name

LOGIN = "race"


class RaceCase(BaseCase):
    """A user about whom transactions race; afterwards the user and all that was committed about them is gone."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self.sweep)
        with self.transaction() as env:
            groups = [Command.set(env.ref("base.group_user").ids)]
            self.user_id = env["res.users"].create({"name": "Race", "login": LOGIN, "group_ids": groups}).id

    def sweep(self):
        with self.transaction() as env:
            user = env["res.users"].with_context(active_test=False).search([("login", "=", LOGIN)])
            env["scheduling.page"].with_context(active_test=False).search([("user_id", "in", user.ids)]).unlink()
            partner = user.partner_id
            user.unlink()
            partner.unlink()

    @contextmanager
    def transaction(self):
        """A superuser's environment in a transaction of its own, committed at the end unless something is raised."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def user(self, env):
        return env["res.users"].browse(self.user_id)

    def add_account(self, env, account, provider="google"):
        return env["scheduling.connection"]._add_account(self.user(env), {"provider": provider, "account": account})

    def accounts(self, env):
        return env["scheduling.connection"]._of_user(self.user(env))
