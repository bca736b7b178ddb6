"""One suite for all adapters (ARCHITECTURE.md, Providers). `world`: a fresh account at a server or a stand-in."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from providers.base import Attendee, Draft, Period, PushProvider, Reply, Role, Status
from providers.errors import (
    AuthenticationFailed,
    Conflict,
    NotFound,
    PermissionDenied,
    SyncTokenExpired,
)
from tests.contract.world import UTC, WINDOW, Mirror, at


def needs(world, ability):
    if ability not in world.abilities:
        pytest.skip(f"{type(world).__name__} has no {ability}")


def draft(**changes):
    values = {
        "start": at(4),
        "end": at(4, 10),
        "summary": "Demo",
        "description": "Bring a pen",
        "location": "Room 1",
        "zone": "Europe/Berlin",
        "revision": "r1",
        **changes,
    }
    return Draft(**values)


def busy(world, *calendars, window=WINDOW):
    return world.provider.free_busy(calendars or [world.main], window)


# Account and calendars


def test_account_is_the_address_signed_in(world):
    account = world.provider.account()
    assert account.address == world.address


def test_account_without_consent(world):
    needs(world, "revoke")
    world.revoke()
    for ask in (
        world.provider.account,
        world.provider.list_calendars,
        lambda: busy(world),
        lambda: list(world.provider.changes(world.main, None, WINDOW)),
        lambda: world.provider.put_event(world.main, draft(), key="k"),
    ):
        with pytest.raises(AuthenticationFailed):
            ask()


def test_main_calendar_is_listed_as_owned(world):
    main = next(calendar for calendar in world.provider.list_calendars() if calendar.id == world.main)
    assert main.role is Role.OWNER and main.is_writable and main.shows_details
    if "primary" in world.abilities:
        assert main.is_primary and main.zone == world.zone


@pytest.mark.parametrize("role", ["free_busy", "reader", "writer"])
def test_shared_calendar_is_listed_with_its_role(world, role):
    needs(world, "share")
    shared = world.foreign_calendar(role)
    found = next(calendar for calendar in world.provider.list_calendars() if calendar.id == shared)
    assert found.role is Role(role)
    assert found.shows_details is (role != "free_busy")
    assert found.is_writable is (role == "writer")
    assert not found.is_primary
    world.unshare(shared)
    assert shared not in [calendar.id for calendar in world.provider.list_calendars()]


def test_create_and_delete_calendar(world):
    made = world.provider.create_calendar("Odoo tasks", "Europe/Berlin")
    assert made.role is Role.OWNER and made.name == "Odoo tasks"
    listed = next(calendar for calendar in world.provider.list_calendars() if calendar.id == made.id)
    assert listed.name == "Odoo tasks"
    world.provider.put_event(made.id, draft(), key="task")
    assert busy(world, made.id)[made.id] == [Period(at(4), at(4, 10))]
    world.provider.delete_calendar(made.id)
    assert made.id not in [calendar.id for calendar in world.provider.list_calendars()]
    world.provider.delete_calendar(made.id)


def test_calendar_is_made_once(world):
    """P5: a repeat of a create whose answer was lost finds the calendar that is there."""
    before = len(world.provider.list_calendars())
    made = world.provider.create_calendar("Odoo tasks", "Europe/Berlin", key="tasks-0b1c")
    again = world.provider.create_calendar("Odoo tasks", "Europe/Berlin", key="tasks-0b1c")
    assert (again.id, again.role) == (made.id, Role.OWNER)
    assert len(world.provider.list_calendars()) == before + 1
    other = world.provider.create_calendar("Odoo tasks", "Europe/Berlin", key="tasks-4e5f")
    assert other.id != made.id
    world.provider.delete_calendar(made.id)
    anew = world.provider.create_calendar("Odoo tasks", "Europe/Berlin", key="tasks-0b1c")
    assert anew.id in [calendar.id for calendar in world.provider.list_calendars()]


# Free and busy


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


# Changes


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


# Series


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


# What an event says


def test_event_fields(world):
    made = world.add(
        world.main,
        start=at(4),
        end=at(4, 10),
        summary="Talk; with, signs\\ and ünïcode",
        description="line one\nline two",
        location="Straße 1, Köln",
    )
    event = world.provider.get_event(world.main, made)
    assert (event.summary, event.description) == ("Talk; with, signs\\ and ünïcode", "line one\nline two")
    assert event.location == "Straße 1, Köln"
    assert (event.start, event.end, event.is_all_day) == (at(4), at(4, 10), False)
    assert event.start.utcoffset() == timedelta()
    assert event.uid and event.etag and event.id == made
    assert event.is_busy and not event.is_private and event.status is Status.CONFIRMED
    assert event.key == event.revision == "" and not event.is_integration


def test_all_day_free_private_tentative(world):
    made = world.add(
        world.main,
        start=date(2030, 3, 4),
        end=date(2030, 3, 6),
        summary="x",
        is_busy=False,
        is_private=True,
        status=Status.TENTATIVE,
    )
    event = world.provider.get_event(world.main, made)
    assert event.is_all_day and (event.start, event.end) == (date(2030, 3, 4), date(2030, 3, 6))
    assert not event.is_busy and event.is_private and event.status is Status.TENTATIVE


def test_guests_and_their_replies(world):
    made = world.add(
        world.main,
        start=at(4),
        end=at(4, 10),
        summary="x",
        attendees=(
            Attendee("Carl@Example.com", reply=Reply.DECLINED),
            Attendee("dora@example.com", reply=Reply.ACCEPTED),
        ),
    )
    guests = {guest.email.lower(): guest.reply for guest in world.provider.get_event(world.main, made).attendees}
    assert guests == {"carl@example.com": Reply.DECLINED, "dora@example.com": Reply.ACCEPTED}


def test_missing_event(world):
    made = world.add(world.main, start=at(4), end=at(4, 10), summary="x")
    world.remove(world.main, made)
    with pytest.raises(NotFound):
        world.provider.get_event(world.main, made)


# Writing


def test_create(world):
    asked = draft(attendees=(Attendee("carl@example.com", "Carl", Reply.ACCEPTED),), is_private=True)
    made = world.provider.put_event(world.main, asked, key="booking/1")
    event = world.provider.get_event(world.main, made.id)
    assert (event.start, event.end, event.summary) == (asked.start, asked.end, asked.summary)
    assert (event.description, event.location) == (asked.description, asked.location)
    assert (event.key, event.revision) == ("booking/1", "r1") and event.is_integration
    assert [(guest.email, guest.reply) for guest in event.attendees] == [("carl@example.com", Reply.ACCEPTED)]
    assert event.is_private and event.is_busy
    assert event.etag == made.etag
    assert busy(world)[world.main] == [Period(at(4), at(4, 10))]


def test_create_all_day_and_series(world):
    day = world.provider.put_event(
        world.main, draft(start=date(2030, 3, 4), end=date(2030, 3, 5), is_busy=False), key="task/1"
    )
    assert day.is_all_day and not day.is_busy
    # 10:00 in Berlin, across the change of clocks.
    world.provider.put_event(
        world.main, draft(start=at(25), end=at(25, 10), recurrence=("RRULE:FREQ=WEEKLY;COUNT=3",)), key="series/1"
    )
    starts = [event.start for event in Mirror().read(world.provider, world.main).events.values() if event.series_id]
    assert sorted(starts) == [at(25), at(1, 8, month=4), at(8, 8, month=4)]


def test_create_twice_makes_one(world):
    """RELIABILITY.md P5: a repeat, with other words too, finds the first one."""
    first = world.provider.put_event(world.main, draft(), key="booking/1")
    again = world.provider.put_event(world.main, draft(summary="other", revision="r2"), key="booking/1")
    assert again.id == first.id and again.summary == "Demo"
    assert world.remote_events(world.main) == 1


def test_two_keys_make_two(world):
    ids = {world.provider.put_event(world.main, draft(), key=key).id for key in ("booking/1", "booking/2")}
    assert len(ids) == 2 and world.remote_events(world.main) == 2


def test_key_of_a_deleted_event_can_be_used_again(world):
    """RELIABILITY.md 39."""
    for number in range(3):
        made = world.provider.put_event(world.main, draft(summary=f"{number}"), key="booking/1")
        assert made.summary == f"{number}"
        assert world.provider.get_event(world.main, made.id).summary == f"{number}"
        world.provider.delete_event(world.main, made.id)
    assert world.remote_events(world.main) == 0


def test_find_by_key(world):
    assert world.provider.find_event(world.main, "booking/1") is None
    made = world.provider.put_event(world.main, draft(), key="booking/1")
    world.provider.put_event(world.main, draft(), key="booking/11")
    world.add(world.main, start=at(4), end=at(4, 10), summary="booking/1")
    assert world.provider.find_event(world.main, "booking/1").id == made.id
    world.provider.delete_event(world.main, made.id)
    assert world.provider.find_event(world.main, "booking/1") is None


def test_own_event_comes_back_marked(world):
    """RELIABILITY.md 16: what we wrote is recognised when it is read again."""
    token = Mirror().read(world.provider, world.main).token
    made = world.provider.put_event(world.main, draft(), key="booking/1")
    mirror = Mirror(token=token).read(world.provider, world.main)
    assert [(one.key, one.revision, one.etag) for one in mirror.events.values()] == [("booking/1", "r1", made.etag)]


def test_update(world):
    made = world.provider.put_event(world.main, draft(), key="booking/1")
    moved = draft(start=at(5), end=at(5, 11), summary="Moved", location="", revision="r2", sequence=1)
    changed = world.provider.put_event(world.main, moved, key="booking/1", event_id=made.id, etag=made.etag)
    event = world.provider.get_event(world.main, made.id)
    assert (event.start, event.summary, event.location, event.revision) == (at(5), "Moved", "", "r2")
    assert event.uid == made.uid and event.sequence == 1 and event.key == "booking/1"
    assert event.etag == changed.etag != made.etag
    assert world.remote_events(world.main) == 1


def test_update_between_days_and_hours(world):
    made = world.provider.put_event(world.main, draft(start=date(2030, 3, 4), end=date(2030, 3, 5)), key="task/1")
    hours = world.provider.put_event(world.main, draft(revision="r2"), key="task/1", event_id=made.id, etag=made.etag)
    assert hours.start == at(4)
    days = draft(start=date(2030, 3, 6), end=date(2030, 3, 7), revision="r3")
    made = world.provider.put_event(world.main, days, key="task/1", event_id=made.id, etag=hours.etag)
    assert made.start == date(2030, 3, 6)


def test_update_of_a_changed_event_is_refused(world):
    """RELIABILITY.md 23: the person at the other side was first; nothing is overwritten."""
    made = world.provider.put_event(world.main, draft(), key="booking/1")
    world.change(world.main, made.id, summary="Their words")
    with pytest.raises(Conflict):
        world.provider.put_event(world.main, draft(revision="r2"), key="booking/1", event_id=made.id, etag=made.etag)
    assert world.provider.get_event(world.main, made.id).summary == "Their words"


def test_update_twice_writes_once(world):
    """RELIABILITY.md 8: its answer was lost, so the repeat comes with the old version."""
    made = world.provider.put_event(world.main, draft(), key="booking/1")
    moved = draft(start=at(5), end=at(5, 10), revision="r2")
    first = world.provider.put_event(world.main, moved, key="booking/1", event_id=made.id, etag=made.etag)
    again = world.provider.put_event(world.main, moved, key="booking/1", event_id=made.id, etag=made.etag)
    assert again.etag == first.etag and again.start == at(5)


def test_update_keeps_what_guests_answered(world):
    made = world.provider.put_event(
        world.main, draft(attendees=(Attendee("carl@example.com"), Attendee("dora@example.com"))), key="booking/1"
    )
    answered = (Attendee("carl@example.com", reply=Reply.DECLINED), Attendee("dora@example.com"))
    world.change(world.main, made.id, attendees=answered)
    current = world.provider.get_event(world.main, made.id)
    asked = draft(revision="r2", attendees=(Attendee("carl@example.com"), Attendee("erik@example.com")))
    event = world.provider.put_event(world.main, asked, key="booking/1", event_id=made.id, etag=current.etag)
    assert {guest.email: guest.reply for guest in event.attendees} == {
        "carl@example.com": Reply.DECLINED,
        "erik@example.com": Reply.NEEDS_ACTION,
    }


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


def test_update_never_lowers_the_sequence(world):
    """RFC 5546, 2.1.4: guests' programs would take the change for an old one."""
    made = world.provider.put_event(world.main, draft(sequence=3), key="booking/1")
    lower = draft(sequence=1, revision="r2")
    assert world.provider.put_event(world.main, lower, key="booking/1", event_id=made.id, etag=made.etag).sequence == 3


