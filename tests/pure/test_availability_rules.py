"""Each rule of a page on its own: hours, grid, notice, window, buffers, bookings, holds, seats, limits."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from availability_naive import utc

from availability import (
    Booking,
    HostCalendar,
    InvalidRules,
    Limits,
    PageRules,
    WeeklyHours,
    Window,
    check,
    explain,
    nearest,
    next_free,
    slots,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLOSED = ((),) * 7
MONDAY = utc(2026, 6, 1)


def at(moment: datetime) -> int:
    return int(moment.timestamp())


def every_day(*ranges, zone="UTC", **exceptions) -> WeeklyHours:
    return WeeklyHours(zone, (ranges,) * 7, **exceptions)


def host(hours=None, **fields) -> HostCalendar:
    return HostCalendar("a", hours or every_day((540, 1020)), **fields)


def times(rules, *hosts, start=MONDAY, end=None, now=None, **more) -> list[str]:
    """Local times of the offered starts in the first host's zone."""
    found = slots(rules, hosts, now=now, start=start, end=end or start + DAY, **more)
    zone = ZoneInfo(hosts[0].hours.timezone if hosts[0].hours else rules.timezone)
    return [f"{slot.start.astimezone(zone):%H:%M}" for slot in found]


def half_hours(first: str, last: str) -> list[str]:
    return [f"{m // 60:02}:{m % 60:02}" for m in range(_minutes(first), _minutes(last) + 1, 30)]


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


HALF_HOUR = PageRules(1800)


# Hours and grid


def test_a_slot_fits_wholly_inside_a_range():
    assert times(HALF_HOUR, host(every_day((540, 560)))) == []
    assert times(HALF_HOUR, host(every_day((540, 570), (600, 659)))) == ["09:00", "10:00"]


def test_the_grid_starts_at_each_range_and_steps_by_the_increment():
    assert times(PageRules(1800, 2700), host(every_day((540, 660), (725, 800)))) == [
        "09:00",
        "09:45",
        "10:30",
        "12:05",
        "12:50",
    ]
    assert times(PageRules(3600, 900), host(every_day((540, 615)))) == ["09:00", "09:15"]
    assert times(PageRules(1800, 3600, offset=600), host(every_day((540, 720)))) == ["09:10", "10:10", "11:10"]


def test_ranges_that_overlap_or_touch_are_one():
    assert times(PageRules(2700), host(every_day((675, 780), (660, 780)))) == ["11:00", "11:45"]
    assert times(PageRules(3000), host(every_day((540, 600), (600, 690)))) == ["09:00", "09:50", "10:40"]


def test_24_00_joins_the_next_day():
    hours = WeeklyHours("UTC", (((1380, 1440),), ((0, 90),), *CLOSED[:5]))
    assert times(PageRules(5400), host(hours), end=MONDAY + 2 * DAY) == ["23:00"]
    assert times(PageRules(3000), host(hours), end=MONDAY + 2 * DAY) == ["23:00", "23:50", "00:40"]


def test_an_end_before_its_start_wraps_to_the_next_day():
    hours = WeeklyHours("UTC", (((1320, 120),), *CLOSED[:6]))
    assert times(PageRules(3600), host(hours), end=MONDAY + 2 * DAY) == ["22:00", "23:00", "00:00", "01:00"]


def test_an_override_replaces_the_day_and_time_off_beats_it():
    """B10: a day off closes the day, whatever else is said about it."""
    hours = every_day(
        (540, 600),
        overrides={date(2026, 6, 1): ((840, 900),), date(2026, 6, 2): (), date(2026, 6, 3): ((600, 660),)},
        time_off=frozenset({date(2026, 6, 3)}),
    )
    assert times(PageRules(3600), host(hours), end=MONDAY + 4 * DAY) == ["14:00", "09:00"]


def test_a_night_shift_ends_where_a_day_off_begins():
    hours = every_day((1320, 120), time_off=frozenset({date(2026, 6, 2)}))
    assert times(PageRules(3600), host(hours), start=MONDAY + 12 * HOUR, end=MONDAY + 3 * DAY) == [
        "22:00",
        "23:00",
        "22:00",
        "23:00",
    ]


