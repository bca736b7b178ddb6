from odoo import models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") in ("accepted", "tentative", "declined"):
            self._tell_own_reply(vals["state"])
        return result

    def _tell_own_reply(self, reply):
        """The user answers an invitation of somebody else: of such an event the calendar takes just this answer."""
        if self.env.context.get("scheduling_own_write"):
            return
        mine = self.filtered(lambda attendee: attendee.partner_id == self.env.user.partner_id)
        links = self.env["scheduling.event.link"].sudo()
        links.search(
            [
                ("event_id", "in", mine.event_id.ids),
                ("calendar_id.user_id", "=", self.env.uid),
                ("booking_id", "=", False),
                ("state", "=", "live"),
                ("is_organizer", "=", False),
            ]
        )._answer(reply)
