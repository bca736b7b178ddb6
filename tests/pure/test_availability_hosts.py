"""Several hosts: who is offered, who is chosen and why, and the ledger that keeps it fair."""

from dataclasses import replace
from datetime import timedelta

import pytest
from availability_naive import utc

from availability import (
    Booking,
    Candidate,
    HostCalendar,
    Limits,
    PageRules,
    WeeklyHours,
    check,
    choose_host,
    kept_turns,
    next_free,
    opening_credit,
    shortfalls,
    slots,
)

DAY = timedelta(days=1)
MONDAY = utc(2026, 6, 1)
AT = int(MONDAY.timestamp())


def daily(start: int, end: int, zone="UTC") -> WeeklyHours:
    return WeeklyHours(zone, (((start, end),),) * 7)


def host(host_id: str, start=540, end=720, **fields) -> HostCalendar:
    return HostCalendar(host_id, daily(start, end), **fields)


def offered(rules: PageRules, *hosts: HostCalendar) -> list[tuple[str, str]]:
    found = slots(rules, hosts, now=MONDAY, start=MONDAY, end=MONDAY + DAY)
    return [(f"{s.start:%H:%M}", "".join(s.host_ids)) for s in found]


HOURLY = PageRules(3600)
ROUND_ROBIN, COLLECTIVE, FIXED = (replace(HOURLY, policy=p) for p in ("round_robin", "collective", "fixed_plus_one"))


def test_round_robin_offers_what_anyone_can_take():
    busy = [(AT + 9 * 3600, AT + 10 * 3600)]
    assert offered(ROUND_ROBIN, host("a", busy=busy), host("b", 540, 660)) == [
        ("09:00", "b"),
        ("10:00", "ab"),
        ("11:00", "a"),
    ]


def test_round_robin_puts_the_grids_of_all_hosts_together():
    assert offered(ROUND_ROBIN, host("a", 540, 660), host("b", 570, 690)) == [
        ("09:00", "a"),
        ("09:30", "ab"),
        ("10:00", "ab"),
        ("10:30", "b"),
    ]


def test_collective_offers_what_everyone_can_take():
    busy = [(AT + 9 * 3600, AT + 10 * 3600)]
    assert offered(COLLECTIVE, host("a", busy=busy), host("b")) == [("10:00", "ab"), ("11:00", "ab")]
    assert offered(COLLECTIVE, host("a"), host("b", 570, 720)) == [("09:30", "ab"), ("10:30", "ab")]
    assert offered(COLLECTIVE, host("a"), host("b", 780, 900)) == []


def test_fixed_plus_one_needs_every_fixed_host_and_one_other():
    busy = [(AT + 9 * 3600, AT + 10 * 3600)]
    fixed = [host("f", fixed=True), host("g", fixed=True, end=660)]
    assert offered(FIXED, *fixed, host("a", busy=busy), host("b", end=600)) == [("09:00", "fgb"), ("10:00", "fga")]
    assert offered(FIXED, *fixed) == []
    assert offered(FIXED, host("a"), host("b")) == [("09:00", "ab"), ("10:00", "ab"), ("11:00", "ab")]


def test_a_page_limit_counts_the_bookings_of_all_hosts_and_a_shared_one_once():
    booked = [Booking(AT + 9 * 3600, AT + 10 * 3600, key=7)]
    both = [host("a", bookings=booked), host("b", bookings=booked)]
    assert offered(replace(COLLECTIVE, limits=Limits({"day": 2})), *both)
    assert not offered(replace(COLLECTIVE, limits=Limits({"day": 1})), *both)
    assert not offered(replace(ROUND_ROBIN, limits=Limits({"day": 1})), both[0], host("b"))


def test_a_host_limit_closes_that_host_only():
    full = host("a", bookings=[Booking(AT + 9 * 3600, AT + 10 * 3600)])
    rules = replace(ROUND_ROBIN, host_limits=Limits({"day": 1}))
    assert offered(rules, full, host("b", 540, 660)) == [("09:00", "b"), ("10:00", "b")]


@pytest.mark.parametrize("policy", ["single", "group", "collective"])
def test_an_unreadable_calendar_closes_the_page(policy):
    """M34: when one linked calendar cannot be read, that user cannot be booked, even if others can."""
    lost = host("a", readable=False, unreadable_reason="Team calendar: access lost")
    hosts = [lost] if policy != "collective" else [lost, host("b")]
    rules = replace(HOURLY, policy=policy)
    assert offered(rules, *hosts) == []
    decision = check(rules, hosts, MONDAY + timedelta(hours=9), now=MONDAY)
    assert not decision.ok
    assert [(r.code, r.host_id, r.label) for r in decision.reasons] == [
        ("unreadable", "a", "Team calendar: access lost")
    ]
    assert next_free(rules, hosts, now=MONDAY, after=MONDAY) is None


def test_an_unreadable_host_is_left_out_of_round_robin():
    """B3: a host that cannot be read is never counted as free; the others are booked."""
    lost = host("a", 530, readable=False)
    assert offered(ROUND_ROBIN, lost, host("b")) == [("09:00", "b"), ("10:00", "b"), ("11:00", "b")]
    assert offered(ROUND_ROBIN, lost) == []
    assert offered(FIXED, host("f", fixed=True), lost) == []
    assert offered(FIXED, replace(lost, fixed=True), host("b")) == []


