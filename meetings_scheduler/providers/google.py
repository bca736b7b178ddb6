"""Google Calendar API v3: https://developers.google.com/workspace/calendar/api/v3/reference

The library builds the requests from the discovery document in its wheel; they travel by our transport.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from googleapiclient import discovery
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from . import google_event
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
    ReplyProvider,
    Role,
    Unreadable,
)
from .errors import Conflict, InvalidResponse, NotFound, ProviderError, Rejected, SyncTokenExpired
from .google_errors import busy_error, explain
from .google_http import GoogleHttp
from .oauth import TokenSource
from .periods import clip_and_merge, split
from .tokens import seal, unseal
from .transport import Transport

DEFAULT_ROOT = "https://www.googleapis.com"
CALENDARS_A_QUERY = 50
# Google refuses free/busy of more than three months or so; it names no figure.
LONGEST_QUERY = timedelta(days=80)
# The most Google allows; if that is more than the transport lets through, a page that surely is not.
PAGE_SIZES = (2500, 100)
GENERATIONS = 8
ROLES = {
    "owner": Role.OWNER,
    "writer": Role.WRITER,
    "writerWithoutPrivateAccess": Role.WRITER,
    "reader": Role.READER,
    "freeBusyReader": Role.FREE_BUSY,
}


class GoogleProvider(CalendarProvider, PushProvider, ReplyProvider):
    """clock: returns aware UTC. api_root: system parameter `meetings_scheduler.google_api_root`."""

    name = "google"

    def __init__(
        self,
        credentials: TokenSource,
        transport: Transport,
        clock: Callable[[], datetime],
        api_root: str = DEFAULT_ROOT,
    ):
        self._clock = clock
        self._http = GoogleHttp(credentials, transport)
        self._api = discovery.build_from_document(
            get_static_doc("calendar", "v3"),
            http=self._http,
            client_options={"api_endpoint": f"{api_root.rstrip('/')}/calendar/v3/"},
        )

    def account(self) -> Account:
        primary = self._call(self._api.calendarList().get(calendarId="primary"))
        return Account(_text(primary, "id").lower(), zone=primary.get("timeZone", ""))

    def list_calendars(self) -> list[RemoteCalendar]:
        calendars = [_calendar(item) for item in self._calendar_items()]
        if not any(calendar.is_primary for calendar in calendars):
            # Every account has one: a list without it is not the list.
            raise InvalidResponse("Google lists no main calendar.", "no_primary")
        return calendars

    def _calendar_items(self, **query):
        items, token = [], None
        while True:
            page = self._call(self._api.calendarList().list(maxResults=250, pageToken=token, **query))
            items += [item for item in _items(page) if not item.get("deleted")]
            token = _next_page(page, token)
            if not token:
                return items

    def free_busy(self, calendar_ids: Sequence[str], window: Period) -> dict[str, list[Period] | ProviderError]:
        found: dict[str, list[Period] | ProviderError] = {}
        ids = list(dict.fromkeys(calendar_ids))
        for start in range(0, len(ids), CALENDARS_A_QUERY):
            some = ids[start : start + CALENDARS_A_QUERY]
            for part in split(window, LONGEST_QUERY):
                for calendar_id, busy in self._query_busy(some, part).items():
                    known = found.setdefault(calendar_id, [])
                    if isinstance(busy, ProviderError) or isinstance(known, ProviderError):
                        found[calendar_id] = busy if isinstance(busy, ProviderError) else known
                    else:
                        known.extend(busy)
        return {
            calendar_id: busy if isinstance(busy, ProviderError) else clip_and_merge(busy, window)
            for calendar_id, busy in found.items()
        }

    def _query_busy(self, ids, window):
        body = {
            "timeMin": google_event.stamp(window.start),
            "timeMax": google_event.stamp(window.end),
            "items": [{"id": calendar_id} for calendar_id in ids],
            "calendarExpansionMax": CALENDARS_A_QUERY,
        }
        answers = self._call(self._api.freebusy().query(body=body)).get("calendars")
        if not isinstance(answers, dict):
            raise InvalidResponse("Google's free/busy answer has no calendars.", "shape")
        return {calendar_id: self._busy(calendar_id, answers.get(calendar_id)) for calendar_id in ids}

    def _busy(self, calendar_id, answer):
        if isinstance(answer, dict) and answer.get("errors"):
            return busy_error(calendar_id, answer["errors"])
        try:
            return [google_event.period(item) for item in answer["busy"]]
        except (KeyError, TypeError, ValueError):
            return InvalidResponse(f"Google did not say when {calendar_id} is busy.", "shape")

    def changes(self, calendar_id: str, sync_token: str | None, window: Period) -> Iterator[ChangePage]:
        query = {"calendarId": calendar_id, "singleEvents": True}
        if sync_token:
            query["syncToken"] = unseal(sync_token, calendar_id, window)
        else:
            query.update(timeMin=google_event.stamp(window.start), timeMax=google_event.stamp(window.end))
        for size in PAGE_SIZES:
            try:
                yield from self._pages({**query, "maxResults": size}, calendar_id, window)
                return
            except InvalidResponse as error:
                # From the start again: whether a page token survives another page size is not said.
                if error.code != "too_large" or size == PAGE_SIZES[-1]:
                    raise

    def _pages(self, query, calendar_id, window):
        token = None
        while True:
            try:
                page = self._call(self._api.events().list(**query, pageToken=token))
            except NotFound as error:
                # 410 is about the token, 404 about the calendar.
                if error.code not in ("fullSyncRequired", "updatedMinTooLongAgo", "410"):
                    raise
                raise SyncTokenExpired("Google no longer knows the sync token.", error.code) from error
            except Rejected as error:
                if "syncToken" not in query:
                    raise
                raise SyncTokenExpired("Google does not accept the sync token.", error.code) from error
            token = _next_page(page, token)
            sync_token = page.get("nextSyncToken")
            if not token and not sync_token:
                raise InvalidResponse("Google's last page has no sync token.", "no_sync_token")
            yield _change_page(
                page,
                is_full="syncToken" not in query,
                sync_token=None if token else seal(sync_token, calendar_id, window),
            )
            if not token:
                return

    def get_event(self, calendar_id: str, event_id: str) -> Event:
        return google_event.read(self._get(calendar_id, event_id))

    def _get(self, calendar_id, event_id):
        item = self._call(self._api.events().get(calendarId=calendar_id, eventId=event_id))
        if item.get("status") == "cancelled":
            raise NotFound("The event is deleted.", "cancelled")
        return item

    def find_event(self, calendar_id: str, key: str) -> Event | None:
        mark = f"{google_event.KEY}={key}"
        page = self._call(self._api.events().list(calendarId=calendar_id, privateExtendedProperty=mark, maxResults=10))
        events = [google_event.read(item) for item in _items(page) if item.get("status") != "cancelled"]
        return next((event for event in events if event.key == key), None)

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
        options = {
            "calendarId": calendar_id,
            "sendUpdates": "all" if notify else "none",
            "conferenceDataVersion": 1,
        }
        body = google_event.write(draft, key)
        if event_id is None and etag is None:
            return self._create(body, key, options)
        if event_id is None or etag is None:
            raise ValueError("a change needs both the event and the version it was read in")
        return self._update(body, draft, event_id, etag, options)

    def _create(self, body, key, options):
        for generation in range(GENERATIONS):
            event_id = client_id(key, generation)
            try:
                request = self._api.events().insert(**options, body={**body, "id": event_id})
                return google_event.read(self._call(request))
            except Conflict:
                # The id is taken: by our own earlier try, or by one that was deleted since and keeps its id for good.
                event = self._ours(options["calendarId"], event_id, key)
                if event:
                    return event
        raise Conflict("Every id for this event has been used and deleted.", "ids_used_up")

    def _ours(self, calendar_id, event_id, key):
        try:
            event = google_event.read(self._get(calendar_id, event_id))
        except NotFound:
            return None
        return event if event.key == key else None

    def _update(self, body, draft, event_id, etag, options):
        # Read first: guests' replies would be lost, as a list is replaced as a whole, and a repeat is recognised.
        current = self._get(options["calendarId"], event_id)
        if draft.revision and google_event.read(current).revision == draft.revision:
            return google_event.read(current)
        if current.get("etag") != etag:
            raise Conflict("The event was changed since it was read.", "etag")
        body = google_event.keep_remote(body, current)
        request = self._api.events().patch(**options, eventId=event_id, body=body)
        request.headers["If-Match"] = etag
        return google_event.read(self._call(request))

    def delete_event(self, calendar_id: str, event_id: str, *, etag: str | None = None, notify: bool = True) -> None:
        request = self._api.events().delete(
            calendarId=calendar_id, eventId=event_id, sendUpdates="all" if notify else "none"
        )
        if etag:
            request.headers["If-Match"] = etag
        self._call_unless_gone(request)

    def reply(self, calendar_id: str, event_id: str, reply: Reply) -> Event:
        """Of a guest's copy Google takes nothing but the guest's own answer."""
        current = self._get(calendar_id, event_id)
        guests = google_event.with_reply(current, reply)
        if guests is None:
            raise Rejected("The account is not invited to this event.", "not_invited")
        body = {"attendees": guests, **({"attendeesOmitted": True} if current.get("attendeesOmitted") else {})}
        request = self._api.events().patch(calendarId=calendar_id, eventId=event_id, sendUpdates="all", body=body)
        request.headers["If-Match"] = current["etag"]
        return google_event.read(self._call(request))

    def create_calendar(self, name: str, zone: str = "UTC", *, key: str = "") -> RemoteCalendar:
        # Google takes no id of ours for a calendar, and keeps no properties but its description.
        mark = f"[{key}]"
        for item in self._calendar_items(showHidden=True) if key else ():
            if mark in item.get("description", ""):
                return _calendar(item)
        body = {"summary": name, "timeZone": zone, **({"description": mark} if key else {})}
        made = self._call(self._api.calendars().insert(body=body))
        return RemoteCalendar(_text(made, "id"), made.get("summary", name), Role.OWNER, zone=made.get("timeZone", zone))

    def delete_calendar(self, calendar_id: str) -> None:
        self._call_unless_gone(self._api.calendars().delete(calendarId=calendar_id))

    def subscribe(self, calendar_id: str, address: str, *, channel_id: str, token: str, lifetime: int) -> Channel:
        body = {
            "id": channel_id,
            "type": "web_hook",
            "address": address,
            "token": token,
            "params": {"ttl": str(lifetime)},
        }
        made = self._call(self._api.events().watch(calendarId=calendar_id, body=body))
        try:
            ends = datetime.fromtimestamp(int(made["expiration"]) / 1000, timezone.utc)
        except (KeyError, TypeError, ValueError, OverflowError):
            # Google's own default (an hour): renewing too early costs less than a channel nobody renews.
            ends = self._clock() + timedelta(seconds=min(lifetime, 3600))
        return Channel(channel_id, calendar_id, _text(made, "resourceId"), token, ends)

    def unsubscribe(self, channel: Channel) -> None:
        self._call_unless_gone(self._api.channels().stop(body={"id": channel.id, "resourceId": channel.resource_id}))

    @staticmethod
    def read_push(headers: Mapping[str, str], body: bytes) -> list[Notification]:
        """https://developers.google.com/workspace/calendar/api/guides/push: everything stands in headers."""
        given = {name.lower(): value for name, value in headers.items()}
        channel_id, state = given.get("x-goog-channel-id"), given.get("x-goog-resource-state")
        if not channel_id or not state:
            return []
        return [Notification(channel_id, given.get("x-goog-channel-token", ""), is_handshake=state == "sync")]

    def _call(self, request) -> dict:
        try:
            answer = request.execute()
        except HttpError as error:
            raise explain(error, self._clock()) from None
        except ValueError:
            # The library parses a 200 without looking at its type: a login page ends here.
            raise InvalidResponse("Google answered with something that is not JSON.", "not_json") from None
        # A 204 has no body, which the library hands on as text.
        if answer in ("", b""):
            return {}
        if not isinstance(answer, dict):
            raise InvalidResponse("Google answered with JSON of another shape.", "shape")
        return answer

    def _call_unless_gone(self, request):
        try:
            self._call(request)
        except NotFound:
            return


