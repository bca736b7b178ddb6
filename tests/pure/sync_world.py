"""A calendar that changes at random, and a mirror that carries out plans as the models do, in a few lines."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from meetings_scheduler.providers.base import Attendee, ChangePage, Event, Period, Reply, Status, Tombstone
from meetings_scheduler.sync.moments import moment_text
from meetings_scheduler.sync.planner import (
    Cancel,
    Confirm,
    Create,
    Follow,
    Join,
    KeepBusy,
    Link,
    Settings,
    identity,
    instant,
    plan,
)

UTC = timezone.utc
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WINDOW = Period(NOW, NOW + timedelta(days=100))
SETTINGS = Settings(
    now=NOW,
    window=WINDOW,
    contacts=frozenset({"jane@doe.example", "bob@ray.example", "eve@blocked.example"}),
    colleagues=frozenset({"anna@own.example"}),
    internal_domains=frozenset({"own.example"}),
    blocked=frozenset({"blocked.example"}),
)
JANE, BOB = Attendee("jane@doe.example"), Attendee("bob@ray.example")
EVE, ANNA, STRANGER = Attendee("eve@blocked.example"), Attendee("anna@own.example"), Attendee("x@nowhere.example")
ME = Attendee("me@own.example", is_self=True)


def an_event(event_id="e1", days=3, etag="1", **values):
    start = NOW + timedelta(days=days)
    standard = {
        "uid": f"{event_id}@x",
        "start": start,
        "end": start + timedelta(hours=1),
        "attendees": (JANE,),
        "summary": "Demo",
        "updated_at": NOW,
    }
    return Event(id=event_id, etag=etag, **{**standard, **values})


def link_of(event, number=1, **values):
    return Link(
        id=number,
        remote_id=event.id,
        etag=event.etag,
        uid=event.uid,
        recurrence_id=moment_text(event.recurrence_id),
        series_id=event.series_id,
        start=event.start,
        **values,
    )


class Calendar:
    """The server's side: events by id, and what went since it was read last."""

    def __init__(self):
        self.events, self.gone, self.fresh = {}, {}, set()
        self.version = 0

    def put(self, event):
        self.version += 1
        stamped = replace(event, etag=str(self.version), updated_at=NOW + timedelta(seconds=self.version))
        self.events[event.id] = stamped
        self.gone.pop(event.id, None)
        self.fresh.add(event.id)

    def remove(self, event_id):
        event = self.events.pop(event_id)
        self.gone[event_id] = Tombstone(event_id, series_id=event.series_id)
        self.fresh.discard(event_id)

    def pages(self, random, is_full=False):
        """What a read brings: in any order, cut anywhere, some items twice."""
        if is_full:
            items = [one for one in self.events.values() if instant(one.end) > WINDOW.start]
        else:
            items = [*(self.events[one] for one in sorted(self.fresh)), *self.gone.values()]
        items += random.sample(items, min(2, len(items)))
        random.shuffle(items)
        cut = sorted(random.choices(range(len(items) + 1), k=2))
        parts = [items[: cut[0]], items[cut[0] : cut[1]], items[cut[1] :]]
        return [
            ChangePage(
                events=tuple(one for one in part if isinstance(one, Event)),
                removed=tuple(one for one in part if isinstance(one, Tombstone)),
                is_full=is_full,
                sync_token="token" if part is parts[-1] else None,
            )
            for part in parts
        ]

    def was_read(self):
        self.fresh, self.gone = set(), {}


class Mirror:
    """Our side: links by number."""

    def __init__(self, settings=SETTINGS):
        self.links, self.settings = {}, settings

    def plan(self, pages):
        live = sum(link.state == "live" for link in self.links.values())
        return plan(self.links.values(), pages, replace(self.settings, live=live))

    def carry_out(self, plan_, calendar):
        for action in plan_.actions:
            match action:
                case Create(event=event) | Join(event=event):
                    number = max(self.links, default=0) + 1
                    self.links[number] = link_of(event, number)
                case Follow(link_id=number, event=event):
                    self.links[number] = replace(link_of(event, number), key=self.links[number].key)
                case Cancel(link_id=number):
                    self.links[number] = replace(self.links[number], state="ended")
                case Confirm(link_id=number):
                    event = calendar.events.get(self.links[number].remote_id)
                    known = self.links[number]
                    self.links[number] = link_of(event, number) if event else replace(known, state="ended")
                case KeepBusy(link_id=int() as number):
                    del self.links[number]

    def live(self):
        return {link.identity: link.etag for link in self.links.values() if link.state == "live"}


def wanted(calendar, settings=SETTINGS):
    """{identity: etag} of the events that ought to be meetings, for new links: a naive second opinion."""
    found = {}
    for event in calendar.events.values():
        guests = {guest.email for guest in event.attendees if not guest.is_self}
        outside = {one for one in guests if one in settings.contacts and "own" not in one and "blocked" not in one}
        declined = any(guest.is_self and guest.reply is Reply.DECLINED for guest in event.attendees)
        open_ = event.status is not Status.CANCELLED and not event.is_private and not event.is_integration
        if outside and open_ and not declined and not event.key and instant(event.end) > settings.window.start:
            found[identity(event)] = event.etag
    return found
