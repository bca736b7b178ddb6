"""Events of Google Calendar and ours, both ways: https://developers.google.com/workspace/calendar/api/v3/reference/events"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .base import Attendee, Draft, Event, Period, Reply, Status, Tombstone
from .errors import InvalidResponse

# Private extended properties: at most 44 characters a name, 1,024 a value; nobody but the calendar's owner sees them.
KEY = "meetings_scheduler_key"
REVISION = "meetings_scheduler_revision"

REPLIES = {
    "needsAction": Reply.NEEDS_ACTION,
    "accepted": Reply.ACCEPTED,
    "declined": Reply.DECLINED,
    "tentative": Reply.TENTATIVE,
}
WORDS = {reply: word for word, reply in REPLIES.items()}


def read(item: Mapping) -> Event:
    """Raises InvalidResponse if it is no event."""
    try:
        return _read(item)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidResponse(f"An event of Google makes no sense: {type(error).__name__}.", "event") from error


def _read(item):
    own = item.get("extendedProperties", {}).get("private", {})
    organizer = item.get("organizer")
    is_organizer = bool(organizer.get("self")) if organizer else True
    attendees = tuple(_attendee(guest) for guest in item.get("attendees", ()) if guest.get("email"))
    return Event(
        id=item["id"],
        uid=item["iCalUID"],
        etag=item["etag"],
        start=_moment(item["start"]),
        end=_moment(item["end"]),
        zone=item["start"].get("timeZone", ""),
        series_id=item.get("recurringEventId", ""),
        recurrence_id=_moment(item["originalStartTime"]) if "originalStartTime" in item else None,
        recurrence=tuple(item.get("recurrence", ())),
        sequence=item.get("sequence", 0),
        status=Status(item.get("status", "confirmed")),
        is_busy=item.get("transparency") != "transparent",
        is_private=_is_private(item),
        summary=item.get("summary", ""),
        description=item.get("description", ""),
        location=item.get("location", ""),
        organizer=_attendee(organizer) if organizer and organizer.get("email") else None,
        is_organizer=is_organizer,
        attendees=attendees,
        has_all_guests=not item.get("attendeesOmitted"),
        conference_url=_conference(item),
        web_url=item.get("htmlLink", ""),
        updated_at=_instant(item["updated"]) if "updated" in item else None,
        key=own.get(KEY, ""),
        revision=own.get(REVISION, ""),
        is_integration=KEY in own or _is_made_by_program(item, is_organizer),
    )


def tombstone(item: Mapping) -> Tombstone:
    """Of a cancelled item, which may carry nothing but its id. Raises InvalidResponse if not even that."""
    try:
        original = item.get("originalStartTime")
        return Tombstone(
            id=item["id"],
            uid=item.get("iCalUID", ""),
            series_id=item.get("recurringEventId", ""),
            recurrence_id=_moment(original) if original else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidResponse("A deleted event of Google has no id.", "event") from error


def write(draft: Draft, key: str) -> dict:
    """The body of an insert or patch."""
    body = {
        "summary": draft.summary,
        "description": draft.description,
        "location": draft.location,
        "start": _time(draft.start, draft.zone),
        "end": _time(draft.end, draft.zone),
        "transparency": "opaque" if draft.is_busy else "transparent",
        "visibility": "private" if draft.is_private else "default",
        "status": draft.status.value,
        "sequence": draft.sequence,
        "attendees": [_guest(attendee) for attendee in draft.attendees],
        "extendedProperties": {"private": {KEY: key, REVISION: draft.revision}},
    }
    if draft.hides_guests:
        body["guestsCanSeeOtherGuests"] = False
    if draft.recurrence:
        body["recurrence"] = list(draft.recurrence)
    if draft.wants_conference:
        # The same request id for the same event: a repeat makes no second conference.
        body["conferenceData"] = {
            "createRequest": {"requestId": key[:100], "conferenceSolutionKey": {"type": "hangoutsMeet"}}
        }
    return body


def keep_remote(body: dict, current: Mapping) -> dict:
    """A patch that keeps what guests answered, the link that is there, and which of its words means how hidden it is,
    and never lowers the sequence.
    """
    known = {guest.get("email", "").lower(): guest for guest in current.get("attendees", ())}
    attendees = []
    for guest in body["attendees"]:
        remote = known.get(guest["email"], {})
        attendees.append({**guest, **{name: remote[name] for name in _GUESTS_OWN if name in remote}})
    patch = {**body, "attendees": attendees, "sequence": max(body["sequence"], current.get("sequence", 0))}
    for edge in ("start", "end"):
        # A patch merges, and a time is either a date or an instant: null removes the other one.
        patch[edge] = {"date": None, "dateTime": None, "timeZone": None, **body[edge]}
    if current.get("recurrence") and "recurrence" not in body:
        patch["recurrence"] = None
    if _is_private(body) == _is_private(current):
        del patch["visibility"]
    if current.get("attendeesOmitted"):
        del patch["attendees"]  # a list replaces the whole one, which nobody knows here
    if current.get("conferenceData") or current.get("hangoutLink"):
        patch.pop("conferenceData", None)
    return patch


def with_reply(current: Mapping, reply: Reply) -> list[dict] | None:
    """The guests, with the account's own answer; None if it is no guest."""
    guests = current.get("attendees", ())
    if not any(guest.get("self") for guest in guests):
        return None
    return [{**guest, "responseStatus": WORDS[reply]} if guest.get("self") else guest for guest in guests]


