"""Free times of a page: records become the engine's dataclasses, the engine answers, nothing is decided here."""

from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import availability
from .scheduling_page_hosts import SHARED

# No question reaches further ahead, whatever the window: bounds the work of one request.
HORIZON = timedelta(days=731)


def aware(moment):
    """:return: a naive UTC datetime of the ORM, or an aware one, as aware UTC"""
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def naive(moment):
    """:return: an aware datetime as the ORM's naive UTC"""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    @api.constrains("window_type", "window_end")
    def _check_horizon(self):
        latest = fields.Date.today() + HORIZON
        if any(page.window_type == "dates" and page.window_end and page.window_end > latest for page in self):
            raise ValidationError(self.env._("The last day that may be booked is at most two years from now."))

    def _free_slots(self, start, end, duration_min, booking=None, holder=None):
        """Every time a visitor may book.

        :param start: aware; the first instant a meeting may start
        :param end: aware; meetings start before it
        :param duration_min: one of the page's durations
        :param booking: the booking that is being moved; it doesn't stand in its own way
        :param holder: whose hold doesn't stand in their way, see :meth:`scheduling.hold._holder_of`
        :return: list of :class:`availability.Slot`, sorted
        """
        rules = self._rules(duration_min, booking)
        return availability.slots(
            rules, self._host_calendars(start, end, booking), now=self._now(), start=start, end=end, visitor=holder
        )

    def _next_free(self, after, duration_min, booking=None, holder=None):
        """:return: the first free :class:`availability.Slot` at or after ``after`` (aware), or None"""
        rules = self._rules(duration_min, booking)
        hosts = self._host_calendars(after, self._window_end(), booking)
        return availability.next_free(rules, hosts, now=self._now(), after=after, visitor=holder)

    def _nearest_free(self, start, duration_min, count=3, booking=None, holder=None):
        """:return: the ``count`` free :class:`availability.Slot` nearest to ``start`` (aware), nearest first"""
        rules = self._rules(duration_min, booking)
        hosts = self._host_calendars(self._now(), self._window_end(), booking)
        return availability.nearest(rules, hosts, start, now=self._now(), count=count, visitor=holder)

    def _check_slot(self, start, duration_min, booking=None, holder=None):
        """:return: :class:`availability.Decision` for one start (aware), by the code that shows the slots"""
        rules = self._rules(duration_min, booking)
        hosts = self._host_calendars(start, start + timedelta(minutes=duration_min), booking)
        return availability.check(rules, hosts, start, now=self._now(), visitor=holder)

    # ------------------------------------------------------------ records to dataclasses

    @api.model
    def _now(self):
        return aware(fields.Datetime.now())

    def _rules(self, duration_min, booking=None):
        """:return: :class:`availability.PageRules`, lengths in seconds; a meeting is moved with all the hosts it has"""
        rules = self._blueprint().rules
        policy = "collective" if booking and self.page_type in SHARED else rules.policy
        return replace(rules, duration=duration_min * 60, policy=policy)

    def _window_dates(self):
        """:return: (first, last) dates in the page's zone that could have free time; rather too many than too few"""
        rules = self._blueprint().rules
        window = rules.window
        today = self._now().astimezone(ZoneInfo(rules.timezone)).date()
        if window.kind == "dates":
            return max(window.start, today), window.end
        days = window.days * 2 + 2 if window.count == "business" else window.days
        if window.kind == "rolling_window":
            days = HORIZON.days
        return today, today + timedelta(days=min(days, HORIZON.days))

    def _window_end(self):
        """:return: aware; after the last instant that may be booked, for one query to read all that matters"""
        last = self._window_dates()[1]
        return datetime.combine(last, time(), ZoneInfo(self._blueprint().rules.timezone)) + timedelta(days=2)

    def _host_calendars(self, start, end, booking=None, users=None):
        """The page's hosts with what is in their way between two instants.

        A host whose calendar can't be read is never free. Where nobody can promise anything (an offline page), times
        are shown all the same, for visitors to ask for: what is known counts, what isn't can't.

        :param booking: the booking that is being moved: its hosts are asked, without it
        :param users: who is asked instead
        :return: list of :class:`availability.HostCalendar`
        """
        blueprint = self._blueprint()
        if users is None:
            users = booking.host_ids.user_id if booking else self.env["res.users"].browse(blueprint.hosts)
            users = users.filtered("active") if booking else users
        rules = blueprint.rules
        if rules.window.kind == "rolling_window":  # which days count depends on all the free time before them
            start = self._now()
        margin = timedelta(seconds=rules.buffer_before + rules.buffer_after) + timedelta(days=1)
        start, end = naive(start - margin), naive(end + margin)
        occupied = self._occupied(users, start, end, booking)
        readable = self.env["scheduling.connection"].sudo()._readable_users(users)
        offline = not self._can_promise(users, readable)
        hours = self._hours_between(users, start, end)
        return [
            availability.HostCalendar(
                id=str(user.id),
                hours=hours[user.id],
                restriction=blueprint.restriction,
                busy=occupied[user.id].busy,
                bookings=occupied[user.id].bookings,
                readable=offline or user in readable,
                unreadable_reason=self.env._("calendar not connected or access lost"),
                fixed=user.id in blueprint.fixed,
            )
            for user in users
        ]
