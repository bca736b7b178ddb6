from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    scheduling_connection_ids = fields.One2many("scheduling.connection", "user_id", "Calendar connections")

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id", "company_ids"} & set(vals):  # pages of an archived host are gone, at once
            self.env.registry.clear_cache()
        if vals.get("active"):
            self._take_calendars_up()
        if "group_ids" in vals:
            self.env["scheduling.permission.request"]._notice_granted(self)
        return result

    def _take_calendars_up(self):
        """The calendars of users who were archived are read and written again, what has waited for that first."""
        connections = self.env["scheduling.connection"]._of_user(self)
        remote = connections.filtered(lambda connection: connection.provider != "odoo")
        if remote:
            self.env["scheduling.operation"]._resume(remote)
            remote._refresh_soon()
