"""Links by which a visitor or a host manages a booking without logging in."""

import hashlib
import secrets

from odoo import api, fields, models
from odoo.tools import consteq

TOKEN_BYTES = 24  # 192 random bits; ASVS 11.5.1 asks for 128


class SchedulingToken(models.Model):
    """Only the digest of a token is stored, so that who reads the database can't cancel anybody's meeting.

    Every mail carries a fresh token; all of a booking's tokens work until it is over.
    """

    _name = "scheduling.token"
    _description = "Manage Link"

    booking_id = fields.Many2one("scheduling.booking", required=True, ondelete="cascade", index=True)
    role = fields.Selection([("visitor", "Visitor"), ("host", "Host")], required=True)
    digest = fields.Char(required=True)

    _digest_uniq = models.UniqueIndex("(digest)")

    @api.model
    def _mint(self, booking, role):
        """:return: a new token for ``booking``, URL-safe; this is the only time it can be read"""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self.sudo().create({"booking_id": booking.id, "role": role, "digest": self._digest(token)})
        return token

    @api.model
    def _find(self, token):
        """:return: the record of ``token`` (sudo), or an empty recordset for an unknown or malformed one"""
        if not token or len(token) > 100 or not token.isascii():
            return self.browse()
        digest = self._digest(token)
        record = self.sudo().search([("digest", "=", digest)], limit=1)
        return record if record and consteq(record.digest, digest) else self.browse()

    @api.model
    def _digest(self, token):
        return hashlib.sha256(token.encode()).hexdigest()
