"""Both sides changed at random, with a network that fails: in the end they say the same.

``MEETINGS_SYNC_SEED`` and ``MEETINGS_SYNC_OPERATIONS`` try other changes and more of them; a failure names its seed.
"""

import logging
import os
import random
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.scheduling_page_slots import naive
from ..models.scheduling_sync_meeting import HIDDEN, NO_TITLE
from ..providers.base import Period
from ..sync.moments import moment_text
from ..sync.text import html_text, plain_text
from .google_case import ADDRESS
from .sync_case import JANE, SyncCase

_logger = logging.getLogger(__name__)

NOISE = (
    "odoo.addons.meetings_scheduler.models.scheduling_operation",
    "odoo.addons.meetings_scheduler.models.scheduling_connection_sync",
    "odoo.addons.meetings_scheduler.models.scheduling_sync_in",
)
STRANGER = "stranger@nowhere.example"
FAULTS = (
    {"action": "status", "status": 503},
    {"action": "status", "status": 500, "times": 2},
    {"action": "status", "status": 429, "reason": "rateLimitExceeded"},
    {"action": "reset"},
    {"action": "lose"},
    {"action": "html"},
    {"action": "cut"},
    {"action": "truncate"},
)
METHODS = ("events.list", "events.insert", "events.patch", "events.delete", "events.get", "*")


