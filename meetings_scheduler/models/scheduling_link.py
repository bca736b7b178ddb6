"""Private links: the way into a page that isn't public, for a person, until a date, once if wished."""

import secrets

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import consteq

SEPARATOR = "~"  # between the page's address and the key; no address contains it
KEY_BYTES = 16


class SchedulingLink(models.Model):
    _name = "scheduling.link"
    _inherit = ["scheduling.part"]
    _description = "Private Link"
    _order = "id desc"

    page_id = fields.Many2one("scheduling.page", required=True, ondelete="cascade", index=True)
    name = fields.Char("For", help="Whom or what the link is for; only you see it.")
    key = fields.Char(required=True, readonly=True, copy=False, default=lambda self: secrets.token_urlsafe(KEY_BYTES))
    single_use = fields.Boolean("Works once", default=True)
    expires_on = fields.Date("Until", help="The last day on which the link works. Empty: no end.")
    booking_ids = fields.One2many("scheduling.booking", "link_id", "Bookings")
    url = fields.Char("Link", compute="_compute_url")
    is_usable = fields.Boolean("Works", compute="_compute_is_usable")

    _key_uniq = models.UniqueIndex("(key)")

    @api.depends("page_id.url", "key")
    def _compute_url(self):
        for link in self:
            link.url = f"{link.page_id.url}{SEPARATOR}{link.key}" if link.page_id.url else False

    @api.depends("single_use", "expires_on", "booking_ids.state")
    def _compute_is_usable(self):
        today = fields.Date.context_today(self)
        for link in self:
            used = link.booking_ids._alive()
            expired = link.expires_on and link.expires_on < today
            link.is_usable = not expired and not (link.single_use and used)

    @api.model
    def _find(self, slug, key):
        """:return: the usable link of the page with that address (sudo), or an empty recordset"""
        if not key or len(key) > 64 or not key.isascii():
            return self.browse()
        link = self.sudo().search(Domain("page_id.slug", "=", slug) & Domain("key", "=", key), limit=1)
        return link if link and consteq(link.key, key) and link.is_usable else self.browse()
