"""What both sides of a synced meeting can say, and what becomes of it when both have changed it.

`base` is what they agreed on last. A part that only one side changed is taken from there; a part that both changed is
taken from the newer edit, and the other one is named, so that its author can be told. Guests are merged one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone

from ..providers.base import Event
from .text import one_line, plain_text

# How the host is shown to others meanwhile, and whether they see what it is about: no business of the guests.
MARKS = ("is_busy", "is_private")
# One after the other, what people are told about; start and end are one part.
PARTS = ("summary", "time", "location", "description", *MARKS)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """start, end: aware UTC, or dates for all-day (the end excluded). guests: addresses, not the owner's.

    is_busy, is_private: None in what was stored before they were part of it.
    """

    summary: str = ""
    start: datetime | date
    end: datetime | date
    location: str = ""
    description: str = ""
    guests: frozenset[str] = frozenset()
    is_busy: bool | None = True
    is_private: bool | None = False

    @property
    def time(self) -> tuple:
        return self.start, self.end

    def differs(self, other: Facts) -> bool:
        """Whether they say different things, as far as both are known."""
        unknown = {name: None for name in MARKS if None in (getattr(self, name), getattr(other, name))}
        return replace(self, **unknown) != replace(other, **unknown)

    def tells_guests(self, before: Facts) -> bool:
        """Whether it differs from `before` in something that guests are to hear of."""
        return replace(self, **{name: getattr(before, name) for name in MARKS}) != before

    def dump(self) -> dict:
        """As JSON knows it; `load` reads it."""
        return {
            "summary": self.summary,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "location": self.location,
            "description": self.description,
            "guests": sorted(self.guests),
            "is_busy": self.is_busy,
            "is_private": self.is_private,
        }

    @classmethod
    def load(cls, stored: Mapping) -> Facts:
        return cls(
            summary=stored["summary"],
            start=_moment(stored["start"]),
            end=_moment(stored["end"]),
            location=stored["location"],
            description=stored["description"],
            guests=frozenset(stored["guests"]),
            is_busy=stored.get("is_busy"),
            is_private=stored.get("is_private"),
        )


@dataclass(frozen=True)
class Merged:
    """lost: names of parts of which one side's edit was dropped. ours_lost: whether it was ours."""

    facts: Facts
    lost: tuple[str, ...] = ()
    ours_lost: bool = False


def people(event: Event) -> dict[str, str]:
    """Everybody else who takes part, as {address: name}: guests, and who invites if that is not the account itself."""
    found = {
        guest.email: one_line(guest.name) for guest in event.attendees if not guest.is_self and not guest.is_resource
    }
    if event.organizer and not event.is_organizer and not event.organizer.is_self:
        found.setdefault(event.organizer.email, one_line(event.organizer.name))
    return found


def facts_of(event: Event, visible: Collection[str]) -> Facts:
    """visible: the addresses that the other side can know; further guests are none of its business."""
    location = one_line(event.location)
    return Facts(
        summary=one_line(event.summary),
        start=event.start,
        end=event.end,
        location="" if location == event.conference_url else location,
        description=plain_text(event.description),
        guests=frozenset(people(event)) & frozenset(visible),
        is_busy=event.is_busy,
        is_private=event.is_private,
    )


def merge(base: Facts | None, ours: Facts, theirs: Facts, *, ours_is_newer: bool, may_write: bool = True) -> Merged:
    """What both sides should say from now on.

    may_write: whether the remote event is ours to change; else it is right whatever we said.
    """
    base = base or theirs
    values, lost = {}, []
    for part in PARTS:
        before, here, there = (getattr(side, part) for side in (base, ours, theirs))
        if before is None:
            # Nobody knows which side changed it: the calendar's holds, and what either side hides stays hidden.
            values[part] = there or (here and part == "is_private" and may_write)
        elif here in (there, before):
            values[part] = there
        elif not may_write:
            values[part] = there
            lost.append(part)
        elif there == before:
            values[part] = here
        else:
            values[part] = here if ours_is_newer else there
            lost.append(part)
    added = (ours.guests - base.guests) | (theirs.guests - base.guests)
    removed = (base.guests - ours.guests) | (base.guests - theirs.guests)
    if not may_write and added - theirs.guests:
        lost.append("guests")
    start, end = values.pop("time")
    guests = (base.guests | added) - removed if may_write else theirs.guests
    facts = replace(theirs, **values, start=start, end=end, guests=guests)
    return Merged(facts, tuple(lost), bool(lost) and not (ours_is_newer and may_write))


def _moment(text):
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(timezone.utc)
