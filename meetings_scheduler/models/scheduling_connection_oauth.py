"""Connecting by consent (OAuth 2.0 code flow with PKCE): from the disclosure to a working connection, or to nothing."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import vault
from ..exceptions import NotSetUp
from ..providers import errors, registry
from ..providers.transport import Transport
from .scheduling_connection_remote import utc_now

# Addresses that are no person's mailbox (MISSION.md, M9).
RESOURCE_DOMAINS = ("resource.calendar.google.com", "group.calendar.google.com")


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    @api.model
    def _oauth_client(self, transport):
        """
        :return: :class:`providers.oauth.OAuthClient`, this product as registered with Google
        :raises NotSetUp: by an administrator
        :raises MissingLibrary: what it needs is not installed
        """
        parameters = self.env["ir.config_parameter"].sudo()
        client_id = parameters.get_param("meetings_scheduler.google_client_id")
        sealed = parameters.get_param("meetings_scheduler.google_client_secret")
        if not client_id or not sealed:
            raise NotSetUp(self.env._("Google isn't set up yet. Ask an administrator to add the client id and secret."))
        root = parameters.get_param("meetings_scheduler.google_oauth_root")
        return registry.oauth_client("google")(
            client_id, vault.unseal(sealed), transport, utc_now, **({"oauth_root": root} if root else {})
        )

    @api.model
    def _redirect_uri(self, provider):
        """:return: the exact address that must be registered with the provider"""
        return f"{self.get_base_url()}/meetings/connect/{provider}/callback"

    @api.model
    def _check_may_connect(self):
        """:raises AccessError: the user lacks *Personal email access*; the message says who can grant it"""
        if not self.env.user.has_group("meetings_scheduler.group_personal_email"):
            raise AccessError(self._missing_access_message())

    @api.model
    def _missing_access_message(self):
        return self.env._(
            "To connect a calendar you need the permission “Personal email access”. %(names)s can give it to you.",
            names=self._administrators(),
        )

    @api.model
    def _administrators(self):
        """:return: the names of the first administrators, as the start of a sentence"""
        return ", ".join(self._administrator_users()[:3].mapped("name")) or self.env._("An administrator")

    @api.model
    def _administrator_users(self):
        """:return: the people who may do everything (sudo)"""
        return self.env.ref("base.group_system").sudo().user_ids.filtered(lambda user: user.active and user.id != 1)

    @api.model
    def _is_set_up(self):
        """
        :return: whether an administrator has given the client id and secret, and the key to keep tokens with
        :raises MissingLibrary: what signing in needs is not installed
        """
        try:
            return bool(self._oauth_client(None) and vault.key_id())
        except NotSetUp:
            return False

    @api.model
    def _account_again(self, provider, account_id):
        """:return: the current user's account that is to be connected again (sudo), empty for None

        :raises AccessError: it isn't theirs
        """
        accounts = self._of_user(self.env.user)
        account = accounts.filtered(lambda account: account.id == account_id and account.provider == provider)
        if account_id and not account:
            raise AccessError(self.env._("This account isn't connected. Start again from your calendar settings."))
        return account

    @api.model
    def _check_may_add(self, provider):
        """:raises UserError: connecting would end in a refusal, whatever account is chosen there"""
        accounts = self._of_user(self.env.user)
        is_again = provider in accounts.mapped("provider")
        if not is_again and not self._gives_way(accounts):
            self._check_room(accounts)

    @api.model
    def _gives_way(self, accounts):
        """:return: whether another account takes over from the only one: Odoo's own calendar, where one is allowed"""
        return accounts.mapped("provider") == ["odoo"] and not self._allows_several()

    @api.model
    def _before_consent(self, provider, again):
        """What the user reads before they consent, beside what access is asked for.

        :param again: id of the account that is to be connected again, as the request says; None to add one
        :return: dict of ``refusal`` (why nothing can be connected, or None) and ``consequence`` (what becomes of the
            accounts there are, or None)
        """
        accounts = self._of_user(self.env.user)
        try:
            self._check_may_add(provider)
            known = self._account_again(provider, again)
        except (AccessError, UserError) as error:
            return {"refusal": str(error), "consequence": None}
        consequence = None
        if not self._allows_several():
            known |= accounts.filtered(lambda account: account.provider == provider)
        if known:
            consequence = self.env._("Please choose %(account)s again when you sign in.", account=known[0].account)
        elif self._gives_way(accounts):
            consequence = self.env._(
                "It takes over from your Odoo calendar: what is in Odoo only won't keep visitors away any more. "
                "Meetings booked on your pages still do."
            )
        elif accounts and self._allows_several():
            consequence = self.env._(
                "%(account)s stays connected, and bookings still land there. Your busy times in both accounts count.",
                account=accounts[0].account,
            )
        return {"refusal": None, "consequence": consequence}

    @api.model
    def _authorization_url(self, provider, state, verifier, again=None):
        """:return: where to send the browser to consent

        :param again: id of the account that is to be connected again; None to add one
        :raises UserError: nobody can consent now; in words
        """
        self._check_may_connect()
        self._check_may_add(provider)
        vault.key_id()  # without a key the consent would be for nothing
        known = self._account_again(provider, again)
        others = self._of_user(self.env.user).filtered(lambda account: account.provider == provider)
        # Beside one that is connected already, the usual address is rarely what is wanted.
        usual = "" if others and self._allows_several() else self.env.user.email or ""
        try:
            with Transport() as transport:
                return self._oauth_client(transport).authorization_url(
                    self._redirect_uri(provider), state, verifier, login_hint=known.account or usual
                )
        except errors.ProviderError as error:
            raise UserError(self._error_in_words(error)) from error

    @api.model
    def _connect(self, provider, code, verifier, again=None):
        """Turns the code that came back into a connection of the current user; nothing stays half-connected.

        Connecting again keeps the connection with its calendars and settings.

        :param again: id of the account that is to be connected again; None to add one
        :return: the connection (sudo)
        :raises UserError: with a sentence that says what to do
        """
        self._check_may_connect()
        known = self._account_again(provider, again)
        try:
            with Transport() as transport:
                client = self._oauth_client(transport)
                grant = client.exchange(code, self._redirect_uri(provider), verifier)
                identity = client.identity(grant)
        except errors.ProviderError as error:
            raise UserError(self._error_in_words(error)) from error
        connection = self._claim_account(provider, identity, known)
        self.env["scheduling.credential"]._keep(connection, grant)
        connection._found()
        connection.write({"paused_until": False})
        connection.calendar_ids.write({"write_refused": False})
        try:
            connection._read_remote()
        except errors.ProviderError as error:
            raise UserError(self._error_in_words(error)) from error
        connection._ensure_page()
        connection.env["scheduling.operation"]._resume(connection)
        connection._refresh_soon()  # from there on by itself, push channels included
        return connection

    @api.model
    def _claim_account(self, provider, identity, again):
        """
        :param again: the account that is to be connected again, empty to add one
        :return: the user's connection with that account, new or as it was (sudo)
        :raises UserError: refused
        """
        if identity.address.partition("@")[2] in RESOURCE_DOMAINS:
            raise UserError(
                self.env._(
                    "%(address)s is a shared calendar or a room. Connect a personal mailbox.", address=identity.address
                )
            )
        taken = self.sudo().search(
            [
                ("provider", "=", provider),
                ("account", "=", identity.address),
                ("state", "!=", "disconnected"),
                ("user_id", "!=", self.env.uid),
            ],
            limit=1,
        )
        if taken:
            raise UserError(
                self.env._(
                    "%(address)s is connected by %(name)s already. Each account belongs to one user.",
                    address=identity.address,
                    name=taken.user_id.name,
                )
            )
        accounts = self._of_user(self.env.user)
        known = accounts.filtered(lambda account: (account.provider, account.account) == (provider, identity.address))
        if again and known != again:
            raise UserError(
                self.env._(
                    "You signed in as %(address)s. To connect %(account)s again, sign in as that one.",
                    address=identity.address,
                    account=again.account,
                )
            )
        if known:
            if not again and known.state == "connected" and self._allows_several():
                raise UserError(
                    self.env._(
                        "%(address)s is connected already. To add another account, choose that one when you sign in.",
                        address=identity.address,
                    )
                )
            return known
        if self._gives_way(accounts):
            accounts._disconnect()
        return self._add_account(
            self.env.user,
            {
                "provider": provider,
                "account": identity.address,
                "subject": identity.subject,
                "connected_at": fields.Datetime.now(),
            },
        )
