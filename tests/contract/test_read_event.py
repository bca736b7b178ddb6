"""What one event says when it is read."""

from datetime import date, timedelta

import pytest

from providers.base import Attendee, Reply, Status
from providers.errors import NotFound
from tests.contract.world import at


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
