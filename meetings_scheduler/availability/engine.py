"""One question about one page, prepared once and then answered for any stretch of time.

Everything public (slots, check, explain, nearest, next_free) asks through `Question.offered`, which is what makes a
shown slot bookable and a bookable slot shown. Inside, times are epoch seconds and no datetime is touched in a loop.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from .intervals import BusyIndex, Interval, intersect
from .limits import Reached, distinct, nth_bookable_day_end, reached, window_bounds
from .schedule import duty, duty_zone, fitting, grid
from .types import DAY, Booking, HostCalendar, InvalidRules, PageRules, WeeklyHours
from .zones import to_epoch

FAR = 366 * DAY
Offer = tuple[int, tuple[str, ...]]


class Group:
    """What sits at one time of a page with seats: one or more bookings with the very same start and end."""

    __slots__ = ("after", "before", "end", "members", "start", "taken")

    def __init__(self, start: int, end: int):
        self.start, self.end = start, end
        self.taken = self.before = self.after = self.members = 0

    def add(self, booking: Booking) -> None:
        self.taken += booking.seats_taken
        self.members += 1
        self.before = max(self.before, booking.buffer_before)
        self.after = max(self.after, booking.buffer_after)


class HostState:
    """A host's busy time and limits, indexed for one question."""

    def __init__(self, question: Question, host: HostCalendar):
        self.question = question
        self.host = host
        rules = question.rules
        self.standing = [b for b in host.bookings if b.applies(question.now, question.visitor)]
        self.groups: dict[Interval, Group] = {}
        periods = host.busy
        if self.standing:
            periods = [*periods, *self._alone()]
        low, high = question.low - rules.buffer_before, question.high + rules.duration + rules.buffer_after
        self._busy = BusyIndex(periods, low, high)
        self._group_starts = sorted(g.start - g.before for g in self.groups.values())
        self._group_ends = sorted(g.end + g.after for g in self.groups.values())

    def _alone(self) -> Iterable[tuple[int, int]]:
        """The stretches of bookings nobody can join; those of this page with seats go into groups instead."""
        for b in self.standing:
            if b.same_page and self.question.rules.seats > 1:
                self.groups.setdefault((b.start, b.end), Group(b.start, b.end)).add(b)
            else:
                yield b.start - b.buffer_before, b.end + b.buffer_after

    @cached_property
    def limits_reached(self) -> list[Reached]:
        question = self.question
        limits = self.host.limits or question.rules.host_limits
        return reached(
            limits, question.rules.timezone, self.standing, question.rules.duration, question.low, question.high
        )

    @cached_property
    def _limited(self) -> BusyIndex:
        full = [*self.question.limits_reached, *self.limits_reached]
        return BusyIndex(full, self.question.low, self.question.high)

    def takes(self, starts: Sequence[int]) -> Sequence[int]:
        """Those of the sorted starts, all within duty, this host can take."""
        rules = self.question.rules
        reach = rules.duration + rules.buffer_after
        free = self._busy.free_starts(starts, rules.buffer_before, reach)
        if not self.groups:
            return self._limited.free_starts(free, 0, 1)
        alone = [t for t in free if not self._groups_at(t)]
        joined = [t for t in free if self.joinable(t)]
        return sorted({*self._limited.free_starts(alone, 0, 1), *joined})

    def _groups_at(self, start: int) -> int:
        """How many groups a booking at start would touch."""
        rules = self.question.rules
        begun = bisect_left(self._group_starts, start + rules.duration + rules.buffer_after)
        return begun - bisect_right(self._group_ends, start - rules.buffer_before)

    def joinable(self, start: int) -> Group | None:
        """The group at that very time that still has room, if nothing but it is touched."""
        question = self.question
        group = self.groups.get((start, start + question.rules.duration))
        if group is None or group.taken + question.seats > question.rules.seats or self._groups_at(start) > 1:
            return None
        return group

    def seats_left(self, start: int) -> int:
        group = self.joinable(start)
        return self.question.rules.seats - (group.taken if group else 0)


def _schedule_key(host: HostCalendar) -> tuple:
    """Equal for hosts whose duty is surely the same; in a team that is most of them."""
    return _hours_key(host.hours), host.ranges and id(host.ranges), _hours_key(host.restriction)


def _hours_key(hours: WeeklyHours | None) -> object:
    if hours is None or hours.overrides or hours.time_off:
        return hours and id(hours)
    return hours.timezone, hours.days


