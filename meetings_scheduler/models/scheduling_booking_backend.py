"""What the booking's form in the backend asks of its record."""

from odoo import api, fields, models


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    is_past = fields.Boolean(compute="_compute_is_past", help="Only a meeting that has begun can have an outcome.")

    @api.depends("start")
    def _compute_is_past(self):
        now = fields.Datetime.now()
        for booking in self:
            booking.is_past = bool(booking.start) and booking.start <= now
