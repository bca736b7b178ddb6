"""From what a calendar says and what is known of it, to actions (RFC 5545: identity is UID and RECURRENCE-ID).

Nothing is carried out here. A plan depends neither on the order of the pages nor on items that come twice; made again
after it was carried out, it holds nothing to do. Absence is never a deletion: who is missing in a full read is asked
for by name, and many that go at once are held back until the owner says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

from ..providers.base import ChangePage, Event, Period, Reply, Status, Tombstone
from .facts import people
from .moments import moment_text
from .moves import same_at_new_time

# More than this many, and more than this share of those known, do not go by accident.
MANY = 10
MANY_SHARE = 0.2

Identity = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A remote event that is known here.

    state: "pending" (to be written for the first time), "live", "ending" (cancelled here, not yet there), "ended" (gone
    on both sides) or "ignored" (taken away here, and not ours to take away there).
    is_foreign: the event was made there, so that its title is only known because it came in.
    is_private: both sides have said so: somebody in Odoo hides what is known there.
    """

    id: int
    remote_id: str = ""
    etag: str = ""
    uid: str = ""
    recurrence_id: str = ""
    series_id: str = ""
    key: str = ""
    state: str = "live"
    is_foreign: bool = True
    is_private: bool = False
    start: datetime | date | None = None

    @property
    def identity(self) -> Identity:
        return self.uid, self.recurrence_id


@dataclass(frozen=True, kw_only=True)
class Settings:
    """contacts: addresses known in the CRM; colleagues: of the own users. blocked: addresses and domains.

    elsewhere: meetings that are known from another calendar, by identity. live: how many links are live and not past.
    series_keys: of our own series whose occurrences are all known; a further one was made there by a person.
    removals_allowed: the owner was asked and said yes.
    """

    now: datetime
    window: Period
    contacts: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()
    internal_domains: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    creates_contacts: bool = False
    elsewhere: Mapping[Identity, int] = field(default_factory=dict)
    live: int = 0
    series_keys: frozenset[str] = frozenset()
    removals_allowed: bool = False

    def is_blocked(self, address: str) -> bool:
        return _in_list(address, self.blocked)

    def is_internal(self, address: str) -> bool:
        return address in self.colleagues or _in_list(address, self.internal_domains)

    def counts(self, address: str) -> bool:
        """Whether somebody with this address makes an event a meeting with a contact."""
        if self.is_internal(address) or self.is_blocked(address):
            return False
        return self.creates_contacts or address in self.contacts


@dataclass(frozen=True)
class Create:
    """guests: the addresses that make it a meeting."""

    event: Event
    guests: tuple[str, ...]


@dataclass(frozen=True)
class Join:
    """The same meeting is known from a colleague's calendar already."""

    event: Event
    meeting_id: int


@dataclass(frozen=True)
class Follow:
    """is_back: it was gone on both sides and is there again."""

    link_id: int
    event: Event
    is_back: bool = False


@dataclass(frozen=True)
class Cancel:
    link_id: int


@dataclass(frozen=True)
class Confirm:
    """Not told as gone, only missing: ask for it by its id."""

    link_id: int


@dataclass(frozen=True)
class KeepBusy:
    """link_id: it was a meeting until it became private; None if it never was one."""

    event_id: str
    link_id: int | None = None


@dataclass(frozen=True)
class Ignore:
    event_id: str
    reason: str


Action = Create | Join | Follow | Cancel | Confirm | KeepBusy | Ignore


@dataclass(frozen=True)
class Plan:
    """held: links whose event went together with too many others; the owner is to be asked."""

    actions: tuple[Action, ...]
    held: tuple[int, ...] = ()

    @property
    def changes(self) -> tuple[Action, ...]:
        return tuple(one for one in self.actions if not isinstance(one, Ignore | KeepBusy) or _ends_link(one))


def identity(event: Event | Tombstone) -> Identity:
    return event.uid, moment_text(event.recurrence_id)


def plan(links: Iterable[Link], pages: Iterable[ChangePage], settings: Settings) -> Plan:
    """links: at least those of the calendar that the pages name, and all live ones if a page is full or rebuilt."""
    pages = list(pages)
    known = _Known(links)
    events, removed = _gather(pages)
    found = {event_id: known.of(event) for event_id, event in events.items()}
    seen = {link.id for link in found.values() if link}
    untold = [link for link in known.links if link.state in ("live", "pending") and link.id not in seen]
    gone = _gone(untold, pages, removed, known, settings)
    new = [event for _id, event in sorted(events.items()) if not found[event.id] and _is_there(event, removed)]
    odd = {one.id for page in pages for one in page.unreadable}
    missing = {
        link.id
        for link in untold
        if _is_complete(pages)
        and _was_there(link)
        and _touches(link, settings)
        and not odd & {link.remote_id, link.series_id}  # there, though it makes no sense
    }
    moved = same_at_new_time([link for link in untold if link.id in gone | missing], new)
    actions = []
    for event_id, event in sorted(events.items()):
        link = found[event_id] or moved.get(event_id)
        if event_id in removed:
            # Told as gone and as there: only the server itself can say which.
            actions += [Confirm(link.id)] if link and link.state == "live" else []
        else:
            actions.append(_decide(event, link, settings))
    follow = {link.id for link in moved.values()}
    actions += [Confirm(link_id) for link_id in sorted(missing - gone - follow)]
    actions += [Cancel(link_id) for link_id in sorted(gone - follow)]
    return _guard(actions, known, settings)


