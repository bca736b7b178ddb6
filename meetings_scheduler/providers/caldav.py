"""CalDAV servers: RFC 4791 (calendars), 6578 (sync), 5397 (principal), 6764 (discovery).

The library `caldav` finds the account's calendars; reading and writing go by plain requests here, because it hides what
tells versions and refusals apart. Recurrences are expanded here: not every server does, and a hostile rule is bounded.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone

from . import caldav_event, caldav_sync
from .base import (
    Account,
    CalendarProvider,
    ChangePage,
    Draft,
    Event,
    Period,
    RemoteCalendar,
    Role,
    Tombstone,
    Unreadable,
)
from .caldav_http import CALDAV, DAV, Dav, xml
from .errors import (
    AuthenticationFailed,
    Conflict,
    InvalidResponse,
    NotFound,
    ProviderError,
    RateLimited,
    Unavailable,
)
from .periods import clip_and_merge
from .tokens import seal, unseal
from .transport import Transport

APPLE = "{http://apple.com/ns/ical/}"
ICS = {"Content-Type": "text/calendar; charset=utf-8"}


class CalDAVProvider(CalendarProvider):
    """url: of the server, the principal or the calendar home. zone: of calendars that name none.

    auth: "basic" or "digest". address: the person's mailbox, if the user name is not one.
    """

    name = "caldav"

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        transport: Transport,
        clock: Callable[[], datetime],
        zone: str = "UTC",
        address: str = "",
        auth: str = "basic",
    ):
        self._dav = Dav(url, username, password, transport, clock, auth)
        self._clock, self._zone = clock, zone
        self._address = (address or username).lower()
        self._zones: dict[str, str] | None = None

    def account(self) -> Account:
        self._dav.home()
        return Account(self._address, zone=self._zone)

    def list_calendars(self) -> list[RemoteCalendar]:
        names = [f"{DAV}resourcetype", f"{DAV}displayname", f"{DAV}current-user-privilege-set"]
        names += [f"{CALDAV}supported-calendar-component-set", f"{CALDAV}calendar-timezone", f"{APPLE}calendar-color"]
        answer = self._dav.propfind(self._dav.home(), names, depth=1)
        calendars = [self._calendar(item) for item in answer if _is_event_calendar(item)]
        self._zones = {calendar.id: calendar.zone for calendar in calendars}
        return calendars

    def _calendar(self, item):
        zone = item.element(f"{CALDAV}calendar-timezone")
        color = item.text(f"{APPLE}calendar-color")
        return RemoteCalendar(
            id=item.href,
            name=item.text(f"{DAV}displayname") or item.href.rstrip("/").rpartition("/")[2],
            role=_role(item.element(f"{DAV}current-user-privilege-set")),
            color=color[:7] if color.startswith("#") else "",
            zone=caldav_event.zone_name(zone.text or "") if zone is not None else "",
        )

    def free_busy(self, calendar_ids: Sequence[str], window: Period) -> dict[str, list[Period] | ProviderError]:
        found: dict[str, list[Period] | ProviderError] = {}
        for calendar_id in calendar_ids:
            try:
                found[calendar_id] = self._busy(calendar_id, window)
            except (AuthenticationFailed, RateLimited, Unavailable):
                # Of the server as a whole, not of this calendar.
                raise
            except ProviderError as error:
                found[calendar_id] = error
        return found

    def _busy(self, calendar_id, window):
        zone = self._calendar_zone(calendar_id)
        # All-day events are days of the calendar's zone, the server may filter them in UTC.
        wider = Period(window.start - timedelta(days=1), window.end + timedelta(days=1))
        periods = []
        for item in self._query(calendar_id, wider):
            found = caldav_event.occurrences(item.href, item.etag, item.data, zone, wider, self._address)
            periods += [caldav_event.period(event, zone) for event in found if caldav_event.blocks(event)]
        return clip_and_merge(periods, window)

    def changes(self, calendar_id: str, sync_token: str | None, window: Period) -> Iterator[ChangePage]:
        zone = self._calendar_zone(calendar_id)
        if sync_token:
            known = unseal(sync_token, calendar_id, window)
            steps = caldav_sync.since(self._dav, calendar_id, known)
        else:
            # Before the data: what changes in between is told twice rather than never.
            token = caldav_sync.start(self._dav, calendar_id)
            steps = [caldav_sync.Step(items=self._query(calendar_id, window), token=token)]
        for step in steps:
            yield self._page(step, zone, window, calendar_id, is_full=not sync_token)

    def _page(self, step, zone, window, calendar_id, is_full):
        events, unreadable, rebuilt = [], [], set()
        for item in step.items:
            try:
                events += caldav_event.occurrences(
                    item.href, item.etag, item.data, zone, window, self._address, also_outside=not is_full
                )
                rebuilt.add(item.href)
            except InvalidResponse as error:
                unreadable.append(Unreadable(item.href, str(error)))
        return ChangePage(
            events=tuple(events),
            removed=tuple(Tombstone(href) for href in step.removed),
            unreadable=tuple(unreadable),
            rebuilt=frozenset(rebuilt),
            is_full=is_full,
            sync_token=seal(step.token, calendar_id, window) if step.token else None,
        )

    def get_event(self, calendar_id: str, event_id: str) -> Event:
        href, _, occurrence = event_id.partition("#")
        etag, data = self._get(href)
        event = caldav_event.one(href, etag, data, self._calendar_zone(calendar_id), self._address, occurrence)
        if event is None:
            raise NotFound("There is no such event.", "event")
        return event

    def find_event(self, calendar_id: str, key: str) -> Event | None:
        try:
            event = self.get_event(calendar_id, _href(calendar_id, key))
        except NotFound:
            return None
        return event if event.key == key else None

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
        if event_id is None and etag is None:
            return self._create(calendar_id, draft, key, notify)
        if event_id is None or etag is None:
            raise ValueError("a change needs both the event and the version it was read in")
        href, _, occurrence = event_id.partition("#")
        current_etag, data = self._get(href)
        zone = self._calendar_zone(calendar_id)
        current = caldav_event.one(href, current_etag, data, zone, self._address, occurrence)
        if current is None:
            raise NotFound("There is no such event.", "event")
        if draft.revision and current.revision == draft.revision:
            return current
        if current_etag != etag:
            raise Conflict("The event was changed since it was read.", "etag")
        changed = caldav_event.rewrite(data, draft, key, self._address, self._clock(), notify, occurrence)
        return self._put(calendar_id, event_id, changed, {"If-Match": etag})

    def _create(self, calendar_id, draft, key, notify):
        href = _href(calendar_id, key)
        data = caldav_event.write(draft, key, _digest(key), self._address, self._clock(), notify)
        try:
            return self._put(calendar_id, href, data, {"If-None-Match": "*"})
        except Conflict:
            event = self.get_event(calendar_id, href)
            if event.key != key:
                raise
            return event

    def _put(self, calendar_id, event_id, data, condition):
        href, _, occurrence = event_id.partition("#")
        answer = self._dav.send("PUT", href, data, {**ICS, **condition})
        etag = answer.headers.get("etag", "")
        if not etag or etag.startswith("W/"):
            # The server rewrote it, or does not say (RFC 4791, 5.3.4): only reading tells what it has now.
            return self.get_event(calendar_id, event_id)
        return caldav_event.one(href, etag, data, self._calendar_zone(calendar_id), self._address, occurrence)

    def delete_event(self, calendar_id: str, event_id: str, *, etag: str | None = None, notify: bool = True) -> None:
        href, _, occurrence = event_id.partition("#")
        try:
            if occurrence:
                self._delete_occurrence(calendar_id, event_id, etag)
            else:
                self._dav.send("DELETE", href, headers={"If-Match": etag} if etag else None)
        except NotFound:
            return
        except Conflict:
            # Some answer 412 also for what is not there.
            if self._exists(href):
                raise

    def _delete_occurrence(self, calendar_id, event_id, etag):
        """Its series stays, so this is a change of it."""
        href, _, occurrence = event_id.partition("#")
        self.get_event(calendar_id, event_id)
        current_etag, data = self._get(href)
        changed = caldav_event.without_occurrence(data, occurrence)
        self._dav.send("PUT", href, changed, {**ICS, "If-Match": etag or current_etag})

    def create_calendar(self, name: str, zone: str = "UTC", *, key: str = "") -> RemoteCalendar:
        href = f"{self._dav.home().rstrip('/')}/{key or uuid.uuid4()}/"
        made = next((one for one in self.list_calendars() if one.id == href), None) if key else None
        if made:
            return made
        properties = [
            xml(f"{DAV}displayname", name),
            xml(f"{CALDAV}calendar-timezone", caldav_event.zone_object(zone)),
            xml(f"{CALDAV}supported-calendar-component-set", xml(f"{CALDAV}comp", name="VEVENT")),
        ]
        body = xml(f"{CALDAV}mkcalendar", xml(f"{DAV}set", xml(f"{DAV}prop", *properties)))
        self._dav.send("MKCALENDAR", href, body)
        self._zones = None
        return RemoteCalendar(href, name, Role.OWNER, zone=zone)

    def delete_calendar(self, calendar_id: str) -> None:
        try:
            self._dav.send("DELETE", calendar_id)
        except NotFound:
            return

    def _exists(self, href):
        try:
            self._get(href)
        except NotFound:
            return False
        return True

    def _get(self, href):
        answer = self._dav.send("GET", href)
        if not answer.headers.get("etag"):
            raise InvalidResponse("The server gives its events no version.", "no_etag")
        return answer.headers["etag"], answer.body

    def _query(self, calendar_id, window):
        """RFC 4791, 7.8: what touches the window, series as they are stored."""
        limits = {"start": _stamp(window.start), "end": _stamp(window.end)}
        events = xml(f"{CALDAV}comp-filter", xml(f"{CALDAV}time-range", **limits), name="VEVENT")
        body = xml(
            f"{CALDAV}calendar-query",
            xml(f"{DAV}prop", xml(f"{DAV}getetag"), xml(f"{CALDAV}calendar-data")),
            xml(f"{CALDAV}filter", xml(f"{CALDAV}comp-filter", events, name="VCALENDAR")),
        )
        return self._dav.report(calendar_id, body, depth=1).members()

    def _calendar_zone(self, calendar_id):
        if self._zones is None:
            self.list_calendars()
        return self._zones.get(calendar_id) or self._zone


def _is_event_calendar(item):
    kinds = item.element(f"{DAV}resourcetype")
    components = item.element(f"{CALDAV}supported-calendar-component-set")
    if kinds is None or kinds.find(f"{CALDAV}calendar") is None:
        return False
    return components is None or any(one.get("name") == "VEVENT" for one in components) or not len(components)


def _role(privileges):
    """RFC 3744, 5.5. A server that does not tell lets its own users do what they like in their home."""
    if privileges is None:
        return Role.OWNER
    names = {one.tag for one in privileges.iter()}
    if names & {f"{DAV}all", f"{DAV}write-acl", f"{DAV}unbind"} or {f"{DAV}write"} <= names:
        return Role.OWNER
    if f"{DAV}write-content" in names:
        return Role.WRITER
    return Role.READER if f"{DAV}read" in names else Role.FREE_BUSY


def _digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


def _href(calendar_id, key):
    """The same key gives the same address, where `If-None-Match: *` lets only the first one in."""
    return f"{calendar_id.rstrip('/')}/{_digest(key)}.ics"


def _stamp(moment):
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
