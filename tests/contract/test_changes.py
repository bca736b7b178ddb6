"""What changed since the last read: sync tokens, pages, tombstones (RELIABILITY.md P8)."""

from datetime import timedelta

import pytest

from providers.base import Period
from providers.errors import NotFound, PermissionDenied, SyncTokenExpired
from tests.contract.world import WINDOW, Mirror, at, needs


def test_first_read_of_an_empty_calendar(world):
    pages = list(world.provider.changes(world.main, None, WINDOW))
    assert [page.events for page in pages] == [()]
    assert pages[0].is_full and pages[-1].sync_token


def test_read_then_nothing_new(world):
    world.add(world.main, start=at(4), end=at(4, 10), summary="one")
    mirror = Mirror().read(world.provider, world.main)
    assert mirror.titles() == ["one"]
    pages = list(world.provider.changes(world.main, mirror.token, WINDOW))
    assert [event for page in pages for event in page.events] == []
    assert not any(page.removed or page.is_full for page in pages)


def test_changes_are_told(world):
    kept = world.add(world.main, start=at(4), end=at(4, 10), summary="kept")
    moved = world.add(world.main, start=at(5), end=at(5, 10), summary="moved")
    gone = world.add(world.main, start=at(6), end=at(6, 10), summary="gone")
    mirror = Mirror().read(world.provider, world.main)
    world.change(world.main, moved, start=at(7), end=at(7, 10))
    world.remove(world.main, gone)
    world.add(world.main, start=at(8), end=at(8, 10), summary="new")
    pages = list(world.provider.changes(world.main, mirror.token, WINDOW))
    assert kept not in [event.id for page in pages for event in page.events]
    assert [stone.id for page in pages for stone in page.removed] == [gone]
    mirror.read(world.provider, world.main)
    assert mirror.titles() == ["kept", "moved", "new"]
    assert mirror.starts() == [at(4), at(7), at(8)]


def test_deleted_and_made_again_between_two_reads(world):
    first = world.add(world.main, start=at(4), end=at(4, 10), summary="first")
    mirror = Mirror().read(world.provider, world.main)
    world.remove(world.main, first)
    second = world.add(world.main, start=at(4), end=at(4, 10), summary="second")
    world.remove(world.main, second)
    mirror.read(world.provider, world.main)
    assert mirror.titles() == []


def test_event_moved_out_of_the_window_is_told(world):
    moved = world.add(world.main, start=at(4), end=at(4, 10), summary="moved")
    mirror = Mirror().read(world.provider, world.main)
    world.change(world.main, moved, start=at(4, month=9), end=at(4, 10, month=9))
    mirror.read(world.provider, world.main)
    assert mirror.starts() in ([at(4, month=9)], [])


def test_outside_of_the_window_is_not_read(world):
    world.add(world.main, start=at(4, month=9), end=at(4, 10, month=9), summary="later")
    assert Mirror().read(world.provider, world.main).titles() == []


def test_many_events_come_in_pages_with_one_token(world):
    needs(world, "page")
    size = world.small_pages()
    for number in range(size * 2 + 1):
        world.add(
            world.main,
            start=at(4) + timedelta(hours=number),
            end=at(4, 10) + timedelta(hours=number),
            summary=f"{number}",
        )
    pages = list(world.provider.changes(world.main, None, WINDOW))
    assert len(pages) == 3
    assert [bool(page.sync_token) for page in pages] == [False, False, True]
    assert len({event.id for page in pages for event in page.events}) == size * 2 + 1


def test_nothing_is_missed_while_paging(world):
    needs(world, "page")
    size = world.small_pages()
    for number in range(size + 1):
        world.add(
            world.main, start=at(4) + timedelta(hours=number), end=at(5) + timedelta(hours=number), summary=f"{number}"
        )
    mirror, reading = Mirror(), world.provider.changes(world.main, None, WINDOW)
    first = next(reading)
    world.change(world.main, first.events[0].id, summary="changed while reading")
    rest = list(reading)
    mirror.events = {event.id: event for page in (first, *rest) for event in page.events}
    mirror.token = rest[-1].sync_token
    mirror.read(world.provider, world.main)
    assert "changed while reading" in mirror.titles()
    assert len(mirror.titles()) == size + 1


def test_token_of_another_window_or_calendar(world):
    token = Mirror().read(world.provider, world.main).token
    other = world.provider.create_calendar("Other").id
    with pytest.raises(SyncTokenExpired):
        list(world.provider.changes(world.main, token, Period(at(1), at(2))))
    with pytest.raises(SyncTokenExpired):
        list(world.provider.changes(other, token, WINDOW))


def test_forgotten_token_then_full_read(world):
    """RELIABILITY.md P8: the same events under the same ids."""
    needs(world, "forget")
    world.add(world.main, start=at(4), end=at(4, 10), summary="one")
    mirror = Mirror().read(world.provider, world.main)
    world.forget_tokens()
    with pytest.raises(SyncTokenExpired):
        list(world.provider.changes(world.main, mirror.token, WINDOW))
    again = Mirror().read(world.provider, world.main)
    assert again.events.keys() == mirror.events.keys()


def test_changes_of_a_lost_calendar(world):
    lost = world.provider.create_calendar("Lost").id
    token = Mirror().read(world.provider, lost).token
    world.provider.delete_calendar(lost)
    with pytest.raises((NotFound, PermissionDenied)):
        list(world.provider.changes(lost, token, WINDOW))


def test_changes_of_a_free_busy_calendar(world):
    needs(world, "share")
    with pytest.raises(PermissionDenied):
        list(world.provider.changes(world.foreign_calendar("free_busy"), None, WINDOW))
