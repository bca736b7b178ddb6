from odoo import models

from odoo.addons.meetings_scheduler.sync.planner import identity


class SchedulingCalendar(models.Model):
    _inherit = "scheduling.calendar"

    def _known_elsewhere(self, events):
        """An event that Odoo's own sync has brought into Odoo, or taken out of it, is that meeting."""
        known = super()._known_elsewhere(events)
        if self.connection_id.provider != "google":
            return known
        ids = {event.id: event for event in events if event.uid}
        meetings = self.env["calendar.event"].sudo().search([("google_id", "in", list(ids))])
        return {**{identity(ids[meeting.google_id]): meeting.id for meeting in meetings}, **known}
