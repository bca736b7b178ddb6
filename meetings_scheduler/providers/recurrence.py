"""Occurrences of a recurring event, without hanging on a hostile rule (RFC 5545, 3.8.5; RELIABILITY.md, RRULE, P15).

dateutil loops for minutes on rules like INTERVAL=0 or "every 30 February", so a rule is looked at before it runs, and
never runs beyond the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr

from .base import Period
from .errors import InvalidResponse

FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
MOST_OCCURRENCES = 1000
MOST_STEPS = 50_000
LONGEST_LIST = 64
FIRST_YEAR = 1950
LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def expand(start: datetime | date, duration: timedelta, lines: Sequence[str], zone: str, window: Period) -> list:
    """Starts (aware in `zone`, or dates) of the occurrences that touch the window, in order.

    start: of the first one. lines: RRULE, RDATE and EXDATE. Raises InvalidResponse for a rule that is refused, and for
    more than 1,000 occurrences: part of them would look like free time.
    """
    is_all_day = not isinstance(start, datetime)
    try:
        where = ZoneInfo("UTC" if is_all_day else zone)
        # Wall clock without zone: a weekly nine o'clock stays nine o'clock when the clocks change.
        local = datetime(start.year, start.month, start.day) if is_all_day else start.astimezone(where)
        wall = local.replace(tzinfo=None)
        candidates = _candidates(wall, lines, where, window.end)
    except (ValueError, TypeError, IndexError, OverflowError, ZoneInfoNotFoundError) as error:
        raise InvalidResponse("A recurrence rule can't be understood.", "rrule") from error
    found = [
        one
        for one in candidates
        if one.replace(tzinfo=where) < window.end and one.replace(tzinfo=where) + duration > window.start
    ]
    if len(found) > MOST_OCCURRENCES:
        raise InvalidResponse("A series has too many occurrences.", "rrule")
    return [one.date() if is_all_day else one.replace(tzinfo=where) for one in found]


def _candidates(wall, lines, where, end):
    if wall.year < FIRST_YEAR:
        raise InvalidResponse("A series begins too long ago.", "rrule")
    limit = end.astimezone(where).replace(tzinfo=None)
    included, excluded = {wall}, set()
    for line in lines:
        name, _, value = line.partition(":")
        name = name.partition(";")[0].upper()
        if name == "RRULE":
            included.update(_run(wall, value, where, limit))
        elif name in ("RDATE", "EXDATE"):
            dates = value.split(",")
            if len(dates) > MOST_OCCURRENCES:
                raise InvalidResponse("A recurrence lists too many dates.", "rrule")
            (included if name == "RDATE" else excluded).update(_wall(text, where) for text in dates)
        else:
            raise InvalidResponse(f"A recurrence with {name[:20]} is not supported.", "rrule")
    return sorted(included - excluded)


def _run(wall, value, where, limit):
    parts = dict(part.upper().partition("=")[::2] for part in value.split(";") if part)
    check(parts)
    count = int(parts.pop("COUNT", MOST_STEPS))
    if "UNTIL" in parts:
        limit = min(limit, _wall(parts.pop("UNTIL"), where))
    rule = ";".join(f"{name}={text}" for name, text in parts.items())
    found = list(islice(rrulestr(f"{rule};UNTIL={limit:%Y%m%dT%H%M%S}", dtstart=wall), min(count, MOST_STEPS + 1)))
    if len(found) > MOST_STEPS:
        raise InvalidResponse("A recurrence rule has too many occurrences.", "rrule")
    return found


def check(parts: dict[str, str]) -> None:
    """Raises InvalidResponse for an RRULE (upper case, split) that is wrong or would take too long."""
    numbers = [parts.get(part, "1") for part in ("INTERVAL", "COUNT")]
    if (
        parts.get("FREQ") not in FREQUENCIES
        or not all(number.isdigit() and len(number) < 10 and int(number) for number in numbers)
        or any(text.count(",") >= LONGEST_LIST for text in parts.values())
        or parts.keys() & {"BYSECOND", "BYMINUTE", "BYHOUR"}
        or _may_never_happen(parts)
    ):
        raise InvalidResponse("A recurrence rule is not supported.", "rrule")


def _may_never_happen(parts):
    """A day or week that fits nothing is looked for until the year 9999; those steps are too many to take."""
    if parts["FREQ"] in ("DAILY", "WEEKLY") and "BYSETPOS" in parts:
        return True
    if parts["FREQ"] != "DAILY" or "BYMONTHDAY" not in parts:
        return False
    months = [int(month) for month in parts["BYMONTH"].split(",")] if "BYMONTH" in parts else range(1, 13)
    longest = max(LONGEST_MONTH[month - 1] for month in months if 1 <= month <= 12)
    return all(abs(int(day)) > longest for day in parts["BYMONTHDAY"].split(","))


def _wall(text, where):
    if text.endswith("Z"):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=ZoneInfo("UTC"))
        return moment.astimezone(where).replace(tzinfo=None)
    return datetime.strptime(text if "T" in text else f"{text}T000000", "%Y%m%dT%H%M%S")
