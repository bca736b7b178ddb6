"""The calendars of a connected account: which there are, and how far ahead they are read."""

from datetime import datetime, time, timedelta, timezone

from odoo import fields, models

from ..providers.base import Period, Role
from ..providers.errors import InvalidResponse


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    def _link_calendars(self, remote_calendars):
        """New calendars appear, vanished and narrowed ones are lost; by themselves.

        Only the main calendar counts until the user links others. One that is shared as free/busy only can't be linked.

        :param remote_calendars: list of :class:`providers.base.RemoteCalendar`, complete
        :return: the calendars that can be used as far as the list tells, those lost until now included
        :raises InvalidResponse: the list is empty (fault 13): every account has a calendar
        """
        self.ensure_one()
        if not remote_calendars:
            raise InvalidResponse("The list of calendars is empty.", "empty")
        owner = self._for_owner()
        usable = self.env["scheduling.calendar"]
        known = {calendar.remote_id: calendar for calendar in self.calendar_ids if not calendar.is_tasks}
        for remote in remote_calendars:
            facts = {"name": remote.name or remote.id, "color": remote.color, "role": remote.role.value}
            calendar = known.pop(remote.id, None)
            if calendar is None:
                calendar = usable.create(
                    {
                        **facts,
                        "connection_id": self.id,
                        "remote_id": remote.id,
                        "is_main": remote.is_primary,
                        "counts": remote.is_primary,
                    }
                )
            elif any(calendar[name] != value for name, value in facts.items()):
                calendar.write(facts)
            if refusal := owner._refusal(calendar, remote):
                calendar._lose_access(refusal)
            else:
                usable |= calendar
        for calendar in known.values():
            if calendar.counts:
                calendar._lose_access(owner.env._("The calendar isn't shared with you any more, or was deleted."))
            else:
                calendar.unlink()
        return usable

    def _refusal(self, calendar, remote):
        """:return: why a calendar that counts gives too few rights, and the cure in words; or None"""
        if not calendar.counts:
            return None
        if remote.role is Role.FREE_BUSY:
            return self.env._("Only free/busy is shared. Ask the owner to share “See all event details”.")
        if calendar._is_written_to() and not remote.is_writable:  # fault 25: known before a booking is lost on it
            return self.env._(
                "You may only read this calendar now, so bookings can't be written into it. Ask your administrator "
                "for the right to change events. Once you have it, bookings work again by themselves."
            )
        return None

    def _busy_window(self):
        """:return: :class:`providers.base.Period` from today to the end of the furthest window of the user's pages"""
        pages = self.env["scheduling.page"].sudo()
        pages = pages.search([("user_id", "=", self.user_id.id)]) | pages.search(
            [("host_ids.user_id", "=", self.user_id.id)]
        )
        today = fields.Date.today()  # in UTC, so never later than now
        last = max((page._window_dates()[1] for page in pages), default=today + timedelta(days=60))
        last = min(last, today + timedelta(days=366))
        first, end = today, last + timedelta(days=2)  # 63 days at most for the usual window
        return Period(*(datetime.combine(day, time(), timezone.utc) for day in (first, end)))
