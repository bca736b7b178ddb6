"""Faults 7-9, 16 and 23 through the whole product: Google does what it is asked, and the answer is lost."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .sync_case import SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestFaultTableWriting(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()

    def letters(self, booking):
        """:return: how many mails people got, or are about to get, about the booking"""
        return self.operations.search_count([("booking_id", "=", booking.id), ("kind", "=", "notify")])

    def lose_the_answer(self, method):
        self.google.control("fault", method=method, action="lose")
        with mute_logger(OUTBOX_LOGGER):
            self.work()
        self.assertEqual(self.open_operations().mapped("kind"), ["write_event"], "the write is tried again")
        self.assertEqual(self.google_connection.state, "connected")
        self.assertTrue(self.takes_bookings(), "the visitor's page is as ever")
        self.work()
        self.assertFalse(self.open_operations())

    def test_answers_are_lost(self):
        """Faults 7, 8, 9 and 16, P5: booked, moved and cancelled, each answer lost: one write and one mail of Google's
        each; our own writes, read back, change nothing and are not written again."""
        booking = self.visit(10)
        for method, change, events in (
            ("events.insert", lambda: None, 1),
            ("events.patch", lambda: booking._reschedule(self.at(14), 30), 1),
            ("events.delete", lambda: booking._cancel("Ill", "visitor"), 0),
        ):
            with self.subTest(method=method):
                before = self.state()
                with self.enter_registry_test_mode():
                    change()
                wanted, letters = (booking.start, booking.state), self.letters(booking)
                self.lose_the_answer(method)
                for _time in range(2):
                    self.poll()
                    self.work()
                after = self.state()
                self.assertEqual(after["writes"] - before["writes"], 1, "one write")
                self.assertEqual(len(after["mails"]) - len(before["mails"]), 1, "one mail of Google's")
                self.assertEqual(len(self.events()), events)
                self.assertEqual((booking.start, booking.state), wanted)
                self.assertEqual(self.letters(booking), letters, "nobody is told a second time")

    def test_moved_there_while_the_answer_is_lost(self):
        """Faults 8 and 23: the host moves the event after our change, whose answer was lost: the host's time stays."""
        booking = self.visit(10)
        self.work()
        with self.enter_registry_test_mode():
            booking._reschedule(self.at(14), 30)
        self.google.control("fault", method="events.patch", action="lose")
        with mute_logger(OUTBOX_LOGGER):
            self.work()
        event = self.there()
        self.change(event["id"], **self.timed(self.at(16)))
        self.work()
        self.poll()
        self.work()
        self.assertEqual(booking.start, self.at(16).replace(tzinfo=None))
        self.assertEqual(self.there()["id"], event["id"])
        self.assertEqual(self.there()["start"]["dateTime"][:16], self.at(16).isoformat()[:16])
        self.assertFalse(self.open_operations())