def test_update_of_a_deleted_event(world):
    made = world.provider.put_event(world.main, draft(), key="booking/1")
    world.remove(world.main, made.id)
    with pytest.raises(NotFound):
        world.provider.put_event(world.main, draft(revision="r2"), key="booking/1", event_id=made.id, etag=made.etag)
    assert world.remote_events(world.main) == 0


def test_update_needs_both_event_and_version(world):
    with pytest.raises(ValueError, match="version"):
        world.provider.put_event(world.main, draft(), key="k", event_id="x")


def test_delete_and_delete_again(world):
    """RELIABILITY.md 9."""
    made = world.provider.put_event(world.main, draft(), key="booking/1")
    token = Mirror().read(world.provider, world.main).token
    for _ in range(2):
        world.provider.delete_event(world.main, made.id, etag=made.etag)
    assert world.remote_events(world.main) == 0
    removed = [stone.id for page in world.provider.changes(world.main, token, WINDOW) for stone in page.removed]
    assert removed == [made.id]


def test_delete_of_a_changed_event_is_refused(world):
    made = world.provider.put_event(world.main, draft(), key="booking/1")
    world.change(world.main, made.id, summary="Their words")
    with pytest.raises(Conflict):
        world.provider.delete_event(world.main, made.id, etag=made.etag)
    assert world.remote_events(world.main) == 1
    world.provider.delete_event(world.main, made.id)
    assert world.remote_events(world.main) == 0