def _gone(links, pages, removed, known, settings):
    """:return: set of ids: what a tombstone names, and what a series that was told as a whole has no more"""
    rebuilt = {series for page in pages for series in page.rebuilt}
    places = {(one.series_id, moment_text(one.recurrence_id)) for one in removed.values() if one.series_id}
    return {
        link.id
        for link in links
        if known.is_removed(link, removed, places) or (link.series_id in rebuilt and _is_in_window(link, settings))
    }


def _is_there(event, removed):
    return event.id not in removed and event.status is not Status.CANCELLED


class _Known:
    def __init__(self, links):
        self.links = sorted(links, key=lambda link: link.id)
        self._by_key = {link.key: link for link in self.links if link.key}
        self._by_identity = {link.identity: link for link in self.links if link.uid}
        self._by_id = {link.remote_id: link for link in self.links if link.remote_id}
        self.by_number = {link.id: link for link in self.links}

    def of(self, event):
        found = self._by_identity.get(identity(event)) or self._by_id.get(event.id)
        return found or (self._by_key.get(event.key) if event.key and not event.series_id else None)

    def is_removed(self, link, removed, places):
        """A series that is gone took its occurrences along; one of them may be told by its place in the series."""
        if link.remote_id in removed:
            return True
        return bool(link.series_id) and (link.series_id in removed or (link.series_id, link.recurrence_id) in places)


def _gather(pages):
    events, removed = {}, {}
    for page in pages:
        removed.update({tombstone.id: tombstone for tombstone in page.removed})
        for event in page.events:
            # Twice, because it changed while the pages were read: the later version.
            other = events.get(event.id)
            if other is None or _version(event) > _version(other):
                events[event.id] = event
    return events, removed


def _version(event):
    return event.updated_at or datetime.min.replace(tzinfo=timezone.utc), event.sequence, event.etag


def _is_complete(pages):
    return bool(pages) and all(page.is_full for page in pages) and any(page.sync_token for page in pages)


def _decide(event, link, settings):
    return _decide_known(event, link) if link else _decide_new(event, settings)


def _decide_known(event, link):
    """The table of a known event; the first line that fits."""
    is_back = link.state == "ended"
    if link.state == "ignored":
        return Ignore(event.id, "removed_here")
    if link.state == "ending":
        return Ignore(event.id, "ending")
    if link.etag and link.etag == event.etag:
        return Ignore(event.id, "known")
    if event.status is Status.CANCELLED:
        return Ignore(event.id, "ended") if is_back else Cancel(link.id)
    if is_withdrawn(event, link):
        return KeepBusy(event.id, None if is_back else link.id)
    return Follow(link.id, event, is_back)


def is_withdrawn(event: Event, link: Link) -> bool:
    """Whether it was made private there, by whom it belongs to: nothing of it may be known here any more."""
    return event.is_private and link.is_foreign and not link.is_private


def _decide_new(event, settings):
    """The table of an unknown event; the first line that fits."""
    guests = people(event)
    is_added = bool(event.series_id) and event.key in settings.series_keys
    reasons = (
        ("own", bool(event.key) and not is_added),
        ("cancelled", event.status is Status.CANCELLED),
        ("past", instant(event.end) <= settings.window.start),
        ("far", instant(event.start) >= settings.window.end),
        ("declined", any(guest.is_self and guest.reply is Reply.DECLINED for guest in event.attendees)),
        ("no_guest", not guests),
    )
    reason = next((name for name, applies in reasons if applies), None)
    if reason:
        return Ignore(event.id, reason)
    if event.is_private:
        return KeepBusy(event.id)
    meeting_id = settings.elsewhere.get(identity(event)) if event.uid else None
    if meeting_id:
        return Join(event, meeting_id)
    if event.is_integration and not is_added:
        return Ignore(event.id, "integration")
    contacts = tuple(sorted(address for address in guests if settings.counts(address)))
    if contacts:
        return Create(event, contacts)
    if all(settings.is_internal(address) for address in guests):
        return Ignore(event.id, "internal")
    if any(settings.is_blocked(address) for address in guests):
        return Ignore(event.id, "blocked")
    return Ignore(event.id, "no_contact")


def instant(moment: datetime | date) -> datetime:
    """For comparing with a window; an all-day event is taken as UTC, which is near enough for that."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), timezone.utc)


def _is_in_window(link, settings):
    """A series made in Odoo is known further ahead than it is read."""
    return link.start is None or settings.window.start <= instant(link.start) < settings.window.end


def _was_there(link):
    """Of an occurrence made in Odoo the series is known before its own name is."""
    return bool(link.remote_id or (link.series_id and link.state == "live"))


def _touches(link, settings):
    """Inside by a day, so that neither zones nor the edge of the window make somebody look missing."""
    if link.start is None:
        return False
    day = timedelta(days=1)
    return max(settings.window.start, settings.now) + day <= instant(link.start) < settings.window.end - day


def _guard(actions, known, settings):
    """A series is one: deleting it takes many occurrences, but it is one decision of one person."""
    ends = [one for one in actions if isinstance(one, Cancel | Confirm)]
    links = [known.by_number[one.link_id] for one in ends]
    decisions = {link.series_id or link.remote_id for link in links}
    if settings.removals_allowed or len(decisions) <= max(MANY, MANY_SHARE * settings.live):
        return Plan(tuple(actions))
    return Plan(
        tuple(one for one in actions if not isinstance(one, Cancel | Confirm)),
        tuple(sorted({link.id for link in links})),
    )


def _ends_link(action):
    return isinstance(action, KeepBusy) and action.link_id is not None


def _in_list(address, entries):
    return address in entries or address.rpartition("@")[2] in entries