def test_a_restriction_must_be_open_too():
    london = every_day((540, 1020), zone="Europe/London")
    dubai = every_day((600, 1080), zone="Asia/Dubai")
    assert times(PageRules(3600), host(london, restriction=dubai)) == [
        "09:00",
        "10:00",
        "11:00",
        "12:00",
        "13:00",
        "14:00",
    ]


def test_explicit_ranges_and_always():
    ranges = ((at(MONDAY) + 600, at(MONDAY) + 4200),)
    assert times(HALF_HOUR, host(ranges=ranges)) == ["00:10", "00:40"]
    assert len(times(HALF_HOUR, HostCalendar("a"))) == 48


@pytest.mark.parametrize(
    ("zone", "day", "hours", "expected"),
    [
        # 02:00-03:00 is missing: 02:30 is 03:30 that day
        ("Europe/Paris", utc(2026, 3, 29), (150, 300), ["03:30", "04:00", "04:30"]),
        # 02:00-03:00 comes twice: a start takes the first 02:30, an end the last
        ("Europe/Paris", utc(2026, 10, 25), (150, 210), ["02:30", "02:00", "02:30", "03:00"]),
        ("Europe/Paris", utc(2026, 10, 25), (90, 150), ["01:30", "02:00", "02:30", "02:00"]),
        # Half an hour only
        ("Australia/Lord_Howe", utc(2026, 10, 3, 12), (90, 210), ["01:30", "02:30", "03:00"]),
        ("Australia/Lord_Howe", utc(2026, 4, 4, 12), (60, 150), ["01:00", "01:30", "01:30", "02:00"]),
        # The gap is at midnight
        ("Africa/Cairo", utc(2026, 4, 23, 12), (0, 120), ["01:00", "01:30"]),
        ("Asia/Kathmandu", utc(2026, 6, 1), (540, 600), ["09:00", "09:30"]),
    ],
)
def test_wall_clocks_across_a_change_of_time(zone, day, hours, expected):
    assert times(HALF_HOUR, host(every_day(hours, zone=zone)), start=day - 2 * HOUR, end=day + 22 * HOUR) == expected


def test_the_range_that_ends_at_a_repeated_midnight():
    """Havana turns 01:00 back to 00:00: 24:00 is over when the second 00:00 comes."""
    zone, day = "America/Havana", utc(2026, 10, 31, 16)
    hours = WeeklyHours(zone, (*CLOSED[:5], ((1380, 1440),), ()))
    assert times(HALF_HOUR, host(hours), start=day, end=day + DAY) == ["23:00", "23:30", "00:00", "00:30"]


# Notice and windows


def test_a_start_at_now_plus_notice_is_offered():
    rules = PageRules(1800, notice=7200)
    assert times(rules, host(), now=MONDAY + 8 * HOUR)[0] == "10:00"
    assert times(rules, host(), now=MONDAY + 8 * HOUR + timedelta(microseconds=1))[0] == "10:30"
    assert times(PageRules(1800), host(), now=MONDAY + 9.5 * HOUR)[0] == "09:30"


@pytest.mark.parametrize(
    ("window", "last"),
    [
        (Window("rolling", 0), date(2026, 6, 4)),
        (Window("rolling", 2), date(2026, 6, 6)),
        (Window("rolling", 2, "business"), date(2026, 6, 8)),
        (Window("dates", start=date(2026, 6, 5), end=date(2026, 6, 6)), date(2026, 6, 6)),
        (Window("until", end=date(2026, 6, 9)), date(2026, 6, 9)),
        (Window("until", end=utc(2026, 6, 9, 9)), date(2026, 6, 9)),
        (Window("rolling_window", 3), date(2026, 6, 7)),
        (Window("rolling_window", 3, "business"), date(2026, 6, 9)),
        (Window("until", end=date(2020, 1, 1)), None),
        (Window("rolling_window", 0), None),
    ],
)
def test_windows_end_with_a_day_of_the_page(window, last):
    """Thursday the 4th; the 5th is booked out, so it is not among the first three bookable days."""
    thursday = utc(2026, 6, 4, 7)
    busy = host(busy=[(at(utc(2026, 6, 5)), at(utc(2026, 6, 6)))])
    found = slots(PageRules(3600, window=window), [busy], now=thursday, start=thursday - DAY, end=thursday + 60 * DAY)
    assert max((slot.start.date() for slot in found), default=None) == last


