"""`./dev slots FILE.json|-`: run the availability engine alone, on cases written as JSON, and print its answers.

The format: a list of cases (or one case), each with `id` and `kind` (slots, ranges, bookable or host); times are ISO
8601 with offset, lengths minutes. Anything unknown or badly written is one line naming case and field, exit status 2.
"""
from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

ADDON = Path(__file__).resolve().parent.parent / "meetings_scheduler"
if str(ADDON) not in sys.path:
    # Last, so that no module of the addon can stand in for one of the standard library
    sys.path.append(str(ADDON))

from availability import (  # noqa: E402 - the engine lies inside the addon
    Booking,
    Candidate,
    HostCalendar,
    InvalidRules,
    Limits,
    PageRules,
    WeeklyHours,
    Window,
    check,
    choose_host,
    kept_turns,
    slots,
)
from availability.assignment import TURN_GIVEN_BACK  # noqa: E402
from availability.intervals import intersect, merge, subtract  # noqa: E402
from availability.schedule import duty  # noqa: E402
from availability.types import DAY, FIRST_YEAR, LAST_YEAR, WINDOW_KINDS  # noqa: E402
from availability.zones import midnight, to_datetime, to_epoch, zone  # noqa: E402

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PERIODS = {"PER_DAY": "day", "PER_WEEK": "week", "PER_MONTH": "month", "PER_YEAR": "year"}
POLICIES = ("single", "group", "round_robin", "collective", "fixed_plus_one")
# What never takes time nor counts, however it is spelt
DROPPED = frozenset({"cancelled", "canceled", "declined", "rejected"})
STANDING = frozenset({"accepted", "confirmed", "booked", "pending", "tentative", "requested", "unconfirmed", "held"})
LONELY_HOST = "host"

SCHEDULE = {"timezone", "timezone_host", "weekly_hours", "date_overrides", "time_off", "ranges", "always", "restriction"}
LEFT_BEHIND = {"buffer_before_min", "buffer_after_min", "same_type", "blocks", "status", "held_by", "released_at",
               "seats_taken"}
BUSY = {"start", "end", "id", "title", "host", *LEFT_BEHIND}
LEDGER = {"bookings", "bookings_in_interval", "last_booking_at", "weight", "priority", "credit"}
HOST = {"id", "name", "busy", "fixed", "readable", "unreadable_reason", "limits", *SCHEDULE, *LEDGER}
REQUEST = {"id", "start", "duration_min", "host", "book", "invitee_id", "seats", "now", *LEFT_BEHIND}
CASE = {"id", "kind", "now", "min_notice_min", "busy", "hosts", "host_policy", "duration_min", "increment_min",
        "offset_start_min", "buffer_before_min", "buffer_after_min", "seats", "window", "limits", "query", "requests",
        "date_timezone", "use_weights", "owner", "readable", "unreadable_reason", "expected", "note", *SCHEDULE}


# The engine's names for settings, where they differ from the format's
FIELD_OF = {"duration": "duration_min", "increment": "increment_min", "offset": "offset_start_min",
            "notice": "min_notice_min", "buffer_before": "buffer_before_min", "buffer_after": "buffer_after_min",
            "policy": "host_policy", "hours": "weekly_hours"}


class BadCase(Exception):
    """field: where in the case; the message: what is wrong there."""

    def __init__(self, field: str, problem: str):
        super().__init__(problem)
        self.field = field


# Reading one value. Each takes (value, field) and returns what the engine wants, or raises BadCase.

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
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
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
    if isinstance(value, bool) or not isinstance(value, (int, float)):
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


# Reading the parts of a case

def week(value: object, field: str) -> tuple:
    given = mapping(value, field, set(DAYS))
    return tuple(optional(given, name, field, clock_ranges, ()) for name in DAYS)


def overrides(value: object, field: str) -> dict[date, tuple]:
    return {day(key, field): clock_ranges(ranges, f"{field}.{key}") for key, ranges in mapping(value, field).items()}


def days_off(value: object, field: str) -> frozenset[date]:
    return frozenset(day(one, f"{field}[{i}]") for i, one in enumerate(items(value, field)))


