"""The fault catalogue through the whole product: a visitor books while Google fails, then Google is well again.

docs/developer/faults.md lists every fault with its test. Deadlines are shortened; nothing waits for real.
"""

import socket
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import scheduling_connection_live, scheduling_connection_remote
from ..providers.transport import Transport
from .google_case import ADDRESS
from .sync_case import SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"
DEADLINE = 0.4  # seconds
ROOT = "meetings_scheduler.google_api_root"


@dataclass(frozen=True)
class Row:
    """A fault of the catalogue. how: keys of the stand-in's fault, or the name of a broken server.

    outcome: A the write is tried again; C the owner is told once and pages take requests.
    """

    number: int
    name: str
    how: dict | str = field(hash=False)
    outcome: str = "A"


ROWS = [
    Row(1, "the name can't be resolved", "no_name"),
    Row(2, "connecting takes too long", "no_accept"),
    Row(3, "no answer", {"action": "hang", "seconds": 2 * DEADLINE}),
    Row(4, "a byte now and then", {"action": "drip", "seconds": DEADLINE / 4}),
    Row(6, "the connection is reset", {"action": "reset"}),
    Row(10, "500", {"action": "status", "status": 500}),
    Row(10, "502", {"action": "status", "status": 502}),
    Row(10, "503", {"action": "status", "status": 503}),
    Row(11, "a login page", {"action": "html"}),
    Row(12, "JSON that breaks off", {"action": "truncate"}),
    Row(12, "half a JSON", {"action": "cut"}),
    Row(26, "more than 5 MB", {"action": "huge", "bytes": 5_100_000}),
    Row(35, "403 rateLimitExceeded", {"action": "status", "status": 403, "reason": "rateLimitExceeded"}),
    Row(36, "403 forbidden", {"action": "status", "status": 403, "reason": "forbidden"}, "C"),
]


@tagged("post_install", "-at_install")
class TestFaultTable(SyncCase):
    def setUp(self):
        super().setUp()
        self.patch(scheduling_connection_remote, "Transport", partial(Transport, deadline=DEADLINE))
        self.patch(scheduling_connection_live, "LIVE_DEADLINE", DEADLINE)

    # ------------------------------------------------------------ how Google fails

    @contextmanager
    def failing(self, how):
        """Every call of the calendar fails in this way."""
        with ExitStack() as stack:
            if isinstance(how, dict):
                self.google.control("fault", method="*", account=ADDRESS, times=0, **how)
                stack.callback(self.google.control, "clear_faults")
            else:
                parameters = self.env["ir.config_parameter"]
                parameters.set_param(ROOT, stack.enter_context(getattr(self, how)()))
                stack.callback(parameters.set_param, ROOT, self.google.root)
            yield

    @contextmanager
    def no_name(self):
        yield "http://calendar.invalid"

    @contextmanager
    def no_accept(self):
        """A server whose queue is full: the next connection is neither taken nor refused."""
        with ExitStack() as stack:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
            for _number in range(4):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                with suppress(BlockingIOError):
                    waiting.connect(server.getsockname())
            yield f"http://127.0.0.1:{server.getsockname()[1]}"

    # ------------------------------------------------------------ the table

    def test_booking_while_google_fails(self):
        """Faults 1-4, 6, 10-12, 26, 35, 36, P18: the visitor books, nothing is deleted; later there is one event."""
        self.connected()
        foreign = self.put(self.at(20))
        self.poll()
        for number, row in enumerate(ROWS):
            with self.subTest(fault=row.number, name=row.name):
                self.run_row(row, self.at(1 + number), f"v{number}@doe.example", foreign)

    def run_row(self, row, start, email, foreign):
        connection = self.google_connection
        connection.write({"state": "connected", "paused_until": False, "checked_at": fields.Datetime.now()})
        known = connection.calendar_ids.busy_ids
        token, before, told = self.calendar.sync_token, self.state(), self.told()
        with self.failing(row.how), mute_logger(OUTBOX_LOGGER):
            with self.enter_registry_test_mode():
                booking = self.book(start, email=email, email_normalized=email)
            self.run_outbox()
            with self.enter_registry_test_mode():
                connection._refresh_busy()
                connection._sync_in()
            write = self.operations.search([("booking_id", "=", booking.id), ("kind", "=", "write_event")])
            self.assertEqual(
                (booking.state, write.state), ("confirmed", "pending"), "the booking stands, the write waits"
            )
            self.assertEqual(connection.state, "connected")
            self.assertEqual(self.calendar.state, "lost" if row.outcome == "C" else "active")
            self.assertEqual(
                self.told() - told, 1 if row.outcome == "C" else 0, "the owner is told once, or not at all"
            )
        self.assertEqual(connection.calendar_ids.busy_ids, known, "E: nothing is deleted here")
        self.assertEqual(self.calendar.sync_token, token, "E: nothing is skipped")
        there = {event["id"] for event in self.events()}
        self.assertIn(foreign, there, "E: nothing is deleted there")
        with self.enter_registry_test_mode():
            connection._refresh_busy()
        self.assertTrue(self.takes_bookings(), "nobody has to do anything")
        self.work()
        self.assertEqual(write.state, "done")
        mine = [event for event in self.events() if email in str(event.get("attendees"))]
        self.assertEqual(len(mine), 1, "one event")
        invitations = [mail for mail in self.state()["mails"][len(before["mails"]) :] if email in mail["to"]]
        self.assertEqual(len(invitations), 1, "one invitation")