def test_a_window_counts_days_in_the_zone_of_the_page():
    """23:30 UTC on Monday is Tuesday in Paris: today and one more reaches the end of Wednesday there."""
    rules = PageRules(3600, window=Window("rolling", 1), timezone="Europe/Paris")
    found = slots(rules, [HostCalendar("a")], now=MONDAY + 23.5 * HOUR, start=MONDAY, end=MONDAY + 9 * DAY)
    assert found[-1].start == utc(2026, 6, 3, 21)


def test_an_instant_as_the_edge_of_a_window_is_included():
    window = Window("dates", start=MONDAY + 10 * HOUR, end=MONDAY + 11 * HOUR)
    assert times(PageRules(1800, window=window), host()) == ["10:00", "10:30", "11:00"]


# Busy time, bookings, buffers


def test_busy_is_half_open_and_any_order():
    busy = [
        (at(MONDAY) + 10 * 3600, at(MONDAY) + 16 * 3600),
        (at(MONDAY) + 10 * 3600 + 60, at(MONDAY) + 10 * 3600 + 120),
    ]
    assert times(HALF_HOUR, host(busy=busy)) == ["09:00", "09:30", "16:00", "16:30"]
    assert times(HALF_HOUR, host(busy=busy[::-1])) == ["09:00", "09:30", "16:00", "16:30"]


def test_an_event_without_length_takes_no_time():
    moment = at(MONDAY) + 10 * 3600 + 900
    assert times(HALF_HOUR, host(busy=[(moment, moment)])) == times(HALF_HOUR, host())
    assert all(
        not reasons
        for _start, reasons in explain(
            HALF_HOUR, [host(busy=[(moment, moment)])], now=None, start=MONDAY, end=MONDAY + DAY
        )
    )


def test_a_free_calendar_is_not_enough_if_another_linked_one_is_busy():
    """M29: a time is offered only if it is free in every linked calendar."""
    first, second = (
        [(at(MONDAY) + 9 * 3600, at(MONDAY) + 12 * 3600)],
        [(at(MONDAY) + 12 * 3600, at(MONDAY) + 16 * 3600)],
    )
    assert times(HALF_HOUR, host(busy=first)) == half_hours("12:00", "16:30")
    assert times(HALF_HOUR, host(busy=[*first, *second])) == ["16:00", "16:30"]


def test_an_outside_event_takes_only_the_buffers_of_the_new_booking():
    busy = [(at(MONDAY) + 12 * 3600, at(MONDAY) + 13 * 3600)]
    offered = times(PageRules(1800, buffer_before=900, buffer_after=1800), host(busy=busy))
    assert offered == half_hours("09:00", "11:00") + half_hours("13:30", "16:30")


def test_buffers_of_a_booking_and_of_the_new_one_add_up():
    noon = at(MONDAY) + 12 * 3600
    booked = Booking(noon, noon + 3600, buffer_before=900, buffer_after=1800)
    offered = times(PageRules(1800, 900, buffer_before=900, buffer_after=1800), host(bookings=[booked]))
    assert offered[offered.index("10:45") + 1] == "13:45"


def test_buffers_may_reach_past_closing_time():
    assert times(PageRules(1800, buffer_before=7200, buffer_after=7200), host()) == half_hours("09:00", "16:30")


def test_a_request_on_an_offline_page_blocks_nothing():
    noon = at(MONDAY) + 12 * 3600
    request = Booking(noon, noon + 3600, blocks=False)
    assert times(PageRules(1800, limits=Limits({"day": 1})), host(bookings=[request])) == half_hours("09:00", "16:30")


def test_a_hold_stops_others_until_it_ends_and_never_its_owner():
    noon = at(MONDAY) + 12 * 3600
    hold = Booking(noon, noon + 1800, hold_owner="ann", hold_until=at(MONDAY) + 600)
    one_day = PageRules(1800, limits=Limits({"day": 1}))
    for rules, held in ((HALF_HOUR, "12:00"), (one_day, "12:00")):
        assert held not in times(rules, host(bookings=[hold]), now=MONDAY, visitor="bob")
        assert held in times(rules, host(bookings=[hold]), now=MONDAY, visitor="ann")
        assert held in times(rules, host(bookings=[hold]), now=MONDAY + timedelta(minutes=10), visitor="bob")


# Seats


