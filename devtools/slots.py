"""`./dev slots FILE.json|-`: run the availability engine alone, on cases written as JSON, and print its answers.

The format: a list of cases (or one case), each with `id` and `kind` (slots, ranges, bookable or host); times are ISO
8601 with offset, lengths minutes. Anything unknown or badly written is one line naming case and field, exit status 2.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from .slots_case import REQUEST, Case, left_behind
from .slots_values import (
    BadCase,
    flag,
    items,
    mapping,
    moment,
    name_of,
    optional,
    positive,
    required,
    shown,
    some_seconds,
)

# isort: split
# The engine lies inside the addon, which slots_values has put on the path
from availability import Candidate, HostCalendar, InvalidRules, check, choose_host, slots
from availability.intervals import intersect, merge, subtract
from availability.schedule import duty
from availability.types import DAY
from availability.zones import to_datetime, to_epoch

# The engine's names for settings, where they differ from the format's
FIELD_OF = {
    "duration": "duration_min",
    "increment": "increment_min",
    "offset": "offset_start_min",
    "notice": "min_notice_min",
    "buffer_before": "buffer_before_min",
    "buffer_after": "buffer_after_min",
    "policy": "host_policy",
    "hours": "weekly_hours",
}


def answer_slots(case: Case) -> dict:
    query = case.query
    found = slots(
        case.rules,
        case.hosts,
        now=case.now,
        start=query["from"],
        end=query["to"],
        visitor=query["invitee"],
        seats=query["seats"],
    )
    return {"slots": [case.show(slot.start) for slot in found]}


def answer_ranges(case: Case) -> dict:
    """When the hosts are on duty and not busy. Ranges the query cuts are whole; endless ones are cut."""
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
    found = [
        (max(start, low), min(end, high)) if end - start > 8 * DAY else (start, end)
        for start, end in together(case.policy, free)
    ]
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
    decision = check(
        rules,
        hosts,
        start,
        now=optional(given, "now", field, moment, case.now),
        visitor=optional(given, "invitee_id", field, name_of, case.query["invitee"]),
        seats=seats,
    )
    able = [h for h in case.hosts if h.id in decision.host_ids and (wished is None or h.id == wished)]
    if not able:
        return {"ok": False, "host": None}
    chosen = _choose(case, able)
    begin = to_epoch(start)
    left = left_behind(
        given,
        field,
        begin,
        begin + rules.duration,
        before=rules.buffer_before,
        after=rules.buffer_after,
        same_page=True,
        seats=seats,
        key=("request", field),
    )
    if optional(given, "book", field, flag, True) and left is not None:
        everybody = rules.policy == "collective"
        taking = {
            h.id for h in case.hosts if h.id == chosen or everybody or (rules.policy == "fixed_plus_one" and h.fixed)
        }
        latest = max((h.last_booked_at for h in case.hosts if h.last_booked_at is not None), default=0)
        at = max(latest + 1, to_epoch(case.now) if case.now else 0)
        case.hosts = [
            replace(h, bookings=[*h.bookings, left], taken=h.taken + 1, last_booked_at=at) if h.id in taking else h
            for h in case.hosts
        ]
    return {"ok": True, "host": chosen}


def _from_request_on(case: Case, host: HostCalendar, start: datetime) -> HostCalendar:
    """Duty without end has no start for a grid to count from: whatever is asked for is on it."""
    if (
        host.ranges is not None
        or host.restriction
        or host.hours.overrides
        or host.hours.time_off
        or host.hours.days != (((0, 1440),),) * 7
        or not _always(case.given, host.id)
    ):
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
    able = [
        Candidate(h.id, h.weight, h.priority, h.taken, h.credit, h.last_booked_at) for h in case.hosts if h.readable
    ]
    order = choose_host(able, owner_id=case.owner, use_weights=case.use_weights)
    return {"order": [choice.host_id for choice in order]}


ANSWERS: dict[str, Callable[[Case], dict]] = {
    "slots": answer_slots,
    "ranges": answer_ranges,
    "bookable": answer_bookable,
    "host": answer_host,
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
    parser = argparse.ArgumentParser(
        prog="dev slots", description="Run the availability engine on cases written as JSON."
    )
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
