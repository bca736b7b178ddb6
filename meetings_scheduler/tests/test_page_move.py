"""A meeting gets another time only if somebody knows that the time is free: asked live, as for a new one."""

from datetime import datetime, timedelta
from html import unescape

from odoo import fields
from odoo.tests import tagged

from ..exceptions import PublicError, SlotTaken
from ..models.scheduling_page_slots import naive
from .google_case import ADDRESS, GoogleMixin
from .public_case import API, PublicCase


@tagged("post_install", "-at_install")
class TestMove(GoogleMixin, PublicCase):
    def setUp(self):
        super().setUp()
        self.google_connection = self.connect()
        with self.enter_registry_test_mode():
            self.booking = self.book(self.at(10))
        self.run_outbox()
        self.token = self.booking._mint_token("visitor")
        self.url = f"/meetings/manage/{self.token}"

    def put_into_google(self, start):
        """The owner's event of half an hour, which no read has seen yet."""
        times = {
            name: {"dateTime": moment.isoformat()}
            for name, moment in (("start", start), ("end", start + timedelta(minutes=30)))
        }
        self.google.control("event", calendar=ADDRESS, body={"summary": "Dentist", **times})

    def lose(self):
        self.google_connection.calendar_ids.state = "lost"
        self.env.flush_all()

    def move(self, start, by="visitor"):
        with self.enter_registry_test_mode():
            self.booking._reschedule(start, 30, by=by)

    def post_move(self, start):
        return self.post({"start": start.isoformat()}, url=f"{API}/bookings/{self.token}/reschedule")

    def assert_stays(self):
        self.booking.invalidate_recordset()
        self.assertEqual((self.booking.state, self.booking.start), ("confirmed", naive(self.at(10))))

    def test_calendar_is_asked(self):
        """M2: what was put into Google a second ago is respected when a meeting is moved, by API and form alike."""
        self.put_into_google(self.at(12))
        answer = self.post_move(self.at(12))
        self.assert_refused(answer, 409, "Someone just took this time", "start")
        self.put_into_google(self.at(14))
        answer = self.url_open(f"{self.url}/reschedule", data={"start": self.at(14).isoformat()})
        self.assertEqual(answer.status_code, 409)
        self.assertIn("Someone just took this time", answer.text)
        self.assert_stays()

    def test_host_is_asked_too(self):
        """M2: the host's own link doesn't put a meeting on top of another one either."""
        self.put_into_google(self.at(12))
        with self.assertRaises(SlotTaken):
            self.move(self.at(12), by="host")
        self.assert_stays()

    def test_own_event_is_not_in_the_way(self):
        self.page.increment = "15"
        self.move(self.at(10) + timedelta(minutes=15))
        self.assertEqual(self.booking.start, naive(self.at(10) + timedelta(minutes=15)))

    def test_lost_calendar(self):
        """M34, B3: while the calendar can't be read, no other time is promised; the page says so, and the way out."""
        self.lose()
        before = self.stored()
        self.assert_refused(self.post_move(self.at(12)), 409, "can't be read right now", "start")
        self.assert_refused(self.url_open(f"{API}/bookings/{self.token}/slots"), 409, "Your meeting stays", "start")
        for answer in (
            self.url_open(f"{self.url}?step=move"),
            self.url_open(f"{self.url}/reschedule", data={"start": self.at(12).isoformat()}),
        ):
            self.assertEqual(answer.status_code, 409)
            self.assertIn("Laura Bianchi's calendar can't be read right now", unescape(answer.text))
            self.assertNotIn("You can ask for a time", answer.text)
            self.assertIn("?step=cancel", answer.text)
        self.assertEqual(self.stored(), before)
        self.assert_stays()

    def test_silent_calendar(self):
        """M4: Google doesn't answer: with a fresh cache the meeting is moved, with an old one it stays."""
        for age in (30, 1):
            self.google.control("fault", method="freebusy.query", action="reset")
            self.google_connection.checked_at = fields.Datetime.now() - timedelta(minutes=age)
            if age == 30:
                with self.assertRaisesRegex(PublicError, "can't be read right now"):
                    self.move(self.at(12))
                self.assert_stays()
            else:
                self.move(self.at(12))
                self.assertEqual(self.booking.start, naive(self.at(12)))

    def test_host_moves_while_the_calendar_is_lost(self):
        """M34: the host knows their own time, and moves the meeting all the same."""
        self.lose()
        self.move(self.at(12), by="host")
        self.assertEqual(self.booking.start, naive(self.at(12)))

    def test_request_is_moved_as_a_request(self):
        """M4: what was only asked for stays asked for, at another time."""
        self.lose()
        self.page.invalidate_recordset()
        asked = self.book(self.at(14), email="req@doe.example", email_normalized="req@doe.example")
        self.assertEqual(asked.state, "requested")
        with self.enter_registry_test_mode():
            asked._reschedule(self.at(15), 30)
        self.assertEqual((asked.state, asked.start), ("requested", naive(self.at(15))))

    def test_refused_time_is_no_alternative(self):
        """M2: what turned a visitor away isn't among the times they are offered instead."""
        self.page.increment = "15"
        self.put_into_google(self.at(12))
        answer = self.post(self.form(self.at(12)))
        self.assertEqual(answer.status_code, 409)
        near = {datetime.fromisoformat(slot["start"]) for slot in answer.json()["error"]["alternatives"]}
        touched = {self.at(12) + timedelta(minutes=minutes) for minutes in (-15, 0, 15)}
        self.assertEqual((len(near), near & touched), (3, set()))

    def turned_away(self, start):
        """A visitor is refused; what was learnt is kept, as in a transaction of its own."""
        with self.enter_registry_test_mode():
            try:
                self.book(start)
            except SlotTaken:
                self.env.invalidate_all()
                return True
        return False

    def test_what_was_learnt_is_remembered(self):
        """M2: nobody else is shown the time, nobody is asked again, and the calendar is read at once."""
        self.put_into_google(self.at(12))
        self.google_connection.hint_ids.unlink()
        self.env.flush_all()
        self.assertTrue(self.turned_away(self.at(12)))
        self.assertTrue(self.google_connection.hint_ids, "read at once, not at the next poll")
        self.assertFalse(self.page._check_slot(self.at(12), 30).ok)
        asked = self.state()["calls"].count("freebusy.query")
        self.assertTrue(self.turned_away(self.at(12)))
        self.assertEqual(self.state()["calls"].count("freebusy.query"), asked, "known by now")

    def test_the_next_reading_puts_it_in_order(self):
        """M2: what was learnt goes as soon as the calendar says so."""
        self.put_into_google(self.at(12))
        self.assertTrue(self.turned_away(self.at(12)))
        event = next(event for event in self.events() if event.get("summary") == "Dentist")
        self.google.control("remove", calendar=ADDRESS, id=event["id"])
        self.google_connection._refresh_busy()
        self.assertTrue(self.page._check_slot(self.at(12), 30).ok)
