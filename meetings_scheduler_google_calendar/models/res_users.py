from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sync_google_calendar(self, calendar_service):
        """Before Odoo's own sync looks at the calendar, it is told which meetings are in it already."""
        if self._get_google_sync_status() == "sync_active":
            self.env["scheduling.event.link"]._hand_over(self)
        return super()._sync_google_calendar(calendar_service)
