from datetime import timedelta
from types import SimpleNamespace

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..exceptions import PublicError, SlotTaken
from ..models.scheduling_page_slots import naive
from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestBooking(SchedulingCase):
    def starts(self, page=None, days=3, duration=30):
        start = self.at(0, days)
        return [slot.start for slot in (page or self.page)._free_slots(start, start + timedelta(days=1), duration)]

    def test_booking_lands_in_the_main_calendar(self):
        """M28, M33: a booking puts one event into the host's own calendar, with both people in it."""
        booking = self.book(self.at(10))
        event = booking.event_id
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(self.env["calendar.event"].search([("scheduling_booking_ids", "in", booking.ids)]), event)
        self.assertEqual(event.user_id, self.host)
        self.assertEqual(event.partner_ids, self.host.partner_id | booking.partner_id)
        self.assertEqual((event.start, event.stop), (naive(self.at(10)), naive(self.at(10)) + timedelta(minutes=30)))
        self.assertEqual(set(event.attendee_ids.mapped("state")), {"accepted"})
        self.assertIn("/calendar/join_videocall/", event.videocall_location)
        self.assertEqual(booking.location, event.videocall_location)

    def test_booked_time_is_gone(self):
        """M2: what is booked is not offered again, and comes back when the meeting is cancelled."""
        self.assertIn(self.at(10), self.starts())
        booking = self.book(self.at(10))
        self.assertNotIn(self.at(10), self.starts())
        with self.assertRaises(SlotTaken) as caught:
            self.book(self.at(10), email="other@doe.example", email_normalized="other@doe.example")
        self.assertEqual(len(caught.exception.alternatives), 3)
        self.assertNotIn(self.at(10), [slot.start for slot in caught.exception.alternatives])
        booking._cancel("Ill", "visitor")
        self.assertIn(self.at(10), self.starts())

    def test_database_refuses_overlap(self):
        """M2: a second booking of the same time is refused by PostgreSQL itself, and leaves nothing behind."""
        self.book(self.at(10))
        count = self.bookings.search_count([])
        offered = SimpleNamespace(host_ids=(str(self.host.id),))
        self.patch(type(self.page), "_require_free", lambda *args, **kwargs: offered)
        with self.enter_registry_test_mode(), self.assertRaises(SlotTaken) as caught:
            self.book(self.at(10), email="other@doe.example", email_normalized="other@doe.example")
        self.assertEqual(caught.exception.status, 409)
        self.assertEqual(len(caught.exception.alternatives), 3)
        self.assertEqual(self.bookings.search_count([]), count)
        self.assertFalse(self.env["res.partner"].search([("email_normalized", "=", "other@doe.example")]))

    def test_buffers_add_up(self):
        """Buffers of the booking that stands and of the new one both count."""
        self.page.write({"buffer_before": 10, "buffer_after": 20, "increment": "10"})
        self.book(self.at(10))
        starts = self.starts()
        self.assertNotIn(self.at(10) + timedelta(minutes=50), starts)
        self.assertIn(self.at(10) + timedelta(minutes=60), starts)
        self.assertNotIn(self.at(10) - timedelta(minutes=50), starts)
        self.assertIn(self.at(10) - timedelta(minutes=60), starts)

    def test_contact_is_found_not_changed(self):
        """A contact is found by normalized e-mail; a public form never overwrites it."""
        partner = self.env["res.partner"].create(
            {"name": "Dr. Jane Doe", "email": '"Jane" <JANE@doe.example>', "phone": "1"}
        )
        booking = self.book(self.at(10), first_name="J", last_name="Evil", phone="+390612345678")
        self.assertEqual(booking.partner_id, partner)
        self.assertEqual((partner.name, partner.phone), ("Dr. Jane Doe", "1"))
        self.assertEqual(booking.visitor_name, "J Evil")

    def test_contact_is_created(self):
        booking = self.book(self.at(10), email="new@doe.example", email_normalized="new@doe.example")
        self.assertEqual(booking.partner_id.name, "Jane Doe")
        self.assertEqual(booking.partner_id.email_normalized, "new@doe.example")
        self.assertEqual(booking.partner_id.tz, "America/New_York")

    def test_opportunity_as_the_page_says(self):
        """The page decides whether a booking makes an opportunity."""
        self.assertFalse(self.book(self.at(8)).lead_id)
        self.page.opportunity_policy = "missing"
        first = self.book(self.at(9))
        self.assertEqual(first.lead_id.user_id, self.host)
        self.assertEqual(first.lead_id.type, "opportunity")
        self.assertEqual(first.event_id.opportunity_id, first.lead_id)
        self.assertEqual(self.book(self.at(10)).lead_id, first.lead_id)
        self.page.opportunity_policy = "always"
        self.assertNotEqual(self.book(self.at(11)).lead_id, first.lead_id)

    def test_answers_stand_on_the_record(self):
        question = self.env["scheduling.question"].create({"page_id": self.page.id, "label": "Topic", "type": "text"})
        self.page.opportunity_policy = "always"
        booking = self.book(self.at(10), answers=((question.id, "<script>alert(1)</script>"),))
        self.assertEqual(booking.answer_ids.mapped("value"), ["<script>alert(1)</script>"])
        self.assertIn("Topic", booking.lead_id.description)
        self.assertNotIn("<script>", booking.lead_id.description)
        question.unlink()
        self.assertEqual(booking.answer_ids.label, "Topic")

    def test_answers_are_not_for_everybody(self):
        """P14: Odoo shows the event to every employee; what the visitor wrote is read by hosts and managers only."""
        question = self.env["scheduling.question"].create({"page_id": self.page.id, "label": "Topic", "type": "text"})
        self.page.write({"location_type": "phone", "phone": "required"})
        secrets = {"answers": ((question.id, "My divorce"),), "guests": ("lawyer@doe.example",)}
        booking = self.book(self.at(10), phone="+39 06 1234567", **secrets)
        colleague = new_test_user(self.env, "answers.colleague", "base.group_user")
        manager = new_test_user(self.env, "answers.manager", "base.group_user,meetings_scheduler.group_manager")
        for reader in (self.host, colleague, manager):
            event = booking.event_id.with_user(reader)
            self.env.invalidate_all()
            shown = f"{event.name} {event.description} {event.activity_ids.mapped('note')}"
            for text in ("My divorce", "lawyer@doe.example"):
                self.assertNotIn(text, shown)
            self.assertIn("Phone call: +39 06 1234567", event.description)
            self.assertIn(f"/odoo/meetings-bookings/{booking.id}", event.description)
        for reader in (self.host, manager):
            self.env.invalidate_all()
            seen = booking.with_user(reader)
            self.assertEqual((seen.answer_ids.value, seen.guest_emails), ("My divorce", "lawyer@doe.example"))
        for record, name in ((booking, "guest_emails"), (booking.answer_ids, "value")):
            with self.assertRaises(AccessError):
                record.with_user(colleague).read([name])

    def test_visitors_of_a_group_do_not_share_their_numbers(self):
        """P14: the event of a group carries nothing of the visitor who happened to come first."""
        self.page.write({"page_type": "group", "location_type": "phone", "phone": "required"})
        booking = self.book(self.at(10), phone="+39 06 1234567")
        self.assertNotIn("1234567", booking.event_id.description)

    def test_activity_on_the_contact(self):
        booking = self.book(self.at(10))
        self.assertEqual(booking.partner_id.activity_ids.calendar_event_id, booking.event_id)
        self.assertEqual(booking.partner_id.activity_ids.user_id, self.host)

    def test_cancelled_stays_on_record(self):
        """B7: a cancelled booking stays, with its reason and who cancelled it."""
        booking = self.book(self.at(10))
        booking._cancel("Ill", "visitor")
        self.assertTrue(booking.exists())
        self.assertEqual(
            (booking.state, booking.outcome, booking.reason, booking.changed_by),
            ("cancelled", "cancelled", "Ill", "visitor"),
        )
        self.assertFalse(booking.event_id.active)
        self.assertFalse(booking.partner_id.activity_ids)
        with self.assertRaises(UserError):
            booking._cancel("Again", "visitor")

    def test_no_show_is_kept(self):
        """B7: no-shows and outcomes are kept, and can be counted."""
        booking = self.book(self.at(10))
        booking.action_no_show()
        counted = dict(self.bookings._read_group([("page_id", "=", self.page.id)], ["outcome"], ["__count"]))
        self.assertEqual(counted, {"no_show": 1})
        other = self.book(self.at(11))
        other._cancel()
        with self.assertRaises(UserError):
            other.action_no_show()

    def test_reschedule(self):
        booking = self.book(self.at(10))
        uid = booking.uid
        for number in range(1, 6):
            booking._reschedule(self.at(10 + number), 30, "Later", "visitor")
            self.assertEqual((booking.uid, booking.invite_sequence), (uid, number))
        self.assertEqual(booking.event_id.start, naive(self.at(15)))
        self.assertIn(self.at(10), self.starts())
        self.assertNotIn(self.at(15), self.starts())

    def test_reschedule_over_itself_and_not_over_others(self):
        self.page.increment = "10"
        booking = self.book(self.at(10))
        self.book(self.at(12))
        booking._reschedule(self.at(10) + timedelta(minutes=10), 30)
        with self.assertRaises(SlotTaken):
            booking._reschedule(self.at(12) + timedelta(minutes=10), 30)
        self.assertEqual(booking.start, naive(self.at(10)) + timedelta(minutes=10))

    def test_same_key_same_booking(self):
        """A double click books once; the same key with other data is refused."""
        first = self.book(self.at(10), idempotency_key="form-0001")
        self.assertEqual(self.book(self.at(10), idempotency_key="form-0001"), first)
        with self.assertRaises(PublicError) as caught:
            self.book(self.at(11), idempotency_key="form-0001")
        self.assertEqual((caught.exception.status, caught.exception.code), (409, "key_reused"))

    def test_notice_and_window_are_checked(self):
        self.page.write({"min_notice_hours": 100, "window_days": 10})
        with self.assertRaises(SlotTaken) as caught:
            self.book(self.at(10, days=1))
        self.assertIn("too soon", caught.exception.message)
        with self.assertRaises(SlotTaken) as caught:
            self.book(self.at(10, days=20))
        self.assertIn("too far", caught.exception.message)