def seated(taken: int) -> tuple[PageRules, HostCalendar]:
    """A page with five seats, some of them taken at noon."""
    noon = at(MONDAY) + 12 * 3600
    return PageRules(1800, seats=5, policy="group"), host(bookings=[Booking(noon, noon + 1800, seats_taken=taken)])


def test_a_group_is_offered_while_it_has_seats():
    rules, calendar = seated(3)
    found = {s.start: s.seats_left for s in slots(rules, [calendar], now=None, start=MONDAY, end=MONDAY + DAY)}
    assert found[MONDAY + 12 * HOUR] == 2
    assert found[MONDAY + 11 * HOUR] == 5
    assert check(rules, [calendar], MONDAY + 12 * HOUR, now=None, seats=2).ok
    refused = check(rules, [calendar], MONDAY + 12 * HOUR, now=None, seats=3)
    assert [r.code for r in refused.reasons] == ["seats"]
    assert "12:00" not in times(*seated(5))


def test_several_bookings_at_one_time_share_the_seats():
    rules, calendar = seated(2)
    double = replace(calendar, bookings=[*calendar.bookings, *calendar.bookings])
    assert check(rules, [double], MONDAY + 12 * HOUR, now=None).seats_left == 1


def test_a_group_blocks_every_other_time_it_touches():
    rules, calendar = seated(1)
    offered = times(replace(rules, increment=900), calendar)
    assert "12:00" in offered
    assert not {"11:45", "12:15"} & set(offered)


def test_joining_a_group_is_no_further_booking():
    rules, calendar = seated(1)
    limited = replace(rules, limits=Limits({"day": 1}, {"day": 30}))
    assert times(limited, calendar) == ["12:00"]


def test_an_event_over_a_group_still_blocks_it():
    rules, calendar = seated(1)
    noon = at(MONDAY) + 12 * 3600
    assert "12:00" not in times(rules, replace(calendar, busy=[(noon, noon + 60)]))


# Limits


def bookings(*starts: datetime, minutes=30) -> list[Booking]:
    return [Booking(at(s), at(s) + minutes * 60) for s in starts]


