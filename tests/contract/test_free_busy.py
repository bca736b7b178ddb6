"""When somebody is busy, as every adapter has to tell it."""

from datetime import date, timedelta

from providers.base import Period, Status
from providers.errors import NotFound, PermissionDenied
from tests.contract.world import at, busy, needs


def test_free_calendar(world):
    assert busy(world) == {world.main: []}


def test_busy_is_merged_clipped_and_in_utc(world):
    world.add(world.main, start=at(4, 9), end=at(4, 10), summary="one")
    world.add(world.main, start=at(4, 9, 30), end=at(4, 11), summary="overlaps")
    world.add(world.main, start=at(4, 11), end=at(4, 12), summary="touches")
    world.add(world.main, start=at(6, 8), end=at(6, 20), summary="reaches out")
    found = busy(world, window=Period(at(4, 9, 15), at(6, 10)))[world.main]
    assert found == [Period(at(4, 9, 15), at(4, 12)), Period(at(6, 8), at(6, 10))]
    assert all(edge.utcoffset() == timedelta() for period in found for edge in period)


def test_free_and_cancelled_events_block_nothing(world):
    world.add(world.main, start=at(4), end=at(4, 10), summary="free", is_busy=False)
    world.add(world.main, start=at(5), end=at(5, 10), summary="cancelled", status=Status.CANCELLED)
    world.add(world.main, start=at(6), end=at(6, 10), summary="tentative", status=Status.TENTATIVE)
    assert busy(world)[world.main] == [Period(at(6), at(6, 10))]


def test_all_day_event_blocks_the_days_of_its_calendar(world):
    world.add(world.main, start=date(2030, 3, 4), end=date(2030, 3, 6), summary="fair")
    # Midnight in Berlin is 23:00 UTC of the day before in winter.
    assert busy(world)[world.main] == [Period(at(3, 23), at(5, 23))]


def test_private_event_blocks(world):
    world.add(world.main, start=at(4), end=at(4, 10), summary="doctor", is_private=True)
    assert busy(world)[world.main] == [Period(at(4), at(4, 10))]


def test_every_occurrence_blocks_at_the_same_wall_time(world):
    # Clocks in Berlin change on 31 March 2030: 10:00 is 09:00 UTC before and 08:00 after.
    world.add(world.main, start=at(25), end=at(25, 10), summary="weekly", recurrence=("RRULE:FREQ=WEEKLY;COUNT=3",))
    assert [period.start for period in busy(world)[world.main]] == [at(25), at(1, 8, month=4), at(8, 8, month=4)]


def test_several_calendars_in_one_answer(world):
    second = world.provider.create_calendar("Second").id
    world.add(second, start=at(4), end=at(4, 10), summary="there")
    assert busy(world, world.main, second) == {world.main: [], second: [Period(at(4), at(4, 10))]}


def test_unreadable_calendar_is_an_error_and_hurts_no_other(world):
    second = world.provider.create_calendar("Second").id
    world.provider.delete_calendar(second)
    found = busy(world, second, world.main)
    assert isinstance(found[second], (NotFound, PermissionDenied))
    assert found[world.main] == []


def test_lost_share_is_an_error(world):
    needs(world, "share")
    shared = world.foreign_calendar("free_busy")
    world.add(shared, start=at(4), end=at(4, 10), summary="theirs")
    assert busy(world, shared)[shared] == [Period(at(4), at(4, 10))]
    world.unshare(shared)
    assert isinstance(busy(world, shared)[shared], (NotFound, PermissionDenied))