@tagged("post_install", "-at_install")
class TestOfflinePage(SchedulingCase):
    def setUp(self):
        super().setUp()
        self.connection.with_user(self.host).action_disconnect()

    def test_request_blocks_nothing_and_makes_no_event(self):
        """M4: without a connection a visitor asks; nothing is promised, no event is made, the owner is told."""
        self.assertFalse(self.page.is_connected)
        first = self.book(self.at(10))
        second = self.book(self.at(10), email="other@doe.example", email_normalized="other@doe.example")
        self.assertEqual((first + second).mapped("state"), ["requested", "requested"])
        self.assertFalse((first + second).event_id)
        notices = self.operations.search([("booking_id", "=", first.id)]).mapped("arguments")
        self.assertEqual(
            [(notice["notice"], notice["audience"]) for notice in notices],
            [("requested", "visitor"), ("requested", "host")],
        )

    def test_owner_is_told_once_a_visitor_and_day(self):
        """M35: a visitor who tries again and again is one mail a day to the owner; every request is kept."""
        bookings = [self.book(self.at(10 + number)) for number in range(3)]
        self.book(self.at(15), email="other@doe.example", email_normalized="other@doe.example")
        letters = self.operations.search([("kind", "=", "notify")]).mapped("arguments")
        self.assertEqual([letter["audience"] for letter in letters].count("host"), 2)
        self.assertEqual([letter["audience"] for letter in letters].count("visitor"), 4)
        self.assertEqual({booking.state for booking in bookings}, {"requested"})

    def test_accept(self):
        """M4: the owner accepts, the event is made and the visitor told; who comes second is refused."""
        first = self.book(self.at(10))
        second = self.book(self.at(10), email="other@doe.example", email_normalized="other@doe.example")
        first.with_user(self.host).action_accept()
        self.assertEqual(first.state, "confirmed")
        self.assertEqual(first.event_id.start, naive(self.at(10)))
        self.assertTrue(self.operations.search([("key", "=", f"booking:{first.id}:visitor:booked:0")]))
        with self.assertRaises(SlotTaken):
            second._accept()

    def test_decline(self):
        """M4: the owner declines with a reason, the visitor is told, no event is made."""
        booking = self.book(self.at(10))
        booking._decline("Travelling")
        self.assertEqual((booking.state, booking.reason), ("declined", "Travelling"))
        self.assertFalse(booking.event_id)
        self.assertTrue(self.operations.search([("key", "=", f"booking:{booking.id}:visitor:declined:0")]))
        with self.assertRaises(UserError):
            booking._accept()

    def test_page_can_be_made_without_connection(self):
        """M3: without any connection a user makes, sees and edits pages."""
        pages = self.env["scheduling.page"].with_user(self.host)
        page = pages.create({"name": "First talk"})
        page.name = "Second talk"
        self.assertEqual(pages.search([("slug", "=", "laura-bianchi-first-talk")]).name, "Second talk")
        self.assertTrue(page._free_slots(self.at(0), self.at(0, days=10), 30))
