"""A calendar server in memory: what the others are measured against, and what tests and demos run on without a network.

`MemoryServer` is the server, `MemoryProvider` one account at it. It behaves as `base` promises and no better.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from itertools import count
from zoneinfo import ZoneInfo

from .base import (
    Account,
    CalendarProvider,
    ChangePage,
    Channel,
    Draft,
    Event,
    Notification,
    Period,
    PushProvider,
    RemoteCalendar,
    Reply,
    Role,
    Status,
    Tombstone,
)
from .errors import (
    AuthenticationFailed,
    Conflict,
    NotFound,
    PermissionDenied,
    ProviderError,
    SyncTokenExpired,
)
from .periods import clip_and_merge
from .recurrence import expand
from .tokens import seal, unseal

PAGE = 100
LONGEST_CHANNEL = 7 * 86_400


@dataclass
class MemoryCalendar:
    """roles: by address. events: by id. changed: the server's version at which each event last changed or went."""

    id: str
    name: str
    zone: str
    roles: dict[str, Role]
    primary_of: str = ""
    events: dict[str, Event] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)

    def find(self, event_id: str) -> Event:
        """The event or occurrence. Raises NotFound."""
        event = self.events.get(event_id)
        series = self.events.get(event_id.rpartition("_")[0])
        if event is None and series is not None and series.recurrence:
            moment = datetime.strptime(event_id.rpartition("_")[2], "%Y%m%dT%H%M").replace(tzinfo=timezone.utc)
            window = Period(moment - timedelta(days=2), moment + timedelta(days=2))
            event = next((one for one in _by_rule(series, self.zone, window) if one.id == event_id), None)
        if event is None or event.status is Status.CANCELLED:
            raise NotFound("There is no such event.", "event")
        return event

    def occurrences(self, event: Event, window: Period) -> list[Event]:
        """What of an event or series is in the window; exceptions stand in for what they replace."""
        exceptions = [one for one in self.events.values() if one.series_id == event.id]
        replaced = {one.id for one in exceptions}
        regular = [one for one in _by_rule(event, self.zone, window) if one.id not in replaced]
        kept = [one for one in exceptions if one.status is not Status.CANCELLED]
        return regular + [one for one in kept if _touches(one, self.zone, window)]


class MemoryServer:
    """clock: returns aware UTC. writes: how often an account changed something. mails: (recipients, summary)."""

    def __init__(self, clock: Callable[[], datetime]):
        self.clock = clock
        self.calendars: dict[str, MemoryCalendar] = {}
        self.channels: dict[str, Channel] = {}
        self.revoked: set[str] = set()
        self.writes = 0
        self.mails: list[tuple[tuple[str, ...], str]] = []
        self.oldest_token = 0
        self._versions = count(1)
        self._ids = count(1)
        self.version = 0

    def add_account(self, address: str, zone: str = "UTC") -> None:
        self.calendars[address] = MemoryCalendar(address, address, zone, {address: Role.OWNER}, primary_of=address)

    def add_calendar(self, owner: str, name: str, zone: str = "UTC", calendar_id: str = "") -> str:
        calendar_id = calendar_id or f"calendar-{next(self._ids)}"
        self.calendars[calendar_id] = MemoryCalendar(calendar_id, name, zone, {owner: Role.OWNER})
        return calendar_id

    def store(self, calendar_id: str, event: Event) -> Event:
        """Put an event as its user would, giving it an id and a new version."""
        self.version = next(self._versions)
        event_id = event.id or f"event-{next(self._ids)}"
        stored = replace(
            event,
            id=event_id,
            uid=event.uid or f"{event_id}@memory.example",
            etag=f'"{self.version}"',
            updated_at=self.clock(),
        )
        calendar = self.calendars[calendar_id]
        calendar.events[event_id] = stored
        calendar.changed[event.series_id or event_id] = self.version
        return stored

    def remove(self, calendar_id: str, event_id: str) -> None:
        """An event, a series with its exceptions, or one occurrence."""
        calendar = self.calendars[calendar_id]
        event = calendar.find(event_id)
        if event.series_id:
            # Kept as an exception, so that the rule does not bring it back.
            self.store(calendar_id, replace(event, status=Status.CANCELLED))
            return
        self.version = next(self._versions)
        for one in [one for one in calendar.events.values() if event_id in (one.id, one.series_id)]:
            del calendar.events[one.id]
        calendar.changed[event_id] = self.version

    def forget_tokens(self) -> None:
        self.oldest_token = self.version + 1
        self.version = next(self._versions)


