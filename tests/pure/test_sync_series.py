"""Occurrences of Odoo as a rule of a calendar (sync/series.py)."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from meetings_scheduler.sync import series
from meetings_scheduler.sync.moments import moment_of

ROME = ZoneInfo("Europe/Rome")
HOUR = timedelta(hours=1)


def at(month, day, hour=10):
    return datetime(2027, month, day, hour, tzinfo=ROME).astimezone(timezone.utc)


def spans(*starts):
    return [(start, start + HOUR) for start in starts]


def test_counted_rule_ends_with_the_last_day():
    """B1: a rule with a number of repetitions ends with its last day, and a gap in it is left out."""
    plan = series.plan(
        "DTSTART:20200101T000000\nRRULE:FREQ=DAILY;COUNT=4", spans(at(3, 1), at(3, 2), at(3, 4)), "Europe/Rome"
    )
    assert plan.lines == ("RRULE:FREQ=DAILY;UNTIL=20270304T225959Z", "EXDATE:20270303T090000Z")
    assert (plan.start, plan.end) == (at(3, 1), at(3, 1) + HOUR)
    assert plan.places == (at(3, 1), at(3, 2), at(3, 4))


def test_wall_clock_stays_over_the_change():
    """P16: the clocks go forward on 28 March 2027 in Rome; ten o'clock stays ten o'clock."""
    plan = series.plan("RRULE:FREQ=WEEKLY;BYDAY=FR", spans(at(3, 19), at(3, 26), at(4, 2)), "Europe/Rome")
    assert plan.places == (at(3, 19), at(3, 26), at(4, 2))
    assert len(plan.lines) == 1


def test_second_half_past_two():
    """P16: an occurrence told as the second half past two has the place of the first one."""
    second = datetime(2027, 10, 31, 2, 30, tzinfo=ROME, fold=1).astimezone(timezone.utc)
    plan = series.plan("RRULE:FREQ=DAILY", spans(second - timedelta(hours=25), second), "Europe/Rome")
    assert plan.places[1] == second - HOUR


def test_all_day():
    """B1: days are told as days."""
    days = [(date(2027, 3, day), date(2027, 3, day + 1)) for day in (1, 8, 22)]
    plan = series.plan("RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4", days, "Europe/Rome")
    assert plan.lines == ("RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20270322", "EXDATE;VALUE=DATE:20270315")


def test_what_no_rule_makes():
    """B1: occurrences of which a rule makes fewer than half, a single one, and a refused rule are no series."""
    assert series.plan("RRULE:FREQ=DAILY", spans(at(3, 1), at(3, 9)), "Europe/Rome") is None
    assert series.plan("RRULE:FREQ=DAILY", spans(at(3, 1)), "Europe/Rome") is None
    assert series.plan("RRULE:FREQ=SECONDLY", spans(at(3, 1), at(3, 2)), "Europe/Rome") is None
    mixed = [*spans(at(3, 1)), (date(2027, 3, 2), date(2027, 3, 3))]
    assert series.plan("RRULE:FREQ=DAILY", mixed, "Europe/Rome") is None


def test_one_that_is_none_of_the_rule():
    """B1: an occurrence at another hour has no place in the series."""
    plan = series.plan("RRULE:FREQ=DAILY", spans(at(3, 1), at(3, 2), at(3, 3, 15), at(3, 4)), "Europe/Rome")
    assert plan.places[2] is None
    assert plan.lines[1] == "EXDATE:20270303T090000Z"


def test_cut():
    """B2: a series that ends earlier keeps what else its lines say."""
    lines = ("RRULE:FREQ=DAILY;COUNT=9", "EXDATE:20270302T090000Z")
    assert series.cut(lines, at(3, 5), "Europe/Rome") == (
        "RRULE:FREQ=DAILY;UNTIL=20270305T225959Z",
        "EXDATE:20270302T090000Z",
    )
    assert moment_of("20270305T090000Z") == at(3, 5)
    assert moment_of("20270305") == date(2027, 3, 5)
