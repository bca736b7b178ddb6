"""Every zone there is, two years of it: office hours stay at the same time on the wall."""

from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from availability_naive import utc

from availability import HostCalendar, InvalidRules, PageRules, WeeklyHours, slots
from availability.zones import day_of, midnight, wall, zone

# Fast: one slot a day, as long as the day's hours, shows both of its ends
NINE_TO_FIVE = PageRules(8 * 3600)
ZONES = sorted(name for name in available_timezones() if not name.startswith(("posix", "right")))


def test_all_zones_keep_their_hours_for_two_years():
    assert len(ZONES) > 400
    wrong = []
    for name in ZONES:
        tz = ZoneInfo(name)
        hours = WeeklyHours(name, (((540, 1020),),) * 7)
        found = slots(NINE_TO_FIVE, [HostCalendar("a", hours)], now=None, start=utc(2025, 1, 1), end=utc(2027, 1, 1))
        if not 729 <= len(found) <= 731:
            wrong.append((name, len(found)))
        for slot in found:
            start, end = slot.start.astimezone(tz), slot.end.astimezone(tz)
            if (start.hour, start.minute, end.hour, end.minute) != (9, 0, 17, 0):
                wrong.append((name, start, end))
    assert wrong == []


@pytest.mark.parametrize(
    "name", ["Europe/Paris", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia"]
)
def test_midnights_and_days_agree(name):
    """Every hour of two years lies between the midnight of its day and the next."""
    at = int(utc(2025, 1, 1).timestamp())
    for hour in range(2 * 365 * 24):
        instant = at + hour * 3600
        day = day_of(name, instant)
        assert midnight(name, day) <= instant < midnight(name, day + 1)


def test_wall_clock_in_a_gap_and_a_fold():
    spring, autumn = utc(2026, 3, 29).toordinal(), utc(2026, 10, 25).toordinal()
    assert (
        wall("Europe/Paris", spring, 150)
        == wall("Europe/Paris", spring, 150, closing=True)
        == wall("Europe/Paris", spring, 210)
    )
    assert wall("Europe/Paris", autumn, 150, closing=True) - wall("Europe/Paris", autumn, 150) == 3600
    assert (
        wall("Australia/Lord_Howe", utc(2026, 4, 5).toordinal(), 100, closing=True)
        - wall("Australia/Lord_Howe", utc(2026, 4, 5).toordinal(), 100)
        == 1800
    )


def test_a_day_that_never_was():
    """Samoa left out 30 December 2011: its hours move on with it and are not offered twice."""
    hours = WeeklyHours("Pacific/Apia", (((540, 600),),) * 7)
    found = slots(PageRules(3600), [HostCalendar("a", hours)], now=None, start=utc(2011, 12, 28), end=utc(2012, 1, 3))
    gaps = {b.start - a.start for a, b in pairwise(found)}
    assert gaps == {timedelta(days=1)}


def test_unknown_zones_are_refused():
    for name in ("Mars/Olympus", "", "America", "../../etc/passwd", "/etc/passwd"):
        with pytest.raises(InvalidRules):
            zone(name)
