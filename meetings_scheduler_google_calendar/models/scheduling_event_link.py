from odoo import api, models
from odoo.fields import Domain

from .calendar_recurrence import SILENT


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    @api.model
    def _hand_over(self, user):
        """Odoo's own sync goes on with the meetings that ours has linked: it knows their events from now on.

        Only meetings whose last change has been written: Odoo's sync would send the others to the guests once more.
        """
        of_user = Domain("calendar_id.connection_id.provider", "=", "google") & Domain(
            "calendar_id.user_id", "=", user.id
        )
        known = Domain("state", "=", "live") & Domain("remote_id", "!=", False)
        series = self.env["scheduling.series"].sudo().search(of_user & known & Domain("is_planned", "=", True))
        unread = Domain("state", "=", "live") & Domain("own_series_id", "in", series.ids)
        unknown_there = Domain("booking_id", "=", False) & Domain("event_id.google_id", "=", False)
        for link in self.sudo().search(of_user & (known | unread) & unknown_there).filtered("event_id"):
            link.event_id.with_context(**SILENT).write({"google_id": link._google_id(), "need_sync": False})
        for one in series.filtered(lambda one: one.recurrence_id and not one.recurrence_id.google_id):
            one.recurrence_id.with_context(**SILENT).write({"google_id": one.remote_id, "need_sync": False})

    def _google_id(self):
        """:return: the event's id; that of an occurrence which was not read yet as Google makes it"""
        return self.remote_id or f"{self.own_series_id.remote_id}_{self.recurrence_key}"
