"""Series of Google that ours has brought into Odoo, occurrence by occurrence, before Odoo's own sync was turned on."""

from odoo import api, models

# Neither sync hears of it, and nobody is mailed.
SILENT = {"dont_notify": True, "no_calendar_sync": True, "scheduling_own_write": True}


class CalendarRecurrence(models.Model):
    _inherit = "calendar.recurrence"

    @api.model
    def _create_from_google(self, gevents, vals_list):
        recurrences = super()._create_from_google(gevents, vals_list)
        for recurrence in recurrences:
            recurrence._take_in_known_meetings()
        return recurrences

    def _take_in_known_meetings(self):
        """A meeting that ours has linked, with what was noted on it, takes the place of the one that was just made."""
        links = self.env["scheduling.event.link"].sudo()
        links = links.search([("series_id", "=", self.google_id), ("leads", "=", True), ("event_id", "!=", False)])
        made = {event.google_id: event for event in self.calendar_event_ids}
        for known in links.event_id.with_context(**SILENT) - self.calendar_event_ids:
            copy = made.get(known.google_id)
            if not copy:
                continue
            known.write(
                {
                    "recurrence_id": self.id,
                    "recurrency": True,
                    "follow_recurrence": known.start == copy.start,
                    "recurrence_update": "self_only",
                    "need_sync": False,
                }
            )
            if self.base_event_id == copy:
                self.base_event_id = known
            copy = copy.with_context(**SILENT)
            copy.write({"google_id": False, "need_sync": False})  # else it would be deleted in Google as well
            copy.unlink()