def weekly_hours(holder: Mapping, field: str, zone_default: str) -> WeeklyHours:
    own_zone = optional(holder, "timezone_host", field, zone_name)
    days = week(holder["weekly_hours"], f"{field}.weekly_hours" if field else "weekly_hours") \
        if holder.get("weekly_hours") is not None else ((),) * 7
    if optional(holder, "always", field, flag):
        days = (((0, 1440),),) * 7
    return WeeklyHours(
        optional(holder, "timezone", field, zone_name, own_zone or zone_default), days,
        optional(holder, "date_overrides", field, overrides, {}), optional(holder, "time_off", field, days_off, frozenset()),
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
        start, end,
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

    return Limits(optional(given, "bookings", field, most, {}), optional(given, "minutes", field, most, {}),
                  optional(given, "timezone", field, zone_name))


def window(value: object, field: str) -> Window:
    given = mapping(value, field, {"type", "days", "count", "start", "end", "until", "timezone"})
    kind = required(given, "type", field, one_of(WINDOW_KINDS))
    if kind.startswith("rolling"):
        return Window(kind, required(given, "days", field, whole),
                      optional(given, "count", field, one_of(("calendar", "business")), "calendar"))
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
        self.kind = required(given, "kind", "", one_of(tuple(ANSWERS)))
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
        page_zone = optional(given, "timezone", "", zone_name, optional(given, "timezone_host", "", zone_name, first_zone))
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
            timezone=zone_name(window_zone, "window.timezone") if window_zone else
            optional(given, "date_timezone", "", zone_name, page_zone),
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
            common = [(None, replace(b, key=b.key or ("case", n))) for n, (h, b) in enumerate(everyone) if h in (None, host_id)]
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
            off = ((midnight(hours.timezone, d.toordinal()), midnight(hours.timezone, d.toordinal() + 1)) for d in hours.time_off)
            ranges = tuple(subtract(merge(ranges), merge(off)))
        return HostCalendar(
            host_id, hours, ranges, optional(host, "restriction", field, restriction(hours.timezone)),
            busy=[(b.start, b.end) for _host, b in busy if b.blocks and is_event(b)],
            bookings=[b for _host, b in busy if not is_event(b)],
            readable=optional(host, "readable", field, flag, True),
            unreadable_reason=optional(host, "unreadable_reason", field, text, ""),
            fixed=optional(host, "fixed", field, flag, False),
            limits=optional(host, "limits", field, limits), **ledger(host, field),
        )

    def _query(self) -> dict:
        given = optional(self.given, "query", "", lambda v, f: mapping(v, f, {"from", "to", "timezone_invitee", "invitee_id", "seats"}))
        if given is None:
            if self.kind == "slots":
                raise BadCase("query", "is missing")
            given = {}
        needed = required if self.kind == "slots" else optional
        query = {
            "from": needed(given, "from", "query", moment), "to": needed(given, "to", "query", moment),
            "zone": zone(optional(given, "timezone_invitee", "query", zone_name, "UTC")),
            "invitee": optional(given, "invitee_id", "query", name_of),
            "seats": optional(given, "seats", "query", positive, 1),
        }
        if query["from"] and query["to"] and query["to"] < query["from"]:
            raise BadCase("query.to", "lies before query.from")
        return query

    def show(self, instant: datetime) -> str:
        return instant.astimezone(self.query["zone"]).isoformat().replace("+00:00", "Z")


# Answering

def answer_slots(case: Case) -> dict:
    query = case.query
    found = slots(case.rules, case.hosts, now=case.now, start=query["from"], end=query["to"],
                  visitor=query["invitee"], seats=query["seats"])
    return {"slots": [case.show(slot.start) for slot in found]}


def answer_ranges(case: Case) -> dict:
    """When the hosts are on duty and not busy. A range the query cuts is shown whole, hours that never close cut to it."""
    query = case.query
    low, high = (None if query[edge] is None else to_epoch(query[edge]) for edge in ("from", "to"))
    if low is None or high is None:
        if any(host.ranges is None for host in case.hosts):
            raise BadCase("query", "needs from and to")
        edges = [edge for host in case.hosts for pair in host.ranges for edge in pair]
        low, high = min(edges, default=0), max(edges, default=0)
    free = []
    for host in case.hosts:
        standing = [b for b in host.bookings if b.applies(case.now and to_epoch(case.now), query["invitee"])]
        taken = merge([*host.busy, *((b.start - b.buffer_before, b.end + b.buffer_after) for b in standing)])
        on_duty = subtract(duty(host, "UTC", low, high), taken)
        free.append((host, [r for r in on_duty if r[1] > low and r[0] < high] if host.readable else []))
    found = [(max(start, low), min(end, high)) if end - start > 8 * DAY else (start, end)
             for start, end in together(case.policy, free)]
    return {"ranges": [[case.show(to_datetime(edge)) for edge in pair] for pair in found]}


def together(policy: str, free: list) -> list:
    """Collective: what all share; fixed_plus_one: what the fixed ones share with any other; else what anyone has."""
    if not free:
        return []
    fixed = [ranges for host, ranges in free if policy == "collective" or (policy == "fixed_plus_one" and host.fixed)]
    rest = merge(r for host, ranges in free if policy != "fixed_plus_one" or not host.fixed for r in ranges)
    for ranges in fixed:
        rest = intersect(rest, ranges)
    return rest


def answer_bookable(case: Case) -> dict:
    answers = []
    for i, given in enumerate(items(case.given.get("requests"), "requests")):
        where = f"requests[{i}]"
        answers.append(_book(case, mapping(given, where, REQUEST), where))
    return {"answers": answers}


def _book(case: Case, given: dict, field: str) -> dict:
    start = required(given, "start", field, moment)
    rules = case.rules.lasting(optional(given, "duration_min", field, some_seconds, case.rules.duration))
    wished = optional(given, "host", field, name_of)
    seats = optional(given, "seats", field, positive, case.query["seats"])
    hosts = [_from_request_on(case, host, start) for host in case.hosts]
    decision = check(rules, hosts, start, now=optional(given, "now", field, moment, case.now),
                     visitor=optional(given, "invitee_id", field, name_of, case.query["invitee"]), seats=seats)
    able = [h for h in case.hosts if h.id in decision.host_ids and (wished is None or h.id == wished)]
    if not able:
        return {"ok": False, "host": None}
    chosen = _choose(case, able)
    begin = to_epoch(start)
    left = left_behind(given, field, begin, begin + rules.duration, before=rules.buffer_before, after=rules.buffer_after,
                       same_page=True, seats=seats, key=("request", field))
    if optional(given, "book", field, flag, True) and left is not None:
        everybody = rules.policy == "collective"
        taking = {h.id for h in case.hosts if h.id == chosen or everybody or (rules.policy == "fixed_plus_one" and h.fixed)}
        latest = max((h.last_booked_at for h in case.hosts if h.last_booked_at is not None), default=0)
        at = max(latest + 1, to_epoch(case.now) if case.now else 0)
        case.hosts = [
            replace(h, bookings=[*h.bookings, left], taken=h.taken + 1, last_booked_at=at) if h.id in taking else h
            for h in case.hosts
        ]
    return {"ok": True, "host": chosen}


def _from_request_on(case: Case, host: HostCalendar, start: datetime) -> HostCalendar:
    """Duty without end has no start for a grid to count from: whatever is asked for is on it."""
    if host.ranges is not None or host.restriction or host.hours.overrides or host.hours.time_off \
            or host.hours.days != (((0, 1440),),) * 7 or not _always(case.given, host.id):
        return host
    return replace(host, ranges=((to_epoch(start), to_epoch(start + timedelta(days=366))),))


def _always(given: Mapping, host_id: str) -> bool:
    own = next((h for h in given.get("hosts") or () if str(h["id"]) == host_id), {})
    return bool(own.get("always", given.get("always")))


def _choose(case: Case, able: list[HostCalendar]) -> str:
    if case.policy == "collective":
        return able[0].id
    flexible = [h for h in able if case.policy != "fixed_plus_one" or not h.fixed] or able
    return choose_host(flexible, pool=case.hosts, owner_id=case.owner, use_weights=case.use_weights)[0].host_id


def answer_host(case: Case) -> dict:
    able = [Candidate(h.id, h.weight, h.priority, h.taken, h.credit, h.last_booked_at) for h in case.hosts if h.readable]
    order = choose_host(able, owner_id=case.owner, use_weights=case.use_weights)
    return {"order": [choice.host_id for choice in order]}


ANSWERS: dict[str, Callable[[Case], dict]] = {
    "slots": answer_slots, "ranges": answer_ranges, "bookable": answer_bookable, "host": answer_host,
}


def answer(given: object) -> dict:
    """The answer to one case. Raises BadCase."""
    if not isinstance(given, dict):
        raise BadCase("case", f"expected an object, got {shown(given)}")
    try:
        case_id = required(given, "id", "", name_of)
        case = Case(given)
        return {"id": given["id"] if case_id else None, **ANSWERS[case.kind](case)}
    except InvalidRules as error:
        raise BadCase(FIELD_OF.get(error.field, error.field), error.problem) from None


def main(argv: list[str]) -> int:
    """Exit status 0 with the answers on standard output, 2 with one line on standard error."""
    parser = argparse.ArgumentParser(prog="dev slots", description="Run the availability engine on cases written as JSON.")
    parser.add_argument("file", metavar="FILE.json", help="a list of cases or one case; - reads standard input")
    path = parser.parse_args(argv).file
    try:
        cases = json.loads(sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"error: {path}: {error}", file=sys.stderr)
        return 2
    answers = []
    for i, given in enumerate(cases if isinstance(cases, list) else [cases]):
        try:
            answers.append(answer(given))
        except BadCase as error:
            name = given.get("id") if isinstance(given, dict) and given.get("id") else f"#{i + 1}"
            print(f"error: case {name}: field {error.field}: {error}", file=sys.stderr)
            return 2
    print(json.dumps(answers, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
