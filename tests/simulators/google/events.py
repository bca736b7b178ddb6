"""events.get, insert, patch, update, delete, with guests' copies, mails and pushes."""

import copy
import re
import secrets
import threading

import requests

from . import mail
from .errors import ApiError
from .recurrence import instances, instant, stamp
from .world import Mail

ID = re.compile(r"[a-v0-9]{5,1024}")
# What Google sets itself and a client can't change.
READ_ONLY = (
    "kind",
    "etag",
    "id",
    "created",
    "updated",
    "creator",
    "organizer",
    "htmlLink",
    "iCalUID",
    "hangoutLink",
    "recurringEventId",
    "originalStartTime",
)
DETAILS = (
    "summary",
    "description",
    "location",
    "attendees",
    "conferenceData",
    "hangoutLink",
    "extendedProperties",
    "source",
)


def get(world, email, parameters, body):
    calendar = world.calendar(parameters["calendarId"], email, "reader")
    return shown(_find(calendar, parameters["eventId"]), calendar, email)


def insert(world, email, parameters, body):
    calendar = world.calendar(parameters["calendarId"], email, "writer")
    event_id = body.get("id") or secrets.token_hex(13)
    if not ID.fullmatch(event_id):
        raise ApiError(400, "invalid", "Invalid resource id value.")
    if event_id in calendar.events:
        # Also of a deleted event: its id stays taken for good.
        raise ApiError(409, "duplicate", "The requested identifier already exists.")
    world.writes += 1
    event = create(world, calendar, email, {**body, "id": event_id}, parameters.get("conferenceDataVersion", 0))
    told(world, calendar, event, (), parameters, "invitation")
    return shown(event, calendar, email)


def create(world, calendar, email, body, conference_version=0):
    """Also what the person does in the web page."""
    event_id = body.get("id") or secrets.token_hex(13)
    event = {
        "kind": "calendar#event",
        "status": "confirmed",
        "iCalUID": f"{event_id}@google.com",
        "sequence": 0,
        "eventType": "default",
        "reminders": {"useDefault": True},
        "created": stamp(world.now()),
        "creator": {"email": email},
        "organizer": {"email": calendar.id},
        "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
        **{name: value for name, value in body.items() if name not in READ_ONLY and value is not None},
        "id": event_id,
    }
    _clean(event, calendar, conference_version)
    world.store(calendar, event)
    changed(world, calendar)
    _spread(world, calendar, event)
    return event


def patch(world, email, parameters, body, replaces=False):
    calendar = world.calendar(parameters["calendarId"], email, "writer")
    current = _find(calendar, parameters["eventId"])
    if current["status"] == "cancelled" and body.get("status", "cancelled") == "cancelled":
        raise ApiError(403, "forbidden", "The event is deleted.")
    if parameters.get("If-Match", current["etag"]) != current["etag"]:
        raise ApiError(412, "conditionNotMet", "Precondition Failed")
    world.writes += 1
    before = copy.deepcopy(current)
    event = change(world, calendar, current, body, parameters.get("conferenceDataVersion", 0), replaces)
    told(world, calendar, event, before.get("attendees", ()), parameters, "update")
    return shown(event, calendar, email)


def update(world, email, parameters, body):
    return patch(world, email, parameters, body, replaces=True)


def change(world, calendar, current, body, conference_version=0, replaces=False):
    """Also what the person does in the web page."""
    kept = {name: value for name, value in current.items() if not replaces or name in READ_ONLY or name == "status"}
    event = _merge(kept, {name: value for name, value in body.items() if name not in READ_ONLY})
    if body.get("sequence", current["sequence"]) < current["sequence"]:
        raise ApiError(400, "invalid", "The sequence must not fall.")
    _clean(event, calendar, conference_version)
    world.store(calendar, event)
    changed(world, calendar)
    _spread(world, calendar, event, before=current.get("attendees", ()))
    return event


def delete(world, email, parameters, body):
    calendar = world.calendar(parameters["calendarId"], email, "writer")
    current = _find(calendar, parameters["eventId"])
    if current["status"] == "cancelled":
        raise ApiError(410, "deleted", "Resource has been deleted")
    if parameters.get("If-Match", current["etag"]) != current["etag"]:
        raise ApiError(412, "conditionNotMet", "Precondition Failed")
    world.writes += 1
    remove(world, calendar, current)
    told(world, calendar, current, current.get("attendees", ()), parameters, "cancellation")


def remove(world, calendar, event):
    """Also what the person does in the web page."""
    gone = world.store(calendar, {**event, "status": "cancelled"})
    changed(world, calendar)
    _spread(world, calendar, gone, before=event.get("attendees", ()))


def shown(event, calendar, email):
    """As that account sees it."""
    event = copy.deepcopy(event)
    if calendar.role(email) == "reader" and event.get("visibility") in ("private", "confidential"):
        event = {name: value for name, value in event.items() if name not in DETAILS}
    for person in (event.get("organizer"), event.get("creator"), *event.get("attendees", ())):
        if person and person.get("email", "").lower() == calendar.id.lower():
            person["self"] = True
    for guest in event.get("attendees", ()):
        if guest["email"].lower() == event.get("organizer", {}).get("email"):
            guest["organizer"] = True
    return event


