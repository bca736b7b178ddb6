from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    scheduling_connection_ids = fields.One2many("scheduling.connection", "user_id", "Calendar connections")

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id"} & set(vals):  # pages of an archived host are gone, at once
            self.env.registry.clear_cache()
        if "group_ids" in vals:
            self.env["scheduling.permission.request"]._notice_granted(self)
        return result
