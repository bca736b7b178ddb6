"""The reference."""

from dataclasses import replace

from providers.base import Event, Role
from providers.memory import MemoryProvider, MemoryServer
from tests.contract.world import World, at


class MemoryWorld(World):
    abilities = frozenset({"share", "revoke", "forget", "push", "mail", "meet", "guests", "primary", "page"})

    def __init__(self):
        self.address = "anna@example.com"
        self.server = MemoryServer(clock=lambda: at(1))
        self.server.add_account(self.address, self.zone)
        self.server.add_account("ben@example.com", "UTC")
        self.main = self.address
        self.provider = MemoryProvider(self.server, self.address)

    def add(self, calendar, **event):
        return self.server.store(calendar, Event(**{"id": "", "uid": "", "etag": "", "zone": self.zone, **event})).id

    def change(self, calendar, event_id, **event):
        self.server.store(calendar, replace(self.server.calendars[calendar].find(event_id), **event))

    def remove(self, calendar, event_id):
        self.server.remove(calendar, event_id)

    def remote_events(self, calendar):
        return len(self.server.calendars[calendar].events)

    def writes(self):
        return self.server.writes

    def mails(self):
        return [sorted(recipients) for recipients, _ in self.server.mails]

    def foreign_calendar(self, role):
        calendar = self.server.add_calendar("ben@example.com", "Ben's")
        self.server.calendars[calendar].roles[self.address] = Role(role)
        return calendar

    def unshare(self, calendar):
        del self.server.calendars[calendar].roles[self.address]

    def revoke(self):
        self.server.revoked.add(self.address)

    def forget_tokens(self):
        self.server.forget_tokens()

    def small_pages(self):
        """The reference has pages of 100 anyway."""
        return 100
