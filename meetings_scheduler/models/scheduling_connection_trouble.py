"""Why visitors can't book a user, in a sentence, and where the user mends it."""

from odoo import api, models


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    @api.model
    def _trouble(self, user):
        """What keeps visitors from booking ``user``, in the env's language.

        :return: dict of ``reason``, ``cure`` (what the button says) and ``url`` (the calendar settings, at what is
            broken; they change nothing before a button there is pressed), or None: nothing is broken
        """
        settings = f"{self.get_base_url()}/odoo/calendar-settings"
        connections = self._of_user(user).filtered(lambda connection: connection.purpose != "sync")
        if not connections:
            reason = self.env._("You have connected no calendar, so nobody can be promised a time.")
            return {"reason": reason, "cure": self.env._("Connect my calendar"), "url": settings}
        for connection in connections.filtered(lambda connection: connection.state == "lost"):
            reason = self.env._(
                "We can't read your calendar %(account)s any more. %(reason)s",
                account=connection.account,
                reason=connection.lost_reason or "",
            )
            return {"reason": reason, "cure": self.env._("Connect again"), "url": settings}
        calendars = connections.calendar_ids
        for calendar in calendars._lost():
            reason = self.env._(
                "We can't use “%(calendar)s” any more. %(reason)s While it counts, visitors can't book you.",
                calendar=calendar.name,
                reason=calendar.lost_reason or "",
            )
            return {
                "reason": reason,
                "cure": calendar._cure(),
                "url": calendar._settings_url(),
            }
        if not any(connections.mapped("use_pages")):
            reason = self.env._("“Scheduling pages” isn't ticked in your calendar settings.")
            return {"reason": reason, "cure": self.env._("Open calendar settings"), "url": settings}
        return None
