from odoo import models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        """One party invites: where the calendar does, Odoo's own invitations stay away. Reminders still go out."""
        reminder = self.env.ref("calendar.calendar_template_meeting_reminder", raise_if_not_found=False)
        attendees = self
        if mail_template != reminder:
            for event in self.event_id:
                attendees -= event._attendees_not_to_mail().sudo(False)
        return super(CalendarAttendee, attendees)._notify_attendees(
            mail_template, notify_author=notify_author, force_send=force_send
        )
