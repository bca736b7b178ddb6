from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import SlotTaken
from .sync_case import SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestGroupInGoogle(SyncCase):
    """Visitors of a group page who sit at the same time meet in one event of the host's Google Calendar."""

    def setUp(self):
        super().setUp()
        self.google_connection = self.connected()
        self.page.write({"page_type": "group", "seats": 3, "location_type": "meet"})

    def seat(self, number, hour=10, **changes):
        """:return: the booking of visitor ``number``, not written into Google yet"""
        email = f"visitor{number}@doe.example"
        with self.enter_registry_test_mode():
            return self.book(self.at(hour), email=email, email_normalized=email, **changes)

    def seated(self, count, hour=10):
        bookings = self.bookings.browse()
        for number in range(1, count + 1):
            bookings += self.seat(number, hour)
            self.work()
        return bookings

    def in_test_mode(self, change):
        with self.enter_registry_test_mode():
            change()
        self.work()

    def guests(self, event):
        return {guest["email"] for guest in event.get("attendees", ())}

    def at_hour(self, hour):
        (event,) = [event for event in self.events() if self.at(hour).strftime("T%H") in event["start"]["dateTime"]]
        return event

    # ------------------------------------------------------------ one event

    def test_one_event_and_one_room(self):
        """M2, M33: three visitors of a group are guests of one event with one Meet room, which each of them is told."""
        bookings = self.seated(3)
        event = self.there()
        self.assertEqual(self.guests(event), {f"visitor{number}@doe.example" for number in (1, 2, 3)})
        self.assertEqual(set(bookings.mapped("location")), {event["hangoutLink"]})
        self.assertEqual(bookings.event_id.videocall_location, event["hangoutLink"])
        for booking in bookings:
            self.assertIn(event["hangoutLink"], booking._create_mail("booked", "visitor").body_html)
        self.assertEqual(len(bookings.event_id), 1)
        self.assertFalse(self.open_operations())

    def test_guests_do_not_see_each_other(self):
        """M2: nobody in a group reads who else comes, or what they wrote: not in the invitation, not in a calendar."""
        self.google.control("account", email="visitor2@doe.example", name="Second")
        self.seat(1, first_name="Mary", phone="+390612345678")
        self.work()
        self.seat(2)
        self.work()
        self.assertIs(self.there()["guestsCanSeeOtherGuests"], False)
        (copy,) = self.events("visitor2@doe.example")
        self.assertEqual(self.guests(copy), {"visitor2@doe.example"})
        for word in ("visitor1", "Mary", "612345678"):
            self.assertNotIn(word, str(copy))

    def test_phone_number_stays_with_the_host(self):
        self.page.location_type = "phone"
        self.seat(1, phone="+390612345678")
        self.work()
        self.assertNotIn("612345678", f"{self.there().get('location')} {self.there()['description']}")

    def test_written_together(self):
        """P5: the second visitor books before the first one's event is written: still one event, none is lost."""
        first, second = self.seat(1), self.seat(2)
        self.work()
        self.assertEqual(len(self.guests(self.there())), 2)
        self.assertEqual(first.location, second.location)
        self.assertEqual(first.location, self.there()["hangoutLink"])

    @mute_logger(OUTBOX_LOGGER)
    def test_lost_answer(self):
        """Fault 7, P5: the answer to the first write is lost, and somebody else sits down meanwhile: one event."""
        self.google.control("fault", method="events.insert", action="lose")
        first = self.seat(1)
        self.run_outbox()
        second = self.seat(2)
        first_left = self.seat(3)
        with self.enter_registry_test_mode():
            first._cancel("Ill", "visitor")
        self.google_connection.paused_until = False
        self.work()
        self.assertEqual(self.guests(self.there()), {second.email, first_left.email})

    # ------------------------------------------------------------ coming and going

    def test_one_leaves(self):
        """B2: who cancels is no guest any more; the event goes with the last one."""
        first, second = self.seated(2)
        self.in_test_mode(lambda: first._cancel("Ill", "visitor"))
        self.assertEqual(self.guests(self.there()), {second.email})
        third = self.seat(3)
        self.work()
        self.assertEqual(self.guests(self.there()), {second.email, third.email})
        self.assertEqual(third.location, second.location)
        self.in_test_mode(lambda: second._cancel("", "host"))
        self.in_test_mode(lambda: third._cancel("", "host"))
        self.assertEqual(self.events(), [])
        self.assertFalse((first + second + third).event_link_ids)

    def test_one_moves(self):
        """B2: who moves leaves the others their event, and gets a room of their own, which the mail waits for."""
        first, second = self.seated(2)
        room = first.location
        with self.enter_registry_test_mode():
            first._reschedule(self.at(14), 30)
        moved = self.operations.search([("booking_id", "=", first.id), ("key", "like", "visitor:moved")])
        self.assertGreater(moved.next_attempt, fields.Datetime.now())
        self.work()
        self.assertEqual(self.guests(self.at_hour(10)), {second.email})
        self.assertEqual(self.guests(self.at_hour(14)), {first.email})
        self.assertEqual(second.location, room)
        self.assertEqual(first.location, self.at_hour(14)["hangoutLink"])
        self.assertNotEqual(first.location, room)

    def test_one_moves_to_others(self):
        """B2: who moves to a time at which others sit joins them, in Odoo's calendar as in Google's."""
        first, second = self.seat(1, 10), self.seat(2, 14)
        self.work()
        with self.enter_registry_test_mode():
            first._reschedule(self.at(14), 30)
        self.work()
        self.assertEqual(self.guests(self.there()), {first.email, second.email})
        self.assertEqual(first.event_id, second.event_id)
        self.assertEqual(first.location, second.location)

    # ------------------------------------------------------------ changed in Google

    def test_host_moves_all_in_google(self):
        """B2: the host moves the event in Google, by less than it lasts: everybody in it moves along."""
        bookings = self.seated(2)
        start = self.at(10) + timedelta(minutes=15)
        self.change(self.there()["id"], **self.timed(start))
        self.poll()
        self.assertEqual(set(bookings.mapped("start")), {start.replace(tzinfo=None)})
        self.assertEqual(len(bookings.event_id), 1)
        self.assertEqual(bookings.event_id.start, start.replace(tzinfo=None))
        late = self.seated(1, 16)
        self.assertEqual(late.state, "confirmed")

    def test_host_moved_before_the_next_visitor(self):
        """Fault 23: the host moved the event just before the next visitor was written: that time wins for all."""
        first = self.seated(1)
        start = self.at(15)
        self.change(self.there()["id"], **self.timed(start))
        with patch.object(type(self.google_connection), "_is_free_live", lambda *args: "free"):
            second = self.seat(2)
        self.work()
        self.work()
        self.assertEqual(set((first + second).mapped("start")), {start.replace(tzinfo=None)})
        self.assertEqual(self.guests(self.there()), {first.email, second.email})

    def test_host_cancels_all_in_google(self):
        """B2: the host deletes the event in Google: every visitor of the group is told."""
        bookings = self.seated(2)
        self.remove(self.there()["id"])
        self.poll()
        self.assertEqual(bookings.mapped("state"), ["cancelled", "cancelled"])
        self.assertFalse(bookings.event_id.active)

    def test_guests_added_and_taken_out_in_google(self):
        """B2: whom the host invites in Google stays when the next one comes; whom they took out stays out."""
        first, second = self.seated(2)
        event = self.there()
        guests = [guest for guest in event["attendees"] if guest["email"] != first.email]
        self.change(event["id"], attendees=[*guests, {"email": "boss@bianchi.example"}])
        third = self.seat(3)
        self.work()
        self.assertEqual(self.guests(self.there()), {second.email, third.email, "boss@bianchi.example"})

    # ------------------------------------------------------------ free seats

    def test_seat_while_the_first_is_being_written(self):
        """M2: the first visitor's event is at Google, its answer isn't here yet: the next one gets a seat."""
        first = self.seat(1)
        with (
            patch.object(type(self.bookings), "_link_event", side_effect=ZeroDivisionError),
            mute_logger(OUTBOX_LOGGER),
        ):
            self.run_outbox()
        self.assertEqual(len(self.events()), 1)
        self.assertFalse(first.event_link_ids)
        self.assertEqual(self.seat(2).state, "confirmed")
        self.google_connection._refresh_busy()
        self.assertEqual(self.seat(3).state, "confirmed", "nor does the cache take it for somebody else's")

    def test_former_time_is_free_at_once(self):
        """M2: a moved meeting that Google still has at its old time isn't in anybody's way there."""
        booking = self.seated(1)
        with self.enter_registry_test_mode():
            booking._reschedule(self.at(14), 30)
        self.assertEqual(self.seat(2, 10).state, "confirmed")

    def test_event_of_somebody_else_is_in_the_way(self):
        """M2: what isn't ours keeps visitors away, also beside a group that has seats left."""
        self.seated(1)
        self.put(self.at(10), minutes=60)
        with self.enter_registry_test_mode(), self.assertRaises(SlotTaken):
            self.book(self.at(10) + timedelta(minutes=30))
