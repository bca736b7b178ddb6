"""The invitations Google sends to guests, over SMTP if the stand-in is given a server (RFC 6047)."""

import smtplib
import threading
from datetime import date, datetime
from email.message import EmailMessage

from icalendar import Calendar, Event, vCalAddress

METHODS = {"invitation": "REQUEST", "update": "REQUEST", "cancellation": "CANCEL"}


def deliver(world, sender, letter):
    if world.smtp:
        threading.Thread(target=_send, args=(world, sender, letter), daemon=True).start()


def _send(world, sender, letter):
    method = METHODS[letter.kind]
    message = EmailMessage()
    message["From"], message["To"] = sender, ", ".join(letter.to)
    message["Subject"] = f"{letter.kind.title()}: {letter.summary}"
    message.set_content(f"{letter.kind.title()}: {letter.summary}\n{letter.event.get('location', '')}\n")
    message.add_attachment(
        _calendar(sender, letter.event, method),
        maintype="text",
        subtype="calendar",
        params={"method": method},
        filename="invite.ics",
    )
    try:
        with smtplib.SMTP(*world.smtp, timeout=10) as server:
            server.send_message(message)
        world.counts["mail"] += 1
    except OSError:
        world.counts["mail_failed"] += 1


def _calendar(sender, resource, method):
    calendar = Calendar()
    calendar.add("prodid", "-//Google Inc//Google Calendar 70.9054//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = Event()
    event.add("uid", resource["iCalUID"])
    event.add("sequence", resource["sequence"])
    event.add("dtstamp", datetime.fromisoformat(resource["updated"].replace("Z", "+00:00")))
    for name, key in (("dtstart", "start"), ("dtend", "end")):
        edge = resource[key]
        event.add(
            name,
            date.fromisoformat(edge["date"])
            if "date" in edge
            else datetime.fromisoformat(edge["dateTime"].replace("Z", "+00:00")),
        )
    event.add("summary", resource.get("summary", ""))
    event.add("location", resource.get("location", ""))
    event.add("organizer", vCalAddress(f"mailto:{sender}"))
    for guest in resource.get("attendees", ()) if resource.get("guestsCanSeeOtherGuests", True) else ():
        event.add("attendee", vCalAddress(f"mailto:{guest['email']}"))
    calendar.add_component(event)
    return calendar.to_ical()
