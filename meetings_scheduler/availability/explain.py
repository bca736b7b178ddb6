"""Why a time is not offered, start by start, in words the owner's screen can link to a setting (MISSION.md, B8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from .engine import HostState, Question
from .limits import Reached, reached_at
from .schedule import fitting, open_ranges
from .types import Booking, HostCalendar, PageRules, Reason
from .zones import day_of, to_datetime, to_epoch


def explain(
    rules: PageRules,
    hosts: Sequence[HostCalendar],
    *,
    now: datetime | None,
    start: datetime,
    end: datetime,
    visitor: str | None = None,
    seats: int = 1,
) -> list[tuple[datetime, tuple[Reason, ...]]]:
    """Every start in [start, end) the owner may expect, aware UTC and in order, with all its reasons; none: offered.

    Those are the starts of the grid and, so that days off and exceptions show, those of the plain weekly hours.
    Same units and errors as slots.
    """
    low, high = to_epoch(start), to_epoch(end)
    if low >= high:
        return []
    question = Question(rules, hosts, now, visitor, seats, low, high)
    reasons = Reasons(question, low, high)
    plain = [replace(h, hours=h.hours.pattern() if h.hours else None, restriction=None) for h in hosts]
    expected = sorted({*question.grid_of(hosts, low, high), *question.grid_of(plain, low, high)})
    return [(to_datetime(t), reasons.at(t)) for t in expected]


class Reasons:
    """The reasons for starts in [low, high), asked one at a time. What is offered is the engine's word, not guessed."""

    def __init__(self, question: Question, low: int, high: int):
        self.question = question
        self._span = low, high
        self._offered = {start for start, _ids in question.offered(low, high)}
        needed = [h for h in question.hosts if self._needed(h)]
        others = [h for h in question.hosts if not self._needed(h)]
        # Where any host will do, the grid is that of those who can be read at all
        self._needed_hosts, self._any_of = needed, [h for h in others if h.readable] or others
        self._grid = set(question.grid_of([*self._needed_hosts, *self._any_of], low, high))
        self._near: dict[str, list[Sequence]] = {}

    def _needed(self, host: HostCalendar) -> bool:
        """Whether nothing goes without this host, or it is one of several that would do."""
        policy = self.question.rules.policy
        return policy == "collective" or (policy == "fixed_plus_one" and host.fixed)

    def at(self, start: int) -> tuple[Reason, ...]:
        """All reasons why that start (epoch seconds) is not offered, each once; none exactly when it is."""
        if start in self._offered:
            return ()
        return tuple(dict.fromkeys((*self._of_page(start), *self._of_hosts(start))))

    def _of_page(self, start: int) -> Iterator[Reason]:
        question = self.question
        nobody = not question.hosts or (question.rules.policy == "fixed_plus_one" and not self._any_of)
        if nobody:
            yield Reason("no_host")
        if question.earliest is not None and start < question.earliest:
            yield Reason("notice", end=to_datetime(question.earliest))
        low, high = question.window_low, question.window_high
        if (low is not None and start < low) or (high is not None and start >= high):
            yield Reason("window", start=_moment(low), end=_moment(high))
        if start not in self._grid and not nobody and self._on_duty(start):
            yield Reason("grid")

    def _on_duty(self, start: int) -> bool:
        """Whether enough hosts are on duty that only the grid, if anything, keeps the start from being offered."""
        needed, any_of = self._needed_hosts, self._any_of
        return all(self._open(h, start) for h in needed) and (not any_of or any(self._open(h, start) for h in any_of))

    def _open(self, host: HostCalendar, start: int) -> bool:
        return bool(fitting([start], self.question.duty_of(host, *self._span), self.question.rules.duration))

    def _of_hosts(self, start: int) -> Iterator[Reason]:
        reasons = {state: list(self._of_host(state, start)) for state in self.question.states}
        if any(not why for state, why in reasons.items() if not self._needed(state.host)):
            # Somebody could: what keeps the others is beside the point
            reasons = {state: why for state, why in reasons.items() if self._needed(state.host)}
        for found in reasons.values():
            yield from found

    def _of_host(self, state: HostState, start: int) -> Iterator[Reason]:
        host, question = state.host, self.question
        if not host.readable:
            yield Reason("unreadable", host.id, label=host.unreadable_reason)
        if not self._open(host, start):
            yield Reason(self._why_closed(host, start), host.id)
        yield from _events(question.rules, host.id, self._events_near(host), start)
        yield from _bookings(state, start)
        if not state.joinable(start):
            yield from _limits(reached_at(question.limits_reached, start), None, "")
            yield from _limits(reached_at(state.limits_reached, start), host.id, "host ")

    def _events_near(self, host: HostCalendar) -> list[Sequence]:
        """The host's events that can matter in the span: a day's few are asked about again and again."""
        if host.id not in self._near:
            rules, (low, high) = self.question.rules, self._span
            low, high = low - rules.buffer_before, high + rules.duration + rules.buffer_after
            self._near[host.id] = [e for e in host.busy if low < e[1] > e[0] < high]
        return self._near[host.id]

    def _why_closed(self, host: HostCalendar, start: int) -> str:
        question = self.question
        if host.hours is not None and host.ranges is None:
            zone = host.hours.timezone
            last = start + question.rules.duration - 1
            days = {date.fromordinal(day_of(zone, moment)) for moment in (start, last)}
            if days & host.hours.time_off:
                return "time_off"
            if days & set(host.hours.overrides):
                return "override"
        if host.restriction is not None:
            allowed = open_ranges(host.restriction, *self._span)
            if not fitting([start], allowed, question.rules.duration):
                return "restriction"
        return "hours"


