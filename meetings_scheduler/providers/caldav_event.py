"""Events as iCalendar objects and ours, both ways: RFC 5545.

One resource holds one event, or a series with its exceptions (RFC 4791, 4.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
from icalendar import Calendar, vCalAddress, vText

from .base import Attendee, Event, Period, Reply, Status
from .errors import InvalidResponse
from .ical import PRODID
from .recurrence import expand

KEY, REVISION = "X-MEETINGS-SCHEDULER-KEY", "X-MEETINGS-SCHEDULER-REVISION"
REPLIES = {
    "NEEDS-ACTION": Reply.NEEDS_ACTION,
    "ACCEPTED": Reply.ACCEPTED,
    "DECLINED": Reply.DECLINED,
    "TENTATIVE": Reply.TENTATIVE,
}
WORDS = {reply: word for word, reply in REPLIES.items()}
STATUSES = {"CONFIRMED": Status.CONFIRMED, "TENTATIVE": Status.TENTATIVE, "CANCELLED": Status.CANCELLED}
# What is ours to set; anything else in the object, alarms and exceptions included, stays as it is.
OURS = ("DTSTART", "DTEND", "DURATION", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "TRANSP", "CLASS", "SEQUENCE",
        "DTSTAMP", "LAST-MODIFIED", "RRULE", "RDATE", "EXDATE", "ATTENDEE", "ORGANIZER", KEY, REVISION)  # fmt: skip


def occurrences(href, etag, data, zone, window, address, also_outside=False) -> list[Event]:
    """What is in the window of one resource; also_outside: one that is no series, wherever it is.

    Raises InvalidResponse if it can't be read.
    """
    return _guarded(_occurrences, href, etag, data, zone, window, address, also_outside)


def one(href, etag, data, zone, address, occurrence="") -> Event | None:
    """The event or series itself, or the occurrence named by what follows the # in its id."""
    return _guarded(_one, href, etag, data, zone, address, occurrence)


def _guarded(read, *arguments):
    try:
        return read(*arguments)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise InvalidResponse(f"An event of the server makes no sense: {type(error).__name__}.", "event") from error


def _occurrences(href, etag, data, zone, window, address, also_outside):
    series, exceptions = _split(data)
    found = [_event(href, etag, component, zone, address) for component in exceptions]
    if series is not None and not _lines(series):
        found.append(_event(href, etag, series, zone, address))
    elif series is not None:
        found += _expanded(href, etag, series, exceptions, zone, window, address)
    alone = also_outside and series is not None and not _lines(series)
    return [event for event in found if alone or _touches(event, zone, window)]


def _expanded(href, etag, series, exceptions, zone, window, address):
    base = _event(href, etag, series, zone, address)
    length = base.end - base.start
    replaced = {_moment(component["RECURRENCE-ID"].dt, zone) for component in exceptions}
    first = series["DTSTART"].dt
    for start in expand(first if _is_day(first) else base.start, length, _lines(series), base.zone or zone, window):
        moment = _moment(start, zone)
        if moment not in replaced:
            yield replace(base, id=_occurrence_id(href, moment), start=moment, end=moment + length,
                           series_id=href, recurrence_id=moment, recurrence=())  # fmt: skip


def _one(href, etag, data, zone, address, occurrence):
    series, exceptions = _split(data)
    if not occurrence:
        component = series if series is not None else exceptions[0]
        event = _event(href, etag, component, zone, address)
        return replace(event, id=href, recurrence=tuple(_lines(component)))
    moment = _named(occurrence)
    middle = moment if isinstance(moment, datetime) else datetime.combine(moment, time(12), timezone.utc)
    window = Period(middle - timedelta(days=2), middle + timedelta(days=2))
    found = [_event(href, etag, component, zone, address) for component in exceptions]
    if series is not None and _lines(series):
        found += _expanded(href, etag, series, exceptions, zone, window, address)
    return next((event for event in found if event.recurrence_id == moment), None)


def _split(data):
    """(series or single event or None, exceptions)"""
    events = Calendar.from_ical(data).walk("VEVENT")
    if not events:
        raise ValueError("no event in it")
    series = [event for event in events if "RECURRENCE-ID" not in event]
    return (series[0] if series else None), [event for event in events if "RECURRENCE-ID" in event]


