from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.scheduling_page_slots import naive
from .google_case import ADDRESS
from .sync_case import JANE, SyncCase

SYNC_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_connection_sync"


@tagged("post_install", "-at_install")
class TestSyncIn(SyncCase):
    def test_event_with_contact_becomes_meeting(self):
        """M20, M21: an event made in Google with a contact as guest is on that contact, and says where it is from."""
        self.connected()
        self.assertTrue(self.google_connection.use_sync)
        event_id = self.put(
            self.at(10),
            description="<b>Agenda</b><br>prices &amp; dates<script>alert(1)</script>",
            location="Via Roma 1",
        )
        self.poll()
        meeting = self.meetings()
        self.assertEqual(
            (meeting.name, meeting.start, meeting.stop, meeting.location, meeting.user_id),
            ("Demo", naive(self.at(10)), naive(self.at(10)) + timedelta(minutes=30), "Via Roma 1", self.host),
        )
        self.assertEqual(meeting.partner_ids, self.host.partner_id | self.jane)
        self.assertEqual(str(meeting.description), "<p>Agenda<br>prices &amp; dates</p>")
        note = self.notes(self.jane)[0]
        self.assertIn(f"came in from the calendar of {ADDRESS}", note)
        self.assertIn(f"/calendar/event?eid={event_id}", note)
        self.assertEqual(self.state()["writes"], 0)

    def test_follows_changes_and_cancellation(self):
        """M21: the meeting follows what is changed in Google, guests and replies included, and its cancellation."""
        self.connected()
        event_id = self.put(self.at(10))
        self.poll()
        meeting = self.meetings()
        guests = [{"email": JANE, "responseStatus": "declined"}, {"email": "bob@ray.example"}]
        self.change(event_id, summary="Second demo", attendees=guests, **self.timed(self.at(15)))
        self.poll()
        self.assertEqual((meeting.name, meeting.start), ("Second demo", naive(self.at(15))))
        self.assertEqual(meeting.partner_ids, self.host.partner_id | self.jane | self.bob)
        states = {attendee.partner_id: attendee.state for attendee in meeting.attendee_ids}
        self.assertEqual((states[self.jane], states[self.bob]), ("declined", "needsAction"))
        self.change(event_id, attendees=guests[1:])
        self.poll()
        self.assertEqual(meeting.partner_ids, self.host.partner_id | self.bob)
        self.remove(event_id)
        self.poll()
        self.assertFalse(meeting.active)
        self.assertTrue(meeting.exists())
        self.assertEqual(self.state()["writes"], 0)
        self.assertFalse(self.open_operations())

    def test_opportunity(self):
        """M21: the meeting is on the contact's open opportunity, if there is just one."""
        lead = self.env["crm.lead"].create({"name": "Deal", "type": "opportunity", "partner_id": self.jane.id})
        self.connected()
        self.put(self.at(10))
        self.poll()
        self.assertEqual(self.meetings().opportunity_id, lead)
        self.assertIn("came in from", self.notes(lead)[0])
        self.env["crm.lead"].create({"name": "Other", "type": "opportunity", "partner_id": self.jane.id})
        self.put(self.at(12))
        self.poll()
        self.assertEqual([bool(meeting.opportunity_id) for meeting in self.meetings()], [True, False])

    def test_what_does_not_come_in(self):
        """M21, M22: no guest, no contact, private, made by a program, past: none of them becomes a meeting."""
        self.put(self.at(8), guests=())
        self.put(self.at(9), guests=("stranger@nowhere.example",))
        self.put(self.at(10), visibility="private")
        self.put(self.at(11), extendedProperties={"private": {"tool": "1"}})
        self.put(self.at(12), source={"title": "Tool", "url": "https://tool.example"})
        self.put(self.at(10, days=-3))
        self.put(self.at(13), guests=("anna@bianchi.example",))
        new_test_user(self.env, "anna.host", email="anna@bianchi.example")
        self.connected()
        self.assertFalse(self.meetings())
        self.assertFalse(self.env["res.partner"].search([("email_normalized", "=", "stranger@nowhere.example")]))
        self.assertFalse(self.links.search([]))

    def test_own_bookings_stay_one(self):
        """M22: what this product wrote doesn't come back as a new meeting, not even when the answer was lost."""
        self.connected()
        with self.enter_registry_test_mode():
            self.book(self.at(10))
        self.run_outbox()
        before = len(self.meetings(self.bookings.search([]).partner_id))
        self.poll()
        self.links.search([]).unlink()
        self.google.control("forget_sync_tokens")
        self.poll()
        self.assertEqual(len(self.meetings(self.bookings.search([]).partner_id)), before)

    def test_lists(self):
        """M21: internal domains and blocked addresses don't make an event a meeting."""
        set_param = self.env["ir.config_parameter"].set_param
        set_param("meetings_scheduler.internal_domains", "@ray.example")
        set_param("meetings_scheduler.sync_blocked", "other.example, jane@doe.example")
        self.put(self.at(10))
        self.put(self.at(11), guests=("bob@ray.example",))
        self.connected()
        self.assertFalse(self.meetings() | self.meetings(self.bob))
        set_param("meetings_scheduler.sync_blocked", "")
        self.google.control("forget_sync_tokens")
        self.poll()
        self.assertEqual(len(self.meetings()), 1)

    def test_contacts_are_made_on_request(self):
        """M21: contacts are made of unknown guests only if the administrator says so."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.sync_creates_contacts", "1")
        self.put(self.at(10), guests=("new@person.example",))
        self.connected()
        made = self.env["res.partner"].search([("email_normalized", "=", "new@person.example")])
        self.assertEqual(len(self.meetings(made)), 1)

    def test_becomes_private(self):
        """M21: an event that is made private is forgotten; only its busy time counts."""
        self.connected()
        event_id = self.put(self.at(10), summary="Secret", description="Very secret")
        self.poll()
        meeting = self.meetings()
        self.change(event_id, visibility="private")
        self.poll()
        self.assertFalse(meeting.active)
        self.assertNotIn("ecret", f"{meeting.name}{meeting.description}{self.notes(self.jane)}{self.notes(meeting)}")
        self.assertFalse(self.links.search([]))

    def test_every_occurrence(self):
        """B1: every occurrence of a series is a meeting; a moved and a deleted one are as they are in Google."""
        self.connected()
        series = self.put(self.at(10), recurrence=["RRULE:FREQ=DAILY;COUNT=5"])
        self.poll()
        starts = [self.later(self.at(10), day) for day in range(5)]
        self.assertEqual([one.start for one in self.meetings()], [naive(start) for start in starts])
        self.assertEqual(len(self.notes(self.jane)), len(self.notes(self.bob)) + 1, "the series is told of once")
        second, third = (f"{series}_{start:%Y%m%dT%H%M%SZ}" for start in starts[1:3])
        self.change(second, summary="Moved", **self.timed(self.at(16, 4)))
        self.remove(third)
        known = self.meetings()
        self.poll()
        self.assertEqual(
            [(one.name, one.start) for one in self.meetings()],
            [
                ("Demo", naive(starts[0])),
                ("Moved", naive(self.at(16, 4))),
                ("Demo", naive(starts[3])),
                ("Demo", naive(starts[4])),
            ],
        )
        self.assertLess(set(self.meetings().ids), set(known.ids), "the same records, not new ones")
        self.remove(series)
        self.poll()
        self.assertFalse(self.meetings())

    def test_series_is_moved(self):
        """B2: the whole series is moved in Google, and back: its meetings go along with all they have, none is anew."""
        self.connected()
        series = self.put(self.at(10), recurrence=["RRULE:FREQ=DAILY;COUNT=5"])
        self.poll()
        known = self.meetings()
        known[1].with_user(self.host)._message_log(body="Bring the samples")
        lead = self.env["crm.lead"].create({"name": "Samples", "partner_id": self.jane.id})
        known[2].opportunity_id = lead
        self.work()
        notes, before = self.notes(self.jane), self.state()
        for hour in (15, 10):
            self.change(series, **self.timed(self.at(hour)))
            self.poll()
            self.poll()
            self.assertEqual(self.meetings(), known, "the same records")
            self.assertEqual(known.mapped("start"), [naive(self.at(hour, 3 + day)) for day in range(5)])
        self.assertIn("Bring the samples", "".join(self.notes(known[1])))
        self.assertEqual((known[2].opportunity_id, set(known.mapped("scheduling_outcome"))), (lead, {"rescheduled"}))
        self.assertEqual(self.notes(self.jane), notes, "nothing new is told")
        self.work()
        self.assertEqual((self.state()["writes"], self.state()["mails"]), (before["writes"], before["mails"]))
        self.assertEqual(self.links.search_count([("state", "=", "live")]), 5)

    def test_all_day_and_daylight_saving(self):
        """B1: all-day events keep their days, a weekly one its wall clock over the change of daylight-saving time."""
        self.connected()
        day = self.at(0).date()
        event_id = self.google.control(
            "event",
            calendar=ADDRESS,
            body={
                "summary": "Fair",
                "start": {"date": f"{day}"},
                "end": {"date": f"{day + timedelta(days=2)}"},
                "attendees": [{"email": JANE}],
            },
        )["id"]
        self.put(self.at(9), summary="Weekly", recurrence=["RRULE:FREQ=WEEKLY;COUNT=40"])
        self.poll()
        fair = self.meetings().filtered("allday")
        self.assertEqual((fair.start_date, fair.stop_date), (day, day + timedelta(days=1)))
        weekly = self.meetings().filtered(lambda one: one.name == "Weekly").with_context(tz="Europe/Rome")
        hours = {fields.Datetime.context_timestamp(one, one.start).hour for one in weekly}
        self.assertEqual((len(weekly), len(hours)), (40, 1))
        self.assertEqual(len({one.start.hour for one in weekly}), 2, "in UTC they differ")
        self.change(event_id, **{edge: {"date": None, **times} for edge, times in self.timed(self.at(9)).items()})
        self.poll()
        self.assertEqual((fair.allday, fair.start), (False, naive(self.at(9))))

    def test_connect_is_silent(self):
        """P13: 5,000 events with 300 guests: no mail, no remote write, at most 3 lists."""
        partners = self.env["res.partner"].create(
            [{"name": f"Guest {number}", "email": f"guest{number}@many.example"} for number in range(300)]
        )
        self.google.control(
            "events",
            calendar=ADDRESS,
            bodies=[
                self.body(self.at(8, 3 + number % 60), guests=(f"guest{number % 300}@many.example",))
                for number in range(5000)
            ],
        )
        messages = self.env["mail.message"].search_count([("message_type", "!=", "notification")])
        with self.mock_mail_gateway():
            self.connected()
        self.assertEqual(len(self.meetings(partners)), 5000)
        state = self.state()
        self.assertEqual((state["writes"], state["mails"], self._mails), (0, [], []))
        self.assertLessEqual(state["calls"].count("events.list"), 3)
        self.assertFalse(self.open_operations())
        self.assertFalse(self.env["mail.mail"].search([("state", "=", "outgoing"), ("model", "=", "calendar.event")]))
        self.assertEqual(self.env["mail.message"].search_count([("message_type", "!=", "notification")]), messages)

    def test_replay(self):
        """P8, fault 15: a lost token, repeated items, the same records, nothing twice, no write."""
        self.connected(page_size=2)
        ids = [self.put(self.at(hour)) for hour in range(8, 13)]
        self.put(self.at(15), recurrence=["RRULE:FREQ=DAILY;COUNT=4"])
        self.google.control("fault", method="events.list", action="repeat", times=2)
        self.poll()
        known = self.meetings()
        self.assertEqual(len(known), 9)
        links = self.links.search([])
        for _time in range(2):
            self.google.control("forget_sync_tokens")
            self.poll()
        self.assertEqual((self.meetings(), self.links.search([])), (known, links))
        self.remove(ids[0])
        self.google.control("forget_sync_tokens")
        self.poll()
        self.assertEqual(len(self.meetings()), 8, "gone while the token was lost: asked for, and not there")
        self.assertEqual(self.state()["writes"], 0)

    def test_half_a_read_counts_for_nothing(self):
        """P7, P14, fault 14: a page that fails, or makes no sense, leaves token and meetings as they were."""
        self.connected(page_size=2)
        for hour in range(8, 13):
            self.put(self.at(hour))
        for fault in (
            {"action": "status", "status": 503},
            {"action": "html"},
            {"action": "cut"},
            {"action": "change", "fields": {"items": 7}},
        ):
            token = self.calendar.sync_token
            self.google.control("fault", method="events.list", skip=1, **fault)
            self.google_connection.paused_until = False
            with mute_logger(SYNC_LOGGER):
                self.poll(fails=True)
            self.assertEqual((len(self.meetings()), self.calendar.sync_token), (0, token), fault)
            self.assertTrue(self.calendar.sync_error)
        self.google_connection.paused_until = False
        self.poll()
        self.assertEqual((len(self.meetings()), self.calendar.sync_error), (5, False))

    def test_empty_answer_deletes_nothing(self):
        """P14, fault 13: a full read that is empty, for no reason, cancels no meeting."""
        self.connected()
        for hour in range(8, 12):
            self.put(self.at(hour))
        self.poll()
        self.google.control("forget_sync_tokens")
        self.google.control(
            "fault", method="events.list", skip=1, action="change", fields={"items": [], "nextPageToken": None}
        )
        self.poll()
        self.assertEqual(len(self.meetings()), 4)

    def test_many_gone_at_once(self):
        """P14: more than ten meetings gone at once: nothing is cancelled until the owner has said so; then all are."""
        self.connected()
        ids = [self.put(self.at(8, 3 + day)) for day in range(12)]
        self.poll()
        for event_id in ids:
            self.remove(event_id)
        with self.mock_mail_gateway(), self.mock_mail_app():
            self.google_connection._refresh_soon()
            self.run_poll()
            self.google_connection._refresh_soon()
            self.run_poll()
        self.assertEqual((len(self.meetings()), self.calendar.held_removals), (12, 12))
        self.assertEqual(len(self._new_msgs), 1, "the owner is asked once")
        self.assertEqual(self._new_msgs.notified_partner_ids, self.host.partner_id)
        self.assertIn(f"/odoo/calendar-settings?details={self.google_connection.id}", self._new_msgs.body)
        self.assertEqual([mail["email_to"] for mail in self._mails], [[self.host.email_formatted]])
        self.put(self.at(20))
        self.poll()
        self.assertEqual(len(self.meetings()), 13, "what is new comes in all the same")
        self.calendar.with_user(self.host).action_cancel_removed()
        self.poll()
        self.assertEqual((len(self.meetings()), self.calendar.held_removals), (1, 0))

    def test_many_gone_and_kept(self):
        """P14: the owner may also keep the meetings; they are not asked again."""
        self.connected()
        ids = [self.put(self.at(8, 3 + day)) for day in range(12)]
        self.poll()
        for event_id in ids:
            self.remove(event_id)
        self.poll()
        self.calendar.with_user(self.host).action_keep_removed()
        self.poll()
        self.assertEqual((len(self.meetings()), self.calendar.held_removals), (12, 0))
        self.assertTrue(self.calendar.sync_token)

    def test_booking_moved_in_google(self):
        """B2: a booking's event moved in Google moves the booking; nothing is written back."""
        self.connected()
        with self.enter_registry_test_mode():
            booking = self.book(self.at(10))
        self.run_outbox()
        writes = self.state()["writes"]
        self.change(self.there()["id"], **self.timed(self.at(16)))
        self.poll()
        self.run_outbox()
        self.assertEqual((booking.start, booking.event_id.start), (naive(self.at(16)),) * 2)
        self.assertEqual(self.state()["writes"], writes)
        self.assertTrue(self.operations.search([("key", "=", f"booking:{booking.id}:visitor:moved:1")]))
        self.remove(self.there()["id"])
        self.poll()
        self.assertEqual(booking.state, "cancelled")

    def test_booking_moved_onto_another(self):
        """B2: moved in Google to where another booking is: it is put back, and the host reads why."""
        self.connected()
        with self.enter_registry_test_mode():
            booking = self.book(self.at(10))
            self.book(self.at(16), email="bob@ray.example", email_normalized="bob@ray.example")
        self.run_outbox()
        event_id = booking.event_link_ids.remote_id
        self.change(event_id, **self.timed(self.at(16)))
        self.poll()
        self.run_outbox()
        self.assertEqual(booking.start, naive(self.at(10)))
        self.assertIn(f"{self.at(10):%H:%M}", self.there(event_id)["start"]["dateTime"])
        self.assertIn("another booking", self.notes(booking)[0])

    def test_booking_made_all_day(self):
        """B2: a booking's event is made an all-day one in Google: it is put back, and the host reads why."""
        self.connected()
        with self.enter_registry_test_mode():
            booking = self.book(self.at(10))
        self.run_outbox()
        day, next_day = (str(self.at(10, 3 + days).date()) for days in (0, 1))
        all_day = {"start": {"date": day, "dateTime": None}, "end": {"date": next_day, "dateTime": None}}
        self.change(self.there()["id"], **all_day)
        self.assertNotIn("dateTime", self.there()["start"])
        self.poll()
        self.run_outbox()
        self.assertEqual(booking.start, naive(self.at(10)))
        self.assertIn(f"{self.at(10):%H:%M}", self.there()["start"]["dateTime"])
        self.assertNotIn("date", self.there()["start"])
        self.assertIn("all-day", self.notes(booking)[0])

    def test_colleagues_share_one_meeting(self):
        """M21: two connected colleagues in one event: one meeting with both, which ends with the organizer's event."""
        anna = self.anna()
        self.connected()
        other = self.connect(anna, email=anna.email)
        event_id = self.put(self.at(10), guests=(JANE, anna.email))
        self.poll(other)
        self.poll()
        meeting = self.meetings()
        self.assertEqual(len(meeting), 1)
        self.assertEqual(meeting.partner_ids, self.host.partner_id | anna.partner_id | self.jane)
        self.assertEqual(meeting.user_id, self.host, "who invites, though Anna's calendar was read first")
        self.remove(event_id)
        self.poll(other)
        self.poll()
        self.assertFalse(meeting.active)

    def test_colleagues_of_several_companies(self):
        """M21: who works together in some company shares the meeting; else each has their own."""
        sister = self.env["res.company"].create({"name": "Sister"})
        companies = {"company_id": sister.id, "company_ids": [Command.set((sister | self.env.company).ids)]}
        anna = self.anna(**companies)
        self.connected()
        other = self.connect(anna, email=anna.email)
        self.put(self.at(10), guests=(JANE, anna.email))
        self.poll()
        self.poll(other)
        self.assertEqual(len(self.meetings()), 1)
        anna.company_ids = sister
        self.put(self.at(14), guests=(JANE, anna.email))
        self.poll()
        self.poll(other)
        self.assertEqual(len(self.meetings()), 3)

    def test_reconnect_knows_everything(self):
        """P12: disconnected and connected again: the same meetings, nothing twice."""
        self.connected()
        self.put(self.at(10))
        self.poll()
        known = self.meetings()
        with self.enter_registry_test_mode():
            self.google_connection.with_user(self.host).action_disconnect()
        self.connected()
        self.assertEqual(self.meetings(), known)
        self.change(self.there()["id"], summary="Later")
        self.poll()
        self.assertEqual(known.name, "Later")

    def test_switched_off(self):
        """M20: without calendar sync nothing comes in."""
        self.connected()
        self.google_connection.use_sync = False
        self.put(self.at(10))
        self.poll()
        self.assertFalse(self.meetings())

    def test_poll_reads(self):
        """P9: the poll alone reads what changed, right after connecting too."""
        self.put(self.at(10))
        self.google_connection = self.connect()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("meetings_scheduler.ir_cron_poll").method_direct_trigger()
        self.assertEqual(len(self.meetings()), 1)
