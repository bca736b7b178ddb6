"""Times, zones and durations as they come over the wire: ISO 8601 and IANA names in, aware UTC datetimes out."""

import functools
import re
import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from babel.core import get_global

from odoo.tools.misc import format_date

from .exceptions import PublicError

# Longer questions would let one visitor keep a worker busy; calendar services draw the line at the same place.
MAX_DAYS = 62
YEARS = range(1900, 9000)
SLOT_PARAMETERS = ("from", "to", "tz", "duration", "hold")


@dataclass(frozen=True)
class SlotQuery:
    """Which free times are asked for. ``start`` and ``end`` are aware UTC, ``warning`` a sentence or None."""

    start: datetime
    end: datetime
    duration_min: int
    timezone: str
    warning: str | None = None


@functools.cache
def _zone_names():
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory"}


def parse_zone(name):
    """:return: an IANA name; names that Windows and Outlook use are translated; None if unknown"""
    if not isinstance(name, str):
        return None
    if name in _zone_names():
        return name
    return get_global("windows_zone_mapping").get(name)


def unknown_zone_message(env, fallback):
    return env._("Unknown time zone; using %(zone)s, please check.", zone=fallback)


def parse_duration(env, info, value):
    """:return: minutes, one of the page's durations; its default if nothing is given"""
    if value in (None, ""):
        return info["default_duration"]
    # bool is an int to Python, and "+30" or " 30" would be to int().
    if isinstance(value, str) and re.fullmatch(r"\d{1,4}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in info["durations"]:
        raise PublicError(
            400,
            "invalid_duration",
            env._(
                "This duration isn't offered. Choose one of: %(minutes)s minutes.",
                minutes=", ".join(map(str, info["durations"])),
            ),
            "duration",
        )
    return value


def parse_instant(env, value, zone, field):
    """
    :param value: ISO 8601, such as ``2026-11-24T09:30:00+01:00``; without offset it is wall time in ``zone``
    :return: aware UTC
    :raises PublicError: not a time, or a wall time that doesn't exist or exists twice in ``zone``
    """
    if value in (None, ""):
        raise PublicError(400, "required", env._("Please choose a time."), field)
    try:
        moment = _from_iso(value)
        if moment.year not in YEARS:
            raise ValueError("nobody meets then, and a meeting's end or another zone may lie outside of what there is")
        if moment.tzinfo:
            return moment.astimezone(timezone.utc)
        return _from_wall(env, moment, zone, field)
    except (ValueError, TypeError, OverflowError) as error:
        message = env._("This is not a time. Write it like 2026-11-24T09:30:00+01:00.")
        raise PublicError(400, "invalid_time", message, field) from error


def _from_iso(value):
    if not isinstance(value, str) or len(value) > 40 or "T" not in value:
        raise ValueError("not ISO 8601")
    # "+" in an address that wasn't escaped arrives as a space.
    text = re.sub(r" (\d\d:?\d\d)$", r"+\1", value.strip())
    return datetime.fromisoformat(re.sub(r"Z$", "+00:00", text))


def _from_wall(env, wall, zone, field):
    tz = zoneinfo.ZoneInfo(zone)
    first, second = wall.replace(tzinfo=tz), wall.replace(tzinfo=tz, fold=1)
    if first.utcoffset() != second.utcoffset():
        exists = first.astimezone(timezone.utc).astimezone(tz).replace(tzinfo=None) == wall
        if exists:
            message = env._("This hour exists twice in %(zone)s, as the clocks go back. Add the offset.", zone=zone)
        else:
            message = env._("This hour does not exist in %(zone)s, as the clocks go forward.", zone=zone)
        raise PublicError(400, "ambiguous_time" if exists else "nonexistent_time", message, field)
    return first.astimezone(timezone.utc)


def day_start(day, zone):
    """:return: aware UTC, when ``day`` begins in ``zone``"""
    return datetime.combine(day, time.min, zoneinfo.ZoneInfo(zone)).astimezone(timezone.utc)


def check_parameters(env, args, names, unknown):
    """
    :param args: MultiDict of the query string
    :param names: those there are
    :param unknown: what to say of another one, as a function of its name
    :raises PublicError: 400, one is unknown or given twice
    """
    for name in args:
        if name not in names:
            raise PublicError(400, "unknown_parameter", unknown(name[:40]), name[:40])
        if len(args.getlist(name)) > 1:
            message = env._("“%(name)s” is given more than once. Give it once.", name=name)
            raise PublicError(400, "repeated_parameter", message, name)


def parse_slot_query(env, info, args):
    """
    :param args: MultiDict of the query string; ``from`` and ``to`` are days (``to`` included) or times
    :return: a :class:`SlotQuery`
    :raises PublicError: 400; an unknown zone is no error but answered in the page's zone, with a warning
    """
    # Mistyped or repeated, one would otherwise be answered with other days than were meant.
    check_parameters(
        env,
        args,
        SLOT_PARAMETERS,
        lambda name: env._("Unknown parameter “%(name)s”. Use from, to, tz, duration and hold.", name=name),
    )
    zone, warning = info["timezone"], None
    if "tz" in args:
        zone = parse_zone(args["tz"]) or zone
        if zone != args["tz"] and not parse_zone(args["tz"]):
            warning = unknown_zone_message(env, zone)
    duration = parse_duration(env, info, args.get("duration"))
    window = [date.fromisoformat(info["window"][edge]) for edge in ("from", "to")]
    try:
        start = _edge(args.get("from"), zone) or day_start(window[0], zone)
        end = _edge(args.get("to"), zone, last=True) or start + timedelta(days=31)
        sane = start < end <= start + timedelta(days=MAX_DAYS, hours=2) and _is_near(start, end, window, zone)
    except (ValueError, OverflowError):
        sane = False
    if not sane:
        raise PublicError(400, "invalid_range", range_message(env, info), "to" if "to" in args else "from")
    return SlotQuery(start, end, duration, zone, warning)


def _edge(value, zone, last=False):
    """:return: aware UTC or None; a last day counts until its end"""
    if not value:
        if value == "":
            raise ValueError("empty")
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        day = date.fromisoformat(value)
        return day_start(day + timedelta(days=1) if last else day, zone)
    moment = _from_iso(value)
    if not moment.tzinfo:
        moment = moment.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return moment.astimezone(timezone.utc)


def _is_near(start, end, window, zone):
    """Months beside the window may be looked at (they are empty), another century may not."""
    margin = timedelta(days=MAX_DAYS)
    return end >= day_start(window[0] - margin, zone) and start <= day_start(window[1] + margin, zone)


def range_message(env, info):
    first, last = (
        format_date(env, date.fromisoformat(info["window"][edge]), date_format="long") for edge in ("from", "to")
    )
    return env._(
        "Choose dates between %(first)s and %(last)s, %(days)s days at most at a time.",
        first=first,
        last=last,
        days=MAX_DAYS,
    )
