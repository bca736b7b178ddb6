"""The links of a series' occurrences: how they find their place in it, and leave it."""

from datetime import datetime, time, timedelta, timezone

from odoo import fields, models

from ..providers import errors
from ..providers.base import Period
from ..sync.moments import moment_of, moment_text

AROUND = timedelta(days=2)


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    def _meant_time(self):
        """:return: (start, end) of the occurrence by its series: aware UTC, or dates (end excluded)"""
        facts = self._own_facts()
        if self.recurrence_key and not self.event_id.sudo().follow_recurrence:
            start = moment_of(self.recurrence_key)
            if isinstance(start, datetime) == isinstance(facts.start, datetime):
                return start, start + (facts.end - facts.start)
        return facts.start, facts.end

    def _is_in_other_recurrence(self):
        """:return: whether Odoo has put the meeting, which the user organizes, into another recurrence than before"""
        event = self.event_id.sudo()
        is_theirs = self.series_id and not self.own_series_id  # an occurrence of a series made in the calendar
        return bool(
            event.active
            and event.recurrence_id
            and event.recurrence_id != self.own_series_id.recurrence_id
            and event.user_id == self.user_id
            and self.is_organizer
            and self.state != "ended"
            and not is_theirs
            and event._inviting_connection()
        )

    def _leave_series(self):
        """What the meeting was in the series is to be cancelled there; the meeting gets another link."""
        self.write({"event_id": False, "state": "ending", "changed_at": fields.Datetime.now()})
        self.flush_recordset(["event_id"])  # a meeting has one link with a calendar

    def _make_single(self):
        """These occurrences fit no rule, and go out as events of their own."""
        for link in self:
            link.write(link._unwritten())
        self._enqueue_write()

    def _find_occurrence(self, adapter):
        """Asks the calendar for its own name of an occurrence that was not read since the series was written.

        :raises NotFound: it is where nobody can know, moved there a moment ago
        """
        event = self._look_for_occurrence(adapter)
        if event:
            self.write({"remote_id": event.id, "series_id": event.series_id})
        elif self.state != "ending":
            raise errors.NotFound("The calendar doesn't show this occurrence where it was.", "occurrence")

    def _read_occurrence(self, adapter):
        """As :meth:`_read_event`, of an occurrence that was not read since the series was written."""
        if self._read_if_there(adapter, self.calendar_id, self.series_id) is None:
            return None
        return self._look_for_occurrence(adapter)

    def _look_for_occurrence(self, adapter):
        """:return: :class:`providers.base.Event`, if it is about where the series has it, or None"""
        start = moment_of(self.recurrence_key)
        if not isinstance(start, datetime):
            start = datetime.combine(start, time(), timezone.utc)
        pages = adapter.changes(self.calendar_id.remote_id, None, Period(start - AROUND, start + AROUND))
        place = (self.own_series_id.remote_id, self.recurrence_key)
        found = (
            event
            for page in pages
            for event in page.events
            if (event.series_id, moment_text(event.recurrence_id)) == place
        )
        return next(found, None)
