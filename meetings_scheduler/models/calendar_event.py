from odoo import api, fields, models

# What a change of which alters when, or whether, somebody is busy.
BUSY_FIELDS = {"start", "stop", "start_date", "stop_date", "allday", "active", "show_as", "partner_ids", "attendee_ids"}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    scheduling_booking_ids = fields.One2many("scheduling.booking", "event_id", "Bookings")

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        self.env["scheduling.busy"]._follow_events(events)
        return events

    def write(self, vals):
        changed = BUSY_FIELDS & set(vals)
        result = super().write(vals)
        if changed:
            self.env["scheduling.busy"]._follow_events(self)
            self._tell_bookings(changed)
        return result

    def unlink(self):
        self.sudo().scheduling_booking_ids._follow_event_cancelled()
        return super().unlink()

    def _tell_bookings(self, changed):
        """A booked meeting moved or archived in Odoo's calendar is moved or cancelled, visitor included."""
        bookings = self.sudo().scheduling_booking_ids
        if not bookings or self.env.context.get("scheduling_own_write"):
            return
        bookings.filtered(lambda booking: not booking.event_id.active)._follow_event_cancelled()
        if changed & {"start", "stop"}:
            bookings.filtered(lambda booking: booking.event_id.active)._follow_event_moved()

    def _attendees_not_to_mail(self):
        """Whom Odoo doesn't write about this meeting.

        A booking sends its own mails with a stable UID; a second invitation with another UID would put the meeting
        twice into the visitor's calendar.

        :return: calendar.attendee (sudo)
        """
        self.ensure_one()
        event = self.sudo()
        return event.attendee_ids if event.scheduling_booking_ids else event.attendee_ids.browse()

    def _get_ics_file(self):
        """Odoo makes a new UID at each call; a booked meeting keeps the one its visitor's calendar knows."""
        files = super()._get_ics_file()
        for event in self.filtered("scheduling_booking_ids"):
            files[event.id] = event.sudo().scheduling_booking_ids[0]._ics("PUBLISH")
        return files

    def _get_public_fields(self):
        return super()._get_public_fields() | {"scheduling_booking_ids"}