@tagged("post_install", "-at_install")
class TestConvergence(SyncCase):
    maxDiff = None

    def test_both_sides_agree_in_the_end(self):
        """M21, M23, B1, B2, P7: after random changes on both sides, faults on the way, both sides are equal.

        0 duplicates, 0 events of others touched, 0 stray mails.
        """
        seed = int(os.environ.get("MEETINGS_SYNC_SEED") or 1)
        count = int(os.environ.get("MEETINGS_SYNC_OPERATIONS") or 150)
        _logger.info("seed %s, %s operations", seed, count)
        self.random = random.Random(seed)
        with self.subTest(seed=seed, operations=count):
            self.start()
            with mute_logger(*NOISE), self.mock_mail_gateway():
                for _time in range(count):
                    self.step()
                self.settle()
            self.assert_equal()

    def start(self):
        self.google.control("account", email="partner@other.example")
        self.connected(page_size=7)
        self.people = [
            self.jane,
            self.bob,
            self.env["res.partner"].create({"name": "Ann", "email": "ann@more.example"}),
        ]
        foreign = [
            self.put(self.at(7), visibility="private"),
            self.put(self.at(7, 4), extendedProperties={"private": {"tool": "1"}}),
            self.put(self.at(7, 5), guests=(STRANGER,)),
            self.put(self.at(7, 6), guests=()),
        ]
        theirs = self.body(self.at(7, 8), guests=(ADDRESS, JANE))
        invited = self.google.control("event", calendar="partner@other.example", body=theirs)["id"]
        self.foreign = {event_id: self.there(event_id) for event_id in [*foreign, invited]}
        self.poll()
        self.invited = self.links.search([("remote_id", "=", invited)]).event_id
        self.assertTrue(self.invited)

    # ------------------------------------------------------------ what happens

    def step(self):
        kinds = {
            self.make_here: 3,
            self.make_series_here: 2,
            self.change_series_here: 3,
            self.remove_series_here: 1,
            self.change_here: 6,
            self.remove_here: 2,
            self.bring_back_here: 1,
            self.touch_others_here: 1,
            self.make_there: 3,
            self.make_series_there: 1,
            self.change_there: 6,
            self.remove_there: 2,
            self.break_something: 4,
            self.forget: 1,
            self.poll_once: 6,
            self.work_once: 6,
        }
        self.random.choices(list(kinds), list(kinds.values()))[0]()
        self.env.flush_all()

    def some_time(self):
        return self.at(self.random.randrange(8, 20), self.random.randrange(3, 40))

    def some_guests(self):
        return self.env["res.partner"].union(*self.random.sample(self.people, self.random.randrange(1, 3)))

    def a_name(self):
        return f"{self.random.choice(('Demo', 'Call', 'Visit'))} {self.random.randrange(1000)}"

    def some_marks(self):
        privacies = {"privacy": self.random.choice((False, "public", "private", "confidential"))}
        return self.random.choice(({"show_as": self.random.choice(("busy", "free"))}, privacies))

    def mine(self, active=True):
        """:return: one of the host's own meetings, or an empty recordset"""
        found = self.all_here().with_context(active_test=False) if active else self.all_here(False)
        return found.browse(self.random.choice(found.ids)).with_user(self.host) if found else found

    def all_here(self, active=True):
        events = self.env["calendar.event"].with_context(active_test=False)
        return events.search([("user_id", "=", self.host.id), ("active", "=", active)])

    def make_here(self):
        self.meet(self.some_time(), guests=self.some_guests(), name=self.a_name())

    def make_series_here(self):
        start = self.some_time()
        weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[start.weekday()]
        rule = self.random.choice(({"rrule_type": "daily", "interval": 2}, {"rrule_type": "weekly", weekday: True}))
        often = {"recurrency": True, "end_type": "count", "count": self.random.randrange(2, 5), **rule}
        self.meet(start, guests=self.some_guests(), name=self.a_name(), **often)

    def one_of_a_series(self):
        found = self.all_here().filtered("recurrence_id")
        return found.browse(self.random.choice(found.ids)).with_user(self.host) if found else found

    def change_series_here(self):
        meeting = self.one_of_a_series()
        if not meeting:
            return
        start = meeting.start.replace(hour=self.random.randrange(8, 20))
        choices = [
            {"name": self.a_name()},
            {"location": self.a_name()},
            {"start": start, "stop": start + timedelta(minutes=30)},
            {"partner_ids": [Command.link(self.random.choice(self.people).id)]},
            self.some_marks(),
            {"count": self.random.randrange(2, 5), "end_type": "count"},
        ]
        which = self.random.choice(("all_events", "future_events"))
        meeting.write({**self.random.choice(choices), "recurrence_update": which})

    def remove_series_here(self):
        meeting = self.one_of_a_series()
        if meeting:
            meeting.action_mass_deletion(self.random.choice(("all_events", "future_events")))

    def change_here(self):
        meeting = self.mine()
        if not meeting:
            return
        start = self.some_time()
        times = {"start": naive(start), "stop": naive(start) + timedelta(minutes=45)}
        person = self.random.choice(self.people)
        has = person in meeting.partner_ids
        may_go = has and len(meeting.partner_ids) > 2
        guests = {"partner_ids": [Command.unlink(person.id) if may_go else Command.link(person.id)]}
        choices = [
            {"name": self.a_name()},
            times,
            guests,
            {"location": self.a_name()},
            {"description": "<p>a<br>b</p>"},
            self.some_marks(),
        ]
        for values in self.random.sample(choices, self.random.randrange(1, 3)):
            meeting.write(values)

    def remove_here(self):
        meeting = self.mine()
        if self.random.random() < 0.5:
            meeting.active = False
        else:
            meeting.unlink()

    def bring_back_here(self):
        # Of what was forgotten there is nothing to bring back.
        self.mine(active=False).filtered(lambda meeting: meeting.name != NO_TITLE).active = True

    def touch_others_here(self):
        self.invited.with_user(self.host).name = self.a_name()

    def make_there(self):
        guests = [*self.some_guests().mapped("email_normalized"), *self.random.sample([STRANGER], 1)]
        self.put(self.some_time(), guests=guests, summary=self.a_name(), description="<b>x</b>")

    def make_series_there(self):
        self.put(self.some_time(), summary=self.a_name(), recurrence=["RRULE:FREQ=DAILY;COUNT=3"])

    def events_to_touch(self):
        return [one for one in self.events() if one["id"] not in self.foreign and not one.get("recurrence")]

    def change_there(self):
        events = self.events_to_touch()
        if not events:
            return
        event = self.random.choice(events)
        guests = [{"email": email} for email in [*self.some_guests().mapped("email_normalized"), STRANGER]]
        choices = [
            {"summary": self.a_name()},
            self.timed(self.some_time(), 60),
            {"attendees": guests},
            {"location": self.a_name()},
            {"description": "<i>other</i> words"},
            {"transparency": self.random.choice(("opaque", "transparent"))},
            {"visibility": self.random.choice(("default", "public", "private", "confidential"))},
        ]
        for body in self.random.sample(choices, self.random.randrange(1, 3)):
            self.change(event["id"], **body)

    def remove_there(self):
        events = [one for one in self.events() if one["id"] not in self.foreign]
        if events:
            self.remove(self.random.choice(events)["id"])

    def break_something(self):
        fault = dict(self.random.choice(FAULTS))
        self.google.control("fault", method=self.random.choice(METHODS), **fault)

    def forget(self):
        self.google.control("forget_sync_tokens")

    def poll_once(self):
        self.google_connection.paused_until = False
        self.poll(fails=True)

    def work_once(self):
        self.work()

    # ------------------------------------------------------------ the end

    def settle(self):
        """The network is well again: both go on until nothing is left to do."""
        self.google.control("clear_faults")
        for _time in range(6):
            self.work()
            self.google_connection.paused_until = False
            if self.calendar.held_removals:
                self.calendar.action_cancel_removed()
            writes = self.state()["writes"]
            self.poll()
            self.work()
            if not self.open_operations() and self.state()["writes"] == writes and not self.calendar.held_removals:
                break
        else:
            self.fail("it never comes to rest")
        self.google.control("forget_sync_tokens")
        writes = self.state()["writes"]
        self.poll()
        self.work()
        self.assertEqual(self.state()["writes"], writes, "a full read of what is equal writes nothing")

    def assert_equal(self):
        here = sorted(self.told_here(meeting) for meeting in self.all_here())
        there = sorted(one for event in self.expanded() for one in [self.told_there(event)] if one)
        self.assertEqual(here, there)
        self.assertGreater(len(here), 0)
        for event_id, before in self.foreign.items():
            self.assertEqual(self.there(event_id), before, "an event of others was touched")
        self.assertEqual((self.invited.name, self.invited.active), ("Demo", True))
        self.assertFalse(self._mails, "Odoo wrote nobody")
        told = {mail["event_id"] for mail in self.state()["mails"]}
        self.assertFalse(told & set(self.foreign))
        live = self.links.search([("state", "=", "live")])
        self.assertEqual(len(live), len(live.event_id), "a meeting of its own for each event")

    def told_here(self, meeting):
        guests = (meeting.partner_ids - self.host.partner_id).mapped("email_normalized")
        return (
            f"{meeting.start:%Y-%m-%d %H:%M}",
            f"{meeting.stop:%Y-%m-%d %H:%M}",
            meeting.name,
            meeting.location or "",
            html_text(str(meeting.description or "")),
            tuple(sorted(guests)),
            meeting.show_as == "busy",
            meeting.privacy in HIDDEN,
        )

    def told_there(self, event):
        known = {person.email_normalized for person in self.people}
        if {event.id, event.series_id} & set(self.foreign) or self.is_forgotten(event):
            return None
        return (
            f"{naive(event.start):%Y-%m-%d %H:%M}",
            f"{naive(event.end):%Y-%m-%d %H:%M}",
            event.summary,
            event.location,
            plain_text(event.description),
            tuple(sorted({guest.email for guest in event.attendees} & known)),
            event.is_busy,
            event.is_private,
        )

    def is_forgotten(self, event):
        """:return: whether it was made private by whom it belongs to: Odoo knows nothing of it"""
        place = [("uid", "=", event.uid), ("recurrence_key", "=", moment_text(event.recurrence_id) or False)]
        return event.is_private and not self.links.search_count([*place, ("state", "=", "live")])

    def expanded(self):
        """:return: list of :class:`providers.base.Event`: all there is in the calendar, series as their occurrences"""
        window = Period(self.at(0, -1), self.at(0, 90))  # a series of four weeks may begin on the last day
        with self.google_connection._adapter() as adapter:
            return [event for page in adapter.changes(ADDRESS, None, window) for event in page.events]