def _find(calendar, event_id):
    event = calendar.events.get(event_id)
    if event:
        return event
    series = calendar.events.get(event_id.rpartition("_")[0])
    if series and series.get("recurrence"):
        for instance_id, original, start, end in instances(series, calendar.zone):
            if instance_id == event_id:
                instance = {name: value for name, value in series.items() if name != "recurrence"}
                instance.update(
                    id=event_id, recurringEventId=series["id"], originalStartTime=original, start=start, end=end
                )
                return instance
    raise ApiError(404, "notFound", "Not Found")


def _merge(old, new):
    """RFC 7396, as Google's patch does it: null removes, lists are replaced."""
    merged = dict(old)
    for name, value in new.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _merge(merged[name], value)
        else:
            merged[name] = value
    return merged


def _clean(event, calendar, conference_version):
    start, end = event.get("start", {}), event.get("end", {})
    for edge in (start, end):
        if ("date" in edge) == ("dateTime" in edge):
            raise ApiError(400, "invalid", "A time is either a date or a dateTime.")
    if ("date" in start) != ("date" in end) or instant(start, calendar.zone) > instant(end, calendar.zone):
        raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.")
    if event.get("recurrence") and "dateTime" in start and not start.get("timeZone"):
        raise ApiError(400, "required", "Missing time zone definition for start time.")
    for guest in event.get("attendees", ()):
        guest["email"] = guest["email"].lower()
        guest.setdefault("responseStatus", "needsAction")
    if event.get("transparency") == "opaque":
        del event["transparency"]
    if event.get("visibility") == "default":
        del event["visibility"]
    request = event.get("conferenceData", {}).get("createRequest")
    if request and conference_version == 1 and not event.get("hangoutLink"):
        room = re.sub(r"[^a-z]", "", secrets.token_hex(20))[:3] + f"-{secrets.token_hex(2)}-{secrets.token_hex(2)[:3]}"
        event["hangoutLink"] = f"https://meet.google.com/{room}"
        event["conferenceData"] = {
            "createRequest": {**request, "status": {"statusCode": "success"}},
            "entryPoints": [
                {"entryPointType": "video", "uri": event["hangoutLink"], "label": event["hangoutLink"][8:]}
            ],
            "conferenceId": room,
        }
    elif request and conference_version == 0:
        del event["conferenceData"]


def _spread(world, calendar, event, before=()):
    """The guests who have an account here see the event in their own calendar; their answer comes back."""
    if event.get("organizer", {}).get("email") != calendar.id:
        _answer(world, calendar, event)
        return
    guests = {guest["email"] for guest in event.get("attendees", ())}
    for email in guests | {guest["email"] for guest in before}:
        theirs = world.calendars.get(email)
        if not theirs or theirs is calendar:
            continue
        properties = {name: value for name, value in event.get("extendedProperties", {}).items() if name == "shared"}
        twin = {**copy.deepcopy(event), "extendedProperties": properties}
        if not properties:
            del twin["extendedProperties"]
        if not event.get("guestsCanSeeOtherGuests", True):
            twin["attendees"] = [guest for guest in twin.get("attendees", ()) if guest["email"] == email]
        if email not in guests:
            twin["status"] = "cancelled"
        world.store(theirs, twin)
        changed(world, theirs)


def _answer(world, calendar, event):
    organizers = world.calendars.get(event.get("organizer", {}).get("email"))
    original = organizers and organizers.events.get(event["id"])
    mine = next((guest for guest in event.get("attendees", ()) if guest["email"] == calendar.id), None)
    if original and mine:
        for guest in original.get("attendees", ()):
            if guest["email"] == calendar.id:
                guest.update(mine)
        world.store(organizers, original)
        changed(world, organizers)


def told(world, calendar, event, before, parameters, kind):
    if parameters.get("sendUpdates", "none") == "none":
        return
    people = {guest["email"] for guest in (*event.get("attendees", ()), *before)} - {calendar.id}
    if parameters["sendUpdates"] == "externalOnly":
        people -= set(world.accounts)
    if not people:
        return
    known = {guest["email"] for guest in before}
    now = {guest["email"] for guest in event.get("attendees", ())}
    for group, what in (
        (people - known, "invitation"),
        (people & known & now, kind),
        (people & known - now, "cancellation"),
    ):
        if group:
            letter = Mail(what, tuple(sorted(group)), event.get("summary", ""), event["id"], copy.deepcopy(event))
            world.mails.append(letter)
            mail.deliver(world, calendar.id, letter)


def changed(world, calendar):
    for channel in list(world.channels.values()):
        if channel["calendar"] == calendar.id and channel["ends"] > world.now():
            channel["number"] += 1
            push(world, channel, "exists")


def push(world, channel, state):
    """https://developers.google.com/workspace/calendar/api/guides/push"""
    world.pushes.append((channel["id"], state))
    if not world.push_enabled:
        return
    headers = {
        "X-Goog-Channel-ID": channel["id"],
        "X-Goog-Resource-ID": channel["resourceId"],
        "X-Goog-Resource-URI": channel["resourceUri"],
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(channel["number"]),
        "X-Goog-Channel-Expiration": channel["ends"].strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }
    if "token" in channel:
        headers["X-Goog-Channel-Token"] = channel["token"]
    threading.Thread(target=_post, args=(world, channel["address"], headers), daemon=True).start()


def _post(world, address, headers):
    try:
        requests.post(address, headers=headers, timeout=10, allow_redirects=False)
        world.counts["push"] += 1
    except requests.RequestException:
        world.counts["push_failed"] += 1
