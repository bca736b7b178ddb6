from odoo import models

# What of a host's contact is cached with their pages.
HOST_FIELDS = {"name", "tz"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _is_colleague(self):
        """:return: whether the contact is a user of this database, portal users aside"""
        self.ensure_one()
        return bool(self.user_ids) and not all(self.user_ids.mapped("share"))

    def write(self, vals):
        result = super().write(vals)
        if HOST_FIELDS & set(vals) and self.user_ids:
            self.env.registry.clear_cache()
            if "tz" in vals:  # all-day events last from midnight to midnight of the user's zone
                connections = self.sudo().user_ids.scheduling_connection_ids
                connections.filtered(lambda connection: connection.state == "connected")._refresh_busy()
        return result
