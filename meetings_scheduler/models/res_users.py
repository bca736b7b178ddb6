from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    scheduling_connection_ids = fields.One2many("scheduling.connection", "user_id", "Calendar connections")

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:  # all-day events last from midnight to midnight of the user's zone
            self.sudo().scheduling_connection_ids.filtered(
                lambda connection: connection.state == "connected"
            )._refresh_busy()
        return result