class Question:
    """A page, its hosts, the moment and the visitor; `low` and `high` bound every start that will be asked about."""

    def __init__(
        self,
        rules: PageRules,
        hosts: Sequence[HostCalendar],
        now: datetime | None,
        visitor: str | None,
        seats: int,
        low: int,
        high: int,
    ):
        if seats < 1:
            raise InvalidRules("seats", f"must be at least 1, is {seats}")
        self.rules = rules
        self.hosts = hosts
        self.now = None if now is None else to_epoch(now)
        self.visitor = visitor
        self.seats = seats
        self.earliest = None if now is None else self.now + rules.notice
        self.window_low, self._window_high = window_bounds(rules.window, rules.timezone, self.now)
        self.low, self.high = low, high
        if rules.window is not None and rules.window.kind == "rolling_window":
            # Which dates count depends on every free time since now
            self.low, self.high = min(low, self.earliest), max(high, self.earliest + FAR)
        self._duty: dict[tuple, list[Interval]] = {}

    @cached_property
    def states(self) -> list[HostState]:
        return [HostState(self, host) for host in self.hosts]

    @cached_property
    def limits_reached(self) -> list[Reached]:
        """The periods in which the page itself is full."""
        rules = self.rules
        if rules.limits is None:
            return []
        bookings = distinct(
            b for host in self.hosts for b in host.bookings if b.same_page and b.applies(self.now, self.visitor)
        )
        return reached(rules.limits, rules.timezone, bookings, rules.duration, self.low, self.high)

    @cached_property
    def window_high(self) -> int | None:
        """Where the window ends; a rolling_window has to look at what is free to know."""
        window = self.rules.window
        if window is None or window.kind != "rolling_window":
            return self._window_high
        horizon = self.earliest + FAR
        for days in (window.days * 2 + 7, FAR // DAY):
            offers = self._free(self.earliest, min(self.earliest + days * DAY, horizon))
            end = nth_bookable_day_end(window, self.rules.timezone, (start for start, _ids in offers))
            if end is not None:
                return end
        return horizon

    def clip(self, low: int, high: int) -> tuple[int, int]:
        """The part of [low, high) that notice and window leave open."""
        bounds = [b for b in (low, self.earliest, self.window_low) if b is not None]
        return max(bounds), high if self.window_high is None else min(high, self.window_high)

    def offered(self, low: int, high: int) -> list[Offer]:
        """The starts in [low, high) that can be booked, in order, each with the hosts who can take it."""
        low, high = self.clip(low, high)
        return self._free(low, high) if low < high else []

    def duty_of(self, host: HostCalendar, low: int, high: int) -> list[Interval]:
        key = (*_schedule_key(host), low, high)
        if key not in self._duty:
            self._duty[key] = duty(host, self.rules.timezone, low, high)
        return self._duty[key]

    def grid_of(self, hosts: Sequence[HostCalendar], low: int, high: int) -> list[int]:
        """Every start of the page's grid in [low, high), whether or not anybody is free.

        Collective: the grid of the hours all hosts share. Round robin: the grids of all hosts together. Fixed plus
        one: for each other host, the grid of the hours shared with the fixed ones.
        """
        if not hosts:
            return []
        if self.rules.policy == "collective":
            return self._shared_grid(hosts, low, high)
        if self.rules.policy == "fixed_plus_one":
            fixed = [h for h in hosts if h.fixed]
            groups = [[*fixed, h] for h in hosts if not h.fixed]
        else:
            groups = [[h] for h in hosts]
        seen: dict[tuple, list[int]] = {}
        for group in groups:
            key = tuple(_schedule_key(h) for h in group)
            if key not in seen:
                seen[key] = self._shared_grid(group, low, high)
        grids = list(seen.values())
        return grids[0] if len(grids) == 1 else sorted(set().union(*grids))

    def _shared_grid(self, hosts: Sequence[HostCalendar], low: int, high: int) -> list[int]:
        rules = self.rules
        ranges = self.duty_of(hosts[0], low, high)
        for host in hosts[1:]:
            ranges = intersect(ranges, self.duty_of(host, low, high))
        zone = duty_zone(hosts[0], rules.timezone) if len(hosts) == 1 else rules.timezone
        return grid(ranges, rules.duration, rules.step, rules.offset, zone, low, high)

    def _free(self, low: int, high: int) -> list[Offer]:
        """What the hosts leave free in [low, high), notice and window aside."""
        readable = [s for s in self.states if s.host.readable]
        policy = self.rules.policy
        if policy == "collective":
            return self._all_of(self.states, low, high) if len(readable) == len(self.states) else []
        if policy == "fixed_plus_one":
            return self._fixed_plus_one(low, high)
        return self._any_of(readable, self.grid_of([s.host for s in readable], low, high), low, high)

    def _takes(self, state: HostState, starts: Sequence[int], low: int, high: int) -> Sequence[int]:
        return state.takes(fitting(starts, self.duty_of(state.host, low, high), self.rules.duration))

    def _any_of(self, states: Sequence[HostState], starts: Sequence[int], low: int, high: int) -> list[Offer]:
        takers: dict[int, list[str]] = {}
        for state in states:
            host_id = state.host.id
            for start in self._takes(state, starts, low, high):
                if start in takers:
                    takers[start].append(host_id)
                else:
                    takers[start] = [host_id]
        return [(start, tuple(takers[start])) for start in sorted(takers)]

    def _all_of(self, states: Sequence[HostState], low: int, high: int) -> list[Offer]:
        starts: Sequence[int] = self.grid_of([s.host for s in states], low, high)
        for state in states:
            starts = state.takes(starts)
        ids = tuple(s.host.id for s in states)
        return [(start, ids) for start in starts]

    def _fixed_plus_one(self, low: int, high: int) -> list[Offer]:
        fixed = [s for s in self.states if s.host.fixed]
        others = [s for s in self.states if not s.host.fixed and s.host.readable]
        if not others or not all(s.host.readable for s in fixed):
            return []
        starts: Sequence[int] = self.grid_of([s.host for s in (*fixed, *others)], low, high)
        for state in fixed:
            starts = self._takes(state, starts, low, high)
        ids = tuple(s.host.id for s in fixed)
        return [(start, ids + able) for start, able in self._any_of(others, starts, low, high)]

    def seats_left(self, start: int, host_ids: Sequence[str]) -> int:
        """The seats one booking could still take: those of the emptiest host, of the fullest where all must come."""
        if self.rules.seats == 1:
            return 1
        left = [s.seats_left(start) for s in self.states if s.host.id in host_ids]
        return min(left) if self.rules.policy == "collective" else max(left)
