"""Calendar v3, one function a method: https://developers.google.com/workspace/calendar/api/v3/reference

Each takes the world, the address of the account, its parameters and its body, and returns the answer.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from . import events, listing
from .errors import ApiError
from .recurrence import instant, stamp

LONGEST_BUSY = timedelta(days=92)
LONGEST_CHANNEL = 30 * 86_400


def calendar_entry(world, calendar, email):
    return {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{len(calendar.summary)}"',
        "id": calendar.id,
        "summary": calendar.summary,
        **({"description": calendar.description} if calendar.description else {}),
        "timeZone": calendar.zone,
        "accessRole": calendar.role(email),
        "backgroundColor": calendar.color,
        "foregroundColor": "#000000",
        "selected": True,
        "defaultReminders": [],
        **({"primary": True} if calendar.primary_of == email else {}),
    }


def list_calendars(world, email, parameters, body):
    entries = [calendar_entry(world, one, email) for one in world.calendars.values() if one.role(email)]
    return listing.paged(world, "calendar#calendarList", entries, parameters, default=100)


def get_calendar_entry(world, email, parameters, body):
    return calendar_entry(world, world.calendar(parameters["calendarId"], email, "freeBusyReader"), email)


def get_calendar(world, email, parameters, body):
    return _calendar(world.calendar(parameters["calendarId"], email, "reader"))


def insert_calendar(world, email, parameters, body):
    world.writes += 1
    zone = body.get("timeZone", world.accounts[email].zone)
    return _calendar(world.add_calendar(email, body["summary"], zone, body.get("description", "")))


def delete_calendar(world, email, parameters, body):
    calendar = world.calendar(parameters["calendarId"], email, "owner")
    if calendar.primary_of:
        raise ApiError(403, "forbidden", "The main calendar can't be deleted.")
    world.writes += 1
    del world.calendars[calendar.id]


def _calendar(calendar):
    return {
        "kind": "calendar#calendar",
        "etag": f'"{len(calendar.summary)}"',
        "id": calendar.id,
        "summary": calendar.summary,
        **({"description": calendar.description} if calendar.description else {}),
        "timeZone": calendar.zone,
    }


def query_busy(world, email, parameters, body):
    start, end = (datetime.fromisoformat(body[name].replace("Z", "+00:00")) for name in ("timeMin", "timeMax"))
    if not start < end:
        raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.")
    if end - start > LONGEST_BUSY:
        raise ApiError(400, "timeRangeTooLong", "The requested time range is too long.")
    wanted = [item["id"] for item in body.get("items", [])]
    if len(wanted) > min(body.get("calendarExpansionMax", 50), 50):
        raise ApiError(400, "tooManyCalendarsRequested", "Too many calendars.")
    found = {}
    for calendar_id in wanted:
        try:
            calendar = world.calendar(calendar_id, email, "freeBusyReader")
        except ApiError:
            found[calendar_id] = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
            continue
        found[calendar_id] = {
            "busy": [{"start": stamp(one), "end": stamp(two)} for one, two in _busy(calendar, start, end)]
        }
    return {"kind": "calendar#freeBusy", "timeMin": stamp(start), "timeMax": stamp(end), "calendars": found}


def _busy(calendar, start, end):
    periods = []
    for event in listing.expanded(calendar, start, end):
        declined = any(
            guest["email"].lower() == calendar.id and guest.get("responseStatus") == "declined"
            for guest in event.get("attendees", ())
        )
        if event["status"] != "cancelled" and event.get("transparency") != "transparent" and not declined:
            begins, ends = instant(event["start"], calendar.zone), instant(event["end"], calendar.zone)
            periods.append((max(begins, start), min(ends, end)))
    merged = []
    for begins, ends in sorted(periods):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((begins, ends))
    return merged


def watch_events(world, email, parameters, body):
    calendar = world.calendar(parameters["calendarId"], email, "reader")
    if body.get("type") != "web_hook" or not body.get("id") or not body.get("address"):
        raise ApiError(400, "required", "id, type and address are required.")
    address = urlsplit(body["address"])
    # Google takes https only; on the loopback there is no certificate to be had.
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost"):
        raise ApiError(401, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS.")
    if body["id"] in world.channels:
        raise ApiError(400, "channelIdNotUnique", "Channel id not unique.")
    lifetime = min(int(body.get("params", {}).get("ttl", 604_800)), LONGEST_CHANNEL)
    ends = world.now() + timedelta(seconds=lifetime)
    channel = {
        "kind": "api#channel",
        "id": body["id"],
        "resourceId": f"resource-{calendar.id}",
        "resourceUri": f"https://www.googleapis.com/calendar/v3/calendars/{calendar.id}/events?alt=json",
        "expiration": str(int(ends.timestamp() * 1000)),
    }
    if "token" in body:
        channel["token"] = body["token"]
    world.channels[body["id"]] = {
        **channel,
        "address": body["address"],
        "calendar": calendar.id,
        "email": email,
        "ends": ends,
        "number": 1,
    }
    events.push(world, world.channels[body["id"]], "sync")
    return channel


def stop_channel(world, email, parameters, body):
    channel = world.channels.get(body.get("id"))
    if not channel or channel["resourceId"] != body.get("resourceId") or channel["email"] != email:
        raise ApiError(404, "notFound", "Channel not found.")
    del world.channels[body["id"]]


METHODS = {
    "calendarList.list": list_calendars,
    "calendarList.get": get_calendar_entry,
    "calendars.get": get_calendar,
    "calendars.insert": insert_calendar,
    "calendars.delete": delete_calendar,
    "freebusy.query": query_busy,
    "events.list": listing.list_events,
    "events.get": events.get,
    "events.insert": events.insert,
    "events.patch": events.patch,
    "events.update": events.update,
    "events.delete": events.delete,
    "events.watch": watch_events,
    "channels.stop": stop_channel,
}
