"""Tasks shown in a calendar of their own: what must be written there, and what a move there means for the task.

The calendar shows what Odoo says. Only the date goes back, if the user wants that: who moves an entry to another day
moves the task's due date, and the time of day they gave it there is kept. Who deletes an entry hides it, until the task
changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

DONE_MARK = "✓ "
DONE_STAYS = timedelta(days=1)
LENGTH = timedelta(minutes=30)

# The model and id of a task.
Ref = tuple[str, int]


class Placement(NamedTuple):
    """Where an entry stands: aware UTC, or dates for all-day (the end excluded)."""

    start: datetime | date
    end: datetime | date

    def day(self, zone: str) -> date:
        if isinstance(self.start, datetime):
            return self.start.astimezone(ZoneInfo(zone)).date()
        return self.start


@dataclass(frozen=True, kw_only=True)
class Task:
    """due: a day of the user's. done_at: aware UTC, None while it is open."""

    ref: Ref
    summary: str
    description: str = ""
    due: date
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the user chose. hour: since midnight (9.5: half past nine), None for all-day. zone: IANA. now: aware UTC."""

    now: datetime
    zone: str = "UTC"
    hour: float | None = None
    keeps_done: bool = True
    moves: bool = True


@dataclass(frozen=True, kw_only=True)
class Link:
    """A task's entry in the calendar, as far as it is known.

    written: digest of what stands there, "" if nothing does yet. placed: where it stood when it was last seen.
    by_hand: a person put it there. is_hidden: a person deleted it there.
    """

    id: int
    ref: Ref
    written: str = ""
    placed: Placement | None = None
    by_hand: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the calendar is to show."""

    place: Placement
    summary: str
    description: str

    @property
    def digest(self) -> str:
        said = (*(moment.isoformat() for moment in self.place), self.summary, self.description)
        text = "\0".join(said)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Add:
    ref: Ref


@dataclass(frozen=True)
class Write:
    link_id: int


@dataclass(frozen=True)
class Remove:
    link_id: int


Action = Add | Write | Remove


@dataclass(frozen=True)
class Followed:
    """due: the task's due date from now on, None if it stays."""

    link: Link
    due: date | None = None


def plan(tasks: Iterable[Task], links: Iterable[Link], settings: Settings) -> list[Action]:
    """What brings the calendar in line with all the user's tasks; a link whose task is not named loses its entry."""
    known = {task.ref: task for task in tasks}
    actions: list[Action] = []
    for link in links:
        action = decide(known.pop(link.ref, None), link, settings)
        if action:
            actions.append(action)
    actions += [Add(task.ref) for task in known.values() if task.done_at is None]
    return actions


def decide(task: Task | None, link: Link, settings: Settings) -> Write | Remove | None:
    """What one entry needs. task: None if it is gone, or somebody else's."""
    if task is None or not _is_shown(task, link, settings):
        return Remove(link.id)
    return None if entry(task, link, settings).digest == link.written else Write(link.id)


def entry(task: Task, link: Link | None, settings: Settings) -> Entry:
    """What the calendar shows of a task: on its due day, at the chosen hour, or as a person placed it there."""
    mark = DONE_MARK if task.done_at else ""
    return Entry(place=_place(task.due, link, settings), summary=mark + task.summary, description=task.description)


def follow(task: Task, link: Link, seen: Placement, settings: Settings, *, ours_is_newer: bool = False) -> Followed:
    """What follows from an entry that stands at `seen`.

    If both sides chose another day since they agreed, the later choice holds. What is not followed is written again as
    it should be.
    """
    if seen == link.placed:
        return Followed(link)
    if not settings.moves or task.done_at:
        return Followed(replace(link, placed=seen, written=""))
    moved = replace(link, placed=seen, by_hand=True)
    day = seen.day(settings.zone)
    is_same_day = link.placed is not None and link.placed.day(settings.zone) == day
    due = None if is_same_day or ours_is_newer or day == task.due else day
    wanted = entry(replace(task, due=due or task.due), moved, settings)
    # What it says is as it was written; if it also stands where it should, nothing is left to write.
    return Followed(replace(moved, written=wanted.digest if wanted.place == seen else ""), due)


def hide(task: Task, link: Link, settings: Settings) -> Link:
    """A person deleted the entry: it stays away for as long as the task is what it is now."""
    return replace(leave(task, link, settings), is_hidden=True)


def leave(task: Task, link: Link, settings: Settings) -> Link:
    """The entry can't be written, and its owner gave it up: it stays as it is for as long as the task does."""
    return replace(link, written=entry(task, link, settings).digest)


def _is_shown(task, link, settings):
    if task.done_at is None:
        return True
    was_there = bool(link.written) and not link.is_hidden
    return was_there and settings.keeps_done and settings.now < task.done_at + DONE_STAYS


def _place(due, link, settings):
    zone = ZoneInfo(settings.zone)
    if link and link.placed and link.by_hand and settings.moves:
        start, end = link.placed
        if not isinstance(start, datetime):
            return Placement(due, due + (end - start))
        local = start.astimezone(zone)
        if local.date() != due:
            local = datetime.combine(due, local.time().replace(fold=0), zone)
        begin = local.astimezone(timezone.utc)
        return Placement(begin, begin + (end - start))
    if settings.hour is None:
        return Placement(due, due + timedelta(days=1))
    minutes = min(round(settings.hour * 60), 24 * 60 - 1)
    begin = datetime(due.year, due.month, due.day, *divmod(minutes, 60), tzinfo=zone).astimezone(timezone.utc)
    return Placement(begin, begin + LENGTH)
