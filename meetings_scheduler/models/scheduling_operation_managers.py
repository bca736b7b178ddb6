"""What managers see of the outbox: that something of some kind failed in whose calendar, and nothing of what it was."""

from odoo import api, fields, models

from ..exceptions import NotSetUp
from ..providers.errors import ProviderError

# What an operation without booking or account is about, by the argument that names it.
ABOUT = {
    "connection_id": "scheduling.connection",
    "page_id": "scheduling.page",
    "request_id": "scheduling.permission.request",
}


class SchedulingOperation(models.Model):
    _inherit = "scheduling.operation"

    user_id = fields.Many2one(related="connection_id.user_id", string="Calendar of", store=True)
    provider = fields.Selection(related="connection_id.provider", string="Calendar")
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, index=True, help="Its managers see the operation."
    )

    @api.depends("booking_id.company_id", "connection_id.company_id", "arguments")
    def _compute_company_id(self):
        for operation in self:
            operation.company_id = (operation.booking_id or operation.connection_id or operation._about()).company_id

    def _about(self):
        """:return: the record that an operation without booking or account is about, empty if it is gone"""
        for name, model in ABOUT.items():
            if name in (self.arguments or {}):
                return self.env[model].browse(self.arguments[name]).exists()
        return self.env["scheduling.connection"]

    def _error_for_managers(self, error):
        """:return: its kind and its words; of what is no booking only words that never quote what is in a calendar"""
        name = type(error).__name__
        if self.connection_id and not self.booking_id and not isinstance(error, (ProviderError, NotSetUp)):
            return name  # the log has the rest
        return f"{name}: {error}"[:500]