def days_offered(rules, calendar, days=40, start=MONDAY) -> list[int]:
    found = slots(rules, [calendar], now=None, start=start, end=start + days * DAY)
    return sorted({(s.start - start) // DAY for s in found})


@pytest.mark.parametrize(
    ("period", "blocked"),
    [
        ("day", [2]),
        ("week", [0, 1, 2, 3, 4, 5, 6]),
        ("month", list(range(30))),
        ("year", list(range(40))),
    ],
)
def test_a_limit_by_count_closes_the_period(period, blocked):
    calendar = host(bookings=bookings(MONDAY + 2 * DAY + 12 * HOUR))
    limited = days_offered(PageRules(1800, limits=Limits({period: 1})), calendar)
    assert limited == [day for day in range(40) if day not in blocked]
    assert days_offered(PageRules(1800, limits=Limits({period: 2})), calendar) == list(range(40))


def test_a_limit_by_minutes_counts_the_new_booking_too():
    calendar = host(bookings=bookings(MONDAY + 12 * HOUR, minutes=60))
    assert 0 in days_offered(PageRules(1800, limits=Limits(minutes={"day": 90})), calendar, 2)
    assert 0 not in days_offered(PageRules(1800, limits=Limits(minutes={"day": 89})), calendar, 2)
    assert days_offered(PageRules(5400, limits=Limits(minutes={"day": 89})), host(), 2) == []


def test_only_bookings_of_the_page_count_for_the_page_and_all_of_them_for_the_host():
    other = [replace(b, same_page=False) for b in bookings(MONDAY + 12 * HOUR)]
    assert 0 in days_offered(PageRules(1800, limits=Limits({"day": 1})), host(bookings=other), 2)
    assert 0 not in days_offered(PageRules(1800, host_limits=Limits({"day": 1})), host(bookings=other), 2)
    own = host(bookings=other, limits=Limits({"day": 2}))
    assert 0 in days_offered(PageRules(1800, host_limits=Limits({"day": 1})), own, 2)


def test_limits_count_in_the_zone_of_the_page_or_their_own():
    """20:00 UTC on Monday is Tuesday in Dhaka."""
    calendar = host(every_day((0, 1440)), bookings=bookings(MONDAY + 20 * HOUR))
    rules = PageRules(3600, limits=Limits({"day": 1}), timezone="Asia/Dhaka")
    offered = slots(rules, [calendar], now=None, start=MONDAY, end=MONDAY + 3 * DAY)
    assert [s.start for s in offered] == [MONDAY + n * HOUR for n in range(72) if not 18 <= n < 42]
    utc_rules = replace(rules, limits=Limits({"day": 1}, timezone="UTC"))
    assert slots(utc_rules, [calendar], now=None, start=MONDAY, end=MONDAY + 3 * DAY)[0].start == MONDAY + DAY


def test_a_week_begins_on_monday():
    calendar = host(bookings=bookings(MONDAY - DAY + 12 * HOUR))
    assert 0 in days_offered(PageRules(1800, limits=Limits({"week": 1})), calendar, 1)


# Asking near and next


def test_nearest_gives_the_closest_in_order_of_time():
    calendar = host(busy=[(at(MONDAY) + 11 * 3600, at(MONDAY) + 13 * 3600)])
    found = nearest(HALF_HOUR, [calendar], MONDAY + 11.5 * HOUR, now=MONDAY)
    assert [f"{s.start:%H:%M}" for s in found] == ["10:00", "10:30", "13:00"]


def test_nearest_looks_far_when_it_must():
    holiday = host(busy=[(at(MONDAY), at(MONDAY + 100 * DAY))])
    found = nearest(HALF_HOUR, [holiday], MONDAY + 12 * HOUR, now=MONDAY)
    assert [s.start for s in found] == [MONDAY + 100 * DAY + timedelta(minutes=m) for m in (540, 570, 600)]


def test_next_free_is_the_first_offered_and_looks_a_year_ahead():
    assert next_free(HALF_HOUR, [host()], now=MONDAY, after=MONDAY + 17 * HOUR).start == MONDAY + 33 * HOUR
    away = host(busy=[(at(MONDAY), at(MONDAY + 300 * DAY))])
    assert next_free(HALF_HOUR, [away], now=MONDAY, after=MONDAY).start == MONDAY + 300 * DAY + 9 * HOUR
    never = host(WeeklyHours("UTC", CLOSED))
    assert next_free(HALF_HOUR, [never], now=MONDAY, after=MONDAY) is None
    assert next_free(PageRules(1800, window=Window("rolling", 2)), [away], now=MONDAY, after=MONDAY) is None


def test_another_length_keeps_the_grid():
    rules = PageRules(1800).lasting(7200)
    assert times(rules, host()) == half_hours("09:00", "15:00")


# What is refused


@pytest.mark.parametrize(
    "make",
    [
        lambda: PageRules(0),
        lambda: PageRules(60, increment=0),
        lambda: PageRules(60, policy="raffle"),
        lambda: PageRules(60, seats=0),
        lambda: PageRules(60, buffer_before=-1),
        lambda: PageRules(60, notice=10**12),
        lambda: WeeklyHours("UTC", ()),
        lambda: WeeklyHours("UTC", (((540, 1441),), *CLOSED[:6])),
        lambda: WeeklyHours("UTC", CLOSED, {date(2026, 1, 1): ((-1, 5),)}),
        lambda: Window("sometime"),
        lambda: Window("rolling", -1),
        lambda: Window("until", end=datetime(2026, 1, 1)),
        lambda: Limits({"fortnight": 1}),
        lambda: Limits({"day": -1}),
        lambda: times(HALF_HOUR, host(every_day((540, 600), zone="America"))),
        lambda: times(HALF_HOUR, host(every_day((540, 600), zone="../etc/passwd"))),
        lambda: slots(HALF_HOUR, [host()], now=None, start=datetime(2026, 1, 1), end=MONDAY),
        lambda: check(HALF_HOUR, [host()], utc(9999, 12, 31), now=None),
        lambda: slots(PageRules(60, window=Window("rolling", 1)), [host()], now=None, start=MONDAY, end=MONDAY + DAY),
    ],
)
def test_bad_values_are_refused_by_name(make):
    with pytest.raises(InvalidRules) as refused:
        make()
    assert refused.value.field and refused.value.problem


def test_a_page_without_hosts_offers_nothing():
    assert slots(HALF_HOUR, [], now=None, start=MONDAY, end=MONDAY + DAY) == []
    assert [r.code for r in check(HALF_HOUR, [], MONDAY + 9 * HOUR, now=None).reasons] == ["no_host"]
