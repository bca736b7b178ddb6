"""What the page's form in the backend asks of its record."""

from odoo import api, fields, models


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    is_own = fields.Boolean(compute="_compute_is_own")

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_own(self):
        for page in self:
            page.is_own = page.user_id == self.env.user

    def action_use_odoo_calendar(self):
        """Connects the user's Odoo calendar without leaving the page, which takes bookings from then on."""
        self.ensure_one()
        self.env["scheduling.connection"]._connect_odoo(self.env.user)
        return True
