"""Free times of a page: records become the engine's dataclasses, the engine answers, nothing is decided here."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.meetings_scheduler import availability

from .scheduling_page_hosts import POLICIES, SHARED

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

    def _free_slots(self, start, end, duration_min, booking=None):
        """Every time a visitor may book.

        :param start: aware; the first instant a meeting may start
        :param end: aware; meetings start before it
        :param duration_min: one of the page's durations
        :param booking: the booking that is being moved; it doesn't stand in its own way
        :return: list of :class:`availability.Slot`, sorted
        """
        rules = self._rules(duration_min, booking)
        return availability.slots(
            rules, self._host_calendars(start, end, booking), now=self._now(), start=start, end=end
        )

    def _next_free(self, after, duration_min, booking=None):
        """:return: the first free :class:`availability.Slot` at or after ``after`` (aware), or None"""
        rules = self._rules(duration_min, booking)
        hosts = self._host_calendars(after, self._window_end(), booking)
        return availability.next_free(rules, hosts, now=self._now(), after=after)

    def _nearest_free(self, start, duration_min, count=3, booking=None):
        """:return: the ``count`` free :class:`availability.Slot` nearest to ``start`` (aware), nearest first"""
        rules = self._rules(duration_min, booking)
        hosts = self._host_calendars(self._now(), self._window_end(), booking)
        return availability.nearest(rules, hosts, start, now=self._now(), count=count)

    def _check_slot(self, start, duration_min, booking=None):
        """:return: :class:`availability.Decision` for one start (aware), by the code that shows the slots"""
        rules = self._rules(duration_min, booking)
        hosts = self._host_calendars(start, start + timedelta(minutes=duration_min), booking)
        return availability.check(rules, hosts, start, now=self._now())

    # ------------------------------------------------------------ records to dataclasses

    @api.model
    def _now(self):
        return aware(fields.Datetime.now())

    def _rules(self, duration_min, booking=None):
        """:return: :class:`availability.PageRules`, lengths in seconds"""
        self.ensure_one()
        return availability.PageRules(
            duration=duration_min * 60,
            increment=int(self.increment) * 60 or None,
            buffer_before=self.buffer_before * 60,
            buffer_after=self.buffer_after * 60,
            notice=round(self.min_notice_hours * 3600),
            window=self._window(),
            limits=self._limits("page"),
            host_limits=self._limits("host"),
            seats=self.seats if self.page_type == "group" else 1,
            policy=self._policy(booking),
            timezone=self.timezone,
        )

    def _policy(self, booking=None):
        """:return: the engine's policy; a meeting is moved with the hosts it has, all of them"""
        if booking and self.page_type in SHARED:
            return "collective"
        return POLICIES[self.page_type]

    def _window(self):
        if self.window_type == "dates":
            return availability.Window("dates", start=self.window_start, end=self.window_end)
        kind, count = {
            "rolling": ("rolling", "calendar"),
            "business": ("rolling", "business"),
            "bookable": ("rolling_window", "calendar"),
        }[self.window_type]
        return availability.Window(kind, days=self.window_days, count=count)

    def _window_dates(self):
        """:return: (first, last) dates in the page's zone that could have free time; generous for "days with free time" """
        today = self._now().astimezone(ZoneInfo(self.timezone)).date()
        if self.window_type == "dates":
            return max(self.window_start, today), self.window_end
        days = {"rolling": self.window_days, "business": self.window_days * 2 + 2, "bookable": HORIZON.days}
        return today, today + timedelta(days=min(days[self.window_type], HORIZON.days))

    def _window_end(self):
        """:return: aware; after the last instant that may be booked, for one query to read all that matters"""
        last = self._window_dates()[1]
        return datetime.combine(last, time(), ZoneInfo(self.timezone)) + timedelta(days=2)

    def _host_calendars(self, start, end, booking=None):
        """The page's hosts with what is in their way between two instants.

        A host whose calendar can't be read is never free. Where nobody can promise anything (an offline page), times
        are shown all the same, for visitors to ask for: what is known counts, what isn't can't.

        :return: list of :class:`availability.HostCalendar`
        """
        users = booking.host_ids.user_id.filtered("active") if booking else self._hosts()
        if self.window_type == "bookable":  # which days count depends on all the free time before them
            start = self._now()
        margin = timedelta(minutes=self.buffer_before + self.buffer_after) + timedelta(days=1)
        start, end = naive(start - margin), naive(end + margin)
        occupied = self._occupied(users, start, end, booking)
        readable = self.env["scheduling.connection"].sudo()._readable_users(users)
        offline = not self._can_promise(users, readable)
        fixed = self.host_ids.filtered("is_fixed").user_id
        return [
            availability.HostCalendar(
                id=str(user.id),
                hours=self._weekly_hours(user, start.date(), end.date()),
                busy=occupied[user.id].busy,
                bookings=occupied[user.id].bookings,
                readable=offline or user in readable,
                unreadable_reason=self.env._("calendar not connected or access lost"),
                fixed=user in fixed,
            )
            for user in users
        ]

    def _weekly_hours(self, user, first, last):
        """:return: :class:`availability.WeeklyHours` in minutes of the wall clock, Monday first"""
        overrides = self._overrides()
        if self.hours_mode == "working":
            calendar = user.resource_calendar_id or self.company_id.resource_calendar_id
            lines = calendar.attendance_ids.filtered(lambda line: line.day_period != "lunch" and not line.display_type)
            zone = user.tz or calendar.tz
            if calendar.two_weeks_calendar:
                weeks = [_week(lines.filtered(lambda line, week=week: line.week_type == week)) for week in ("0", "1")]
                overrides = {**self._alternate_weeks(weeks, first, last), **overrides}
                return availability.WeeklyHours(timezone=zone, days=weeks[0], overrides=overrides)
            return availability.WeeklyHours(timezone=zone, days=_week(lines), overrides=overrides)
        return availability.WeeklyHours(
            timezone=self.timezone, days=_week(self.hours_ids), overrides=overrides
        )

    def _alternate_weeks(self, weeks, first, last):
        """:return: the hours of each date between two dates, for working hours that alternate by week"""
        week_type = self.env["resource.calendar.attendance"].get_week_type
        dates = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        return {day: weeks[week_type(day)][day.weekday()] for day in dates}

    def _overrides(self):
        """:return: dict of date to the ranges that replace its hours; () for a closed day"""
        overrides = {}
        for override in self.override_ids:
            for offset in range((override.date_to - override.date_from).days + 1):
                ranges = overrides.setdefault(override.date_from + timedelta(days=offset), [])
                if not override.is_closed:
                    ranges.append((round(override.hour_from * 60), round(override.hour_to * 60)))
        return {day: tuple(sorted(ranges)) for day, ranges in overrides.items()}

    def _limits(self, scope):
        """:return: :class:`availability.Limits` of the page or of each host, or None"""
        limits = self.limit_ids.filtered(lambda limit: limit.scope == scope)
        if not limits:
            return None
        return availability.Limits(
            **{
                measure: {limit.period: limit.maximum for limit in limits if limit.measure == measure}
                for measure in ("bookings", "minutes")
            }
        )


def _week(lines):
    """:param lines: records with a day ("0" is Monday), hour_from and hour_to; :return: seven tuples of ranges"""
    days = [[] for _ in range(7)]
    day_field = "day" if "day" in lines._fields else "dayofweek"
    for line in lines.sorted("hour_from"):
        days[int(line[day_field])].append((round(line.hour_from * 60), round(line.hour_to * 60)))
    return tuple(tuple(day) for day in days)
