"""What a calendar server is asked and what it answers, whatever its protocol (ARCHITECTURE.md, Providers).

Instants are aware UTC, days of all-day events are dates (the end excluded), zones are IANA names, addresses lower case.
Everything here raises the family of `errors` only. Adapters never retry: whoever calls knows how long there is to wait.
A server that can't do something has an adapter without that ABC; no method refuses by being called.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from .errors import ProviderError


class Role(str, Enum):
    """What the account may do with a calendar; free/busy-only ones can't be linked (MISSION.md, M30)."""

    OWNER = "owner"
    WRITER = "writer"
    READER = "reader"
    FREE_BUSY = "free_busy"


class Status(str, Enum):
    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Reply(str, Enum):
    """RFC 5545, 3.2.12 (PARTSTAT)."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class Period(NamedTuple):
    """Half-open, aware UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Account:
    """address: the mailbox signed in; zone: "" if the server does not tell."""

    address: str
    name: str = ""
    zone: str = ""


@dataclass(frozen=True)
class RemoteCalendar:
    """id: opaque, stays the same when the calendar is renamed. color: #rrggbb or ""."""

    id: str
    name: str
    role: Role
    is_primary: bool = False
    color: str = ""
    zone: str = ""

    @property
    def is_writable(self) -> bool:
        return self.role in (Role.OWNER, Role.WRITER)

    @property
    def shows_details(self) -> bool:
        return self.role is not Role.FREE_BUSY


@dataclass(frozen=True)
class Attendee:
    """A guest, or the organizer. is_self: the account that is connected."""

    email: str
    name: str = ""
    reply: Reply = Reply.NEEDS_ACTION
    is_optional: bool = False
    is_resource: bool = False
    is_self: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An event as it should become. `update` replaces what is named here and leaves the rest of the remote event alone.

    start, end: aware, or dates for all-day. zone: where the wall clock is kept, for recurrences and for display.
    recurrence: RFC 5545 lines ("RRULE:FREQ=WEEKLY;COUNT=3"). uid: for a server that lets us choose it.
    hides_guests: each guest sees only themselves and the organizer, where the server can do that.
    wants_conference: ask the server for a link of its own (Meet, Teams); one that has none ignores it.
    revision: names this state of the event. Stored with it, so that a repeat of a write whose answer was lost is
    recognised and not written twice.
    """

    start: datetime | date
    end: datetime | date
    summary: str
    description: str = ""
    location: str = ""
    zone: str = "UTC"
    attendees: tuple[Attendee, ...] = ()
    is_busy: bool = True
    is_private: bool = False
    status: Status = Status.CONFIRMED
    recurrence: tuple[str, ...] = ()
    sequence: int = 0
    uid: str = ""
    hides_guests: bool = False
    wants_conference: bool = False
    revision: str = ""


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event, or one occurrence of a series, as the server has it.

    id: what get, put and delete take. uid: the same in every attendee's calendar. etag: changes with the event.
    series_id, recurrence_id: of an occurrence, the id of its series and when it was meant to start by the rule.
    recurrence: of a series read by `get_event`. key, revision: ours, "" on events this product did not make.
    is_integration: another program made it for the user (MISSION.md, M22). is_organizer: the account invites to it.
    is_private: title and people must not be stored. description: untrusted, may be HTML. has_all_guests: whether
    `attendees` are all of them; of a large event a server may leave out some.
    """

    id: str
    uid: str
    etag: str
    start: datetime | date
    end: datetime | date
    zone: str = ""
    series_id: str = ""
    recurrence_id: datetime | date | None = None
    recurrence: tuple[str, ...] = ()
    sequence: int = 0
    status: Status = Status.CONFIRMED
    is_busy: bool = True
    is_private: bool = False
    summary: str = ""
    description: str = ""
    location: str = ""
    organizer: Attendee | None = None
    is_organizer: bool = True
    attendees: tuple[Attendee, ...] = ()
    has_all_guests: bool = True
    conference_url: str = ""
    web_url: str = ""
    updated_at: datetime | None = None
    key: str = ""
    revision: str = ""
    is_integration: bool = False

    @property
    def is_all_day(self) -> bool:
        return not isinstance(self.start, datetime)


@dataclass(frozen=True)
class Tombstone:
    """The server says this event, this occurrence, or this series with all its occurrences, is gone.

    uid: "" if the server tells only the id.
    """

    id: str
    uid: str = ""
    series_id: str = ""
    recurrence_id: datetime | date | None = None


