from odoo import api, models


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    @api.model
    def _hand_over(self, user):
        """Odoo's own sync goes on with the meetings that ours has linked: it knows their events from now on.

        Only meetings whose last change has been written: Odoo's sync would send the others to the guests once more.
        """
        links = self.sudo().search(
            [
                ("calendar_id.connection_id.provider", "=", "google"),
                ("calendar_id.user_id", "=", user.id),
                ("booking_id", "=", False),
                ("state", "=", "live"),
                ("remote_id", "!=", False),
                ("event_id.google_id", "=", False),
            ]
        )
        for link in links.filtered("event_id"):
            link.event_id.with_context(scheduling_own_write=True, dont_notify=True, no_calendar_sync=True).write(
                {"google_id": link.remote_id, "need_sync": False}
            )
