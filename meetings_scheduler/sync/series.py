"""A recurring meeting of Odoo as a series of an outside calendar (RFC 5545, 3.8.5).

Odoo keeps every occurrence as a record of its own; a calendar makes them from a rule. A plan is a rule of which the
calendar makes exactly the occurrences that there are, and says which of them is which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from ..providers.base import Period
from ..providers.errors import InvalidResponse
from ..providers.recurrence import expand
from .moments import Moment, moment_text

NEAR = timedelta(days=2)


@dataclass(frozen=True)
class Plan:
    """start, end: of the first occurrence. lines: RRULE and EXDATE.

    places: for each occurrence asked for when it starts by the rule, or None: it is none of this series.
    """

    start: Moment
    end: Moment
    lines: tuple[str, ...]
    places: tuple[Moment | None, ...]


def plan(rule: str, occurrences: Sequence[tuple[Moment, Moment]], zone: str) -> Plan | None:
    """
    rule: an RRULE; how often and until when is left to the occurrences. occurrences: (start, end) as they were meant,
    aware, or dates for all-day. Returns None if the rule makes something else than these occurrences.
    """
    if len({isinstance(start, datetime) for start, _end in occurrences}) != 1:
        return None
    start, end = min(occurrences)
    last = max(occurrences)[0]
    line = limited(rule, last, zone)
    try:
        made = expand(start, end - start, [line], zone, Period(_instant(start) - NEAR, _instant(last) + NEAR))
    except InvalidResponse:
        return None
    by_wall = {_wall(one, zone): one for one in made}
    places = tuple(by_wall.get(_wall(one, zone)) for one, _end in occurrences)
    taken = {moment_text(one) for one in places if one}
    missing = [moment_text(one) for one in made if moment_text(one) not in taken]
    if len(taken) < 2 or len(missing) > len(taken):
        return None
    lines = (line, f"{_exdate(start)}:{','.join(missing)}") if missing else (line,)
    return Plan(start, end, lines, tuple(_utc(one) for one in places))


def limited(rule: str, last: Moment, zone: str) -> str:
    """The rule, ending with the day of `last`: who moves the series to a later hour loses no occurrence."""
    line = next(line for line in rule.splitlines() if not line.startswith("DTSTART"))
    parts = line.partition(":")[2] if line.startswith("RRULE:") else line
    kept = [part for part in parts.split(";") if part.partition("=")[0].upper() not in ("COUNT", "UNTIL")]
    if isinstance(last, datetime):
        last = last.astimezone(ZoneInfo(zone)).replace(hour=23, minute=59, second=59, microsecond=0)
    return f"RRULE:{';'.join(kept)};UNTIL={moment_text(last)}"


def cut(lines: Sequence[str], last: Moment, zone: str) -> tuple[str, ...]:
    """A series' lines, ending with the occurrence at `last`."""
    return tuple(limited(line, last, zone) if line.upper().startswith("RRULE") else line for line in lines)


def _exdate(start):
    return "EXDATE" if isinstance(start, datetime) else "EXDATE;VALUE=DATE"


def _wall(moment, zone):
    """Wall clock: an hour that comes twice in autumn may be told as the first or as the second one."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if isinstance(moment, datetime) else moment


def _instant(moment):
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), timezone.utc)


def _utc(moment):
    return moment.astimezone(timezone.utc) if isinstance(moment, datetime) else moment