def test_writing_to_a_calendar_one_may_only_read(world):
    """RELIABILITY.md 25."""
    needs(world, "share")
    shared = world.foreign_calendar("reader")
    with pytest.raises(PermissionDenied):
        world.provider.put_event(shared, draft(), key="booking/1")
    assert world.remote_events(shared) == 0


def test_reading_writes_nothing(world):
    needs(world, "mail")
    for number in range(5):
        world.add(
            world.main,
            start=at(4 + number),
            end=at(4 + number, 10),
            summary="x",
            attendees=(Attendee("carl@example.com"),),
        )
    before = world.writes()
    world.provider.list_calendars()
    busy(world)
    mirror = Mirror().read(world.provider, world.main)
    mirror.read(world.provider, world.main)
    assert world.writes() == before and world.mails() == []


def test_guests_are_told_unless_not_wanted(world):
    needs(world, "mail")
    asked = draft(attendees=(Attendee("carl@example.com"),))
    quiet = world.provider.put_event(world.main, asked, key="quiet", notify=False)
    world.provider.delete_event(world.main, quiet.id, notify=False)
    assert world.mails() == []
    loud = world.provider.put_event(world.main, asked, key="loud")
    moved = replace(asked, start=at(5), end=at(5, 10), revision="r2")
    loud = world.provider.put_event(world.main, moved, key="loud", event_id=loud.id, etag=loud.etag)
    world.provider.delete_event(world.main, loud.id)
    assert world.mails() == [["carl@example.com"]] * 3