@dataclass(frozen=True)
class Unreadable:
    """One item of a page that makes no sense; the others stand."""

    id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangePage:
    """One page of what changed. Only `removed` is a deletion; an event that is on no page is not therefore gone.

    rebuilt: ids of which `events` holds all there is in the window, because the server answered about each as a whole:
    a known occurrence with such a series_id that is missing on this page is gone.
    is_full: part of a full read (there was no token), whose events may all be known already.
    sync_token: None but on the last page. Save it in one transaction with the data of all pages, or not at all.
    """

    events: tuple[Event, ...] = ()
    removed: tuple[Tombstone, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    rebuilt: frozenset[str] = frozenset()
    is_full: bool = False
    sync_token: str | None = None


@dataclass(frozen=True)
class Channel:
    """A promise of the server to call `address` when the calendar changes, until expires_at (aware UTC).

    resource_id: the server's own name for it. token: what it must send along, so that nobody else can.
    """

    id: str
    calendar_id: str
    resource_id: str
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Notification:
    """What a call of the server claims. Compare the token, then read the calendar: nothing in here is to be believed.

    is_handshake: sent once when the channel is made. is_lost: the server skipped some and wants a read.
    """

    channel_id: str
    token: str
    is_handshake: bool = False
    is_lost: bool = False


class CalendarProvider(ABC):
    """One account at one calendar server. Not safe to share between threads."""

    name: str

    @abstractmethod
    def account(self) -> Account:
        """Who is signed in."""

    @abstractmethod
    def list_calendars(self) -> list[RemoteCalendar]:
        """Every calendar the account can reach, all pages of it, or an error."""

    @abstractmethod
    def free_busy(self, calendar_ids: Sequence[str], window: Period) -> dict[str, list[Period] | ProviderError]:
        """Busy time, merged and clipped to the window, one entry for every id asked.

        A calendar that can't be read has its error for an answer, never an empty list. An error of the account or the
        server as a whole is raised.
        """

    @abstractmethod
    def changes(self, calendar_id: str, sync_token: str | None, window: Period) -> Iterator[ChangePage]:
        """What changed since the token was given, or everything in the window; series as their occurrences.

        A token holds for the calendar and window it was first given with: pass the same window again, until a new one
        is due, then read in full. Raises SyncTokenExpired before the first page if it does not fit.
        """

    @abstractmethod
    def get_event(self, calendar_id: str, event_id: str) -> Event:
        """One event as it is now. NotFound is proof that it is gone (a cancelled one is gone too)."""

    @abstractmethod
    def find_event(self, calendar_id: str, key: str) -> Event | None:
        """The event this product made under that key, if it is there."""

    @abstractmethod
    def put_event(
        self,
        calendar_id: str,
        draft: Draft,
        *,
        key: str,
        event_id: str | None = None,
        etag: str | None = None,
        notify: bool = True,
    ) -> Event:
        """Create under `key` (neither event_id nor etag), or change the version `etag` of `event_id`.

        Harmless to repeat: a key whose event is there, or a revision that is already stored, is answered with the
        event as it is and writes nothing. Raises Conflict if another version is there, NotFound if it is gone.
        The id of an occurrence changes that one only, the id of a series all that have no change of their own.
        notify: let the server tell the guests, where it does that.
        """

    @abstractmethod
    def delete_event(self, calendar_id: str, event_id: str, *, etag: str | None = None, notify: bool = True) -> None:
        """Remove it: an event, a whole series, or one occurrence. Gone already is success.

        With an etag, Conflict if another version is there.
        """

    @abstractmethod
    def create_calendar(self, name: str, zone: str = "UTC", *, key: str = "") -> RemoteCalendar:
        """A further calendar of the account, owned by it.

        Harmless to repeat under the same key (letters, digits and dashes): the calendar made with it is the answer as
        long as it is there, whatever its user calls it by now. Without a key each call makes another one.
        """

    @abstractmethod
    def delete_calendar(self, calendar_id: str) -> None:
        """Remove a calendar made by `create_calendar` with all that is in it; gone already is success."""


class ReplyProvider(ABC):
    """A server that takes the account's own answer to an invitation of somebody else, and tells who invited."""

    @abstractmethod
    def reply(self, calendar_id: str, event_id: str, reply: Reply) -> Event:
        """Answers; nothing else of the event changes. Raises Rejected if the account is not invited, NotFound if it is
        gone, Conflict if it was changed at the same moment.
        """


class PushProvider(ABC):
    """A server that calls when something changed. A hint only: polling alone has to converge too."""

    @abstractmethod
    def subscribe(self, calendar_id: str, address: str, *, channel_id: str, token: str, lifetime: int) -> Channel:
        """Ask for calls to `address` (https) for at most `lifetime` seconds; the server may choose less.

        To renew, subscribe anew under another id before the old channel ends, then unsubscribe the old one.
        """

    @abstractmethod
    def unsubscribe(self, channel: Channel) -> None:
        """Ended already is success."""

    @staticmethod
    @abstractmethod
    def read_push(headers: Mapping[str, str], body: bytes) -> list[Notification]:
        """What the server's call says; [] for one that is none. Header names in any case."""