class MemoryProvider(CalendarProvider, PushProvider):
    name = "memory"

    def __init__(self, server: MemoryServer, address: str):
        self._server, self._address = server, address

    def account(self) -> Account:
        self._sign_in()
        return Account(self._address, zone=self._server.calendars[self._address].zone)

    def list_calendars(self) -> list[RemoteCalendar]:
        self._sign_in()
        return [
            RemoteCalendar(
                calendar.id,
                calendar.name,
                calendar.roles[self._address],
                is_primary=calendar.primary_of == self._address,
                zone=calendar.zone,
            )
            for calendar in self._server.calendars.values()
            if self._address in calendar.roles
        ]

    def free_busy(self, calendar_ids: Sequence[str], window: Period) -> dict[str, list[Period] | ProviderError]:
        self._sign_in()
        found: dict[str, list[Period] | ProviderError] = {}
        for calendar_id in calendar_ids:
            try:
                calendar = self._calendar(calendar_id, Role.FREE_BUSY)
                found[calendar_id] = clip_and_merge(_busy(calendar, window), window)
            except ProviderError as error:
                found[calendar_id] = error
        return found

    def changes(self, calendar_id: str, sync_token: str | None, window: Period) -> Iterator[ChangePage]:
        since = int(unseal(sync_token, calendar_id, window)) if sync_token else 0
        calendar = self._calendar(calendar_id, Role.READER)
        if sync_token and since < self._server.oldest_token:
            raise SyncTokenExpired("The token is too old.", "forgotten")
        token = seal(str(self._server.version), calendar_id, window)
        # An exception counts as a change of its series, which is then told as a whole.
        ids = [event_id for event_id, version in calendar.changed.items() if version > since]
        if not sync_token:
            ids = [event_id for event_id in ids if event_id in calendar.events]
        pages = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)] or [[]]
        for number, some in enumerate(pages, 1):
            stored = [calendar.events[event_id] for event_id in some if event_id in calendar.events]
            yield ChangePage(
                events=tuple(one for event in stored for one in _told(calendar, event, window, bool(sync_token))),
                removed=tuple(Tombstone(event_id) for event_id in some if event_id not in calendar.events),
                rebuilt=frozenset(event.id for event in stored),
                is_full=not sync_token,
                sync_token=token if number == len(pages) else None,
            )

    def get_event(self, calendar_id: str, event_id: str) -> Event:
        return self._calendar(calendar_id, Role.READER).find(event_id)

    def find_event(self, calendar_id: str, key: str) -> Event | None:
        events = self._calendar(calendar_id, Role.READER).events.values()
        return next((event for event in events if event.key == key and event.status is not Status.CANCELLED), None)

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
        self._calendar(calendar_id, Role.WRITER)
        if event_id is None and etag is None:
            return self.find_event(calendar_id, key) or self._write(calendar_id, _event(draft, key), notify)
        if event_id is None or etag is None:
            raise ValueError("a change needs both the event and the version it was read in")
        current = self.get_event(calendar_id, event_id)
        if draft.revision and current.revision == draft.revision:
            return current
        if current.etag != etag:
            raise Conflict("The event was changed since it was read.", "etag")
        changed = _event(draft, key)
        replies = {guest.email: guest.reply for guest in current.attendees}
        kept = replace(
            changed,
            id=current.id,
            uid=current.uid,
            series_id=current.series_id,
            recurrence_id=current.recurrence_id,
            sequence=max(changed.sequence, current.sequence),
            conference_url=current.conference_url or changed.conference_url,
            attendees=tuple(replace(one, reply=replies.get(one.email, one.reply)) for one in changed.attendees),
        )
        return self._write(calendar_id, kept, notify)

    def delete_event(self, calendar_id: str, event_id: str, *, etag: str | None = None, notify: bool = True) -> None:
        self._calendar(calendar_id, Role.WRITER)
        try:
            current = self.get_event(calendar_id, event_id)
        except NotFound:
            return
        if etag and current.etag != etag:
            raise Conflict("The event was changed since it was read.", "etag")
        self._server.remove(calendar_id, event_id)
        self._wrote(current, notify)

    def create_calendar(self, name: str, zone: str = "UTC", *, key: str = "") -> RemoteCalendar:
        calendar_id = f"calendar-{key}" if key else ""
        made = next((one for one in self.list_calendars() if one.id == calendar_id), None)
        if made:
            return made
        self._server.writes += 1
        made_id = self._server.add_calendar(self._address, name, zone, calendar_id)
        return RemoteCalendar(made_id, name, Role.OWNER, zone=zone)

    def delete_calendar(self, calendar_id: str) -> None:
        self._sign_in()
        if calendar_id in self._server.calendars:
            self._calendar(calendar_id, Role.OWNER)
            self._server.writes += 1
            del self._server.calendars[calendar_id]

    def subscribe(self, calendar_id: str, address: str, *, channel_id: str, token: str, lifetime: int) -> Channel:
        self._calendar(calendar_id, Role.READER)
        ends = self._server.clock() + timedelta(seconds=min(lifetime, LONGEST_CHANNEL))
        channel = Channel(channel_id, calendar_id, f"resource-{calendar_id}", token, ends)
        self._server.channels[channel_id] = channel
        return channel

    def unsubscribe(self, channel: Channel) -> None:
        self._sign_in()
        self._server.channels.pop(channel.id, None)

    @staticmethod
    def read_push(headers: Mapping[str, str], body: bytes) -> list[Notification]:
        given = {name.lower(): value for name, value in headers.items()}
        if "x-memory-channel" not in given:
            return []
        return [Notification(given["x-memory-channel"], given.get("x-memory-token", ""))]

    def _sign_in(self):
        if self._address in self._server.revoked:
            raise AuthenticationFailed("The consent was taken back.", "revoked")

    def _calendar(self, calendar_id, needed):
        self._sign_in()
        calendar = self._server.calendars.get(calendar_id)
        role = calendar and calendar.roles.get(self._address)
        if not role:
            raise NotFound("There is no such calendar.", "calendar")
        if _RANK.index(role) < _RANK.index(needed):
            raise PermissionDenied(f"This needs {needed.value}, the account is {role.value}.", "role")
        return calendar

    def _write(self, calendar_id, event, notify):
        stored = self._server.store(calendar_id, event)
        self._wrote(stored, notify)
        return stored

    def _wrote(self, event, notify):
        self._server.writes += 1
        if notify and event.attendees:
            self._server.mails.append((tuple(guest.email for guest in event.attendees), event.summary))