def _event(href, etag, component, zone, address):
    start = component["DTSTART"].dt
    end = _end(component, start)
    recurrence_id = _moment(component["RECURRENCE-ID"].dt, zone) if "RECURRENCE-ID" in component else None
    organizer = _person(component["ORGANIZER"], address) if "ORGANIZER" in component else None
    key = str(component.get(KEY, ""))
    return Event(
        id=_occurrence_id(href, recurrence_id) if recurrence_id else href,
        uid=str(component["UID"]),
        etag=etag,
        start=_moment(start, zone),
        end=_moment(end, zone),
        zone=getattr(getattr(start, "tzinfo", None), "key", "") or ("" if _is_day(start) else zone),
        series_id=href if recurrence_id else "",
        recurrence_id=recurrence_id,
        sequence=int(component.get("SEQUENCE", 0)),
        status=STATUSES.get(str(component.get("STATUS", "")).upper(), Status.CONFIRMED),
        is_busy=str(component.get("TRANSP", "")).upper() != "TRANSPARENT",
        is_private=_is_private(component),
        summary=str(component.get("SUMMARY", "")),
        description=str(component.get("DESCRIPTION", "")),
        location=str(component.get("LOCATION", "")),
        organizer=organizer,
        is_organizer=organizer is None or organizer.is_self,
        attendees=tuple(_person(guest, address) for guest in _list(component, "ATTENDEE")),
        conference_url=str(component.get("CONFERENCE", component.get("X-GOOGLE-CONFERENCE", ""))),
        updated_at=_moment(component["LAST-MODIFIED"].dt, zone) if "LAST-MODIFIED" in component else None,
        key=key,
        revision=str(component.get(REVISION, "")),
        is_integration=bool(key),
    )


def _is_private(component):
    return str(component.get("CLASS", "PUBLIC")).upper() != "PUBLIC"


def _end(component, start):
    if "DTEND" in component:
        return component["DTEND"].dt
    if "DURATION" in component:
        return start + component["DURATION"].dt
    # RFC 5545, 3.6.1: a day for a date, no time at all for an instant.
    return start + timedelta(days=1) if _is_day(start) else start


