"""The time that is kept for a visitor while they fill in the form (RELIABILITY.md, P3)."""

import hashlib
import re
from datetime import timedelta

from odoo import api, fields, models

from ..exceptions import PublicError

TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")  # 22 characters of base64 are 128 bits
# Nobody can close a calendar by choosing times: more at once are simply not held, and can be booked as ever.
MOST_OF_A_SENDER = 3
MOST_OF_A_PAGE = 10


class SchedulingHold(models.Model):
    """One time of one page for one visitor, until it expires.

    Its rows among those of the bookings fall under the same constraint. That can't know what time it is, so expired
    ones are taken away by whoever wants the time. Only the digest of the visitor's token is stored.
    """

    _name = "scheduling.hold"
    _description = "Held Time"
    _inherit = ["scheduling.reservation"]
    _log_access = False
    _taken_by = "hold_id"

    page_id = fields.Many2one("scheduling.page", required=True, ondelete="cascade", index=True)
    holder = fields.Char(required=True, help="The digest of the visitor's token.")
    sender = fields.Char(required=True, index=True, help="A keyed hash of the visitor's address on the network.")
    start = fields.Datetime(required=True)
    stop = fields.Datetime("End", required=True)
    buffer_before = fields.Integer(required=True, default=0)
    buffer_after = fields.Integer(required=True, default=0)
    expires_at = fields.Datetime(required=True, index=True)
    host_ids = fields.One2many("scheduling.booking.host", "hold_id", "Hosts")

    _holder_uniq = models.UniqueIndex("(page_id, holder)")
    _period_sane = models.Constraint("CHECK (start < stop)")

    @api.model
    def _holder_of(self, token):
        """:return: the digest that stands for a token, None without one
        :raises PublicError: 400, it can't be a token
        """
        if token in (None, ""):
            return None
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            message = self.env._("The hold is 22 to 128 letters, digits, hyphens or underscores.")
            raise PublicError(400, "invalid", message, "hold")
        return hashlib.sha256(token.encode()).hexdigest()

    @api.model
    def _of(self, page, holder):
        """:return: what the visitor holds on the page, expired or not (sudo), or an empty recordset"""
        return self.sudo().search([("page_id", "=", page.id), ("holder", "=", holder)]) if holder else self.sudo()

    @api.model
    def _forget_expired(self, hosts, start, stop):
        """Makes way: the expired holds of these hosts between two naive UTC instants are gone afterwards."""
        rows = self.env["scheduling.booking.host"].search(
            [
                ("hold_id.expires_at", "<=", fields.Datetime.now()),
                ("user_id", "in", hosts.ids),
                ("start", "<", stop),
                ("stop", ">", start),
            ]
        )
        rows.hold_id.unlink()

    @api.model
    def _has_room(self, page, sender, holder):
        """:return: whether one more time may be held on the page, and by that sender"""
        others = [("expires_at", ">", fields.Datetime.now()), ("holder", "!=", holder)]
        of_sender = self.search_count([*others, ("sender", "=", sender)], limit=MOST_OF_A_SENDER)
        of_page = self.search_count([*others, ("page_id", "=", page.id)], limit=MOST_OF_A_PAGE)
        return of_sender < MOST_OF_A_SENDER and of_page < MOST_OF_A_PAGE

    @api.autovacuum
    def _gc_expired(self):
        self.search([("expires_at", "<=", fields.Datetime.now() - timedelta(hours=1))]).unlink()
