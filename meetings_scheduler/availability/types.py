"""What the engine is asked about and what it answers: plain values, no Odoo (ARCHITECTURE.md, Availability).

Units: lengths are whole seconds; instants inside values are epoch seconds (int), at the public functions aware
datetimes; wall clock is minutes after local midnight, 1440 being 24:00; zones are IANA names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

DAY = 86_400
# Wide enough for any calendar, narrow enough that a year added to either end still is a date
FIRST_YEAR, LAST_YEAR = 1900, 2900
LONGEST = 3_660 * DAY
POLICIES = ("single", "group", "round_robin", "collective", "fixed_plus_one")
PERIODS = ("day", "week", "month", "year")
WINDOW_KINDS = ("rolling", "rolling_window", "dates", "until")

Ranges = tuple[tuple[int, int], ...]


class InvalidRules(ValueError):
    """A value the engine refuses; `field` names the setting, the message says what is wrong with it."""

    def __init__(self, field_name: str, problem: str):
        super().__init__(f"{field_name}: {problem}")
        self.field = field_name
        self.problem = problem


def _check_ranges(where: str, ranges: Ranges) -> None:
    for start, end in ranges:
        if not (0 <= start < 1440 and 0 <= end <= 1440):
            raise InvalidRules(where, f"({start}, {end}) is not minutes of a day (start 0-1439, end 0-1440)")


@dataclass(frozen=True)
class WeeklyHours:
    """Opening hours on the wall clock of one zone.

    days: seven tuples, Monday first, of (start, end) minutes; an end before its start wraps to the next day, an end
    equal to its start is empty. overrides: a local date's hours instead of the weekly ones, () closes the day.
    time_off: local dates on which nothing is open, overrides included.
    Raises InvalidRules for anything that is not a wall clock; an unknown zone is raised when it is first used.
    """

    timezone: str
    days: tuple[Ranges, ...]
    overrides: Mapping[date, Ranges] = field(default_factory=dict)
    time_off: frozenset[date] = frozenset()

    def __post_init__(self):
        if len(self.days) != 7:
            raise InvalidRules("days", f"expected 7 days, Monday first, got {len(self.days)}")
        for ranges in (*self.days, *self.overrides.values()):
            _check_ranges("hours", ranges)

    def pattern(self) -> WeeklyHours:
        """The same week without its exceptions: what explain shows as the times one would expect."""
        return WeeklyHours(self.timezone, self.days)


def always(timezone: str) -> WeeklyHours:
    """Hours that never close."""
    return WeeklyHours(timezone, (((0, 1440),),) * 7)


@dataclass(frozen=True)
class Booking:
    """A booking, request or hold this product knows of. start, end: epoch seconds; buffers: seconds of its own.

    same_page: made on the page in question, so it counts for the page's limits and fills its seats.
    blocks: False for a request nobody promised (offline page): it takes no time and counts for nothing.
    hold_owner / hold_until: a visitor's hold; it never stops its owner, and nobody from hold_until (epoch) on.
    key: the same booking held by several hosts (collective) carries the same key and counts once.
    label: what explain calls it.
    """

    start: int
    end: int
    buffer_before: int = 0
    buffer_after: int = 0
    same_page: bool = True
    blocks: bool = True
    seats_taken: int = 1
    hold_owner: str | None = None
    hold_until: int | None = None
    key: object = None
    label: str = ""

    @property
    def is_hold(self) -> bool:
        return self.hold_owner is not None or self.hold_until is not None

    def applies(self, now: int | None, visitor: str | None) -> bool:
        """Whether it stands in the way of this visitor at this moment."""
        if not self.blocks:
            return False
        if self.hold_until is not None and now is not None and self.hold_until <= now:
            return False
        return self.hold_owner is None or self.hold_owner != visitor


@dataclass(frozen=True)
class Window:
    """How far ahead one can book, in the page's zone.

    kind "rolling": today and `days` more, counted in calendar or business days; "rolling_window": the first `days`
    dates that have a free time, today included; "dates": from `start` to `end`; "until": up to `end`. A date means the
    whole local day; an aware datetime is the instant itself, both ends included.
    """

    kind: str
    days: int = 0
    count: str = "calendar"
    start: date | datetime | None = None
    end: date | datetime | None = None

    def __post_init__(self):
        if self.kind not in WINDOW_KINDS:
            raise InvalidRules("window", f"unknown kind {self.kind!r}, expected one of {', '.join(WINDOW_KINDS)}")
        if self.count not in ("calendar", "business"):
            raise InvalidRules("window", f"unknown count {self.count!r}, expected calendar or business")
        if not 0 <= self.days <= LONGEST // DAY:
            raise InvalidRules("window", f"days must be between 0 and {LONGEST // DAY}, is {self.days}")
        for edge in (self.start, self.end):
            if edge is not None and not FIRST_YEAR <= edge.year <= LAST_YEAR:
                raise InvalidRules("window", f"{edge} lies outside the years {FIRST_YEAR}-{LAST_YEAR}")
            if isinstance(edge, datetime) and edge.utcoffset() is None:
                raise InvalidRules("window", f"{edge} has no time zone")


@dataclass(frozen=True)
class Limits:
    """The most bookings, or minutes of bookings, whose start falls in one day, ISO week, month or year.

    bookings, minutes: {"day" | "week" | "month" | "year": most}. timezone: None for the page's zone.
    """

    bookings: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[str, int] = field(default_factory=dict)
    timezone: str | None = None

    def __post_init__(self):
        for kind in ("bookings", "minutes"):
            for period, most in getattr(self, kind).items():
                if period not in PERIODS:
                    raise InvalidRules(
                        f"limits.{kind}", f"unknown period {period!r}, expected one of {', '.join(PERIODS)}"
                    )
                if most < 0:
                    raise InvalidRules(f"limits.{kind}", f"{most} is negative")


@dataclass(frozen=True)
class HostCalendar:
    """One host: when on duty, what is in the way, and what the assignment needs to know.

    hours: None for always on duty (in the page's zone). ranges: explicit duty, (start, end) epoch seconds, instead of
    hours. restriction: a second schedule that must be open too.
    busy: outside events, (start, end) or (start, end, label), epoch seconds, half-open, any order, may overlap.
    readable: False if any linked calendar could not be read; such a host is never free.
    limits: this host's own, instead of the page's host_limits.
    weight, priority (higher goes first), taken (bookings that kept their turn), credit (turns put down to a host
    when it joined, see assignment.opening_credit), last_booked_at (epoch seconds): the ledger.
    """

    id: str
    hours: WeeklyHours | None = None
    ranges: Sequence[tuple[int, int]] | None = None
    restriction: WeeklyHours | None = None
    busy: Sequence[tuple] = ()
    bookings: Sequence[Booking] = ()
    readable: bool = True
    unreadable_reason: str = ""
    fixed: bool = False
    limits: Limits | None = None
    weight: int = 100
    priority: int = 2
    taken: int = 0
    credit: float = 0
    last_booked_at: int | None = None


@dataclass(frozen=True)
class PageRules:
    """The settings of a page that decide its times. Lengths in seconds; increment None means the duration.

    timezone: the page's zone, for windows and limits. host_limits: for each host over all pages, unless it has its own.
    Raises InvalidRules naming the setting.
    """

    duration: int
    increment: int | None = None
    offset: int = 0
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    window: Window | None = None
    limits: Limits | None = None
    host_limits: Limits | None = None
    seats: int = 1
    policy: str = "single"
    timezone: str = "UTC"

    def __post_init__(self):
        if self.policy not in POLICIES:
            raise InvalidRules("policy", f"unknown policy {self.policy!r}, expected one of {', '.join(POLICIES)}")
        for name, least in (
            ("duration", 1),
            ("increment", 1),
            ("seats", 1),
            ("offset", 0),
            ("notice", 0),
            ("buffer_before", 0),
            ("buffer_after", 0),
        ):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InvalidRules(name, f"must be at least {least}, is {value}")
            if value is not None and value > LONGEST:
                raise InvalidRules(name, f"must be at most ten years, is {value} seconds")

    @property
    def step(self) -> int:
        return self.increment or self.duration

    def lasting(self, duration: int) -> PageRules:
        """The same page, and the same grid, for a visitor who wants another length (seconds)."""
        return replace(self, duration=duration, increment=self.step)


class Slot(NamedTuple):
    """An offered time. start, end: aware UTC; host_ids: who can take it, in the order given (collective: all of them;
    fixed_plus_one: the fixed ones, then the others who can); seats_left: on a page with seats, else 1."""

    start: datetime
    end: datetime
    host_ids: tuple[str, ...]
    seats_left: int = 1


class Reason(NamedTuple):
    """One cause why a time is not offered. start, end: aware UTC, the period of what is in the way, if it has one.

    code: no_host, notice, window, grid, hours, override, time_off, restriction, unreadable, busy, buffer, booking,
    hold, seats, limit_count, limit_minutes. host_id: None when it is the page's. label: the event, the limit's
    period ("day", "week", "month", "year", prefixed "host " for a host's own), or why a calendar is unreadable.
    """

    code: str
    host_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    label: str = ""


class Decision(NamedTuple):
    """Whether one start can be booked, by whom, and if not, why not."""

    ok: bool
    host_ids: tuple[str, ...]
    reasons: tuple[Reason, ...]
    seats_left: int = 0
