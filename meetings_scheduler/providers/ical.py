"""Invitations as iCalendar objects: RFC 5545 (the object), RFC 5546 (iTIP: its methods and sequence)."""

from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText

PRODID = "-//Meetings Scheduler//Odoo//EN"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part.

    :param name: as it should be shown
    :param email: bare address
    """

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as its invitation tells it.

    :param uid: stays the same for the life of the meeting
    :param sequence: rises with every change (RFC 5546, 2.1.4)
    :param start: aware
    :param end: aware, after ``start``
    :param location: an address, or the link of the call
    """

    uid: str
    sequence: int
    start: datetime
    end: datetime
    summary: str
    description: str
    location: str
    organizer: Person
    attendees: tuple[Person, ...]


def invitation(meeting, method, stamp):
    """One VEVENT in a VCALENDAR.

    :param meeting: :class:`Meeting`
    :param method: ``REQUEST`` (invites or moves), ``CANCEL``, or ``PUBLISH`` (a copy to keep, nobody answers it)
    :param stamp: aware time of writing, DTSTAMP
    :return: bytes, UTF-8, CRLF, folded; line breaks inside texts are escaped by the library
    """
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", meeting.start)
    event.add("dtend", meeting.end)
    event.add("summary", meeting.summary)
    event.add("description", meeting.description)
    event.add("location", meeting.location)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _address(meeting.organizer))
    for attendee in meeting.attendees:
        address = _address(attendee)
        address.params["partstat"] = vText("ACCEPTED")
        address.params["role"] = vText("REQ-PARTICIPANT")
        event.add("attendee", address)
    calendar.add_component(event)
    return calendar.to_ical()


def _address(person):
    address = vCalAddress(f"mailto:{person.email}")
    address.params["cn"] = vText(person.name)
    return address
