"""What the tests of faults share: every read and write of an adapter, and how a call is seen to fail."""

import pytest

from providers.base import Attendee, Draft
from providers.errors import ProviderError
from tests.contract.world import WINDOW, at

DRAFT = Draft(start=at(4), end=at(4, 10), summary="Demo", revision="r1", attendees=(Attendee("carl@example.com"),))
MOVED = Draft(start=at(5), end=at(5, 10), summary="Demo", revision="r2", attendees=(Attendee("carl@example.com"),))


def reads(world):
    """Every read of the adapter, by the method of the API it uses first."""
    return {
        "calendarList.get": world.provider.account,
        "calendarList.list": world.provider.list_calendars,
        "freebusy.query": lambda: world.provider.free_busy([world.main], WINDOW),
        "events.list": lambda: list(world.provider.changes(world.main, None, WINDOW)),
        "events.get": lambda: world.provider.get_event(world.main, "abcdef"),
    }


READS = ("calendarList.get", "calendarList.list", "freebusy.query", "events.list", "events.get")
WRITES = ("events.insert", "events.patch", "events.delete")


def create(world):
    return world.provider.put_event(world.main, DRAFT, key="booking/1")


def writes(world):
    """The three writes on an event that is there already."""
    made = create(world)
    return {
        "events.insert": lambda: world.provider.put_event(world.main, DRAFT, key="booking/2"),
        "events.patch": lambda: world.provider.put_event(
            world.main, MOVED, key="booking/1", event_id=made.id, etag=made.etag
        ),
        "events.delete": lambda: world.provider.delete_event(world.main, made.id, etag=made.etag),
    }


def fails(world, method, call, error, calls=1):
    """It raises that error and does not try again by itself."""
    before = world.state()["calls"].count(method)
    with pytest.raises(ProviderError) as caught:
        call()
    assert type(caught.value) is error, repr(caught.value)
    assert world.state()["calls"].count(method) - before == calls
    return caught.value
