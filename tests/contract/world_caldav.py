"""Real CalDAV servers from PyPI, each in a process of its own on a free port of the loopback."""

import socket
import subprocess
import sys
import time
import uuid
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import icalendar
import requests

from providers.base import Reply
from providers.caldav import CalDAVProvider
from providers.caldav_event import WORDS
from providers.transport import Transport
from tests.contract.world import World

ADDRESS, PASSWORD = "anna@example.com", "sécret"


def radicale(folder):
    (folder / "users").write_text(f"{ADDRESS}:{PASSWORD}\n")
    port = free_port()
    options = {
        "server-hosts": f"127.0.0.1:{port}",
        "storage-filesystem-folder": folder / "data",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": folder / "users",
        "auth-htpasswd-encryption": "plain",
        "auth-delay": "0",
        "logging-level": "error",
    }
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    return start(["-m", "radicale", *arguments], folder, port, f"http://127.0.0.1:{port}/")


def xandikos(folder):
    port = free_port()
    options = ["--autocreate", "--defaults", "--current-user-principal=/anna/", "--no-detect-systemd"]
    command = ["-m", "xandikos", "serve", f"--directory={folder}", "--listen-address=127.0.0.1", f"--port={port}"]
    return start([*command, *options], folder, port, f"http://127.0.0.1:{port}/anna/")


def start(arguments, folder, port, url):
    log = (folder / "log").open("wb")
    process = subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log)

    def stop():
        process.terminate()
        process.wait(10)
        log.close()

    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return stop, url
        if process.poll() is not None:
            break
        time.sleep(0.05)
    stop()
    raise RuntimeError(f"{arguments[1]} did not start: {(folder / 'log').read_text()[-2000:]}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CalDAVWorld(World):
    """A new calendar in the one account there is; it is deleted afterwards."""

    def __init__(self, url, kind):
        self.url, self.address = url, ADDRESS
        # xandikos lets everybody in.
        self.abilities = frozenset({"revoke"}) if kind == "radicale" else frozenset()
        self.session = requests.Session()
        self.session.auth = (ADDRESS.encode(), PASSWORD.encode())
        self.provider = self.connect(PASSWORD)
        self.main = self.provider.create_calendar("Main", self.zone).id

    def connect(self, password):
        self.transport = Transport()
        clock = lambda: datetime.now(timezone.utc)  # noqa: E731
        return CalDAVProvider(self.url, ADDRESS, password, self.transport, clock)

    def check(self):
        self.session.request("DELETE", self._url(self.main))
        self.session.close()
        self.transport.close()

    def add(self, calendar, **event):
        href = f"{calendar}{uuid.uuid4()}.ics"
        component = icalendar.Event()
        component.add("uid", str(uuid.uuid4()))
        self._put(href, self._filled(component, event))
        return href

    def change(self, calendar, event_id, **event):
        href, _, occurrence = event_id.partition("#")
        calendar = icalendar.Calendar.from_ical(self._get(href))
        series = next(one for one in calendar.walk("VEVENT") if "RECURRENCE-ID" not in one)
        if occurrence:
            exception = icalendar.Event()
            exception.add("uid", str(series["UID"]))
            exception.add("recurrence-id", datetime.fromisoformat(occurrence).astimezone(series["DTSTART"].dt.tzinfo))
            calendar.add_component(self._filled(exception, {"summary": str(series["SUMMARY"]), **event}))
        else:
            self._filled(series, event)
        self._put(href, calendar)

    def remove(self, calendar, event_id):
        href, _, occurrence = event_id.partition("#")
        if not occurrence:
            assert self.session.delete(self._url(href)).status_code in (200, 204)
            return
        calendar = icalendar.Calendar.from_ical(self._get(href))
        series = next(one for one in calendar.walk("VEVENT") if "RECURRENCE-ID" not in one)
        series.add("exdate", datetime.fromisoformat(occurrence).astimezone(series["DTSTART"].dt.tzinfo))
        self._put(href, calendar)

    def remote_events(self, calendar):
        answer = self.session.request("PROPFIND", self._url(calendar), headers={"Depth": "1"})
        return answer.text.count(".ics<")

    def revoke(self):
        self.provider = self.connect("another")

    def _filled(self, component, event):
        component.pop("DTSTAMP", None)
        component.add("dtstamp", datetime.now(timezone.utc))
        for name, value in event.items():
            for written in RENAMED.get(name, (name,)):
                component.pop(written, None)
            self._set(component, name, value, event.get("zone", self.zone))
        return component

    def _set(self, component, name, value, zone):
        if name in ("start", "end"):
            is_day = isinstance(value, date) and not isinstance(value, datetime)
            component.add(f"dt{name}", value if is_day else value.astimezone(ZoneInfo(zone)))
        elif name == "recurrence":
            for line in value:
                kind, _, text = line.partition(":")
                if kind == "RRULE":
                    component.add("rrule", icalendar.vRecur.from_ical(text))
                else:
                    component.add(kind, [datetime.strptime(one, "%Y%m%dT%H%M%S%z") for one in text.split(",")])
        elif name == "attendees":
            for guest in value:
                address = icalendar.vCalAddress(f"mailto:{guest.email}")
                address.params["PARTSTAT"] = WORDS[Reply(guest.reply)]
                component.add("attendee", address)
        elif name == "is_busy":
            component.add("transp", "OPAQUE" if value else "TRANSPARENT")
        elif name == "is_private":
            component.add("class", "PRIVATE" if value else "PUBLIC")
        elif name == "status":
            component.add("status", value.value.upper())
        elif name != "zone":
            component.add(name, value)

    def _get(self, href):
        answer = self.session.get(self._url(href))
        assert answer.status_code == 200, answer.text
        return answer.content

    def _put(self, href, content):
        if content.name == "VEVENT":
            calendar = icalendar.Calendar()
            calendar.add("prodid", "-//Somebody//EN")
            calendar.add("version", "2.0")
            calendar.add_component(content)
            content = calendar
        content.add_missing_timezones()
        answer = self.session.put(
            self._url(href), data=content.to_ical(), headers={"Content-Type": "text/calendar; charset=utf-8"}
        )
        assert answer.status_code in (200, 201, 204), answer.text

    def _url(self, href):
        return requests.compat.urljoin(self.url, href)


RENAMED = {
    "start": ("DTSTART",),
    "end": ("DTEND", "DURATION"),
    "recurrence": ("RRULE", "RDATE", "EXDATE"),
    "attendees": ("ATTENDEE",),
    "is_busy": ("TRANSP",),
    "is_private": ("CLASS",),
}
