"""A second opinion on the engine: every rule of ARCHITECTURE.md (Availability) written out minute by minute.

Slow and simple on purpose, and sharing no code with the engine: wall clocks are looked up in a table of every minute,
free time is a set of minutes, limits are counted by looking at each booking's local date. Whole minutes only.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
LOOK_BACK = 8 * DAY


def minute(moment: datetime) -> int:
    return (moment - EPOCH) // MINUTE


@dataclass
class NaiveHost:
    id: str
    zone: str
    week: list  # 7 lists of (start, end) minutes
    overrides: dict = field(default_factory=dict)
    time_off: set = field(default_factory=set)
    restriction: "NaiveHost | None" = None
    events: list = field(default_factory=list)  # (start, end) aware datetimes
    bookings: list = field(default_factory=list)  # dicts: start, end, before, after, same_page, owner, until
    readable: bool = True
    fixed: bool = False


@lru_cache(maxsize=32)
def minutes_of(zone: str, first: int, last: int) -> tuple[dict, dict]:
    """What the wall shows at every minute between two (minutes since 1970), and the minutes each time is shown at."""
    shows, found = {}, {}
    tz = ZoneInfo(zone)
    for minute in range(first, last):
        shown = (EPOCH + minute * MINUTE).astimezone(tz).replace(tzinfo=None)
        shows[minute] = shown
        found.setdefault(shown, []).append(minute)
    return shows, found


@lru_cache(maxsize=4096)
def minute_of_wall(zone: str, shown: datetime, first: int, last: int, closing: bool) -> "int | None":
    shows, found = minutes_of(zone, first, last)
    if shown in found:
        return found[shown][-1 if closing else 0]
    for minute in range(first, last - 1):
        before, after = shows[minute], shows[minute + 1]
        if before < shown < after:
            return found[shown + (after - before - MINUTE)][0]
    return None


def open_minutes(host: NaiveHost, first: int, last: int) -> set:
    shows, _found = minutes_of(host.zone, first, last)
    minutes = set()
    for day in sorted({shown.date() for shown in shows.values()}):
        if day in host.time_off:
            continue
        for start, end in host.overrides.get(day, host.week[day.weekday()]):
            midnight = datetime.combine(day, datetime.min.time())
            over = DAY if end < start else timedelta(0)
            opens = minute_of_wall(host.zone, midnight + start * MINUTE, first, last, False)
            closes = minute_of_wall(host.zone, midnight + end * MINUTE + over, first, last, True)
            if start != end and opens is not None and closes is not None:
                minutes.update(range(opens, closes))
    if host.time_off:
        minutes = {minute for minute in minutes if shows[minute].date() not in host.time_off}
    if host.restriction:
        minutes &= open_minutes(host.restriction, first, last)
    return minutes


def blocked_minutes(host: NaiveHost, now: datetime, visitor) -> set:
    blocked = set()
    for start, end in host.events:
        blocked.update(range(minute(start), minute(end)))
    for b in host.bookings:
        if stands(b, now, visitor):
            blocked.update(range(minute(b["start"]) - b["before"], minute(b["end"]) + b["after"]))
    return blocked


def stands(booking: dict, now: datetime, visitor) -> bool:
    if booking.get("until") is not None and booking["until"] <= now:
        return False
    return booking.get("owner") is None or booking["owner"] != visitor


def grid(minutes: set, length: int, step: int, offset: int) -> set:
    """Starts from the beginning of every unbroken stretch of open minutes."""
    starts = set()
    for opening in sorted(m for m in minutes if m - 1 not in minutes):
        ending = opening
        while ending in minutes:
            ending += 1
        starts.update(range(opening + offset, ending - length + 1, step))
    return starts


def period_of(kind: str, day: date) -> tuple:
    return {"day": (day,), "week": day.isocalendar()[:2], "month": (day.year, day.month), "year": (day.year,)}[kind]


def within_limits(start: datetime, length: int, limits: dict, zone: str, bookings: list) -> bool:
    tz = ZoneInfo(zone)
    for (what, kind), most in limits.items():
        mine = period_of(kind, start.astimezone(tz).date())
        same = [b for b in bookings if period_of(kind, b["start"].astimezone(tz).date()) == mine]
        used = len(same) if what == "bookings" else sum((b["end"] - b["start"]) // MINUTE for b in same)
        if used + (1 if what == "bookings" else length) > most:
            return False
    return True


def in_window(start: datetime, window, zone: str, now: datetime) -> bool:
    if window is None:
        return True
    kind, days = window
    tz = ZoneInfo(zone)
    today, day = now.astimezone(tz).date(), start.astimezone(tz).date()
    if kind == "calendar":
        return day <= today + days * DAY
    last, left = today, days
    while left:
        last += DAY
        left -= last.weekday() < 5
    return day <= last


def naive_slots(rules: dict, hosts: list, now: datetime, low: datetime, high: datetime, visitor=None) -> list:
    """[(start, host ids)] in order. Lengths in rules are minutes; window is (calendar or business, days) or None."""
    first, last = minute(low.replace(hour=0, minute=0) - LOOK_BACK), minute(high.replace(hour=0, minute=0) + 3 * DAY)
    length, before, after = rules["length"], rules["before"], rules["after"]
    opened = {h.id: open_minutes(h, first, last) for h in hosts}
    blocked = {h.id: blocked_minutes(h, now, visitor) for h in hosts}
    counted = [b for h in hosts for b in h.bookings if b["same_page"] and stands(b, now, visitor)]

    def free(host: NaiveHost, at: int) -> bool:
        held = opened[host.id].issuperset(range(at, at + length))
        return host.readable and held and blocked[host.id].isdisjoint(range(at - before, at + length + after))

    def starts_of(group: list) -> set:
        shared = set.intersection(*(opened[h.id] for h in group))
        return grid(shared, length, rules["step"], rules["offset"])

    policy = rules["policy"]
    fixed = [h for h in hosts if h.fixed] if policy == "fixed_plus_one" else []
    if policy == "collective":
        candidates = starts_of(hosts)
    elif policy == "fixed_plus_one":
        candidates = set().union(*(starts_of([*fixed, h]) for h in hosts if h not in fixed and h.readable))
    else:
        candidates = set().union(*(starts_of([h]) for h in hosts if h.readable))
    offered = []
    for at in sorted(c for c in candidates if minute(low) <= c < minute(high)):
        start = EPOCH + at * MINUTE
        if start < now + rules["notice"] * MINUTE or not in_window(start, rules["window"], rules["zone"], now):
            continue
        if not within_limits(start, length, rules["limits"], rules["zone"], counted):
            continue
        able = [h.id for h in hosts if free(h, at)]
        if policy == "collective":
            fine = len(able) == len(hosts)
        elif policy == "fixed_plus_one":
            fine = all(h.id in able for h in fixed) and any(h not in fixed and h.id in able for h in hosts)
            able = [h.id for h in fixed] + [i for i in able if i not in {h.id for h in fixed}]
        else:
            fine = bool(able)
        if fine:
            offered.append((start, tuple(able)))
    return offered


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)
