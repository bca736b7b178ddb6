"""Why a time is not offered: every code, with its period and its name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from availability_naive import utc

from availability import Booking, HostCalendar, Limits, PageRules, WeeklyHours, Window, check, explain

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = utc(2026, 6, 1)
AT = int(MONDAY.timestamp())
NINE_TO_NOON = WeeklyHours("UTC", (((540, 720),),) * 7)
HOURLY = PageRules(3600)


def hours(n: float) -> int:
    return AT + int(n * 3600)


def reasons(rules, host, start=MONDAY, days=1, now=MONDAY - DAY, **more) -> dict:
    found = explain(rules, [host], now=now, start=start, end=start + days * DAY, **more)
    return {f"{moment:%H:%M}": [(r.code, r.label) for r in why] for moment, why in found}


def test_events_are_told_by_name_and_period():
    """B8: the owner sees which event is in the way, and which only through a buffer."""
    host = HostCalendar("a", NINE_TO_NOON, busy=[(hours(9.5), hours(10), "Dentist"), (hours(6), hours(7))])
    assert reasons(replace(HOURLY, buffer_before=900), host) == {
        "09:00": [("busy", "Dentist")],
        "10:00": [("buffer", "Dentist")],
        "11:00": [],
    }
    why = explain(HOURLY, [host], now=None, start=MONDAY, end=MONDAY + DAY)[0][1][0]
    assert (why.host_id, why.start, why.end) == ("a", MONDAY + 9.5 * HOUR, MONDAY + 10 * HOUR)


def test_bookings_holds_and_their_buffers():
    """B8: a booking, a hold and a buffer are told apart."""
    host = HostCalendar(
        "a",
        NINE_TO_NOON,
        bookings=[
            Booking(hours(9), hours(9.5), label="Ann"),
            Booking(hours(11), hours(11.5), hold_owner="x", hold_until=hours(9)),
            Booking(hours(10.5), hours(10.75), buffer_after=1800, label="Bob"),
        ],
    )
    assert reasons(HOURLY, host) == {
        "09:00": [("booking", "Ann")],
        "10:00": [("booking", "Bob")],
        "11:00": [("hold", ""), ("buffer", "Bob")],
    }


def test_days_that_are_not_as_usual():
    """B8: a day off, an exception and a restriction are named; the usual times show though nothing is offered."""
    week = replace(
        NINE_TO_NOON,
        time_off=frozenset({date(2026, 6, 1)}),
        overrides={date(2026, 6, 2): (), date(2026, 6, 3): ((570, 690),)},
    )
    host = HostCalendar("a", week)
    assert set(map(tuple, reasons(HOURLY, host).values())) == {(("time_off", ""),)}
    assert set(map(tuple, reasons(HOURLY, host, MONDAY + DAY).values())) == {(("override", ""),)}
    assert reasons(HOURLY, host, MONDAY + 2 * DAY) == {
        "09:00": [("override", "")],
        "09:30": [],
        "10:00": [("grid", "")],
        "10:30": [],
        "11:00": [("override", "")],
    }
    restricted = HostCalendar("a", NINE_TO_NOON, restriction=WeeklyHours("UTC", (((600, 660),),) * 7))
    assert reasons(HOURLY, restricted) == {"09:00": [("restriction", "")], "10:00": [], "11:00": [("restriction", "")]}


def test_notice_and_window():
    """B8: notice and window come with the moment that would do."""
    host = HostCalendar("a", NINE_TO_NOON)
    rules = replace(HOURLY, notice=7200, window=Window("rolling", 0))
    assert reasons(rules, host, now=MONDAY + 8 * HOUR) == {"09:00": [("notice", "")], "10:00": [], "11:00": []}
    late = check(rules, [host], MONDAY + DAY + 9 * HOUR, now=MONDAY + 8 * HOUR)
    assert [(r.code, r.end) for r in late.reasons] == [("window", MONDAY + DAY)]
    none = check(replace(rules, window=Window("rolling_window", 0)), [host], MONDAY + 11 * HOUR, now=MONDAY)
    assert [(r.code, r.end) for r in none.reasons] == [("window", None)]


@pytest.mark.parametrize(
    ("limits", "code", "label"),
    [
        ({"limits": Limits({"day": 1})}, "limit_count", "day"),
        ({"limits": Limits(minutes={"week": 60})}, "limit_minutes", "week"),
        ({"host_limits": Limits({"month": 1})}, "limit_count", "host month"),
    ],
)
def test_limits(limits, code, label):
    """B8: a limit says which period is full."""
    host = HostCalendar("a", NINE_TO_NOON, bookings=[Booking(hours(9), hours(10))])
    why = reasons(replace(HOURLY, **limits), host)
    assert why["10:00"] == [(code, label)]
    assert why["09:00"] == [("booking", ""), (code, label)]


def test_all_reasons_are_given_not_only_the_first():
    """B8: lifting one reason must not bring up a surprise."""
    host = HostCalendar(
        "a", NINE_TO_NOON, busy=[(hours(9), hours(10), "Dentist")], readable=False, unreadable_reason="lost"
    )
    assert reasons(replace(HOURLY, notice=86400 * 3), host)["09:00"] == [
        ("notice", ""),
        ("unreadable", "lost"),
        ("busy", "Dentist"),
    ]


def test_off_hours_and_off_grid():
    """B8: any start can be asked about, also one that no page would show."""
    host = HostCalendar("a", NINE_TO_NOON)
    assert [r.code for r in check(HOURLY, [host], MONDAY + 20 * HOUR, now=None).reasons] == ["hours"]
    assert [r.code for r in check(HOURLY, [host], MONDAY + 9.5 * HOUR, now=None).reasons] == ["grid"]
    assert [r.code for r in check(HOURLY, [host], MONDAY + 9 * HOUR + timedelta(milliseconds=1), now=None).reasons] == [
        "grid"
    ]


def test_seats():
    """B8: a full group is full, not busy."""
    host = HostCalendar("a", NINE_TO_NOON, bookings=[Booking(hours(9), hours(10), seats_taken=2)])
    assert reasons(replace(HOURLY, seats=2, policy="group"), host)["09:00"] == [("seats", "")]


def test_several_hosts_are_named_and_those_who_could_are_not():
    """B8: for a fixed host and one of a pool, the pool is blamed only when nobody in it is free."""
    busy = [(hours(9), hours(10), "Dentist")]
    fixed = HostCalendar("f", NINE_TO_NOON, fixed=True)
    pool = [HostCalendar("a", NINE_TO_NOON, busy=busy), HostCalendar("b", NINE_TO_NOON)]
    rules = replace(HOURLY, policy="fixed_plus_one")
    nine = MONDAY + 9 * HOUR
    assert (
        check(rules, [replace(fixed, busy=busy), *pool], nine, now=None).reasons
        == check(rules, [replace(fixed, busy=busy), pool[1]], nine, now=None).reasons
    )
    assert {r.host_id for r in check(rules, [fixed, pool[0]], nine, now=None).reasons} == {"a"}
    assert [r.code for r in check(rules, [fixed], nine, now=None).reasons] == ["no_host"]