def _person(value, address):
    email = str(value).partition(":")[2] if ":" in str(value) else str(value)
    parameters = value.params
    return Attendee(
        email=email.lower(),
        name=str(parameters.get("CN", "")),
        reply=REPLIES.get(str(parameters.get("PARTSTAT", "")).upper(), Reply.NEEDS_ACTION),
        is_optional=str(parameters.get("ROLE", "")).upper() == "OPT-PARTICIPANT",
        is_resource=str(parameters.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"),
        is_self=email.lower() == address,
    )


def write(draft, key, digest, address, now, notify) -> bytes:
    """A new object. digest: names it, if the draft has no UID of its own."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    component = icalendar.Event()
    component.add("uid", draft.uid or f"{digest}@meetings-scheduler")
    calendar.add_component(component)
    _fill(component, draft, key, address, now, notify, {})
    calendar.add_missing_timezones()
    return calendar.to_ical()


def rewrite(data, draft, key, address, now, notify, occurrence="") -> bytes:
    """The object with what the draft names replaced, and with what guests answered.

    occurrence: only that one, as an exception of the series. A series keeps the exceptions it has while it is one.
    """
    calendar = Calendar.from_ical(data)
    series = next(event for event in calendar.walk("VEVENT") if "RECURRENCE-ID" not in event)
    component = _exception(calendar, series, occurrence) if occurrence else series
    # A new exception has those of its series.
    known = {_person(guest, "").email: guest for one in (series, component) for guest in _list(one, "ATTENDEE")}
    sequence = int(component.get("SEQUENCE", 0))
    without = component.get("EXDATE") if draft.recurrence else None
    hidden = component.get("CLASS") if draft.is_private and _is_private(component) else None
    if component is series and not draft.recurrence:
        calendar.subcomponents = [one for one in calendar.subcomponents if "RECURRENCE-ID" not in one]
    for name in OURS:
        component.pop(name, None)
    if without is not None and not any(line.startswith("EXDATE") for line in draft.recurrence):
        component["EXDATE"] = without
    _fill(component, draft, key, address, now, notify, known, sequence)
    if hidden is not None:
        component["CLASS"] = hidden  # PRIVATE and CONFIDENTIAL are both private to us
    calendar.add_missing_timezones()
    return calendar.to_ical()


def without_occurrence(data, occurrence) -> bytes:
    """The object in which that occurrence does not take place."""
    calendar = Calendar.from_ical(data)
    series = next(event for event in calendar.walk("VEVENT") if "RECURRENCE-ID" not in event)
    exception = _exception(calendar, series, occurrence)
    calendar.subcomponents.remove(exception)
    series.add("exdate", exception["RECURRENCE-ID"].dt)
    return calendar.to_ical()


def _exception(calendar, series, occurrence):
    """The component for one occurrence, made if the rule alone told of it so far."""
    moment = _named(occurrence)
    for component in calendar.walk("VEVENT"):
        if "RECURRENCE-ID" in component and _moment(component["RECURRENCE-ID"].dt, "UTC") == moment:
            return component
    component = icalendar.Event()
    component.add("uid", str(series["UID"]))
    zone = getattr(series["DTSTART"].dt, "tzinfo", None)
    # In the form of DTSTART (RFC 5545, 3.8.4.4).
    component.add("recurrence-id", moment.astimezone(zone) if zone else moment)
    calendar.add_component(component)
    return component


def _named(occurrence):
    """What stands after the # of an occurrence's id."""
    return date.fromisoformat(occurrence) if len(occurrence) == 10 else datetime.fromisoformat(occurrence)


def _fill(component, draft, key, address, now, notify, known, sequence=0):
    component.add("dtstamp", now)
    component.add("last-modified", now)
    # Only a series needs the wall clock of a zone; an instant in UTC can't be misread.
    zone = ZoneInfo(draft.zone) if draft.recurrence else timezone.utc
    for name, moment in (("dtstart", draft.start), ("dtend", draft.end)):
        component.add(name, moment.astimezone(zone) if isinstance(moment, datetime) else moment)
    for name, text in (("summary", draft.summary), ("description", draft.description), ("location", draft.location)):
        if text:
            component.add(name, text)
    component.add("status", draft.status.value.upper())
    component.add("transp", "OPAQUE" if draft.is_busy else "TRANSPARENT")
    component.add("class", "PRIVATE" if draft.is_private else "PUBLIC")
    component.add("sequence", max(draft.sequence, sequence))
    component.add(KEY, vText(key))
    component.add(REVISION, vText(draft.revision))
    for line in draft.recurrence:
        name, _, value = line.partition(":")
        component.add(name, icalendar.vRecur.from_ical(value) if name == "RRULE" else _dates(value))
    if draft.attendees:
        component.add("organizer", vCalAddress(f"mailto:{address}"))
    for guest in draft.attendees:
        component.add("attendee", _address(guest, known.get(guest.email.lower()), notify))


def _address(guest, known, notify):
    """known: as the object has that guest, or None"""
    address = vCalAddress(f"mailto:{guest.email.lower()}")
    reply = guest.reply if known is None else _person(known, "").reply
    address.params["PARTSTAT"] = vText(WORDS[reply])
    address.params["ROLE"] = vText("OPT-PARTICIPANT" if guest.is_optional else "REQ-PARTICIPANT")
    if guest.name:
        address.params["CN"] = vText(guest.name)
    if not notify and (known is None or "SCHEDULE-AGENT" in known.params):
        # RFC 6638, 7.1: the server sends nothing. To whom it has invited it would send a cancellation (3.2.1.2).
        address.params["SCHEDULE-AGENT"] = vText("CLIENT")
    return address


def blocks(event: Event) -> bool:
    declined = any(guest.is_self and guest.reply is Reply.DECLINED for guest in event.attendees)
    return event.is_busy and event.status is not Status.CANCELLED and not declined


def period(event: Event, zone: str) -> Period:
    return Period(_instant(event.start, zone), _instant(event.end, zone))


def zone_name(text: str) -> str:
    """IANA name in a VTIMEZONE object, "" if there is none."""
    try:
        for component in Calendar.from_ical(text).walk("VTIMEZONE"):
            name = str(component["TZID"])
            ZoneInfo(name)
            return name
    except (ValueError, KeyError, IndexError, ZoneInfoNotFoundError):
        return ""
    return ""


def zone_object(zone: str) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add_component(icalendar.Timezone.from_tzid(zone))
    # Not folded: xandikos loses the blank that a folded line goes on with.
    return calendar.to_ical().decode().replace("\r\n ", "")


def _lines(component):
    """RRULE, RDATE and EXDATE as `recurrence.expand` takes them, in UTC where they have a zone."""
    lines = [f"RRULE:{rule.to_ical().decode()}" for rule in _list(component, "RRULE")]
    for name in ("RDATE", "EXDATE"):
        for dates in _list(component, name):
            lines += [f"{name}:{_text(one.dt)}" for one in dates.dts]
    # An EXDATE alone makes no series.
    return lines if any(not line.startswith("EXDATE") for line in lines) else []


def _text(moment):
    if isinstance(moment, tuple):
        moment = moment[0]
    if _is_day(moment):
        return f"{moment:%Y%m%d}"
    return f"{moment:%Y%m%dT%H%M%S}" if moment.tzinfo is None else f"{moment.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"


def _dates(value):
    return [
        datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        if text.endswith("Z")
        else datetime.strptime(text, "%Y%m%d").date()
        for text in value.split(",")
    ]


def _list(component, name):
    value = component.get(name, [])
    return value if isinstance(value, list) else [value]


def _occurrence_id(href, moment):
    return f"{href}#{moment.isoformat()}"


def _is_day(moment):
    return not isinstance(moment, datetime)


def _moment(moment, zone):
    if _is_day(moment):
        return moment
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(timezone.utc)


def _instant(moment, zone):
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), ZoneInfo(zone)).astimezone(timezone.utc)


def _touches(event, zone, window):
    return _instant(event.start, zone) < window.end and _instant(event.end, zone) > window.start
