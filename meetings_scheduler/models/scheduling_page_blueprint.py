"""A page's settings as the engine's values, cached: what a visitor's question needs without reading a single record."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from odoo import models
from odoo.tools import ormcache

from .. import availability
from .scheduling_page_hosts import POLICIES, SHARED

# How far around the asked time bookings must be known to count the ones of a period.
LIMIT_REACH = {"day": 1, "week": 7, "month": 31, "year": 366}


@dataclass(frozen=True)
class HostHours:
    """The hours of one host. ``weeks``: one week, or the two that alternate, the first being the even one."""

    weeks: tuple[availability.WeeklyHours, ...]

    def between(self, first, last):
        """:return: :class:`availability.WeeklyHours` between two dates; alternating weeks date by date"""
        if len(self.weeks) == 1:
            return self.weeks[0]
        dates = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        alternating = {day: self.weeks[_week_type(day)].days[day.weekday()] for day in dates}
        return replace(self.weeks[0], overrides={**alternating, **self.weeks[0].overrides})


@dataclass(frozen=True)
class Blueprint:
    """``hosts``: user ids, in the page's order; ``rules`` are complete but for the duration; ``reach`` in days.

    ``restriction``: the hours within which the page may be booked at all, or None for no such limit.
    ``owner_left``: the one host of the page isn't of its company any more.
    """

    hosts: tuple[int, ...]
    fixed: frozenset[int]
    hours: dict[int, HostHours]
    restriction: availability.WeeklyHours | None
    rules: availability.PageRules
    reach: int
    owner_left: bool


def _week_type(day: date):
    """:return: 0 or 1, as ``resource.calendar.attendance.get_week_type`` counts the weeks since the year 1"""
    return (day.toordinal() - 1) // 7 % 2


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    @ormcache("self.id")
    def _blueprint(self):
        """:return: :class:`Blueprint`; emptied by :model:`scheduling.cached` and whatever else it is made of"""
        self.ensure_one()
        page = self.sudo()
        hosts = page._hosts()
        return Blueprint(
            hosts=tuple(hosts.ids),
            fixed=frozenset(page.host_ids.filtered("is_fixed").user_id.ids),
            hours={host.id: page._host_hours(host) for host in hosts},
            restriction=page._restriction(),
            rules=availability.PageRules(
                duration=page._duration_minutes()[0] * 60,
                increment=int(page.increment) * 60 or None,
                buffer_before=page.buffer_before * 60,
                buffer_after=page.buffer_after * 60,
                notice=round(page.min_notice_hours * 3600),
                window=page._window(),
                limits=page._limits("page"),
                host_limits=page._limits("host"),
                seats=page.seats if page.page_type == "group" else 1,
                policy=POLICIES[page.page_type],
                timezone=page.timezone,
            ),
            reach=max((LIMIT_REACH[limit.period] for limit in page.limit_ids), default=0),
            owner_left=page.page_type not in SHARED and page.company_id not in page.user_id.company_ids,
        )

    def _window(self):
        if self.window_type == "dates":
            return availability.Window("dates", start=self.window_start, end=self.window_end)
        kind, count = {
            "rolling": ("rolling", "calendar"),
            "business": ("rolling", "business"),
            "bookable": ("rolling_window", "calendar"),
        }[self.window_type]
        return availability.Window(kind, days=self.window_days, count=count)

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

    def _hours_between(self, users, start, end):
        """:return: dict of user id to the :class:`availability.WeeklyHours` that hold between two naive UTC instants"""
        blueprint = self._blueprint()
        return {
            user.id: (blueprint.hours.get(user.id) or self._host_hours(user)).between(start.date(), end.date())
            for user in users
        }

    def _host_hours(self, user):
        """:return: :class:`HostHours` of a host, in minutes of the wall clock"""
        overrides = self._overrides()
        if self.hours_mode == "own":
            return HostHours((availability.WeeklyHours(self.timezone, _days_of(self.hours_ids), overrides),))
        calendar = user.resource_calendar_id or self.company_id.resource_calendar_id
        lines = calendar.attendance_ids.filtered(lambda line: line.day_period != "lunch" and not line.display_type)
        zone = user.tz or calendar.tz
        types = ("0", "1") if calendar.two_weeks_calendar else (False,)
        return HostHours(
            tuple(
                availability.WeeklyHours(
                    zone,
                    _days(
                        (line.dayofweek, line.hour_from, line.hour_to)
                        for line in lines
                        if not week_type or line.week_type == week_type
                    ),
                    overrides,
                )
                for week_type in types
            )
        )

    def _restriction(self):
        """:return: :class:`availability.WeeklyHours` that must be open too, or None"""
        return availability.WeeklyHours(self.timezone, _days_of(self.restriction_ids)) if self.restriction_ids else None

    def _overrides(self):
        """:return: dict of date to the ranges that replace its hours; () for a closed day"""
        overrides = {}
        for override in self.override_ids:
            for offset in range((override.date_to - override.date_from).days + 1):
                ranges = overrides.setdefault(override.date_from + timedelta(days=offset), [])
                if not override.is_closed:
                    ranges.append((round(override.hour_from * 60), round(override.hour_to * 60)))
        return {day: tuple(sorted(ranges)) for day, ranges in overrides.items()}


def _days_of(hours):
    return _days((line.day, line.hour_from, line.hour_to) for line in hours)


def _days(lines):
    """:param lines: (day, from, to): day "0" is Monday, hours as floats; :return: seven tuples of ranges in minutes"""
    days = [[] for _ in range(7)]
    for day, hour_from, hour_to in sorted(lines):
        days[int(day)].append((round(hour_from * 60), round(hour_to * 60)))
    return tuple(tuple(day) for day in days)
