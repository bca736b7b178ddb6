"""events.list with pages and sync tokens: https://developers.google.com/workspace/calendar/api/guides/sync"""

import json
import secrets
from datetime import datetime

from . import events
from .errors import ApiError
from .recurrence import instances, instant, stamp

# Not allowed beside a sync token (events.list, syncToken).
NOT_WITH_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
# May differ between the first query and those with its token.
FREE = ("syncToken", "pageToken", "maxResults", "calendarId", *NOT_WITH_TOKEN)
FAR = datetime.fromisoformat("1900-01-01T00:00:00+00:00"), datetime.fromisoformat("2200-01-01T00:00:00+00:00")


def list_events(world, email, parameters, body):
    calendar = world.calendar(parameters["calendarId"], email, "reader")
    if parameters.get("orderBy") == "startTime" and not parameters.get("singleEvents"):
        raise ApiError(400, "badRequest", "orderBy=startTime needs singleEvents.")
    if "pageToken" in parameters:
        return _page(world, world.pages.get(parameters["pageToken"]), parameters)
    query = {name: value for name, value in parameters.items() if name not in FREE}
    if "syncToken" in parameters:
        items, window = _changed(world, calendar, email, parameters, query)
    else:
        window = tuple(
            datetime.fromisoformat(parameters[name].replace("Z", "+00:00")) if name in parameters else far
            for name, far in zip(("timeMin", "timeMax"), FAR)
        )
        items = _present(calendar, email, parameters, window)
    allows_token = not any(name in parameters for name in NOT_WITH_TOKEN if name not in ("timeMin", "timeMax"))
    sync_token = ""
    if allows_token:
        sync_token = secrets.token_urlsafe(18)
        world.sync_tokens[sync_token] = {"calendar": calendar.id, "query": query, "window": window, "seq": world.number}
    header = {
        "kind": "calendar#events",
        "etag": f'"{world.number}"',
        "summary": calendar.summary,
        "timeZone": calendar.zone,
        "accessRole": calendar.role(email),
        "defaultReminders": [],
        "updated": stamp(world.now()),
    }
    rest = {"header": header, "items": items, "sync_token": sync_token, "question": _question(parameters)}
    return _page(world, rest, parameters)


def paged(world, kind, entries, parameters, default):
    if "pageToken" in parameters:
        return _page(world, world.pages.get(parameters["pageToken"]), parameters, default)
    rest = {
        "header": {"kind": kind, "etag": '"0"'},
        "items": entries,
        "sync_token": "",
        "question": _question(parameters),
    }
    return _page(world, rest, parameters, default)


def _page(world, rest, parameters, default=250):
    if rest is None or rest["question"] != _question(parameters):
        raise ApiError(400, "invalid", "Invalid page token.")
    size = min(parameters.get("maxResults", default), world.page_size or 2500)
    answer = {**rest["header"], "items": rest["items"][:size]}
    if rest["items"][size:]:
        token = secrets.token_urlsafe(12)
        world.pages[token] = {**rest, "items": rest["items"][size:]}
        answer["nextPageToken"] = token
    elif rest["sync_token"]:
        answer["nextSyncToken"] = rest["sync_token"]
    return answer


def _question(parameters):
    return json.dumps({name: value for name, value in parameters.items() if name not in ("pageToken", "maxResults")})


def _changed(world, calendar, email, parameters, query):
    wrong = [name for name in NOT_WITH_TOKEN if name in parameters]
    if wrong:
        raise ApiError(400, "badRequest", f"Sync token cannot be used with {', '.join(wrong)}.")
    known = world.sync_tokens.get(parameters["syncToken"])
    if not known or known["calendar"] != calendar.id or known["seq"] < calendar.oldest_token:
        raise ApiError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    if known["query"] != query:
        # "Undefined behaviour" at Google: here it is told.
        world.violate(f"events.list: the sync token came from {known['query']}, is used with {query}")
    since, single = known["seq"], parameters.get("singleEvents")
    items = [item for number, item in calendar.vanished.values() if number > since and single]
    for event_id, number in list(calendar.seq.items()):
        event = calendar.events[event_id]
        if number <= since:
            continue
        if single and event.get("recurrence") and event["status"] != "cancelled":
            items += [events.shown(one, calendar, email) for one in _instances(calendar, event, *known["window"])]
        elif not (single and event.get("recurrence")):
            items.append(events.shown(event, calendar, email))
    return items, known["window"]


def _present(calendar, email, parameters, window):
    if parameters.get("singleEvents"):
        found = list(expanded(calendar, *window))
    else:
        found = [
            event for event in calendar.events.values() if event.get("recurrence") or _touches(event, calendar, *window)
        ]
    if not parameters.get("showDeleted"):
        found = [event for event in found if event["status"] != "cancelled"]
    for kind in ("private", "shared"):
        for mark in parameters.get(f"{kind}ExtendedProperty", ()):
            name, _, value = mark.partition("=")
            found = [e for e in found if e.get("extendedProperties", {}).get(kind, {}).get(name) == value]
    if "iCalUID" in parameters:
        found = [event for event in found if event["iCalUID"] == parameters["iCalUID"]]
    if parameters.get("orderBy") == "startTime":
        found.sort(key=lambda event: instant(event["start"], calendar.zone))
    return [events.shown(event, calendar, email) for event in found]


def expanded(calendar, start, end):
    """Single events and instances that touch [start, end), exceptions applied, cancelled ones included."""
    for event in list(calendar.events.values()):
        if event.get("recurrence"):
            if event["status"] != "cancelled":
                yield from _instances(calendar, event, start, end)
        elif not event.get("recurringEventId") and _touches(event, calendar, start, end):
            yield event
    for event in list(calendar.events.values()):
        if event.get("recurringEventId") and _touches(event, calendar, start, end):
            yield event


def _instances(calendar, series, start, end):
    for instance_id, original, begins, ends in instances(series, calendar.zone):
        if instance_id in calendar.events:
            continue
        instance = {name: value for name, value in series.items() if name != "recurrence"}
        instance.update(
            id=instance_id, recurringEventId=series["id"], originalStartTime=original, start=begins, end=ends
        )
        if _touches(instance, calendar, start, end):
            yield instance


def _touches(event, calendar, start, end):
    if "start" not in event:
        return False
    return instant(event["start"], calendar.zone) < end and instant(event["end"], calendar.zone) > start
