"""Recurring events: every occurrence is read, and one of them is changed without the others."""

from datetime import date

import pytest

from providers.base import Period
from providers.errors import NotFound
from tests.contract.world import Mirror, at, busy, draft


def test_every_occurrence_is_told(world):
    """B1: at the same wall time all the year, each with its series and its place in it."""
    series = world.add(
        world.main, start=at(25), end=at(25, 10), summary="weekly", recurrence=("RRULE:FREQ=WEEKLY;COUNT=3",)
    )
    mirror = Mirror().read(world.provider, world.main)
    assert mirror.starts() == [at(25), at(1, 8, month=4), at(8, 8, month=4)]
    assert {event.series_id for event in mirror.events.values()} == {series}
    assert sorted(event.recurrence_id for event in mirror.events.values()) == mirror.starts()
    assert len({event.uid for event in mirror.events.values()}) == 1


def test_series_without_an_end_is_read_within_the_window(world):
    world.add(world.main, start=at(1), end=at(1, 10), summary="daily", recurrence=("RRULE:FREQ=DAILY",))
    assert len(Mirror().read(world.provider, world.main).events) == 61


def test_series_by_dates_and_without_some(world):
    """RELIABILITY.md 42."""
    world.add(
        world.main,
        start=at(4),
        end=at(4, 10),
        summary="dates",
        recurrence=("RDATE:20300306T090000Z,20300308T090000Z", "EXDATE:20300308T090000Z"),
    )
    assert Mirror().read(world.provider, world.main).starts() == [at(4), at(6)]


def test_all_day_series(world):
    world.add(
        world.main,
        start=date(2030, 3, 30),
        end=date(2030, 3, 31),
        summary="days",
        recurrence=("RRULE:FREQ=DAILY;COUNT=3",),
    )
    assert Mirror().read(world.provider, world.main).starts() == [
        date(2030, 3, 30),
        date(2030, 3, 31),
        date(2030, 4, 1),
    ]


def test_series_that_changes_its_rule(world):
    series = world.add(world.main, start=at(4), end=at(4, 10), summary="s", recurrence=("RRULE:FREQ=DAILY;COUNT=4",))
    mirror = Mirror().read(world.provider, world.main)
    world.change(world.main, series, recurrence=("RRULE:FREQ=DAILY;INTERVAL=3;COUNT=3",))
    mirror.read(world.provider, world.main)
    assert mirror.starts() == [at(4), at(7), at(10)]


def test_series_that_is_deleted(world):
    series = world.add(world.main, start=at(4), end=at(4, 10), summary="s", recurrence=("RRULE:FREQ=DAILY;COUNT=4",))
    mirror = Mirror().read(world.provider, world.main)
    world.remove(world.main, series)
    mirror.read(world.provider, world.main)
    assert mirror.events == {}


def test_one_occurrence_moved_and_one_cancelled(world):
    world.add(world.main, start=at(4), end=at(4, 10), summary="s", recurrence=("RRULE:FREQ=DAILY;COUNT=3",))
    mirror = Mirror().read(world.provider, world.main)
    by_start = {event.start: event.id for event in mirror.events.values()}
    world.change(world.main, by_start[at(5)], start=at(5, 14), end=at(5, 15))
    world.remove(world.main, by_start[at(6)])
    mirror.read(world.provider, world.main)
    assert mirror.starts() == [at(4), at(5, 14)]
    moved = next(event for event in mirror.events.values() if event.start == at(5, 14))
    assert moved.recurrence_id == at(5)
    assert busy(world)[world.main] == [Period(at(4), at(4, 10)), Period(at(5, 14), at(5, 15))]
    assert Mirror().read(world.provider, world.main).starts() == [at(4), at(5, 14)]


def series_of_three(world):
    """(series, its occurrences by start), on 4, 5 and 6 March at 9:00 UTC."""
    rule = ("RRULE:FREQ=DAILY;COUNT=3",)
    series = world.provider.put_event(world.main, draft(recurrence=rule, revision="s1"), key="series/1")
    mirror = Mirror().read(world.provider, world.main)
    return series, {event.start: event for event in mirror.events.values()}


def test_update_of_one_occurrence(world):
    series, found = series_of_three(world)
    moved = draft(start=at(5, 14), end=at(5, 15), summary="Moved", revision="o1")
    one = found[at(5)]
    made = world.provider.put_event(world.main, moved, key="series/1", event_id=one.id, etag=one.etag)
    assert (made.id, made.start, made.recurrence_id) == (one.id, at(5, 14), at(5))
    mirror = Mirror().read(world.provider, world.main)
    assert mirror.starts() == [at(4), at(5, 14), at(6)]
    assert mirror.titles() == ["Demo", "Demo", "Moved"]
    assert world.provider.get_event(world.main, series.id).summary == "Demo"
    assert busy(world)[world.main] == [
        Period(one.start, one.end) for one in sorted(mirror.events.values(), key=by_start)
    ]


def by_start(event):
    return event.start


def test_delete_of_one_occurrence(world):
    """The series and its other occurrences stay."""
    series, found = series_of_three(world)
    for _ in range(2):
        world.provider.delete_event(world.main, found[at(5)].id)
    assert Mirror().read(world.provider, world.main).starts() == [at(4), at(6)]
    with pytest.raises(NotFound):
        world.provider.get_event(world.main, found[at(5)].id)
    assert world.provider.get_event(world.main, series.id).recurrence


def test_update_of_a_series_keeps_its_exceptions(world):
    series, found = series_of_three(world)
    world.provider.delete_event(world.main, found[at(5)].id)
    current = world.provider.get_event(world.main, series.id)
    renamed = draft(summary="Renamed", recurrence=("RRULE:FREQ=DAILY;COUNT=3",), revision="s2")
    world.provider.put_event(world.main, renamed, key="series/1", event_id=series.id, etag=current.etag)
    mirror = Mirror().read(world.provider, world.main)
    assert mirror.starts() == [at(4), at(6)] and set(mirror.titles()) == {"Renamed"}


def test_series_that_becomes_a_single_event(world):
    series, _ = series_of_three(world)
    mirror = Mirror().read(world.provider, world.main)
    single = draft(summary="Once", revision="s2")
    world.provider.put_event(world.main, single, key="series/1", event_id=series.id, etag=series.etag)
    assert mirror.read(world.provider, world.main).titles() == ["Once"]
    assert mirror.starts() == [at(4)]
