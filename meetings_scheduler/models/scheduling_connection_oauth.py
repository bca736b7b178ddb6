"""Connecting by consent (OAuth 2.0 code flow with PKCE): from the disclosure to a working connection, or to nothing."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import vault
from ..providers import errors
from ..providers.google_oauth import GoogleOAuth
from ..providers.transport import Transport
from .scheduling_connection_remote import utc_now

# Addresses that are no person's mailbox (MISSION.md, M9).
RESOURCE_DOMAINS = ("resource.calendar.google.com", "group.calendar.google.com")


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    @api.model
    def _oauth_client(self, transport):
        """:return: this product as registered with Google; :raises UserError: an administrator has not set it up"""
        parameters = self.env["ir.config_parameter"].sudo()
        client_id = parameters.get_param("meetings_scheduler.google_client_id")
        sealed = parameters.get_param("meetings_scheduler.google_client_secret")
        if not client_id or not sealed:
            raise UserError(
                self.env._("Google isn't set up yet. Ask an administrator to add the client id and secret.")
            )
        root = parameters.get_param("meetings_scheduler.google_oauth_root")
        return GoogleOAuth(
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
        users = self.env.ref("base.group_system").sudo().user_ids.filtered(lambda user: user.active and user.id != 1)
        return ", ".join(users[:3].mapped("name")) or self.env._("An administrator")

    @api.model
    def _is_set_up(self):
        """:return: whether an administrator has given the client id and secret, and the key to keep tokens with"""
        try:
            return bool(self._oauth_client(None) and vault.key_id())
        except UserError:
            return False

    @api.model
    def _authorization_url(self, provider, state, verifier):
        """:return: where to send the browser to consent"""
        self._check_may_connect()
        vault.key_id()  # without a key the consent would be for nothing
        transport = Transport()
        return self._oauth_client(transport).authorization_url(
            self._redirect_uri(provider), state, verifier, login_hint=self.env.user.email or ""
        )

    @api.model
    def _connect(self, provider, code, verifier):
        """Turns the code that came back into a connection of the current user; nothing stays half-connected.

        Connecting again keeps the connection with its calendars and settings.

        :return: the connection (sudo)
        :raises UserError: with a sentence that says what to do
        """
        self._check_may_connect()
        transport = Transport()
        try:
            client = self._oauth_client(transport)
            grant = client.exchange(code, self._redirect_uri(provider), verifier)
            identity = client.identity(grant)
        except errors.ProviderError as error:
            raise UserError(self._error_in_words(error)) from error
        finally:
            transport.close()
        connection = self._claim_account(provider, identity)
        self.env["scheduling.credential"]._keep(connection, grant)
        connection.write({"state": "connected", "lost_reason": False, "lost_at": False, "paused_until": False})
        try:
            connection._read_remote()
        except errors.ProviderError as error:
            raise UserError(self._error_in_words(error)) from error
        connection._ensure_page()
        connection.env["scheduling.operation"]._resume(connection)
        connection._refresh_soon()  # from there on by itself, push channels included
        return connection

    @api.model
    def _claim_account(self, provider, identity):
        """:return: the user's connection with that account, new or as it was (sudo); :raises UserError: refused"""
        if identity.address.partition("@")[2] in RESOURCE_DOMAINS:
            raise UserError(
                self.env._(
                    "%(address)s is a shared calendar or a room. Connect a personal mailbox.", address=identity.address
                )
            )
        connections = self.sudo()
        taken = connections.search(
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
        mine = connections._of_user(self.env.user)
        if mine and (mine.provider, mine.account) != (provider, identity.address):
            if mine.provider != "odoo":
                raise UserError(
                    self.env._(
                        "You have connected %(account)s. Disconnect it before you connect another account.",
                        account=mine.account,
                    )
                )
            mine._disconnect()  # another calendar takes over from Odoo's own
            mine = connections.browse()
        return mine or connections.create(
            {
                "user_id": self.env.uid,
                "provider": provider,
                "account": identity.address,
                "subject": identity.subject,
                "connected_at": fields.Datetime.now(),
            }
        )
