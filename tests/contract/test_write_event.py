"""Creating, changing and deleting an event, each safe to repeat."""

from dataclasses import replace
from datetime import date

import pytest

from providers.base import Attendee, Period, Reply
from providers.errors import Conflict, NotFound, PermissionDenied
from tests.contract.world import WINDOW, Mirror, at, busy, draft, needs


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


def test_busy_and_private_follow(world):
    """B2: each is set and taken back for itself, and nothing else changes."""
    made = world.provider.put_event(world.main, draft(attendees=(Attendee("carl@example.com"),)), key="booking/1")
    assert (made.is_busy, made.is_private) == (True, False)
    for number, (is_busy, is_private) in enumerate(((False, False), (False, True), (True, True), (True, False))):
        asked = draft(attendees=made.attendees, is_busy=is_busy, is_private=is_private, revision=f"s{number}")
        etag = world.provider.get_event(world.main, made.id).etag
        world.provider.put_event(world.main, asked, key="booking/1", event_id=made.id, etag=etag, notify=False)
        event = world.provider.get_event(world.main, made.id)
        assert (event.is_busy, event.is_private) == (is_busy, is_private)
        assert busy(world)[world.main] == ([Period(at(4), at(4, 10))] if is_busy else [])
        assert (event.summary, event.sequence, event.attendees) == (made.summary, made.sequence, made.attendees)


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