_RANK = [Role.FREE_BUSY, Role.READER, Role.WRITER, Role.OWNER]


def _event(draft, key):
    room = hashlib.sha256(key.encode()).hexdigest()[:10]
    return Event(
        id="",
        uid=draft.uid,
        etag="",
        start=_utc(draft.start),
        end=_utc(draft.end),
        zone=draft.zone,
        recurrence=draft.recurrence,
        sequence=draft.sequence,
        status=draft.status,
        is_busy=draft.is_busy,
        is_private=draft.is_private,
        summary=draft.summary,
        description=draft.description,
        location=draft.location,
        attendees=tuple(replace(guest, email=guest.email.lower()) for guest in draft.attendees),
        conference_url=f"https://meet.memory.example/{room}" if draft.wants_conference else "",
        key=key,
        revision=draft.revision,
        is_integration=True,
    )


def _told(calendar, event, window, is_change):
    """One that was moved out of the window is told all the same: else it would be believed where it was."""
    return calendar.occurrences(event, window) or ([event] if is_change and not event.recurrence else [])


def _by_rule(event, zone, window):
    if not event.recurrence:
        return [event] if _touches(event, zone, window) else []
    length = event.end - event.start
    starts = [_utc(start) for start in expand(event.start, length, event.recurrence, event.zone or zone, window)]
    return [
        replace(
            event,
            id=f"{event.id}_{start:%Y%m%dT%H%M}",
            start=start,
            end=start + length,
            series_id=event.id,
            recurrence_id=start,
            recurrence=(),
        )
        for start in starts
    ]


def _busy(calendar, window):
    for event in calendar.events.values():
        if event.series_id:
            continue
        for one in calendar.occurrences(event, window):
            declined = any(guest.is_self and guest.reply is Reply.DECLINED for guest in one.attendees)
            if one.is_busy and one.status is not Status.CANCELLED and not declined:
                yield Period(_instant(one.start, calendar.zone), _instant(one.end, calendar.zone))


def _touches(event, zone, window):
    return _instant(event.start, zone) < window.end and _instant(event.end, zone) > window.start


def _utc(moment: datetime | date):
    return moment.astimezone(timezone.utc) if isinstance(moment, datetime) else moment


def _instant(moment, zone):
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), ZoneInfo(zone)).astimezone(timezone.utc)
