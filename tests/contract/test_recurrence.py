"""Expansion of recurrences: the wall clock, the bounds (RELIABILITY.md P15, P16; catalogue row 87)."""

import time
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest

from providers.base import Period
from providers.errors import InvalidResponse
from providers.recurrence import expand

UTC = timezone.utc
HOUR = timedelta(hours=1)
YEAR = Period(datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=3",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=99999999999",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;BYMINUTE=1,2",
        "FREQ=YEARLY;BYYEARDAY=" + ",".join(str(day) for day in range(1, 367)),
        "FREQ=FORTNIGHTLY",
        "COUNT=3",
        "",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=never",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=DAILY;BYMONTH=13;BYMONTHDAY=1",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=YEARLY;BYDAY=60MO",
    ],
)
def test_rule_that_is_refused(rule):
    with pytest.raises(InvalidResponse):
        expand(datetime(2030, 3, 4, 9, tzinfo=UTC), HOUR, [f"RRULE:{rule}"], "UTC", YEAR)


@pytest.mark.parametrize(
    ("start", "lines"),
    [
        (datetime(2030, 3, 4, 9, tzinfo=UTC), ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"]),
        (datetime(2030, 3, 4, 9, tzinfo=UTC), ["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"]),
        (datetime(2030, 3, 4, 9, tzinfo=UTC), ["RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=TU"]),
        (datetime(2030, 3, 4, 9, tzinfo=UTC), ["RRULE:FREQ=MONTHLY;BYDAY=6MO"]),
        (datetime(1960, 3, 4, 9, tzinfo=UTC), ["RRULE:FREQ=DAILY"]),
        (datetime(1960, 3, 4, 9, tzinfo=UTC), ["RRULE:FREQ=DAILY;COUNT=100000000"]),
        (datetime(2030, 3, 4, 9, tzinfo=UTC), ["RRULE:FREQ=DAILY;UNTIL=99991231T000000Z"]),
    ],
)
def test_hostile_rule_ends_soon(start, lines):
    """P15: dateutil alone takes seconds for the worst of them, or for ever."""
    begin = time.process_time()
    found = expand(start, HOUR, lines, "UTC", YEAR)
    assert time.process_time() - begin < 2
    assert len(found) <= 1000


@pytest.mark.parametrize("lines", [["RDATE:" + ",".join(["20300306T090000Z"] * 1001)], ["EXRULE:FREQ=DAILY"]])
def test_list_that_is_refused(lines):
    with pytest.raises(InvalidResponse):
        expand(datetime(2030, 3, 4, 9, tzinfo=UTC), HOUR, lines, "UTC", YEAR)


def test_series_from_before_the_calendar():
    with pytest.raises(InvalidResponse):
        expand(datetime(1, 1, 1, tzinfo=UTC), HOUR, ["RRULE:FREQ=DAILY"], "UTC", YEAR)


def test_zone_nobody_knows():
    with pytest.raises(InvalidResponse):
        expand(datetime(2030, 3, 4, 9, tzinfo=UTC), HOUR, ["RRULE:FREQ=DAILY"], "Mars/Base", YEAR)


def test_too_many_for_one_window_are_refused_rather_than_cut():
    """Part of them would look like free time."""
    window = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
    with pytest.raises(InvalidResponse):
        expand(datetime(2000, 1, 1, tzinfo=UTC), HOUR, ["RRULE:FREQ=DAILY"], "UTC", window)


def test_local_hour_is_constant_in_every_zone():
    """P16: noon stays noon all year, wherever."""
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        start = datetime(2029, 12, 30, 12, tzinfo=zone)
        found = expand(start.astimezone(UTC), HOUR, ["RRULE:FREQ=WEEKLY"], name, YEAR)
        assert {one.hour for one in found} == {12}, name
        assert len(found) == 52, name


def test_occurrence_that_reaches_into_the_window():
    start = datetime(2029, 12, 31, 23, 30, tzinfo=UTC)
    assert len(expand(start, HOUR, ["RRULE:FREQ=YEARLY;COUNT=1"], "UTC", YEAR)) == 1
    assert expand(start, timedelta(minutes=30), ["RRULE:FREQ=YEARLY;COUNT=1"], "UTC", YEAR) == []


def test_count_is_counted_from_the_start_not_from_the_window():
    found = expand(datetime(2029, 12, 30, 9, tzinfo=UTC), HOUR, ["RRULE:FREQ=DAILY;COUNT=4"], "UTC", YEAR)
    assert [one.day for one in found] == [1, 2]


def test_until_in_utc_and_in_local_time():
    start = datetime(2030, 3, 4, 22, 30, tzinfo=UTC)
    for until in ("20300306T223000Z", "20300306T233000"):
        found = expand(start, HOUR, [f"RRULE:FREQ=DAILY;UNTIL={until}"], "Europe/Berlin", YEAR)
        assert len(found) == 3, until


def test_dates_and_exceptions():
    lines = ["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20300305T100000", "RDATE:20300310T090000Z"]
    found = expand(datetime(2030, 3, 4, 9, tzinfo=UTC), HOUR, lines, "Europe/Berlin", YEAR)
    assert [one.day for one in found] == [4, 6, 10]


def test_whole_days():
    found = expand(date(2030, 3, 30), timedelta(days=1), ["RRULE:FREQ=DAILY;COUNT=3"], "Europe/Berlin", YEAR)
    assert found == [date(2030, 3, 30), date(2030, 3, 31), date(2030, 4, 1)]