# What a guest, not the organizer, decides.
_GUESTS_OWN = ("responseStatus", "comment", "additionalGuests")


def period(item: Mapping) -> Period:
    return Period(_instant(item["start"]), _instant(item["end"]))


def stamp(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_private(item):
    return item.get("visibility") in ("private", "confidential")


def _attendee(guest):
    return Attendee(
        email=guest["email"].lower(),
        name=guest.get("displayName", ""),
        reply=REPLIES.get(guest.get("responseStatus"), Reply.NEEDS_ACTION),
        is_optional=bool(guest.get("optional")),
        is_resource=bool(guest.get("resource")),
        is_self=bool(guest.get("self")),
    )


def _guest(attendee):
    guest = {"email": attendee.email.lower(), "responseStatus": WORDS[attendee.reply]}
    if attendee.name:
        guest["displayName"] = attendee.name
    if attendee.is_optional:
        guest["optional"] = True
    return guest


def _moment(value):
    if "date" in value:
        return date.fromisoformat(value["date"])
    moment = _parse(value["dateTime"])
    if moment.utcoffset() is None:
        # Google leaves the offset out only where it names the zone.
        try:
            moment = moment.replace(tzinfo=ZoneInfo(value["timeZone"]))
        except ZoneInfoNotFoundError as error:
            raise ValueError(str(error)) from error
    return moment.astimezone(timezone.utc)


def _instant(text):
    moment = _parse(text)
    if moment.utcoffset() is None:
        raise ValueError("an instant without an offset")
    return moment.astimezone(timezone.utc)


def _parse(text):
    # Python 3.10 knows neither Z nor fractions of another length than 3 or 6.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _time(moment, zone):
    if isinstance(moment, datetime):
        return {"dateTime": stamp(moment), "timeZone": zone}
    return {"date": moment.isoformat()}


def _conference(item):
    entries = item.get("conferenceData", {}).get("entryPoints", ())
    video = next((entry.get("uri", "") for entry in entries if entry.get("entryPointType") == "video"), "")
    return video or item.get("hangoutLink", "")


def _is_made_by_program(item, is_organizer):
    """Google does not tell which program made an event. These are the traces they leave."""
    properties = item.get("extendedProperties", {})
    return bool(
        properties.get("private")
        or properties.get("shared")
        or item.get("source")
        or item.get("eventType") == "fromGmail"
        or (is_organizer and not item["iCalUID"].endswith("@google.com"))
    )
