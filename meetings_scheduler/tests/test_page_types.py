from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..exceptions import SlotTaken
from ..models.scheduling_page_slots import naive
from .common import SchedulingCase


class TeamCase(SchedulingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marco, cls.anna = (
            new_test_user(cls.env, f"{name}.host", name=name.title(), email=f"{name}@bianchi.example", tz="Europe/Rome")
            for name in ("marco", "anna")
        )
        for user in cls.marco | cls.anna:
            cls.env["scheduling.connection"]._connect_odoo(user)
        cls.team = cls.host | cls.marco | cls.anna

    def team_page(self, page_type, weights=(100, 100, 100), fixed=(), **values):
        hosts = [
            Command.create({"user_id": user.id, "weight": weight, "is_fixed": user in fixed, "sequence": place})
            for place, (user, weight) in enumerate(zip(self.team, weights, strict=True))
        ]
        return self.page.copy({"name": page_type, "page_type": page_type, "host_ids": hosts, **values})

    def make_busy(self, user, start, minutes=30):
        self.env["calendar.event"].create(
            {
                "name": "Busy",
                "start": naive(start),
                "stop": naive(start) + timedelta(minutes=minutes),
                "partner_ids": [Command.set(user.partner_id.ids)],
            }
        )

    def is_free(self, page, start):
        return page._check_slot(start, 30).ok

    def visitor(self, number):
        email = f"visitor{number}@doe.example"
        return {"email": email, "email_normalized": email}


@tagged("post_install", "-at_install")
class TestRoundRobin(TeamCase):
    def test_union_of_the_hosts(self):
        page = self.team_page("round_robin")
        self.make_busy(self.host, self.at(10))
        self.make_busy(self.marco, self.at(10))
        booking = self.book(self.at(10), page)
        self.assertEqual(booking.user_id, self.anna)
        self.assertEqual(booking.event_id.user_id, self.anna)
        self.assertFalse(self.is_free(page, self.at(10)))
        self.assertIn("Nobody but Anna", booking.choice_reason)

    def test_why_this_host_in_the_owners_language(self):
        """B7: the reason is for the owner of the page, whatever language the visitor reads."""
        self.env["res.lang"]._activate_lang("it_IT")
        page = self.team_page("round_robin")
        page.user_id.lang = "it_IT"
        self.make_busy(self.host | self.marco, self.at(10))
        self.assertIn("Solo Anna", self.book(self.at(10), page, lang="en_US").choice_reason)

    def test_shares_follow_the_weights(self):
        """Round robin counts: with weights 1:2:3 nobody is ever more than one meeting away from their share."""
        page = self.team_page("round_robin", weights=(100, 200, 300))
        for number in range(24):
            booking = self.book(self.at(0, 2 + number), page, **self.visitor(number))
            self.assertTrue(booking.choice_reason)
            ledger = page._ledger(page.host_ids)
            for host in ledger:
                self.assertLessEqual(abs(host.taken - (number + 1) * host.weight / 600), 1)
        self.assertEqual([host.taken for host in ledger], [4, 8, 12])

    def test_cancelled_and_missed_give_the_turn_back(self):
        page = self.team_page("round_robin")
        first = self.book(self.at(8), page)
        second = self.book(self.at(9), page, **self.visitor(2))
        self.assertNotEqual(first.user_id, second.user_id)
        first._cancel("Ill", "visitor")
        second.action_no_show()
        self.assertEqual([host.taken for host in page._ledger(page.host_ids)], [0, 0, 0])

    def test_late_host_is_not_flooded(self):
        page = self.team_page("round_robin")
        page.host_ids.filtered(lambda host: host.user_id == self.anna).unlink()
        for number in range(10):
            self.book(self.at(0, 2 + number), page, **self.visitor(number))
        late = self.env["scheduling.host"].create({"page_id": page.id, "user_id": self.anna.id, "sequence": 9})
        self.assertAlmostEqual(late.credit, 5)
        chosen = [self.book(self.at(2, 2 + n), page, **self.visitor(20 + n)).user_id for n in range(6)]
        self.assertLessEqual(chosen.count(self.anna), 3)

    def test_salesperson_of_the_contact_first(self):
        page = self.team_page("round_robin")
        self.env["res.partner"].create({"name": "Jane", "email": "jane@doe.example", "user_id": self.anna.id})
        booking = self.book(self.at(10), page)
        self.assertEqual(booking.user_id, self.anna)
        self.assertIn("salesperson", booking.choice_reason)

    def test_unreadable_host_is_left_out(self):
        """B3, M34: a host whose calendar can't be read gets no round robin meeting; the page goes on with others."""
        page = self.team_page("round_robin")
        self.env["scheduling.connection"].search([("user_id", "=", self.host.id)]).calendar_ids.state = "lost"
        page.invalidate_recordset(["is_connected"])
        self.assertTrue(page.is_connected)
        self.assertNotIn(str(self.host.id), page._check_slot(self.at(10), 30).host_ids)
        users = [self.book(self.at(10), page, **self.visitor(n)).user_id for n in range(2)]
        self.assertEqual(set(users), {self.marco, self.anna})
        with self.assertRaises(SlotTaken):
            self.book(self.at(10), page, **self.visitor(3))

    def test_moving_keeps_the_host(self):
        page = self.team_page("round_robin")
        booking = self.book(self.at(10), page)
        self.make_busy(booking.user_id, self.at(12))
        with self.assertRaises(SlotTaken):
            booking._reschedule(self.at(12), 30)
        booking._reschedule(self.at(13), 30)
        self.assertEqual(booking.event_id.user_id, booking.host_ids.user_id)


@tagged("post_install", "-at_install")
class TestTogether(TeamCase):
    def test_collective_needs_everybody(self):
        page = self.team_page("collective")
        self.make_busy(self.anna, self.at(10))
        self.assertFalse(self.is_free(page, self.at(10)))
        booking = self.book(self.at(11), page)
        self.assertEqual(booking.host_ids.user_id, self.team)
        self.assertEqual(booking.event_id.partner_ids, self.team.partner_id | booking.partner_id)
        letters = self.operations.search([("booking_id", "=", booking.id)]).mapped("arguments")
        self.assertEqual([letter["audience"] for letter in letters].count("host"), 3)
        for user in self.team:
            self.assertFalse(
                self.env["scheduling.busy"].search([("user_id", "=", user.id), ("event_id", "=", booking.event_id.id)])
            )

    def test_collective_with_an_unreadable_host_takes_requests(self):
        """B3: where everybody must take part and one calendar can't be read, nothing is promised."""
        page = self.team_page("collective")
        self.env["scheduling.connection"].search([("user_id", "=", self.anna.id)]).state = "lost"
        page.invalidate_recordset(["is_connected"])
        self.assertFalse(page.is_connected)
        self.assertEqual(self.book(self.at(10), page).state, "requested")

    def test_fixed_plus_one(self):
        page = self.team_page("fixed_plus_one", fixed=(self.host,))
        self.make_busy(self.marco, self.at(10))
        booking = self.book(self.at(10), page)
        self.assertEqual(booking.host_ids.user_id, self.host | self.anna)
        self.make_busy(self.host, self.at(11))
        self.assertFalse(self.is_free(page, self.at(11)))

    def test_page_needs_its_hosts(self):
        with self.assertRaisesRegex(ValidationError, "at least one host"):
            self.page.copy({"page_type": "round_robin"})
        with self.assertRaisesRegex(ValidationError, "always takes part"):
            self.team_page("fixed_plus_one")

    def test_archived_host_midway(self):
        """A host who leaves is asked no more; a page without hosts is an honest empty page."""
        page = self.team_page("collective")
        booking = self.book(self.at(10), page)
        self.anna.active = False
        self.assertEqual(page._hosts(), self.host | self.marco)
        self.assertTrue(self.is_free(page, self.at(11)))
        (self.host | self.marco).active = False
        self.assertFalse(page._free_slots(self.at(0), self.at(0, 5), 30))
        times = page.explain(self.at(12).date().isoformat())["times"]
        self.assertEqual({reason["text"] for time in times for reason in time["reasons"]}, {"The page has no host"})
        self.assertEqual(booking.state, "confirmed", "nothing is lost")


@tagged("post_install", "-at_install")
class TestGroup(TeamCase):
    def setUp(self):
        super().setUp()
        self.page.write({"page_type": "group", "seats": 2})

    def test_seats(self):
        first, second = (self.book(self.at(10), **self.visitor(number)) for number in range(2))
        self.assertEqual(first.event_id, second.event_id)
        self.assertEqual(len(first.event_id.attendee_ids), 3)
        with self.assertRaises(SlotTaken):
            self.book(self.at(10), **self.visitor(3))
        with self.assertRaises(SlotTaken):
            self.book(self.at(10) + timedelta(minutes=15), **self.visitor(4))

    def test_one_leaves(self):
        first, second = (self.book(self.at(10), **self.visitor(number)) for number in range(2))
        event = first.event_id
        first._cancel("Ill", "visitor")
        self.assertTrue(event.active)
        self.assertEqual(event.partner_ids, self.host.partner_id | second.partner_id)
        self.assertEqual(second.state, "confirmed")
        third = self.book(self.at(10), **self.visitor(3))
        self.assertEqual(third.event_id, event)
        (second + third).event_id.with_user(self.host).unlink()
        self.assertEqual((second + third).mapped("state"), ["cancelled", "cancelled"])

    def test_one_moves(self):
        first, second = (self.book(self.at(10), **self.visitor(number)) for number in range(2))
        first._reschedule(self.at(12), 30)
        self.assertNotEqual(first.event_id, second.event_id)
        self.assertEqual(second.event_id.start, naive(self.at(10)))
        self.assertEqual(first.event_id.start, naive(self.at(12)))

    def test_host_moves_all(self):
        """B2: the host moves a group's event, every visitor is told."""
        bookings = self.book(self.at(10), **self.visitor(1)) | self.book(self.at(10), **self.visitor(2))
        bookings.event_id.with_user(self.host).write(
            {"start": naive(self.at(14)), "stop": naive(self.at(14)) + timedelta(minutes=30)}
        )
        self.assertEqual(bookings.mapped("start"), [naive(self.at(14))] * 2)
        self.assertEqual(len(bookings.event_id), 1)
        self.assertEqual(bookings.mapped("invite_sequence"), [1, 1])
