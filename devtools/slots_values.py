"""Reading single values of a `./dev slots` case: each reader takes (value, field), raises BadCase."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from math import isfinite
from pathlib import Path

ADDON = Path(__file__).resolve().parent.parent / "meetings_scheduler"
if str(ADDON) not in sys.path:
    # Last, so that no module of the addon can stand in for one of the standard library
    sys.path.append(str(ADDON))

from availability import InvalidRules  # noqa: E402 - the engine lies inside the addon
from availability.types import FIRST_YEAR, LAST_YEAR  # noqa: E402
from availability.zones import to_epoch, zone  # noqa: E402


class BadCase(Exception):
    """field: where in the case; the message: what is wrong there."""

    def __init__(self, field: str, problem: str):
        super().__init__(problem)
        self.field = field


def shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def mapping(value: object, field: str, known: set[str] | None = None) -> dict:
    if not isinstance(value, dict):
        raise BadCase(field, f"expected an object, got {shown(value)}")
    for name in value:
        if known is not None and name not in known:
            raise BadCase(f"{field}.{name}" if field else name, "unknown field")
    return value


def items(value: object, field: str) -> list:
    if not isinstance(value, list):
        raise BadCase(field, f"expected a list, got {shown(value)}")
    return value


def text(value: object, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise BadCase(field, f"expected text, got {shown(value)}")
    return value


def name_of(value: object, field: str) -> str:
    """An id: text, or a number standing for it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, field)


def flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise BadCase(field, f"expected true or false, got {shown(value)}")
    return value


def whole(value: object, field: str, least: int = 0) -> int:
    fits = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not fits:
        raise BadCase(field, f"expected a whole number, got {shown(value)}")
    if value < least:
        raise BadCase(field, f"must be at least {least}, is {value}")
    return int(value)


def positive(value: object, field: str) -> int:
    return whole(value, field, least=1)


def seconds(value: object, field: str) -> int:
    return whole(value, field) * 60


def some_seconds(value: object, field: str) -> int:
    return positive(value, field) * 60


def number(value: object, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise BadCase(field, f"expected a number, got {shown(value)}")
    return value


def one_of(choices: tuple[str, ...]) -> Callable[[object, str], str]:
    def read(value: object, field: str) -> str:
        if value not in choices:
            raise BadCase(field, f"{shown(value)} is not one of {', '.join(choices)}")
        return value

    return read


def moment(value: object, field: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text(value, field)))
    except ValueError:
        parsed = None
    if parsed is None or parsed.utcoffset() is None:
        raise BadCase(field, f"{shown(value)} is not an ISO 8601 time with offset")
    if not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise BadCase(field, f"{shown(value)} lies outside the years {FIRST_YEAR}-{LAST_YEAR}")
    return parsed


def epoch(value: object, field: str) -> int:
    return to_epoch(moment(value, field))


def day(value: object, field: str) -> date:
    try:
        return date.fromisoformat(text(value, field))
    except ValueError:
        raise BadCase(field, f"{shown(value)} is not a date (YYYY-MM-DD)") from None


def day_or_moment(value: object, field: str) -> date | datetime:
    return day(value, field) if len(text(value, field)) == 10 else moment(value, field)


def zone_name(value: object, field: str) -> str:
    try:
        zone(text(value, field))
    except InvalidRules as error:
        raise BadCase(field, error.problem) from None
    return value


def clock(value: object, field: str) -> int:
    match = re.fullmatch(r"(\d{2}):([0-5]\d)", text(value, field))
    minutes = int(match[1]) * 60 + int(match[2]) if match else 1441
    if minutes > 1440:
        raise BadCase(field, f"{shown(value)} is not a time of day (HH:MM, at most 24:00)")
    return minutes


def clock_ranges(value: object, field: str) -> tuple[tuple[int, int], ...]:
    ranges = []
    for i, pair in enumerate(items(value, field)):
        where = f"{field}[{i}]"
        if len(items(pair, where)) != 2:
            raise BadCase(where, f"expected [start, end], got {shown(pair)}")
        start, end = clock(pair[0], where), clock(pair[1], where)
        if start == 1440:
            raise BadCase(where, "hours cannot start at 24:00")
        ranges.append((start, end))
    return tuple(ranges)


def moment_ranges(value: object, field: str) -> tuple[tuple[int, int], ...]:
    ranges = []
    for i, pair in enumerate(items(value, field)):
        where = f"{field}[{i}]"
        if isinstance(pair, dict):
            mapping(pair, where, {"start", "end"})
            pair = [pair.get("start"), pair.get("end")]
        if len(items(pair, where)) != 2:
            raise BadCase(where, f"expected [start, end], got {shown(pair)}")
        start, end = epoch(pair[0], where), epoch(pair[1], where)
        if end < start:
            raise BadCase(where, "ends before it starts")
        ranges.append((start, end))
    return tuple(ranges)


def optional(holder: Mapping, name: str, field: str, read: Callable, default: object = None):
    """The value of a field that may be missing or null."""
    value = holder.get(name)
    return default if value is None else read(value, f"{field}.{name}" if field else name)


def required(holder: Mapping, name: str, field: str, read: Callable):
    where = f"{field}.{name}" if field else name
    if holder.get(name) is None:
        raise BadCase(where, "is missing")
    return read(holder[name], where)
