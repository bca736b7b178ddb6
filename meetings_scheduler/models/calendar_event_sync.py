"""What people do with meetings in Odoo is told to the calendar: here it is noticed, the outbox does it."""

from odoo import api, fields, models
from odoo.tools import str2bool

# What a change of which the event in the calendar follows.
SYNCED_FIELDS = {
    "name",
    "start",
    "stop",
    "start_date",
    "stop_date",
    "duration",
    "allday",
    "location",
    "videocall_location",
    "description",
    "partner_ids",
    "attendee_ids",
    "active",
    "user_id",
    "recurrence_id",
    "show_as",
    "privacy",
}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    scheduling_link_ids = fields.One2many("scheduling.event.link", "event_id", "In outside calendars")

    @api.model_create_multi
    def create(self, vals_list):
        if all(vals.get("recurrence_id") for vals in vals_list):
            # Copies of a meeting whose description holds the contact details already: else all but one hold them twice.
            self = self.with_context(skip_contact_description=True)
        events = super().create(vals_list)
        events._tell_calendar()
        return events

    def write(self, vals):
        changed = SYNCED_FIELDS & set(vals)
        if changed & {"show_as", "privacy"}:
            self._links_to_mark()._agree_on_marks()
        result = super().write(vals)
        # While Odoo makes an event it writes into it; then create() tells.
        if changed and not self.env.context.get("is_calendar_event_new"):
            self._tell_calendar()
        return result

    def unlink(self):
        links = self._links_to_mark()
        result = super().unlink()
        links._deleted_here()
        return result

    def action_unlink_event(self, attendee_id=None, recurrence=False):
        """The calendar tells the guests: Odoo's question whether to mail them as well is left out."""
        if len(self) == 1 and self._links_to_tell().filtered("is_organizer"):
            if self.recurrence_id and recurrence in ("next", "all"):
                self.action_mass_deletion("future_events" if recurrence == "next" else "all_events")
            else:
                self.unlink()
            return {"type": "ir.actions.act_url", "target": "self", "url": "/odoo/calendar"}
        return super().action_unlink_event(attendee_id, recurrence)

    # ------------------------------------------------------------ what goes out

    def _links_to_mark(self):
        """:return: the links of these meetings (sudo) that remember what a person does here, to be told some day"""
        links = self.env["scheduling.event.link"]
        if self.env.context.get("scheduling_own_write"):
            return links.sudo()
        return links._of_meetings(self).filtered(lambda link: link.calendar_id.connection_id._may_sync())

    def _links_to_tell(self):
        """:return: the links of these meetings that follow at once what a person does here (sudo)"""
        return self._links_to_mark().filtered(lambda link: link.calendar_id.connection_id._syncs())

    def _tell_calendar(self):
        """Asks the outbox to bring the calendar in line, in the transaction that changed the meetings."""
        if self.env.context.get("scheduling_own_write"):
            return
        links = self._links_to_mark()
        handed = links.filtered(lambda link: link._is_handed_over())
        handed._deleted_here()
        handed.leads = False
        links -= handed
        known = links.filtered(lambda link: link.calendar_id.connection_id._syncs()).event_id
        for link in links.filtered(lambda link: link._is_in_other_recurrence()):
            if not self.env["scheduling.series"]._follow_recurrence(link):
                links -= link
        links._changed_here()
        syncing = self.env["scheduling.connection"].sudo().search([("user_id", "in", self.sudo().user_id.ids)])._syncs()
        for event in (self - known).filtered(lambda event: event.active and event.user_id in syncing.user_id):
            connection = event._inviting_connection()
            if connection and event.recurrence_id:
                self.env["scheduling.series"]._take_in(event, connection.main_calendar_id)
            elif connection:
                event._link_with(connection.main_calendar_id)
        self.env["scheduling.busy"]._hold(self._links_to_tell())
        handed.event_id._invite_again()

    def _invite_again(self):
        """Somebody else organizes these meetings now. The former calendar cancels, so guests hear that they take place:
        from the calendar of who organizes them, else from Odoo, once a series (for whose changes Odoo mails nobody).
        """
        coming = self.with_context(no_mail_to_attendees=False)
        coming = coming.filtered(lambda event: event.active and event.stop > fields.Datetime.now())
        for events in coming.sorted("start").grouped("recurrence_id").values():
            for event in events[:1] if events.recurrence_id else events:
                event._outside_attendees().filtered(lambda one: one.state != "declined")._send_invitation_emails()

    def _link_with(self, calendar):
        links = self.env["scheduling.event.link"].sudo()
        earlier = links.search([("event_id", "=", self.id), ("calendar_id", "=", calendar.id)])
        if earlier:  # it was this user's before
            earlier.write({"leads": True})
            earlier._changed_here()
            return
        links.create(links._own_values(self, calendar))._changed_here()

    def _inviting_connection(self):
        """The connection whose calendar invites to this meeting.

        That is so for a meeting to come that a connected user organizes with somebody from outside. Bookings have their
        own event.

        :return: scheduling.connection (sudo), or an empty recordset
        """
        connection = self._organizers_connection()
        if (
            connection._syncs()
            and connection.main_calendar_id
            and not self.sudo().scheduling_booking_ids
            and self.stop > fields.Datetime.now()
            and self._outside_attendees()
        ):
            return connection
        return connection.browse()

    def _organizers_connection(self):
        """
        :return: the organizer's connection with a calendar outside of Odoo (sudo) that their meetings are written to,
            or an empty recordset
        """
        connection = self.env["scheduling.connection"]._for_sync(self.sudo().user_id)
        return connection.filtered(lambda connection: connection.provider != "odoo")

    def _outside_attendees(self):
        """:return: attendees with an address who are no colleagues"""
        return self.sudo().attendee_ids.filtered(
            lambda attendee: attendee.partner_id.email_normalized and not attendee.partner_id._is_colleague()
        )

    def _attendees_not_to_mail(self):
        """The calendar invites where sync is on. Where a connected user has turned sync off, contacts get no invitation
        at all (MISSION.md, M24), unless the administrator lets Odoo send its own.
        """
        if booked := super()._attendees_not_to_mail():
            return booked
        linked = self._links_to_tell().filtered(lambda link: link.state in ("pending", "live", "ending"))
        if linked or self._inviting_connection():
            return self.sudo().attendee_ids
        connection = self._organizers_connection()
        is_quiet = connection and not connection.use_sync
        invites = self.env["ir.config_parameter"].sudo().get_param("meetings_scheduler.odoo_invites_without_sync", "")
        if is_quiet and not str2bool(invites, False):
            return self._outside_attendees()
        return self.env["calendar.attendee"].sudo()

    def _get_public_fields(self):
        return super()._get_public_fields() | {"scheduling_link_ids"}
