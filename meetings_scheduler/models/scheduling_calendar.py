"""A calendar of a connected account."""

from odoo import fields, models


class SchedulingCalendar(models.Model):
    _name = "scheduling.calendar"
    _description = "Linked Calendar"
    _order = "is_main desc, name, id"

    connection_id = fields.Many2one("scheduling.connection", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one(related="connection_id.user_id", store=True, index=True)
    name = fields.Char(required=True)
    remote_id = fields.Char(required=True, help="The provider's own name of the calendar.")
    is_main = fields.Boolean("Main calendar", help="Bookings are written to this calendar, never to another one.")
    counts = fields.Boolean("Counts as busy", default=True)
    state = fields.Selection([("active", "Active"), ("lost", "Access lost")], required=True, default="active")
    lost_reason = fields.Char()
    busy_ids = fields.One2many("scheduling.busy", "calendar_id")

    _remote_uniq = models.UniqueIndex("(connection_id, remote_id)")
    _one_main = models.UniqueIndex("(connection_id) WHERE is_main", "An account has one main calendar.")

    def _refresh_busy(self):
        """Reads the calendar's busy periods anew into :model:`scheduling.busy`."""
        for calendar in self:
            calendar.busy_ids.unlink()
            calendar.env["scheduling.busy"]._read_odoo_calendar(calendar)
