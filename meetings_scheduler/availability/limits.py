"""Limits by count and by minutes, and booking windows, both turned into instants (ARCHITECTURE.md, Limits, Notice).

A period is reached or not whatever the time of day, so a limit becomes a list of blocked periods once a question, and
no calendar arithmetic is left for the single start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from .types import Booking, InvalidRules, Limits, Window
from .zones import day_of, midnight, to_epoch

_BEFORE_ALL_TIME = -(1 << 62)


class Reached(NamedTuple):
    """A period in which one more booking would pass a limit. code: limit_count or limit_minutes."""

    start: int
    end: int
    code: str
    period: str


def period_days(period: str, ordinal: int) -> tuple[int, int]:
    """First day of the period the day lies in, and first day after it; weeks begin on Monday (ISO 8601)."""
    if period == "day":
        return ordinal, ordinal + 1
    if period == "week":
        monday = ordinal - (ordinal - 1) % 7
        return monday, monday + 7
    day = date.fromordinal(ordinal)
    if period == "month":
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        return day.replace(day=1).toordinal(), following.toordinal()
    return date(day.year, 1, 1).toordinal(), date(day.year + 1, 1, 1).toordinal()


def distinct(bookings: Iterable[Booking]) -> Iterator[Booking]:
    """Each booking once, though several hosts hold it."""
    seen = set()
    for booking in bookings:
        if booking.key is not None:
            if booking.key in seen:
                continue
            seen.add(booking.key)
        yield booking


def reached(
    limits: Limits | None, page_zone: str, bookings: Iterable[Booking], duration: int, low: int, high: int
) -> list[Reached]:
    """The periods in which a new booking of that duration (seconds) starting in [low, high) would pass a limit.

    bookings: those that count. A booking counts, with its whole length, where it starts.
    """
    if limits is None:
        return []
    zone = limits.timezone or page_zone
    counted = [(day_of(zone, b.start), b.end - b.start) for b in bookings]
    full: list[Reached] = []
    for code, mosts, unit, extra in (
        ("limit_count", limits.bookings, None, 1),
        ("limit_minutes", limits.minutes, 60, duration),
    ):
        for period, most in mosts.items():
            room = most * (unit or 1) - extra
            if room < 0:
                full.append(Reached(low, high, code, period))
                continue
            used: dict[tuple[int, int], int] = {}
            for day, length in counted:
                days = period_days(period, day)
                used[days] = used.get(days, 0) + (length if unit else 1)
            full.extend(
                Reached(midnight(zone, first), midnight(zone, after), code, period)
                for (first, after), amount in used.items()
                if amount > room
            )
    return full


def reached_at(full: Iterable[Reached], start: int) -> list[Reached]:
    return [r for r in full if r.start <= start < r.end]


def _business_day_after(ordinal: int, days: int) -> int:
    """The last day of a window of so many working days, Monday to Friday, after this day."""
    while days > 0:
        ordinal += 1
        if is_business_day(ordinal):
            days -= 1
    return ordinal


def is_business_day(ordinal: int) -> bool:
    return (ordinal - 1) % 7 < 5


def _first_instant(edge: date | datetime, zone: str) -> int:
    return to_epoch(edge) if isinstance(edge, datetime) else midnight(zone, edge.toordinal())


def _after_last_instant(edge: date | datetime, zone: str) -> int:
    return to_epoch(edge) + 1 if isinstance(edge, datetime) else midnight(zone, edge.toordinal() + 1)


def window_bounds(window: Window | None, zone: str, now: int | None) -> tuple[int | None, int | None]:
    """The starts a window allows, [low, high) in epoch seconds, None for no bound.

    Of a rolling_window only the lower bound is known here: the upper one depends on what is free.
    Raises InvalidRules for a rolling kind when nobody says what time it is.
    """
    if window is None:
        return None, None
    if window.kind in ("dates", "until"):
        low = None if window.start is None else _first_instant(window.start, zone)
        high = None if window.end is None else _after_last_instant(window.end, zone)
        return low, high
    if now is None:
        raise InvalidRules("window", f"{window.kind} counts from now, and now is not given")
    today = day_of(zone, now)
    if window.kind == "rolling_window":
        return midnight(zone, today), None
    if window.count == "business":
        last = _business_day_after(today, window.days)
    else:
        last = today + window.days
    return None, midnight(zone, last + 1)


def nth_bookable_day_end(window: Window, zone: str, starts: Iterable[int]) -> int | None:
    """Where a rolling_window ends, from the sorted free starts since today; None if they hold too few dates."""
    if window.days == 0:
        return _BEFORE_ALL_TIME
    found = 0
    day_end = None
    for start in starts:
        if day_end is not None and start < day_end:
            continue
        day = day_of(zone, start)
        day_end = midnight(zone, day + 1)
        if window.count == "calendar" or is_business_day(day):
            found += 1
            if found == window.days:
                return day_end
    return None