def test_link_of_the_providers_own_call(world):
    needs(world, "meet")
    made = world.provider.put_event(world.main, draft(wants_conference=True), key="booking/1")
    assert made.conference_url.startswith("https://")
    moved = draft(start=at(5), end=at(5, 10), wants_conference=True, revision="r2")
    again = world.provider.put_event(world.main, moved, key="booking/1", event_id=made.id, etag=made.etag)
    assert again.conference_url == made.conference_url
    assert world.provider.put_event(world.main, draft(), key="booking/2").conference_url == ""


# Push


def test_subscribe_and_unsubscribe(world):
    if not isinstance(world.provider, PushProvider):
        pytest.skip(f"{type(world).__name__} has no push")
    channel = world.provider.subscribe(
        world.main, "https://odoo.example/hook", channel_id="c-1", token="secret", lifetime=3600
    )
    assert (channel.id, channel.calendar_id, channel.token) == ("c-1", world.main, "secret")
    assert channel.expires_at.utcoffset() == timedelta()
    world.provider.unsubscribe(channel)
    world.provider.unsubscribe(channel)


def test_stray_call_is_no_notification(world):
    if not isinstance(world.provider, PushProvider):
        pytest.skip(f"{type(world).__name__} has no push")
    assert world.provider.read_push({"Content-Type": "text/plain"}, b"hello") == []


# Convergence


@pytest.mark.parametrize("seed", range(3))
def test_mirror_converges(world, seed):
    """RELIABILITY.md P7: whatever happens between reads, the mirror ends as a full read has it."""
    dice = random.Random(seed)
    mirror, known = Mirror(), []
    for step in range(40):
        day = 1 + dice.randrange(28)
        start = datetime(2030, 3, day, dice.randrange(24), tzinfo=UTC)
        choice = dice.random()
        if choice < 0.4 or not known:
            rule = ("RRULE:FREQ=DAILY;COUNT=3",) if dice.random() < 0.3 else ()
            recurrence = {"recurrence": rule} if rule else {}
            known.append(
                world.add(world.main, start=start, end=start + timedelta(hours=1), summary=f"s{step}", **recurrence)
            )
        elif choice < 0.6:
            world.change(world.main, dice.choice(known), summary=f"changed in {step}")
        elif choice < 0.8:
            world.change(world.main, dice.choice(known), start=start, end=start + timedelta(hours=2))
        else:
            world.remove(world.main, known.pop(dice.randrange(len(known))))
        if dice.random() < 0.4:
            mirror.read(world.provider, world.main)
    mirror.read(world.provider, world.main)
    full = Mirror().read(world.provider, world.main)
    assert mirror.events == full.events, f"seed {seed}"
    busy_now = [event for event in full.events.values() if event.start < WINDOW.end]
    assert bool(busy(world)[world.main]) is bool(busy_now)
