from odoo import api, models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        attendees._follow_busy()
        return attendees

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._follow_busy()
        return result

    def unlink(self):
        events = self.event_id
        result = super().unlink()
        self.env["scheduling.busy"]._follow_events(events.exists())
        return result

    def _follow_busy(self):
        """Who declines is free, who joins is busy: the cached busy time follows."""
        self.env["scheduling.busy"]._follow_events(self.event_id)

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        """One party invites: where that isn't Odoo itself, its own invitations stay away. Reminders still go out."""
        reminder = self.env.ref("calendar.calendar_template_meeting_reminder", raise_if_not_found=False)
        attendees = self
        if mail_template != reminder:
            for event in self.event_id:
                attendees -= event._attendees_not_to_mail().sudo(False)
        return super(CalendarAttendee, attendees)._notify_attendees(
            mail_template, notify_author=notify_author, force_send=force_send
        )
