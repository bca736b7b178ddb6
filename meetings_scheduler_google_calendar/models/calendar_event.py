"""Meetings that Odoo's own Google sync leaves to ours, and the other way round."""

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.meetings_scheduler.providers.google_event import KEY
from odoo.addons.meetings_scheduler.sync.text import as_html, is_html, plain_text


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_sync_domain(self):
        """What we write into the host's calendar ourselves isn't written by Odoo's sync as well."""
        ours = Domain("scheduling_booking_ids", "any", [("invited_by", "=", "provider")])
        return super()._get_sync_domain() & ~ours

    def write(self, vals):
        """A booking that is moved goes to Google by our outbox alone."""
        ours = self.filtered(lambda event: "provider" in event.sudo().scheduling_booking_ids.mapped("invited_by"))
        if not ours or "need_sync" in vals:
            return super().write(vals)
        super(CalendarEvent, ours).write({**vals, "need_sync": False})
        return super(CalendarEvent, self - ours).write(vals) if self - ours else True

    @api.model
    def _sync_google2odoo(self, google_events, write_dates=None, default_reminders=()):
        """The event of a booking is in Odoo already, whichever host's calendar is read; our own reading follows it."""
        bookings = self.env["scheduling.booking"].sudo()
        uids = [event.iCalUID for event in google_events if event.iCalUID]
        links = self.env["scheduling.event.link"].sudo()
        links = links.search([("uid", "in", uids), ("booking_id", "!=", False)])
        known = {*links.mapped("uid"), *bookings.search([("uid", "in", uids)]).mapped("uid")}
        theirs = google_events.filter(lambda event: event.iCalUID not in known and not _is_of_booking(event))
        return super()._sync_google2odoo(theirs, write_dates, default_reminders)

    @api.model
    def _odoo_values(self, google_event, default_reminders=()):
        """Odoo's sync takes a text for HTML, in which it is one line; ours would write that line into Google."""
        values = super()._odoo_values(google_event, default_reminders)
        text = google_event.description or ""
        if values.get("description") and not is_html(text):
            values["description"] = as_html(plain_text(text))
        return values

    def _link_with(self, calendar):
        """A meeting that Odoo's sync has put into this calendar goes on there, instead of a second event beside it."""
        links = self.env["scheduling.event.link"].sudo()
        if self.google_id and not links.search([("event_id", "=", self.id), ("calendar_id", "=", calendar.id)]):
            links.create({**links._own_values(self, calendar), "state": "live", "remote_id": self.google_id})
        return super()._link_with(calendar)


def _is_of_booking(event):
    """:return: whether our mark is on it (providers/google_event.py); it may be there before our link is committed"""
    properties = (event.extendedProperties or {}).get("private") or {}
    return str(properties.get(KEY, "")).startswith("booking:")
