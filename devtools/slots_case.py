"""Reading a `./dev slots` case into what the availability engine is asked: page rules, host calendars and a query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from .slots_values import (
    BadCase,
    clock_ranges,
    day,
    day_or_moment,
    epoch,
    flag,
    items,
    mapping,
    moment,
    moment_ranges,
    name_of,
    number,
    one_of,
    optional,
    positive,
    required,
    seconds,
    shown,
    some_seconds,
    text,
    whole,
    zone_name,
)

# isort: split
# The engine lies inside the addon, which slots_values has put on the path
from availability import Booking, HostCalendar, Limits, PageRules, WeeklyHours, Window, kept_turns
from availability.assignment import TURN_GIVEN_BACK
from availability.intervals import merge, subtract
from availability.types import POLICIES, WINDOW_KINDS
from availability.zones import midnight, zone

KINDS = ("slots", "ranges", "bookable", "host")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PERIODS = {"PER_DAY": "day", "PER_WEEK": "week", "PER_MONTH": "month", "PER_YEAR": "year"}
# What never takes time nor counts, however it is spelt
DROPPED = frozenset({"cancelled", "canceled", "declined", "rejected"})
STANDING = frozenset({"accepted", "confirmed", "booked", "pending", "tentative", "requested", "unconfirmed", "held"})
LONELY_HOST = "host"

SCHEDULE = {
    "timezone",
    "timezone_host",
    "weekly_hours",
    "date_overrides",
    "time_off",
    "ranges",
    "always",
    "restriction",
}
LEFT_BEHIND = {
    "buffer_before_min",
    "buffer_after_min",
    "same_type",
    "blocks",
    "status",
    "held_by",
    "released_at",
    "seats_taken",
}
BUSY = {"start", "end", "id", "title", "host", *LEFT_BEHIND}
LEDGER = {"bookings", "bookings_in_interval", "last_booking_at", "weight", "priority", "credit"}
HOST = {"id", "name", "busy", "fixed", "readable", "unreadable_reason", "limits", *SCHEDULE, *LEDGER}
REQUEST = {"id", "start", "duration_min", "host", "book", "invitee_id", "seats", "now", *LEFT_BEHIND}
CASE = {
    "id",
    "kind",
    "now",
    "min_notice_min",
    "busy",
    "hosts",
    "host_policy",
    "duration_min",
    "increment_min",
    "offset_start_min",
    "buffer_before_min",
    "buffer_after_min",
    "seats",
    "window",
    "limits",
    "query",
    "requests",
    "date_timezone",
    "use_weights",
    "owner",
    "readable",
    "unreadable_reason",
    "expected",
    "note",
    *SCHEDULE,
}


def week(value: object, field: str) -> tuple:
    given = mapping(value, field, set(DAYS))
    return tuple(optional(given, name, field, clock_ranges, ()) for name in DAYS)


def overrides(value: object, field: str) -> dict[date, tuple]:
    return {day(key, field): clock_ranges(ranges, f"{field}.{key}") for key, ranges in mapping(value, field).items()}


def days_off(value: object, field: str) -> frozenset[date]:
    return frozenset(day(one, f"{field}[{i}]") for i, one in enumerate(items(value, field)))


def weekly_hours(holder: Mapping, field: str, zone_default: str) -> WeeklyHours:
    own_zone = optional(holder, "timezone_host", field, zone_name)
    days = (
        week(holder["weekly_hours"], f"{field}.weekly_hours" if field else "weekly_hours")
        if holder.get("weekly_hours") is not None
        else ((),) * 7
    )
    if optional(holder, "always", field, flag):
        days = (((0, 1440),),) * 7
    return WeeklyHours(
        optional(holder, "timezone", field, zone_name, own_zone or zone_default),
        days,
        optional(holder, "date_overrides", field, overrides, {}),
        optional(holder, "time_off", field, days_off, frozenset()),
    )


def restriction(zone_default: str) -> Callable[[object, str], WeeklyHours]:
    def read(value: object, field: str) -> WeeklyHours:
        return weekly_hours(mapping(value, field, SCHEDULE - {"ranges", "restriction"}), field, zone_default)

    return read


def left_behind(holder: Mapping, field: str, start: int, end: int, **defaults) -> Booking | None:
    """The booking these fields describe; None for one that is cancelled or declined."""
    status = optional(holder, "status", field, text, "accepted").lower()
    if status not in DROPPED | STANDING:
        raise BadCase(f"{field}.status", f"unknown status {shown(holder['status'])}")
    booking = Booking(
        start,
        end,
        buffer_before=optional(holder, "buffer_before_min", field, seconds, defaults.get("before", 0)),
        buffer_after=optional(holder, "buffer_after_min", field, seconds, defaults.get("after", 0)),
        same_page=optional(holder, "same_type", field, flag, defaults.get("same_page", "seats_taken" in holder)),
        blocks=optional(holder, "blocks", field, flag, True),
        seats_taken=optional(holder, "seats_taken", field, whole, defaults.get("seats", 1)),
        hold_owner=optional(holder, "held_by", field, name_of),
        hold_until=optional(holder, "released_at", field, epoch),
        key=defaults.get("key"),
    )
    return None if status in DROPPED else booking


def busy_time(value: object, field: str, shared: bool) -> list[tuple[str | None, Booking]]:
    """Every entry with the host it names, if it names one. shared: the same meeting may sit in several calendars."""
    found = []
    for i, entry in enumerate(items(value, field)):
        where = f"{field}[{i}]"
        entry = mapping(entry, where, BUSY)
        start, end = required(entry, "start", where, epoch), required(entry, "end", where, epoch)
        if end < start:
            raise BadCase(f"{where}.end", "lies before start")
        key = (start, end) if shared else None
        booking = left_behind(entry, where, start, end, key=key)
        if booking is not None:
            found.append((optional(entry, "host", where, name_of), booking))
    return found


def is_event(booking: Booking) -> bool:
    """Whether nothing says that it was booked here: then it is an event of the calendar."""
    return not (booking.same_page or booking.is_hold or booking.buffer_before or booking.buffer_after)


def limits(value: object, field: str) -> Limits:
    given = mapping(value, field, {"bookings", "minutes", "timezone"})

    def most(amounts: object, where: str) -> dict[str, int]:
        amounts = mapping(amounts, where, set(PERIODS))
        return {PERIODS[key]: whole(amount, f"{where}.{key}") for key, amount in amounts.items() if amount is not None}

    return Limits(
        optional(given, "bookings", field, most, {}),
        optional(given, "minutes", field, most, {}),
        optional(given, "timezone", field, zone_name),
    )


def window(value: object, field: str) -> Window:
    given = mapping(value, field, {"type", "days", "count", "start", "end", "until", "timezone"})
    kind = required(given, "type", field, one_of(WINDOW_KINDS))
    if kind.startswith("rolling"):
        return Window(
            kind,
            required(given, "days", field, whole),
            optional(given, "count", field, one_of(("calendar", "business")), "calendar"),
        )
    last = "until" if given.get("until") is not None else "end"
    start = optional(given, "start", field, day_or_moment)
    if kind == "dates" and start is None:
        raise BadCase(f"{field}.start", "is missing")
    return Window(kind, start=start, end=required(given, last, field, day_or_moment))


def ledger(holder: Mapping, field: str) -> dict:
    """Turns taken and last booking; a cancelled or missed meeting gave its turn back."""
    kept, created = 0, []
    for i, booking in enumerate(optional(holder, "bookings", field, items, [])):
        where = f"{field}.bookings[{i}]"
        booking = mapping(booking, where, {"id", "created_at", "status", "no_show", "start", "end"})
        status = optional(booking, "status", where, text, "accepted").lower().replace("canceled", "cancelled")
        if optional(booking, "no_show", where, flag, False) or status in TURN_GIVEN_BACK:
            continue
        kept += kept_turns([status])
        created.append(optional(booking, "created_at", where, epoch))
    last = max((c for c in created if c is not None), default=None)
    return {
        "taken": optional(holder, "bookings_in_interval", field, whole, kept),
        "last_booked_at": optional(holder, "last_booking_at", field, epoch, last),
        "weight": optional(holder, "weight", field, whole, 100),
        "priority": optional(holder, "priority", field, whole, 2),
        "credit": optional(holder, "credit", field, number, 0),
    }


class Case:
    """One case, read and checked."""

    def __init__(self, given: dict):
        self.given = mapping(given, "", CASE)
        self.kind = required(given, "kind", "", one_of(KINDS))
        self.now = optional(given, "now", "", moment)
        self.policy = optional(given, "host_policy", "", one_of(POLICIES), "single")
        self.use_weights = optional(given, "use_weights", "", flag, False)
        self.owner = optional(given, "owner", "", name_of)
        self.hosts = self._hosts()
        self.rules = self._rules() if self.kind in ("slots", "bookable") else None
        self.query = self._query()

    def _rules(self) -> PageRules:
        given = self.given
        first_zone = next((h.hours.timezone for h in self.hosts if h.hours), "UTC")
        page_zone = optional(
            given, "timezone", "", zone_name, optional(given, "timezone_host", "", zone_name, first_zone)
        )
        window_zone = (given.get("window") or {}).get("timezone") if isinstance(given.get("window"), dict) else None
        return PageRules(
            duration=required(given, "duration_min", "", some_seconds),
            increment=optional(given, "increment_min", "", some_seconds),
            offset=optional(given, "offset_start_min", "", seconds, 0),
            buffer_before=optional(given, "buffer_before_min", "", seconds, 0),
            buffer_after=optional(given, "buffer_after_min", "", seconds, 0),
            notice=optional(given, "min_notice_min", "", seconds, 0),
            window=optional(given, "window", "", window),
            limits=optional(given, "limits", "", limits),
            seats=optional(given, "seats", "", positive, 1),
            policy=self.policy,
            timezone=zone_name(window_zone, "window.timezone")
            if window_zone
            else optional(given, "date_timezone", "", zone_name, page_zone),
        )

    def _hosts(self) -> list[HostCalendar]:
        given = self.given
        shared = self.policy in ("collective", "fixed_plus_one")
        everyone = optional(given, "busy", "", lambda v, f: busy_time(v, f, shared), [])
        if given.get("hosts") is None:
            return [self._host({**given, "limits": None, "bookings": None}, "", LONELY_HOST, everyone)]
        hosts = []
        for i, host in enumerate(items(given["hosts"], "hosts")):
            where = f"hosts[{i}]"
            host = mapping(host, where, HOST)
            host_id = required(host, "id", where, name_of)
            if host_id in (h.id for h in hosts):
                raise BadCase(f"{where}.id", f"{shown(host_id)} is there twice")
            own = optional(host, "busy", where, lambda v, f: busy_time(v, f, shared), [])
            common = [
                (None, replace(b, key=b.key or ("case", n)))
                for n, (h, b) in enumerate(everyone)
                if h in (None, host_id)
            ]
            hosts.append(self._host(self._with_common_schedule(host), where, host_id, [*own, *common]))
        return hosts

    def _with_common_schedule(self, host: Mapping) -> dict:
        """What all hosts have in common may be said once, for the case."""
        told_apart = ({"weekly_hours", "ranges", "always"}, {"timezone", "timezone_host"})
        own = set(host).union(*(names for names in told_apart if names & host.keys()))
        return {**host, **{name: self.given[name] for name in SCHEDULE & self.given.keys() - own}}

    def _host(self, host: Mapping, field: str, host_id: str, busy: list) -> HostCalendar:
        hours = weekly_hours(host, field, "UTC")
        ranges = optional(host, "ranges", field, moment_ranges)
        if ranges is not None and hours.time_off:
            off = (
                (midnight(hours.timezone, d.toordinal()), midnight(hours.timezone, d.toordinal() + 1))
                for d in hours.time_off
            )
            ranges = tuple(subtract(merge(ranges), merge(off)))
        return HostCalendar(
            host_id,
            hours,
            ranges,
            optional(host, "restriction", field, restriction(hours.timezone)),
            busy=[(b.start, b.end) for _host, b in busy if b.blocks and is_event(b)],
            bookings=[b for _host, b in busy if not is_event(b)],
            readable=optional(host, "readable", field, flag, True),
            unreadable_reason=optional(host, "unreadable_reason", field, text, ""),
            fixed=optional(host, "fixed", field, flag, False),
            limits=optional(host, "limits", field, limits),
            **ledger(host, field),
        )

    def _query(self) -> dict:
        given = optional(
            self.given,
            "query",
            "",
            lambda v, f: mapping(v, f, {"from", "to", "timezone_invitee", "invitee_id", "seats"}),
        )
        if given is None:
            if self.kind == "slots":
                raise BadCase("query", "is missing")
            given = {}
        needed = required if self.kind == "slots" else optional
        query = {
            "from": needed(given, "from", "query", moment),
            "to": needed(given, "to", "query", moment),
            "zone": zone(optional(given, "timezone_invitee", "query", zone_name, "UTC")),
            "invitee": optional(given, "invitee_id", "query", name_of),
            "seats": optional(given, "seats", "query", positive, 1),
        }
        if query["from"] and query["to"] and query["to"] < query["from"]:
            raise BadCase("query.to", "lies before query.from")
        return query

    def show(self, instant: datetime) -> str:
        return instant.astimezone(self.query["zone"]).isoformat().replace("+00:00", "Z")
