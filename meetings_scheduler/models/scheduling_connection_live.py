"""Busy time by the provider's own word: asked live for one slot, and told from our own bookings."""

from datetime import timedelta
from time import monotonic

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..availability.intervals import merge, subtract
from ..availability.zones import to_datetime
from ..providers import errors
from .scheduling_connection_remote import LIVE_DEADLINE
from .scheduling_page_slots import aware, naive

DEFAULT_FRESHNESS = 10  # minutes for which the cache is believed if the calendar doesn't answer


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    @api.model
    def _live_until(self):
        """:return: until when (monotonic seconds) calendars may be asked while a visitor waits"""
        return monotonic() + LIVE_DEADLINE

    def _is_free_live(self, window, until):
        """
        :param until: see :meth:`_live_until`
        :return: "free", "busy" or "unknown", see :meth:`SchedulingPage._ask_live`
        """
        self.ensure_one()
        counting = self.calendar_ids.filtered("counts")
        deadline = until - monotonic()
        try:
            if deadline <= 0:
                raise errors.Unavailable("The other calendars took all the time there was.", "deadline")
            with self._adapter(deadline) as adapter:
                answers = adapter.free_busy(counting.mapped("remote_id"), window)
            failed = next((answer for answer in answers.values() if isinstance(answer, errors.ProviderError)), None)
            if failed:
                raise failed
        except (errors.ProviderError, UserError):
            return "free" if self._is_cache_fresh() else "unknown"
        busy = [period for periods in answers.values() for period in periods]
        return "busy" if self._foreign(busy) else "free"

    def _foreign(self, periods):
        """The part of a calendar's busy time that isn't the user's own bookings, which block by their own rows.

        Else a meeting would stand in its own way when it is moved, and a group's first visitor in everybody's.

        :param periods: list of :class:`providers.base.Period`
        :return: list of (start, end) in epoch seconds, sorted, without overlap
        """
        busy = merge([(int(period.start.timestamp()), int(period.end.timestamp())) for period in periods])
        if not busy:
            return []
        first, last = (naive(to_datetime(edge)) for edge in (busy[0][0], busy[-1][1]))
        overlaps = Domain("start", "<", last) & Domain("stop", ">", first)
        hosted = self.env["scheduling.booking.host"].search(Domain("user_id", "=", self.user_id.id) & overlaps)
        mine = Domain("calendar_id", "in", self.calendar_ids.ids) & Domain("booking_id", "!=", False) & overlaps
        written = self.env["scheduling.event.link"].search(Domain("booking_id", "in", hosted.booking_id.ids) | mine)
        # An event may be there before its answer is here and a link tells of it.
        unsure = hosted.booking_id._being_written().booking_id
        meetings = [
            (int(aware(meeting.start).timestamp()), int(aware(meeting.stop).timestamp()))
            for meeting in (*written, *unsure)
        ]
        return subtract(busy, merge(meetings))

    def _is_cache_fresh(self):
        parameters = self.env["ir.config_parameter"].sudo()
        minutes = int(parameters.get_param("meetings_scheduler.cache_minutes", DEFAULT_FRESHNESS))
        return bool(self.checked_at) and self.checked_at >= fields.Datetime.now() - timedelta(minutes=minutes)
