from odoo import models


class ResourceCalendar(models.Model):
    """Working hours, of which pages may be made."""

    _name = "resource.calendar"
    _inherit = ["resource.calendar", "scheduling.cached"]


class ResourceCalendarAttendance(models.Model):
    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "scheduling.cached"]


class ResourceResource(models.Model):
    """Joins a user to their working hours."""

    _name = "resource.resource"
    _inherit = ["resource.resource", "scheduling.cached"]