def test_readable_again_is_bookable_at_once():
    """M34: the moment every linked calendar can be read, the same times are back."""
    lost = host("a", readable=False)
    assert offered(HOURLY, replace(lost, readable=True)) == offered(HOURLY, host("a"))


# Choosing


def order(*candidates: Candidate, **how) -> list[tuple[str, str]]:
    return [(c.host_id, c.reason) for c in choose_host(candidates, **how)]


def test_the_order_of_reasons():
    assert order(Candidate("a")) == [("a", "only")]
    assert order(Candidate("a"), Candidate("b"), owner_id="b") == [("b", "owner"), ("a", "owner")]
    assert order(Candidate("a", taken=2), Candidate("b", taken=1)) == [("b", "shortfall"), ("a", "shortfall")]
    assert order(Candidate("a", weight=100), Candidate("b", weight=200)) == [("b", "weight"), ("a", "weight")]
    assert order(Candidate("a", priority=1), Candidate("b", priority=3)) == [("b", "priority"), ("a", "priority")]
    assert order(Candidate("a", last_booked_at=20), Candidate("b", last_booked_at=10), Candidate("c")) == [
        ("c", "least_recent"),
        ("b", "least_recent"),
        ("a", "least_recent"),
    ]
    assert order(Candidate("a"), Candidate("b")) == [("a", "order"), ("b", "order")]


def test_without_weights_the_shares_do_not_count():
    a, b = Candidate("a", weight=300, taken=9), Candidate("b", weight=100, taken=1, priority=3)
    assert order(a, b, use_weights=False) == [("b", "priority"), ("a", "priority")]


def test_the_owner_of_the_contact_goes_first_only_if_free():
    a, b = Candidate("a", taken=5), Candidate("b")
    assert order(a, b, owner_id="a")[0] == ("a", "owner")
    assert order(b, owner_id="a", pool=[a, b]) == [("b", "only")]


def test_shares_are_counted_over_the_whole_pool():
    a, b, c = Candidate("a", taken=6), Candidate("b", taken=5), Candidate("c", taken=1)
    assert sum(shortfalls([a, b, c]).values()) == 0
    assert choose_host([a, b], pool=[a, b, c])[0].shortfall == -1


def book(ledger: dict, moment: int, free=None) -> str:
    """One booking by the policy: the chosen host takes a turn."""
    candidates = [c for c in ledger.values() if free is None or c.id in free]
    choice = choose_host(candidates, pool=list(ledger.values()))[0]
    assert choice.reason
    chosen = ledger[choice.host_id]
    ledger[chosen.id] = replace(chosen, taken=chosen.taken + 1, last_booked_at=moment)
    return chosen.id


def test_a_thousand_bookings_stay_within_one_of_the_ideal():
    weights = {"a": 100, "b": 200, "c": 300}
    ledger = {i: Candidate(i, weight=w) for i, w in weights.items()}
    for n in range(1, 1001):
        book(ledger, n)
        for i, weight in weights.items():
            assert abs(ledger[i].taken - n * weight / 600) <= 1
    assert sum(c.taken for c in ledger.values()) == 1000


def test_a_host_who_was_away_catches_up():
    ledger = {i: Candidate(i) for i in "abc"}
    for n in range(60):
        book(ledger, n, free="ab")
    assert [book(ledger, 60 + n) for n in range(30)] == ["c"] * 30


def test_a_host_added_later_is_not_flooded():
    ledger = {i: Candidate(i, weight=w) for i, w in {"a": 100, "b": 200, "c": 300}.items()}
    for n in range(600):
        book(ledger, n)
    ledger["d"] = Candidate("d", weight=200, credit=opening_credit(200, list(ledger.values())))
    taken = [book(ledger, 600 + n) for n in range(400)]
    for n in range(1, 401):
        assert abs(taken[:n].count("d") - n * 200 / 800) <= 1
    assert opening_credit(100, []) == 0


def test_a_cancelled_or_missed_meeting_gives_its_turn_back():
    assert kept_turns(["accepted", "cancelled", "no_show", "missed", "declined", "pending"]) == 2
    ledger = {"a": Candidate("a", taken=3), "b": Candidate("b", taken=3)}
    ledger["b"] = replace(ledger["b"], taken=kept_turns(["accepted", "accepted", "cancelled"]))
    assert book(ledger, 1) == "b"
    assert abs(ledger["a"].taken - ledger["b"].taken) == 0


def test_calendars_are_ledgers_too():
    hosts = [host("a", taken=2), host("b", taken=1)]
    assert choose_host(hosts)[0].host_id == "b"


def test_a_host_without_weight_is_asked_last():
    assert order(Candidate("a", weight=0), Candidate("b", weight=100), Candidate("c", weight=100))[-1][0] == "a"
    assert [h for h, _reason in order(Candidate("a", weight=0), Candidate("b", weight=0))] == ["a", "b"]
