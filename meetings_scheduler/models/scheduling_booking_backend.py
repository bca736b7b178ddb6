"""What the backend's screens ask of a booking, and how they learn that it changed."""

from odoo import api, fields, models

# What the dashboard shows of a booking.
SHOWN_FIELDS = {"state", "start", "stop", "location", "user_id"}


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    is_past = fields.Boolean(compute="_compute_is_past", help="Only a meeting that has begun can have an outcome.")

    @api.depends("start")
    def _compute_is_past(self):
        now = fields.Datetime.now()
        for booking in self:
            booking.is_past = bool(booking.start) and booking.start <= now

    can_open_page = fields.Boolean(compute="_compute_can_open_page", help="The page is the user's own, or a manager's.")

    @api.depends("page_id")
    @api.depends_context("uid")
    def _compute_can_open_page(self):
        for booking in self:
            booking.can_open_page = booking.page_id.has_access("read")

    @api.model_create_multi
    def create(self, vals_list):
        bookings = super().create(vals_list)
        bookings._tell_dashboards()
        return bookings

    def write(self, vals):
        result = super().write(vals)
        if SHOWN_FIELDS & set(vals):
            self._tell_dashboards()
        return result

    def _tell_dashboards(self):
        """An open dashboard of the host reads itself anew once the transaction is committed."""
        for user in self.user_id | self.host_ids.user_id:
            user._bus_send("meetings_scheduler/changed", {})
