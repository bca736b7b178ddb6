"""From hours on the wall to ranges of duty, and from those to the grid of possible starts (ARCHITECTURE.md)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from .intervals import Interval, intersect, merge, subtract
from .types import DAY, HostCalendar, Ranges, WeeklyHours, always
from .zones import day_of, midnight, wall

# A range of hours joined over midnight after midnight keeps the grid of its start for a week. Hours that never close
# have no start to count from, so from then on the grid starts anew at each local midnight.
GRID_MEMORY_DAYS = 8  # the day it began, and seven more
_LOOK_BACK_DAYS = GRID_MEMORY_DAYS + 2
_SURELY_REMEMBERED = (GRID_MEMORY_DAYS - 2) * DAY
_DAY_MINUTES = 1440


def _day_ranges(name: str, ordinal: int, ranges: Ranges) -> Iterator[Interval]:
    for start, end in ranges:
        if start == end:
            continue
        opens = wall(name, ordinal, start)
        if end < start:
            yield opens, wall(name, ordinal + 1, end, closing=True)
        elif end == _DAY_MINUTES:
            yield opens, wall(name, ordinal + 1, 0, closing=True)
        else:
            yield opens, wall(name, ordinal, end, closing=True)


def open_ranges(hours: WeeklyHours, low: int, high: int) -> list[Interval]:
    """The merged ranges that are open within [low, high), far enough before it to know where each one starts."""
    name = hours.timezone
    first = max(day_of(name, low) - _LOOK_BACK_DAYS, 2)
    last = day_of(name, high) + 1
    overrides = {day.toordinal(): ranges for day, ranges in hours.overrides.items()}
    time_off = {day.toordinal() for day in hours.time_off}
    ranges: list[Interval] = []
    for ordinal in range(first, last + 1):
        if ordinal in time_off:
            continue
        today = overrides.get(ordinal)
        if today is None:
            today = hours.days[(ordinal - 1) % 7]
        if today:
            ranges.extend(_day_ranges(name, ordinal, today))
    # A night shift that began the day before ends where a day off begins
    off = [(midnight(name, day), midnight(name, day + 1)) for day in time_off if first <= day <= last]
    return subtract(merge(ranges), merge(off)) if off else merge(ranges)


def duty(host: HostCalendar, page_zone: str, low: int, high: int) -> list[Interval]:
    """When the host is on duty within [low, high), restriction included; ranges that began earlier keep their start."""
    if host.ranges is not None:
        ranges = merge(host.ranges)
    else:
        ranges = open_ranges(host.hours or always(page_zone), low, high)
    if host.restriction is not None:
        ranges = intersect(ranges, open_ranges(host.restriction, low, high))
    return ranges


def duty_zone(host: HostCalendar, page_zone: str) -> str | None:
    """The zone whose midnights restart the grid of hours that never close; None where every range has a start."""
    if host.ranges is not None:
        return host.restriction.timezone if host.restriction else None
    return host.hours.timezone if host.hours else page_zone


def _anchors(start: int, end: int, low: int, zone: str | None) -> Iterator[tuple[int, int]]:
    """Where grids start inside a range, each with the instant it ends."""
    if zone is None or end - start < _SURELY_REMEMBERED:
        yield start, end
        return
    day = day_of(zone, start) + GRID_MEMORY_DAYS
    restart = midnight(zone, day)
    yield start, min(restart, end)
    if restart < low:
        day = max(day, day_of(zone, low))
        restart = midnight(zone, day)
    while restart < end:
        following = midnight(zone, day + 1)
        yield restart, min(following, end)
        day, restart = day + 1, following


def grid(
    ranges: Sequence[Interval], duration: int, step: int, offset: int, zone: str | None, low: int, high: int
) -> list[int]:
    """The starts in [low, high): from the start of each range (plus offset) step by step, wholly inside the range."""
    starts: list[int] = []
    for start, end in ranges:
        if end <= low:
            continue
        if start >= high:
            break
        for anchor, until in _anchors(start, end, low, zone):
            if anchor >= high:
                break
            first = anchor + offset
            if first < low:
                first += -((first - low) // step) * step
            starts.extend(range(first, min(until - 1, end - duration, high - 1) + 1, step))
    return starts


def fitting(starts: Sequence[int], ranges: Sequence[Interval], duration: int) -> list[int]:
    """Those of the sorted starts whose whole length lies inside one of the ranges."""
    fit: list[int] = []
    for start, end in ranges:
        fit.extend(starts[bisect_left(starts, start) : bisect_right(starts, end - duration)])
    return fit
