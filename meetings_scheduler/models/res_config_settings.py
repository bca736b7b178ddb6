from odoo import api, fields, models

from .scheduling_connection_accounts import SEVERAL

RATE_LIMIT = "meetings_scheduler.rate_limit"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # Not by config_parameter: Odoo drops a parameter that becomes 0, and 0 means "no limit" here.
    scheduling_rate_limit = fields.Integer("Bookings per hour")
    scheduling_refused_email_domains = fields.Char(
        "Refused e-mail domains", config_parameter="meetings_scheduler.refused_email_domains"
    )
    scheduling_internal_domains = fields.Char(
        "Domains of colleagues", config_parameter="meetings_scheduler.internal_domains"
    )
    scheduling_sync_blocked = fields.Char("Never taken into Odoo", config_parameter="meetings_scheduler.sync_blocked")
    scheduling_sync_creates_contacts = fields.Boolean(
        "Guests become contacts", config_parameter="meetings_scheduler.sync_creates_contacts"
    )
    scheduling_odoo_invites = fields.Boolean(
        "Odoo invites where sync is off", config_parameter="meetings_scheduler.odoo_invites_without_sync"
    )
    scheduling_several_accounts = fields.Boolean("Several calendar accounts per user", config_parameter=SEVERAL)

    @api.model
    def get_values(self):
        return {**super().get_values(), "scheduling_rate_limit": self.env["scheduling.counter"]._limit()}

    def set_values(self):
        result = super().set_values()
        self.env["ir.config_parameter"].sudo().set_param(RATE_LIMIT, str(max(self.scheduling_rate_limit, 0)))
        return result