def reasons_at(question: Question, start: int) -> tuple[Reason, ...]:
    """The reasons for one start alone."""
    return Reasons(question, start, start + 1).at(start)


def _moment(epoch: int | None) -> datetime | None:
    # A window of no days ends before all time
    return None if epoch is None or epoch < 0 else to_datetime(epoch)


def _in_the_way(rules: PageRules, start: int, begin: int, end: int) -> bool:
    return begin < end and begin < start + rules.duration + rules.buffer_after and end > start - rules.buffer_before


def _touches(rules: PageRules, start: int, begin: int, end: int) -> bool:
    """Whether the meetings themselves meet, buffers aside."""
    return begin < start + rules.duration and end > start


def _events(rules: PageRules, host_id: str, events: Iterable[Sequence], start: int) -> Iterator[Reason]:
    for event in events:
        begin, end = event[0], event[1]
        if _in_the_way(rules, start, begin, end):
            code = "busy" if _touches(rules, start, begin, end) else "buffer"
            yield Reason(code, host_id, to_datetime(begin), to_datetime(end), event[2] if len(event) > 2 else "")


def _bookings(state: HostState, start: int) -> Iterator[Reason]:
    rules = state.question.rules
    joined = state.joinable(start)
    for booking in state.standing:
        if joined and (booking.start, booking.end) == (joined.start, joined.end) and booking.same_page:
            continue
        if _in_the_way(rules, start, booking.start - booking.buffer_before, booking.end + booking.buffer_after):
            yield Reason(
                _booking_code(state, booking, start),
                state.host.id,
                to_datetime(booking.start),
                to_datetime(booking.end),
                booking.label,
            )


def _booking_code(state: HostState, booking: Booking, start: int) -> str:
    rules = state.question.rules
    if not _touches(rules, start, booking.start, booking.end):
        return "buffer"
    if booking.is_hold:
        return "hold"
    same_time = (booking.start, booking.end) == (start, start + rules.duration)
    return "seats" if rules.seats > 1 and booking.same_page and same_time else "booking"


def _limits(full: Iterable[Reached], host_id: str | None, prefix: str) -> Iterator[Reason]:
    for limit in full:
        yield Reason(limit.code, host_id, to_datetime(limit.start), to_datetime(limit.end), prefix + limit.period)
