"""An administrator gives one user the two accounts of an older installation, each with its purpose."""

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from ..models.scheduling_connection_oauth import RESOURCE_DOMAINS


class SchedulingTwoAccounts(models.TransientModel):
    """Chooses among what the user has connected, or names an account that they connect when they sign in next.

    An older installation's tokens can't be taken over: they belong to another client. So what comes from there is an
    address, which waits for its owner.
    """

    _name = "scheduling.two.accounts"
    _description = "Two Accounts of an Older Installation"

    user_id = fields.Many2one("res.users", required=True, domain=[("share", "=", False)], ondelete="cascade")
    connected = fields.Text("Connected now", compute="_compute_connected")
    sync_account = fields.Char(
        "For calendar sync",
        compute="_compute_accounts",
        store=True,
        readonly=False,
        help="The address of the Google account whose meetings are kept in step with the CRM.",
    )
    pages_provider = fields.Selection(
        [("google", "Google Calendar"), ("odoo", "Odoo calendar")],
        "Pages use",
        compute="_compute_accounts",
        store=True,
        readonly=False,
        required=True,
    )
    pages_account = fields.Char(
        "For scheduling pages",
        compute="_compute_accounts",
        store=True,
        readonly=False,
        help="The address of the Google account that bookings are written to.",
    )

    @api.depends("user_id")
    def _compute_connected(self):
        connections = self.env["scheduling.connection"].sudo()
        providers = dict(connections._fields["provider"]._description_selection(self.env))
        purposes = dict(connections._fields["purpose"]._description_selection(self.env))
        for wizard in self:
            wizard.connected = "\n".join(
                f"{account.account}, {providers[account.provider]}: {purposes[account.purpose]}"
                for account in connections._of_user(wizard.user_id)
            )

    @api.depends("user_id")
    def _compute_accounts(self):
        """Proposes what is there: the account of the pages is the one that isn't synced."""
        for wizard in self:
            accounts = self.env["scheduling.connection"]._of_user(wizard.user_id)
            sync = accounts.filtered(lambda account: account.provider == "google").sorted(
                lambda account: (account.purpose != "sync", account.purpose != "all")
            )[:1]
            pages = (accounts - sync)[:1]
            wizard.sync_account = sync.account
            wizard.pages_provider = pages.provider or "google"
            wizard.pages_account = pages.account if pages.provider == "google" else False

    def action_apply(self):
        """Gives each account its purpose.

        :raises AccessError: who asks is no administrator
        :raises UserError: an address can't be, or belongs to somebody else
        """
        self.ensure_one()
        if not self.env.is_system():
            raise AccessError(self.env._("Only an administrator can do this."))
        connections = self.env["scheduling.connection"].sudo()
        connections._take_turns(self.user_id)
        sync = self._account("google", self.sync_account)
        pages = self._account(self.pages_provider, self.pages_account)
        if sync == pages:
            raise UserError(self.env._("These are one account. One account does both without your help."))
        connections._split(sync, pages)
        return {"type": "ir.actions.act_window_close"}

    def _account(self, provider, address):
        """:return: the user's connection with that account, or one that waits for them to connect it (sudo)"""
        accounts = self.env["scheduling.connection"]._of_user(self.user_id)
        known = accounts.filtered(lambda account: account.provider == provider)
        if provider == "google":
            address = self._checked_address(address)
            known = known.filtered(lambda account: account.account == address)
        if known:
            return known
        values = {"user_id": self.user_id.id, "provider": provider, "purpose": "busy"}
        if provider == "odoo":
            return accounts.create({**values, **accounts._odoo_values(self.user_id)})
        values["account"] = address
        try:
            with self.env.cr.savepoint():
                account = accounts.create(values)
        except psycopg2.errors.UniqueViolation:
            raise UserError(
                self.env._("%(address)s is connected by another user. Each account belongs to one.", address=address)
            ) from None
        words = account._for_owner().env
        account._lose(words._("It comes from an older installation. Connect it once more, and it works here."))
        return account

    def _checked_address(self, text):
        address = email_normalize(text or "")
        if not address:
            raise UserError(self.env._("“%(text)s” is no e-mail address.", text=text or ""))
        if address.partition("@")[2] in RESOURCE_DOMAINS:
            raise UserError(
                self.env._("%(address)s is a shared calendar or a room, no personal mailbox.", address=address)
            )
        return address
