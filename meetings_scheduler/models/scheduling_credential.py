"""The tokens of a connection, encrypted, in a table of their own that no user can read, administrators included."""

from datetime import datetime

from odoo import api, fields, models

from .. import vault
from ..providers.errors import AuthenticationFailed
from ..providers.oauth import MARGIN, Grant, TokenSource
from .scheduling_connection_remote import utc_now


class SchedulingCredential(models.Model):
    _name = "scheduling.credential"
    _description = "Encrypted Credentials"
    _rec_name = "key_id"

    connection_id = fields.Many2one("scheduling.connection", required=True, ondelete="cascade")
    sealed = fields.Text(required=True, groups=fields.NO_ACCESS)
    key_id = fields.Char(required=True, help="Names the key it was encrypted with.")

    _connection_uniq = models.UniqueIndex("(connection_id)")

    @api.model
    def _keep(self, connection, grant):
        """:raises UserError: there is no key to encrypt it with"""
        facts = {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_at": grant.expires_at.isoformat(),
            "scopes": sorted(grant.scopes),
        }
        values = {"sealed": vault.seal(facts), "key_id": vault.key_id()}
        known = self.sudo().search([("connection_id", "=", connection.id)])
        if known:
            known.write(values)
        else:
            self.sudo().create({"connection_id": connection.id, **values})

    @api.model
    def _grant(self, connection):
        """
        :return: :class:`providers.oauth.Grant`
        :raises UserError: the key is missing or another one
        :raises AuthenticationFailed: nothing is kept
        """
        known = self.sudo().search([("connection_id", "=", connection.id)])
        if not known:
            raise AuthenticationFailed("There are no tokens for this connection.", "no_grant")
        facts = vault.unseal(known.sealed)
        return Grant(
            facts["access_token"],
            facts["refresh_token"],
            datetime.fromisoformat(facts["expires_at"]),
            frozenset(facts["scopes"]),
        )

    @api.model
    def _token_source(self, connection, client):
        """:return: :class:`providers.oauth.TokenSource` of the connection; raises as :meth:`_grant` does"""
        return KeptToken(connection, client)


class KeptToken(TokenSource):
    """Renews a connection's token under a row lock, in a transaction of its own, and keeps it before it is used.

    Two workers renew once; a rollback of the work, or the death of its worker, loses no token (faults 21 and 22).
    """

    def __init__(self, connection, client):
        self._connection, self._client = connection, client
        self._grant = connection.env["scheduling.credential"]._grant(connection)

    def token(self):
        if self._grant.expires_at - MARGIN <= utc_now():
            self._renew(self._grant.access_token)
        return self._grant.access_token

    def renew(self, stale):
        self._renew(stale)
        return self._grant.access_token

    def _renew(self, stale):
        env = self._connection.env
        with env.registry.cursor() as cr:
            cr.execute(
                "SELECT id FROM scheduling_credential WHERE connection_id = %s FOR UPDATE", [self._connection.id]
            )
            credentials = env(cr=cr, su=True)["scheduling.credential"]
            current = credentials._grant(self._connection)
            if current.access_token == stale:  # else another worker was here first
                current = self._client.refresh(current)
                credentials._keep(self._connection, current)
            self._grant = current
