"""What a contract test needs to do behind the adapter's back, as the calendar's user or its server would."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest

from providers.base import Draft, Period

UTC = timezone.utc
WINDOW = Period(datetime(2030, 3, 1, tzinfo=UTC), datetime(2030, 5, 1, tzinfo=UTC))


def at(day, hour=9, minute=0, month=3):
    return datetime(2030, month, day, hour, minute, tzinfo=UTC)


def needs(world, ability):
    """Skips the test, by name, where the server can't be made to do that."""
    if ability not in world.abilities:
        pytest.skip(f"{type(world).__name__} has no {ability}")


def draft(**changes):
    """:return: an hour on Monday, 4 March 2030, with changes"""
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
    """:return: busy time by calendar, of the main one if none is named"""
    return world.provider.free_busy(calendars or [world.main], window)


class World(ABC):
    """A fresh account at one server. provider: the adapter. main: its main calendar. zone: that calendar's."""

    provider: object
    address: str
    main: str
    zone = "Europe/Berlin"
    # What this kind of server can be made to do; a test that needs more is skipped there by name.
    abilities: frozenset = frozenset()

    @abstractmethod
    def add(self, calendar, **event):
        """Its user makes an event; returns its id. event: start, end, and as `providers.base.Event`."""

    @abstractmethod
    def change(self, calendar, event_id, **event):
        """Its user changes it."""

    @abstractmethod
    def remove(self, calendar, event_id):
        """Its user deletes it."""

    @abstractmethod
    def remote_events(self, calendar):
        """How many events (series count once) the server has."""

    def check(self):  # noqa: B027 - most servers have no complaints book
        """After each test: whatever the server itself has to complain of."""


@dataclass
class Mirror:
    """What a reader of `changes` ends up with if it believes `ChangePage` to the letter."""

    events: dict = field(default_factory=dict)
    token: str | None = None
    pages: int = 0

    def read(self, provider, calendar, window=WINDOW):
        events, token = ({} if self.token is None else dict(self.events)), None
        for page in provider.changes(calendar, self.token, window):
            assert token is None, "a page after the one with the token"
            self.pages += 1
            shown = {event.id for event in page.events}
            gone = {stone.id for stone in page.removed}
            for known in list(events.values()):
                lost = known.series_id in page.rebuilt and known.id not in shown
                if (
                    known.id in gone
                    or known.series_id in gone
                    or lost
                    or (known.id in page.rebuilt and known.id not in shown)
                ):
                    del events[known.id]
            events.update({event.id: event for event in page.events})
            token = page.sync_token
        assert token, "no token on the last page"
        self.events, self.token = events, token
        return self

    def titles(self):
        return sorted(event.summary for event in self.events.values())

    def starts(self):
        return sorted(event.start for event in self.events.values())
