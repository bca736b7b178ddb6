"""Laws of the engine, on random pages, hosts and calendars, and a naive second opinion on every answer."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from random import Random

import pytest
from availability_naive import NaiveHost, naive_slots, utc
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from availability import Booking, HostCalendar, Limits, PageRules, WeeklyHours, Window, check, explain, slots

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Zones with the first of four days around a change, and one without any
PLACES = [
    ("Europe/Paris", utc(2026, 3, 27)),
    ("Europe/Paris", utc(2026, 10, 23)),
    ("Australia/Lord_Howe", utc(2026, 4, 3)),
    ("Australia/Lord_Howe", utc(2026, 10, 2)),
    ("America/New_York", utc(2026, 10, 30)),
    ("Asia/Kathmandu", utc(2026, 5, 29)),
    ("America/Havana", utc(2026, 10, 30)),
]
STEADY = [("Asia/Kathmandu", utc(2026, 5, 29)), ("Asia/Kolkata", utc(2026, 2, 26))]

# The same cases on every run; a page is drawn from a seed, because uniform draws meet more rules than shrinking ones
few = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
some = settings(few, max_examples=120)
many = settings(few, max_examples=200)


def epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def day_ranges(random: Random) -> list:
    """Mostly a working day, sometimes cut in two, over midnight, from or to midnight, short, or closed."""

    def around(minute, spread=180):
        return (minute + random.randrange(-spread, spread + 1, 15)) % 1440

    return random.choice(
        [
            [(around(540), around(1020))],
            [(around(540), around(1020))],
            [(around(480), around(720)), (around(780), around(1080))],
            [(0, around(300)), (around(1080), 1440)],
            [(around(1200), around(180))],
            [(0, 1440)],
            [(around(90, 60), around(240, 60))],
            [(around(600), around(840)), (around(720), around(960))],
            [],
        ]
    )


def a_host(random: Random, host_id: str, place) -> NaiveHost:
    zone, first = place

    def period(longest):
        start = first + random.randrange(-600, 4 * 1440, 5) * MINUTE
        return start, start + random.randrange(1, longest) * MINUTE

    def booking():
        start, end = period(120)
        return {
            "start": start,
            "end": end,
            "before": random.choice([0, 10]),
            "after": random.choice([0, 0, 25]),
            "same_page": random.random() < 0.6,
            "owner": random.choice([None, None, None, "me", "you"]),
            "until": random.choice([None, None, None, first - DAY, first + 12 * HOUR, first + 3 * DAY]),
        }

    dates = [(first + n * DAY).date() for n in range(4)]
    return NaiveHost(
        host_id,
        zone,
        # One weekday stays closed: hours that never close have no start, and are tested on their own
        [day_ranges(random) for _weekday in range(6)] + [[] if random.random() < 0.5 else [(75, 1260)]],
        overrides={d: day_ranges(random) for d in dates if random.random() < 0.15 and d.weekday() != 6},
        time_off={d for d in dates if random.random() < 0.08},
        events=[period(300) for _event in range(random.randrange(7))],
        bookings=[booking() for _booking in range(random.randrange(6))],
        readable=random.random() < 0.9,
        fixed=random.random() < 0.4,
    )


def a_page(seed: int, places=PLACES, policies=("single", "round_robin", "collective", "fixed_plus_one")):
    random = Random(seed)
    zone, first = place = random.choice(places)
    policy = random.choice(policies)
    hosts = [a_host(random, f"h{n}", place) for n in range(1 if policy == "single" else random.choice([2, 2, 3]))]
    if random.random() < 0.2:
        hosts[0].restriction = a_host(random, "restriction", ("Asia/Kolkata", first))
    length = random.choice([20, 30, 45, 90, 240])
    limits = {}
    if random.random() < 0.4:
        limits["bookings", random.choice(["day", "week", "month", "year"])] = random.randrange(1, 5)
    if random.random() < 0.3:
        limits["minutes", random.choice(["day", "week"])] = length + random.randrange(0, 240)
    rules = {
        "policy": policy,
        "zone": zone,
        "length": length,
        "step": random.choice([15, length, 40]),
        "offset": random.choice([0, 0, 5]),
        "before": random.choice([0, 15]),
        "after": random.choice([0, 10]),
        "notice": random.choice([0, 60, 1500]),
        "limits": limits,
        "window": random.choice([None, None, None, ("calendar", 1), ("calendar", 2), ("business", 1), ("business", 0)]),
    }
    now = first + random.randrange(-200, 2000) * MINUTE
    low = first + random.randrange(0, 300) * MINUTE
    return rules, hosts, now, low, low + random.randrange(2, 5) * DAY


seeds = st.integers(0, 1 << 32)


def pages(places=PLACES, policies=("single", "round_robin", "collective", "fixed_plus_one")):
    return seeds.map(lambda seed: a_page(seed, places, policies))


def engine_host(host: NaiveHost) -> HostCalendar:
    def hours(of: NaiveHost) -> WeeklyHours:
        return WeeklyHours(
            of.zone,
            tuple(tuple(r) for r in of.week),
            {d: tuple(r) for d, r in of.overrides.items()},
            frozenset(of.time_off),
        )

    return HostCalendar(
        host.id,
        hours(host),
        restriction=hours(host.restriction) if host.restriction else None,
        busy=tuple((epoch(s), epoch(e)) for s, e in host.events),
        bookings=tuple(
            Booking(
                epoch(b["start"]),
                epoch(b["end"]),
                b["before"] * 60,
                b["after"] * 60,
                same_page=b["same_page"],
                hold_owner=b["owner"],
                hold_until=None if b["until"] is None else epoch(b["until"]),
            )
            for b in host.bookings
        ),
        readable=host.readable,
        fixed=host.fixed,
    )


def engine_rules(rules: dict) -> PageRules:
    amounts = {"bookings": {}, "minutes": {}}
    for (what, period), most in rules["limits"].items():
        amounts[what][period] = most
    return PageRules(
        rules["length"] * 60,
        rules["step"] * 60,
        rules["offset"] * 60,
        rules["before"] * 60,
        rules["after"] * 60,
        rules["notice"] * 60,
        Window("rolling", rules["window"][1], rules["window"][0]) if rules["window"] else None,
        Limits(**amounts) if rules["limits"] else None,
        policy=rules["policy"],
        timezone=rules["zone"],
    )


def ask(page):
    """(rules, hosts, keywords of slots) for the engine."""
    rules, hosts, now, low, high = page
    return (
        engine_rules(rules),
        [engine_host(h) for h in hosts],
        {"now": now, "start": low, "end": high, "visitor": "me"},
    )


def starts(found) -> list:
    return [slot.start for slot in found]


@many
@given(pages())
def test_a_naive_minute_by_minute_reference_agrees(page):
    rules, hosts, now, low, high = page
    expected = naive_slots(rules, hosts, now, low, high, visitor="me")
    page_rules, calendars, query = ask(page)
    assert [(s.start, s.host_ids) for s in slots(page_rules, calendars, **query)] == expected


@some
@given(pages(), st.integers(-300, 4000), st.integers(1, 300))
def test_adding_busy_time_never_adds_a_slot(page, at, length):
    rules, hosts, query = ask(page)
    more = (epoch(query["start"]) + at * 60, epoch(query["start"]) + (at + length) * 60)
    busier = [replace(h, busy=(*h.busy, more)) for h in hosts]
    before, after = slots(rules, hosts, **query), slots(rules, busier, **query)
    assert set(starts(after)) <= set(starts(before))
    taken_by = {s.start: set(s.host_ids) for s in before}
    assert all(set(s.host_ids) <= taken_by[s.start] for s in after)


@some
@given(pages([*STEADY, PLACES[0]], ("single", "round_robin")), st.integers(1, 20), st.integers(0, 3))
def test_widening_hours_never_removes_a_start(page, later, earlier_steps):
    """The law: move the closing time later, or the opening time earlier by whole increments, without touching another
    range of hours, and every start that was offered still is. (Any other widening may begin another grid.)"""
    rules_given, hosts, now, low, high = page
    for host in hosts:
        host.overrides, host.time_off, host.restriction = {}, set(), None
        host.week = [[(s, e) for s, e in r[:1] if 120 < s < e <= 1110] for r in host.week]
    rules, calendars, query = ask((rules_given, hosts, now, low, high))
    widen = min(earlier_steps * rules.step // 60, 120 - 120 % (rules.step // 60))
    wider = [
        replace(
            c,
            hours=replace(c.hours, days=tuple(tuple((s - widen, e + later * 15) for s, e in r) for r in c.hours.days)),
        )
        for c in calendars
    ]
    # A gap or fold within the hours shifts the instants between opening and closing: only steady days are compared
    zone = rules_given["zone"]
    steady = zone in {"Asia/Kathmandu", "Asia/Kolkata"} or widen == 0
    if steady:
        assert set(starts(slots(rules, calendars, **query))) <= set(starts(slots(rules, wider, **query)))


@few
@given(pages(), st.randoms(use_true_random=False))
def test_the_order_of_inputs_does_not_matter(page, random):
    rules, hosts, query = ask(page)

    def shuffled(values):
        values = list(values)
        random.shuffle(values)
        return tuple(values)

    mixed = [
        replace(
            h,
            busy=shuffled(h.busy),
            bookings=shuffled(h.bookings),
            hours=replace(h.hours, days=tuple(shuffled(r) for r in h.hours.days)),
        )
        for h in shuffled(hosts)
    ]
    expected = [(s.start, set(s.host_ids)) for s in slots(rules, hosts, **query)]
    assert [(s.start, set(s.host_ids)) for s in slots(rules, mixed, **query)] == expected


@few
@given(pages(places=STEADY))
def test_a_week_later_everything_is_a_week_later(page):
    """Without DST: shift now, query, events, bookings and dated hours by a week, and the answer shifts too."""
    rules_given, hosts, now, low, high = page
    # Months and years have no length of whole weeks
    rules_given["limits"] = {k: v for k, v in rules_given["limits"].items() if k[1] in ("day", "week")}
    week = 7 * DAY
    moved = []
    for host in hosts:
        shifted = replace(
            host,
            events=[(s + week, e + week) for s, e in host.events],
            bookings=[
                {**b, "start": b["start"] + week, "end": b["end"] + week, "until": b["until"] and b["until"] + week}
                for b in host.bookings
            ],
            overrides={d + week: r for d, r in host.overrides.items()},
            time_off={d + week for d in host.time_off},
        )
        if host.restriction:
            other = host.restriction
            shifted.restriction = replace(
                other,
                overrides={d + week: r for d, r in other.overrides.items()},
                time_off={d + week for d in other.time_off},
            )
        moved.append(shifted)
    rules, calendars, query = ask((rules_given, hosts, now, low, high))
    _rules, later, later_query = ask((rules_given, moved, now + week, low + week, high + week))
    expected = [(s.start + week, s.host_ids) for s in slots(rules, calendars, **query)]
    assert [(s.start, s.host_ids) for s in slots(rules, later, **later_query)] == expected


@settings(few, max_examples=500)
@given(pages())
# One of a pool is free, but not on its own grid; the others of the pool cannot be read
@example(a_page(245469736540632924))
def test_offered_exactly_when_there_is_no_reason(page):
    """B8: a start is offered exactly when explain gives no reason against it."""
    rules, hosts, query = ask(page)
    explained = explain(rules, hosts, **query)
    assert [start for start, reasons in explained if not reasons] == starts(slots(rules, hosts, **query))
    assert [start for start, _reasons in explained] == sorted({start for start, _reasons in explained})


@few
@given(pages(), st.lists(st.integers(0, 96), max_size=4))
def test_a_shown_slot_is_bookable_and_a_bookable_slot_is_shown(page, others):
    """B3: what check confirms is exactly what slots shows, with the same hosts; every refusal has its reasons."""
    rules, hosts, query = ask(page)
    shown = {s.start: s.host_ids for s in slots(rules, hosts, **query)}
    wished = {*list(shown)[:8], *(query["start"] + n * 15 * MINUTE for n in others)}
    for start in wished:
        if not query["start"] <= start < query["end"]:
            continue
        decision = check(rules, hosts, start, now=query["now"], visitor="me")
        assert decision.ok == (start in shown)
        assert decision.host_ids == shown.get(start, ())
        assert decision.ok != bool(decision.reasons)


@few
@given(pages(), st.integers(1, 3000))
def test_the_edges_of_the_query_filter_and_never_move_the_grid(page, cut):
    rules, hosts, query = ask(page)
    whole = starts(slots(rules, hosts, **query))
    middle = query["start"] + cut * MINUTE
    if query["start"] < middle < query["end"]:
        left = slots(rules, hosts, **{**query, "end": middle})
        right = slots(rules, hosts, **{**query, "start": middle})
        assert starts(left) + starts(right) == whole


@pytest.mark.parametrize("step", [30, 45, 50, 7 * 60])
def test_hours_that_never_close_give_the_same_times_to_any_query(step):
    hours = WeeklyHours("Europe/Paris", (((0, 1440),),) * 7)
    rules, hosts = PageRules(30 * 60, step * 60), [HostCalendar("a", hours)]
    low, high = utc(2026, 3, 20), utc(2026, 4, 20)
    whole = starts(slots(rules, hosts, now=None, start=low, end=high))
    pieces, at = [], low
    while at < high:
        pieces += starts(slots(rules, hosts, now=None, start=at, end=min(at + 11 * HOUR, high)))
        at += 11 * HOUR
    assert pieces == whole
    assert datetime(2026, 4, 1, 0, 0, tzinfo=timezone(2 * HOUR)) in whole