def client_id(key: str, generation: int = 0) -> str:
    """An event id of our own choice: base32hex in lower case, 5 to 1,024 characters (events.insert, `id`).

    The same key gives the same id, so that a repeated insert collides with the first one.
    """
    digest = base64.b32hexencode(hashlib.sha256(key.encode()).digest()).decode().lower().rstrip("=")
    return f"{digest}g{generation}" if generation else digest


def _change_page(page, is_full, sync_token):
    events, removed, unreadable = [], [], []
    for item in _items(page):
        try:
            if item.get("status") == "cancelled":
                removed.append(google_event.tombstone(item))
            else:
                events.append(google_event.read(item))
        except InvalidResponse as error:
            unreadable.append(Unreadable(str(item.get("id", "")), str(error)))
    return ChangePage(
        events=tuple(events),
        removed=tuple(removed),
        unreadable=tuple(unreadable),
        is_full=is_full,
        sync_token=sync_token,
    )


def _items(page):
    items = page.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InvalidResponse("Google's list is no list.", "shape")
    return items


def _next_page(page, token):
    following = page.get("nextPageToken")
    if following and following == token:
        raise InvalidResponse("Google's next page is this page.", "page_loop")
    return following


def _calendar(item):
    # A role nobody knows yet: what needs rights must not be tried.
    role = ROLES.get(item.get("accessRole"), Role.FREE_BUSY)
    return RemoteCalendar(
        id=_text(item, "id"),
        name=item.get("summaryOverride") or item.get("summary", ""),
        role=role,
        is_primary=bool(item.get("primary")),
        color=item.get("backgroundColor", ""),
        zone=item.get("timeZone", ""),
    )


def _text(item, name):
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidResponse(f"Google's answer has no {name}.", "shape")
    return value
