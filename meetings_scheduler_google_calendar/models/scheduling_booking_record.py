from odoo import models


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    def _event_values(self):
        """What our outbox writes to Google isn't sent there by Odoo's sync as well."""
        values = super()._event_values()
        return {**values, "need_sync": False} if self.invited_by == "provider" else values
