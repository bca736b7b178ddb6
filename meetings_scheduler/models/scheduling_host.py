"""A host of a page that several people host, and the place it has when meetings are shared out."""

from odoo import api, fields, models

from .. import availability


class SchedulingHost(models.Model):
    _name = "scheduling.host"
    _inherit = ["scheduling.cached"]
    _description = "Page Host"
    _order = "sequence, id"
    _rec_name = "user_id"

    page_id = fields.Many2one("scheduling.page", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users", "Host", required=True, domain=[("share", "=", False)], ondelete="cascade", index=True
    )
    is_fixed = fields.Boolean(
        "Always takes part", help="On a page with fixed hosts and one of a pool: one of the fixed."
    )
    weight = fields.Integer(default=100, required=True, help="Twice the weight, twice the meetings.")
    priority = fields.Selection(
        [("1", "Low"), ("2", "Normal"), ("3", "High")],
        required=True,
        default="2",
        help="Of two hosts who are equally behind their share, the higher one is asked first.",
    )
    credit = fields.Float(
        readonly=True,
        copy=False,
        help="Turns put down to the host when it joined, so that it isn't flooded to catch up with the others.",
    )
    is_connected = fields.Boolean("Calendar connected", compute="_compute_is_connected")

    _user_uniq = models.UniqueIndex("(page_id, user_id)", "This host is on the page already.")
    _weight_sane = models.Constraint("CHECK (weight BETWEEN 0 AND 10000)", "A weight lies between 0 and 10,000.")

    @api.depends("user_id")
    def _compute_is_connected(self):
        readable = self.env["scheduling.connection"].sudo()._readable_users(self.user_id)
        for host in self:
            host.is_connected = host.user_id in readable

    @api.constrains("page_id", "user_id")
    def _check_company_of_page(self):
        self.page_id._check_hosts_company()

    @api.model_create_multi
    def create(self, vals_list):
        hosts = super().create(vals_list)
        hosts._give_opening_credit()
        return hosts

    def _give_opening_credit(self):
        """A host that joins late starts with the share it would have had so far."""
        for host in self:
            others = host.page_id._ledger(host.page_id.host_ids - self)
            host.credit = float(availability.opening_credit(host.weight, others))
