"""All the stand-in remembers: accounts, their calendars and events, consents, channels, mails, and what went by."""

import itertools
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from .errors import ApiError
from .recurrence import instances, stamp

RANK = ["freeBusyReader", "reader", "writer", "owner"]


@dataclass
class Account:
    email: str
    name: str
    zone: str
    subject: str


@dataclass
class Calendar:
    """roles: by address. events: by id, series and exceptions as such. seq: when each changed last.

    vanished: instances that a change of their series took away: they are told as cancelled.
    """

    id: str
    summary: str
    zone: str
    roles: dict
    primary_of: str = ""
    color: str = "#16a765"
    description: str = ""
    events: dict = field(default_factory=dict)
    seq: dict = field(default_factory=dict)
    vanished: dict = field(default_factory=dict)
    oldest_token: int = 0

    def role(self, email):
        return self.roles.get(email, "")


@dataclass
class Grant:
    email: str
    scopes: tuple
    client_id: str
    revoked: bool = False


@dataclass
class Mail:
    kind: str
    to: tuple
    summary: str
    event_id: str
    event: dict


class World:
    def __init__(self):
        self.lock = threading.RLock()
        self.reset()

    def reset(self):
        self.accounts, self.calendars, self.clients = {}, {}, {}
        self.codes, self.access_tokens, self.refresh_tokens = {}, {}, {}
        self.sync_tokens, self.pages, self.channels = {}, {}, {}
        self.faults, self.mails, self.violations, self.calls = [], [], [], []
        self.pushes = []
        self.writes, self.counts = 0, Counter()
        self.offset = timedelta()
        self.page_size = 0
        self.access_lifetime = 3600
        self.consent_lifetime = 0
        self.unticked = set()
        self.rotate_refresh_tokens = False
        self.push_enabled = True
        self.smtp = None
        self._numbers = itertools.count(1)
        self.number = 0

    def now(self):
        return datetime.now(timezone.utc) + self.offset

    def next_number(self):
        self.number = next(self._numbers)
        return self.number

    def add_account(self, email, name="", zone="UTC"):
        email = email.lower()
        self.accounts[email] = Account(
            email, name or email.partition("@")[0].title(), zone, str(10**20 + len(self.accounts))
        )
        self.calendars[email] = Calendar(email, email, zone, {email: "owner"}, primary_of=email, color="#9fe1e7")
        return self.accounts[email]

    def add_calendar(self, owner, summary, zone="UTC", description=""):
        calendar_id = f"c_{secrets.token_hex(16)}@group.calendar.google.com"
        self.calendars[calendar_id] = Calendar(calendar_id, summary, zone, {owner: "owner"}, description=description)
        return self.calendars[calendar_id]

    def share(self, calendar_id, email, role):
        """role: "" to take the access back."""
        roles = self.calendars[calendar_id].roles
        if role:
            roles[email.lower()] = role
        else:
            roles.pop(email.lower(), None)

    def calendar(self, calendar_id, email, needed):
        """Raises what Google answers to somebody without that access."""
        calendar = self.calendars.get(email if calendar_id == "primary" else calendar_id)
        role = calendar.role(email) if calendar else ""
        if not role:
            raise ApiError(404, "notFound", "Not Found")
        if RANK.index(role) < RANK.index(needed):
            reason = "requiredAccessLevel" if needed in ("writer", "owner") else "forbidden"
            raise ApiError(403, reason, f"You need to have {needed} access to this calendar.")
        return calendar

    def store(self, calendar, event):
        """Keep a resource as it is now: new version, new etag; notes which instances it takes away."""
        before = calendar.events.get(event["id"])
        for instance in instances(event, calendar.zone) if event.get("recurrence") else ():
            calendar.vanished.pop(instance[0], None)
        if before and before.get("recurrence"):
            self._note_vanished(calendar, before, event)
        event["etag"] = f'"{self.next_number()}000"'
        event["updated"] = stamp(self.now())
        calendar.events[event["id"]] = event
        calendar.seq[event["id"]] = self.number
        return event

    def _note_vanished(self, calendar, before, after):
        gone = after.get("status") == "cancelled" or not after.get("recurrence")
        kept = set() if gone else {instance[0] for instance in instances(after, calendar.zone)}
        for instance_id, original, _, _ in instances(before, calendar.zone):
            if instance_id in kept:
                continue
            number = self.next_number()
            calendar.events.pop(instance_id, None)
            calendar.seq.pop(instance_id, None)
            calendar.vanished[instance_id] = (
                number,
                {
                    "kind": "calendar#event",
                    "etag": f'"{number}000"',
                    "id": instance_id,
                    "status": "cancelled",
                    "recurringEventId": before["id"],
                    "originalStartTime": original,
                },
            )

    def forget_sync_tokens(self, calendar_id=None):
        for calendar in self.calendars.values():
            if calendar_id in (None, calendar.id):
                calendar.oldest_token = self.number + 1
        self.next_number()

    def violate(self, text):
        self.violations.append(text)
