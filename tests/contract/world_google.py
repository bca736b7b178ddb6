"""The stand-in for Google, in a process of its own as `./dev run` starts it."""

import itertools
import subprocess
import sys
from datetime import date, datetime, timezone
from pathlib import Path

import requests

from providers.base import Reply
from providers.google import GoogleProvider
from providers.google_event import WORDS
from providers.google_oauth import OPTIONAL_SCOPES, REQUIRED_SCOPES, GoogleOAuth
from providers.oauth import Grant, RefreshingToken
from providers.transport import Transport
from tests.contract.world import World

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


def google_server(folder):
    command = [sys.executable, "-m", "tests.simulators.google", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    address = process.stdout.readline().strip().rstrip("/")

    def stop():
        process.terminate()
        process.wait(10)
        process.stdout.close()

    return stop, address


class GoogleWorld(World):
    abilities = frozenset({"share", "revoke", "forget", "push", "mail", "meet", "guests", "primary", "page"})

    def __init__(self, root, deadline=10):
        self.root = root
        self.control("reset")
        number = next(_numbers)
        self.address, self.ben = f"anna{number}@example.com", f"ben{number}@example.com"
        self.main = self.address
        self.control("account", email=self.address, zone=self.zone)
        self.control("account", email=self.ben)
        given = self.control("grant", email=self.address, scopes=REQUIRED_SCOPES + OPTIONAL_SCOPES)
        self.transport = Transport(deadline=deadline)
        self.oauth = GoogleOAuth("client", "secret", self.transport, self.now, root)
        self.stored = []
        grant = Grant(
            given["access_token"], given["refresh_token"], datetime(2100, 1, 1, tzinfo=timezone.utc), frozenset()
        )
        self.credentials = RefreshingToken(self.oauth, grant, self.now, self.stored.append)
        self.provider = GoogleProvider(self.credentials, self.transport, self.now, root)

    def now(self):
        return datetime.now(timezone.utc)

    def control(self, verb, **given):
        answer = requests.post(f"{self.root}/control/{verb}", json=given, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self):
        return self.control("state")

    def fault(self, method, action, **more):
        self.control("fault", method=method, action=action, **more)

    def check(self):
        self.transport.close()
        assert self.state()["violations"] == []

    def add(self, calendar, **event):
        return self.control("event", calendar=calendar, body=self._body(event))["id"]

    def change(self, calendar, event_id, **event):
        self.control("change", calendar=calendar, id=event_id, body=self._body(event))

    def remove(self, calendar, event_id):
        self.control("remove", calendar=calendar, id=event_id)

    def remote_events(self, calendar):
        events = self.state()["calendars"][calendar]["events"]
        return len([one for one in events if one["status"] != "cancelled" and "recurringEventId" not in one])

    def writes(self):
        return self.state()["writes"]

    def mails(self):
        return [sorted(one["to"]) for one in self.state()["mails"]]

    def foreign_calendar(self, role):
        calendar = self.control("calendar", owner=self.ben, summary="Ben's")["id"]
        word = {"free_busy": "freeBusyReader", "reader": "reader", "writer": "writer"}[role]
        self.control("share", calendar=calendar, email=self.address, role=word)
        return calendar

    def unshare(self, calendar):
        self.control("share", calendar=calendar, email=self.address, role="")

    def revoke(self):
        self.control("revoke", email=self.address)

    def forget_tokens(self):
        self.control("forget_sync_tokens")

    def small_pages(self):
        self.control("settings", page_size=2)
        return 2

    def _body(self, event):
        body = {}
        for name, value in event.items():
            if name in ("start", "end"):
                body[name] = _time(value, event.get("zone", self.zone))
            elif name == "attendees":
                body["attendees"] = [{"email": a.email, "responseStatus": WORDS[Reply(a.reply)]} for a in value]
            elif name == "is_busy":
                body["transparency"] = "opaque" if value else "transparent"
            elif name == "is_private":
                body["visibility"] = "private" if value else "default"
            elif name == "recurrence":
                body["recurrence"] = list(value)
            elif name == "status":
                body["status"] = value.value
            elif name != "zone":
                body[name] = value
        return body


def _time(value, zone):
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"date": value.isoformat()}
    return {"dateTime": value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z"), "timeZone": zone}
