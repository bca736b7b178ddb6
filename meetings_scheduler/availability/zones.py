"""Wall clock to instants and back with `zoneinfo`, one cached table entry a zone and day (PEP 495 for folds and gaps).

Days are proleptic Gregorian ordinals, instants epoch seconds.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from .types import DAY, FIRST_YEAR, LAST_YEAR, InvalidRules

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name; raises InvalidRules if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):
        # OSError: the name of a folder of the zone database, such as "America"
        raise InvalidRules("timezone", f"unknown time zone {name!r}") from None


def to_epoch(moment: datetime) -> int:
    """The first whole second at or after the moment; raises InvalidRules for a naive or absurdly far one."""
    if moment.utcoffset() is None:
        raise InvalidRules("datetime", f"{moment} has no time zone")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InvalidRules("datetime", f"{moment} lies outside the years {FIRST_YEAR}-{LAST_YEAR}")
    return -((EPOCH - moment) // _SECOND)


def to_datetime(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


@lru_cache(maxsize=1 << 16)
def _midnight_of_steady_day(name: str, ordinal: int) -> int | None:
    """Epoch of 00:00, or None if the offset changes between that 00:00 and the next."""
    tz = zone(name)
    start = datetime.fromordinal(ordinal)
    end = datetime.fromordinal(ordinal + 1)
    offset = tz.utcoffset(start)
    if any(tz.utcoffset(t) != offset for t in (start.replace(fold=1), end, end.replace(fold=1))):
        return None
    return (ordinal - EPOCH_ORDINAL) * DAY - offset // _SECOND


def wall(name: str, ordinal: int, minute: int, closing: bool = False) -> int:
    """The instant a clock on the wall shows that minute (0-1440) of that day.

    In a spring gap it moves forward by the gap; in an autumn fold it is the first occurrence, the last when closing.
    """
    midnight = _midnight_of_steady_day(name, ordinal)
    if midnight is not None:
        return midnight + minute * 60
    tz = zone(name)
    shown = datetime.fromordinal(ordinal) + timedelta(minutes=minute)
    offset = tz.utcoffset(shown)
    if closing:
        # The smaller offset is the later instant in a fold, and the one from before the gap in a gap
        offset = min(offset, tz.utcoffset(shown.replace(fold=1)))
    return (ordinal - EPOCH_ORDINAL) * DAY + minute * 60 - offset // _SECOND


@lru_cache(maxsize=1 << 16)
def midnight(name: str, ordinal: int) -> int:
    """The instant the day begins."""
    return wall(name, ordinal, 0)


def day_of(name: str, epoch: int) -> int:
    """The local day an instant falls in."""
    return datetime.fromtimestamp(epoch, zone(name)).toordinal()
