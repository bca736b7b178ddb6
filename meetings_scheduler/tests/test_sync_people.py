from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import scheduling_sync_in
from ..models.scheduling_page_slots import naive
from .google_case import ADDRESS
from .sync_case import JANE, SyncCase

SYNC_IN_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_sync_in"
OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestSyncPeople(SyncCase):
    """What becomes of a linked meeting when its people change, or are not who one thinks."""

    def setUp(self):
        super().setUp()
        self.connected()

    def change_there(self, event_id, **body):
        """The host changes the event in Google; both sides follow."""
        self.change(event_id, **body)
        self.poll()
        self.work()

    def test_archived_contact_stays_a_guest(self):
        """B2: archiving a contact takes it from no meeting: whatever is changed later, it stays a guest."""
        meeting = self.meet(self.at(10), guests=self.jane | self.bob)
        self.work()
        sent = len(self.mails_there())
        self.jane.active = False
        self.change_there(self.there()["id"], summary="Changed there")
        self.assertEqual(self.guests_there(), ["bob@ray.example", JANE])
        meeting.write({"name": "Changed here"})
        self.work()
        self.assertEqual((self.there()["summary"], self.guests_there()), ("Changed here", ["bob@ray.example", JANE]))
        self.assertNotIn("cancellation", [kind for kind, _to in self.mails_there()[sent:]])

    def test_deleted_contact(self):
        """P14: a guest whose contact was deleted is taken from the event only if its owner says so, whatever else
        changes in the calendar before or after the owner is asked.
        """
        meeting = self.meet(self.at(10), guests=self.jane | self.bob)
        self.work()
        sent = len(self.mails_there())
        self.bob.unlink()
        self.env.invalidate_all()
        self.change_there(self.there()["id"], summary="First")
        self.assertEqual((meeting.name, len(self.guests_there())), ("First", 2))
        link = self.links.search([("event_id", "=", meeting.id)])
        self.assertEqual(link.doubt, "guests")
        link._leave()
        self.change_there(self.there()["id"], summary="Second")
        self.assertEqual((meeting.name, len(self.guests_there())), ("Second", 2))
        self.assertEqual(self.mails_there()[sent:], [])

    def test_portal_user_is_a_contact(self):
        """M21: a contact with access to the portal is a contact: its record and its opportunity say so."""
        new_test_user(self.env, "jane.portal", "base.group_portal", partner_id=self.jane.id, email=JANE)
        lead = self.env["crm.lead"].create({"name": "Deal", "type": "opportunity", "partner_id": self.jane.id})
        self.put(self.at(10))
        self.poll()
        self.assertEqual(self.meetings().opportunity_id, lead)
        self.assertIn("came in from", self.notes(self.jane)[0])

    def test_own_other_address(self):
        """B2: the host's address in Odoo is a guest beside the account: nobody takes it from the event."""
        self.host.email = "laura@work.example"
        event_id = self.put(self.at(10), guests=(JANE, "laura@work.example"))
        self.poll()
        self.assertEqual(self.meetings().partner_ids, self.jane | self.host.partner_id)
        self.change_there(event_id, summary="Changed there")
        self.assertEqual(self.guests_there(event_id), [JANE, "laura@work.example"])
        self.meetings().with_user(self.host).write({"name": "Changed here"})
        self.work()
        self.assertEqual(self.guests_there(event_id), [JANE, "laura@work.example"])

    def test_guest_added_to_what_others_invite_to(self):
        """B2: whom the user adds in Odoo to a meeting of somebody else is not invited; the user reads that."""
        self.google.control("account", email=JANE)
        self.google.control("event", calendar=JANE, body=self.body(self.at(10), guests=(ADDRESS,)))
        self.poll()
        meeting = self.meetings()
        meeting.with_user(self.host).write({"partner_ids": [Command.link(self.bob.id)]})
        self.work()
        self.assertEqual(meeting.partner_ids, self.host.partner_id | self.jane)
        self.assertIn("guests: bob@ray.example", self.notes(meeting)[0])

    def test_opportunity_of_another_company(self):
        """M21: the opportunity of a company that isn't the host's is none of the host's business."""
        sister = self.env["res.company"].create({"name": "Sister"})
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "partner_id": self.jane.id, "company_id": sister.id}
        )
        self.put(self.at(10))
        self.poll()
        self.assertFalse(self.meetings().opportunity_id)
        self.assertNotIn("came in from", "".join(self.notes(lead)))

    def test_two_contacts_with_one_address(self):
        """B2: two contacts share an address: one guest in the calendar, and both stay on the meeting."""
        twin = self.env["res.partner"].create({"name": "Jane's office", "email": JANE})
        meeting = self.meet(self.at(10), guests=self.jane | twin)
        self.work()
        self.assertEqual(self.guests_there(), [JANE])
        self.change_there(self.there()["id"], summary="Changed there")
        self.assertEqual(meeting.partner_ids, self.host.partner_id | self.jane | twin)
        meeting.write({"partner_ids": [Command.unlink(twin.id)]})
        self.work()
        self.poll()
        self.assertEqual((self.guests_there(), meeting.partner_ids), ([JANE], self.host.partner_id | self.jane))
        self.assertFalse(self.open_operations())

    def test_contacts_are_merged(self):
        """B2: two contacts with one address are merged: nobody is told anything."""
        twin = self.env["res.partner"].create({"name": "Jane's twin", "email": JANE})
        meeting = self.meet(self.at(10), guests=twin)
        self.work()
        sent = len(self.mails_there())
        self.env["base.partner.merge.automatic.wizard"]._merge((self.jane | twin).ids, self.jane)
        self.env.invalidate_all()
        self.change_there(self.there()["id"], summary="Changed there")
        self.assertEqual((meeting.partner_ids, self.guests_there()), (self.host.partner_id | self.jane, [JANE]))
        self.assertEqual(self.mails_there()[sent:], [])

    def test_senseless_characters(self):
        """P14: characters that no database keeps, in what a stranger sends, stop nobody's calendar."""
        for number, character in enumerate(("\x00", "\ud800", "\x1b")):
            self.put(
                self.at(8 + number),
                summary=f"De{character}mo",
                location=f"Via{character} Roma",
                description=f"Lines{character}\nlines",
            )
        self.poll()
        self.assertEqual(len(self.meetings()), 3)

    def test_refused_event_stops_no_other(self):
        """P14: an event that Odoo refuses, by a rule of another addon, stops no other; its owner reads why; it comes
        in as soon as it can.
        """
        known, rule = self.put(self.at(8)), "Another addon has a rule."
        self.poll()
        values, apply = type(self.links)._meeting_values, type(self.links)._apply

        def refuse(facts):
            if facts.summary == "Refused":
                raise ValidationError(rule)

        def refusing_values(links, host, event, facts, partners):
            refuse(facts)
            return values(links, host, event, facts, partners)

        def refusing_apply(link, facts, event):
            refuse(facts)
            return apply(link, facts, event)

        self.put(self.at(9), summary="Refused")
        self.put(self.at(10))
        self.change(known, summary="Refused")
        with (
            patch.object(type(self.links), "_meeting_values", refusing_values),
            patch.object(type(self.links), "_apply", refusing_apply),
            mute_logger(SYNC_IN_LOGGER),
        ):
            for _time in range(2):
                self.poll(fails=True)
                self.assertEqual(self.meetings().mapped("start"), [naive(self.at(8)), naive(self.at(10))])
                self.assertEqual(self.calendar.sync_error, rule)
        self.poll()
        self.assertEqual(self.meetings().mapped("name"), ["Refused", "Refused", "Demo"])

    def test_name_of_senseless_characters(self):
        """P14: the same in the name of a guest who becomes a contact."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.sync_creates_contacts", "1")
        guests = [{"email": "new@person.example", "displayName": "Ne\x00w"}]
        self.google.control("event", calendar=ADDRESS, body=self.body(self.at(10), attendees=guests))
        self.poll()
        self.assertEqual(self.links.search_count([]), 1)

    def test_guests_left_out(self):
        """B2: Google leaves out the guests of a large event: none of them is taken from the meeting, or uninvited."""
        event_id = self.put(self.at(10), guests=(JANE, "bob@ray.example"))
        self.poll()
        meeting = self.meetings()
        omitted = {"attendeesOmitted": True, "attendees": []}
        self.google.control("fault", method="events.get", action="change", times=9, fields=omitted)
        meeting.with_user(self.host).write({"name": "Changed here"})
        self.work()
        self.assertEqual(self.guests_there(event_id), ["bob@ray.example", JANE])
        self.assertEqual(self.there(event_id)["summary"], "Changed here")
        self.assertEqual(meeting.partner_ids, self.host.partner_id | self.jane | self.bob)
        meeting.with_user(self.host).write({"partner_ids": [Command.unlink(self.bob.id)]})
        with mute_logger(OUTBOX_LOGGER):
            self.work()
        self.assertIn("some of the guests", self.open_operations().last_error)
        self.assertEqual(self.guests_there(event_id), ["bob@ray.example", JANE])

    def test_read_by_two_at_the_same_moment(self):
        """M21: two colleagues' calendars are read at once, and each makes a meeting of one event: at night one is left,
        the organizer's, which both go on with.
        """
        anna = self.anna()
        other = self.connect(anna, email=anna.email)
        event_id = self.put(self.at(10), guests=(JANE, anna.email))
        with patch.object(type(self.calendar), "_known_elsewhere", return_value={}):
            self.poll(other)
            self.poll()
        self.assertEqual(len(self.meetings()), 2)
        for connection in (other, self.google_connection):
            connection._reconcile_meetings()
        meeting = self.meetings()
        self.assertEqual((len(meeting), meeting.user_id), (1, self.host))
        self.assertEqual(meeting.partner_ids, self.host.partner_id | anna.partner_id | self.jane)
        archived = self.env["calendar.event"].search([("partner_ids", "in", self.jane.ids), ("active", "=", False)])
        self.assertEqual((len(archived), archived.scheduling_outcome), (1, False), "counted neither as cancelled")
        self.change(event_id, summary="Changed there")
        self.poll(other)
        self.poll()
        self.assertEqual(self.meetings().mapped("name"), ["Changed there"])
        self.assertEqual(self.state()["writes"], 0)

    def test_colleague_whose_calendar_was_read_leaves(self):
        """M21: Jane invites two colleagues; the first one leaves: the meeting follows the other's calendar."""
        anna = self.anna()
        other = self.connect(anna, email=anna.email)
        self.google.control("account", email=JANE)
        body = self.body(self.at(10), guests=(ADDRESS, anna.email))
        event_id = self.google.control("event", calendar=JANE, body=body)["id"]
        self.poll()
        self.poll(other)
        meeting = self.meetings()
        self.host.active = False
        self.google.control("change", calendar=JANE, id=event_id, body=self.timed(self.at(15)))
        self.poll(other)
        self.assertEqual((self.meetings(), meeting.start), (meeting, naive(self.at(15))))
        self.google.control("remove", calendar=JANE, id=event_id)
        self.poll(other)
        self.assertFalse(meeting.active)

    def test_endless_series_is_told_of_once(self):
        """M21: of an endless series further occurrences come in month by month; the contact's record is told once."""
        self.put(self.at(10), recurrence=["RRULE:FREQ=WEEKLY"])
        self.calendar.sync_token = False
        with patch.object(scheduling_sync_in, "AHEAD", timedelta(days=100)):
            self.poll()
        notes, known = len(self.notes(self.jane)), len(self.meetings())
        self.calendar.sync_from -= scheduling_sync_in.WINDOW_AGE
        self.poll()
        self.assertGreater(len(self.meetings()), known)
        self.assertEqual(len(self.notes(self.jane)), notes)

    def test_all_day_and_back_on_both_sides(self):
        """B2: a timed meeting becomes one of whole days and a timed one again, here and there in turn."""
        day = self.at(0).date()
        meeting = self.meet(self.at(10))
        self.work()
        event_id = self.there()["id"]
        dates = {"start": day, "end": day + timedelta(2)}
        self.change_there(event_id, **{edge: {"date": f"{one}", "dateTime": None} for edge, one in dates.items()})
        self.assertEqual((meeting.allday, meeting.start_date, meeting.stop_date), (True, day, day + timedelta(1)))
        meeting.write({"allday": False, "start": naive(self.at(9)), "stop": naive(self.at(10))})
        self.work()
        self.assertIn("dateTime", self.there()["start"])
        meeting.write({"allday": True, "start_date": day + timedelta(1), "stop_date": day + timedelta(1)})
        self.work()
        self.assertEqual(self.there()["start"].get("date"), f"{day + timedelta(1)}")
        timed = {edge: {"date": None, **times} for edge, times in self.timed(self.at(14)).items()}
        self.change_there(event_id, **timed)
        self.assertEqual((meeting.allday, meeting.start), (False, naive(self.at(14))))
        self.assertEqual(meeting.stop - meeting.start, timedelta(minutes=30))
        self.assertFalse(self.open_operations())

    def test_minutes_of_a_meeting_that_is_over(self):
        """B2: what is written into a meeting after its end, and its removal, mail nobody."""
        meeting = self.meet(self.at(10))
        self.work()
        sent = len(self.mails_there())
        with freeze_time(self.at(12)):
            meeting.write({"name": "Demo, held"})
            self.work()
            self.assertEqual(self.there()["summary"], "Demo, held")
            meeting.unlink()
            self.work()
        self.assertEqual(self.mails_there()[sent:], [])

    def test_deleted_here_changed_there(self):
        """B2: deleted in Odoo, but changed in Google after that: the later word holds, and its author loses nothing."""
        meeting = self.meet(self.at(10))
        self.work()
        link = self.links.search([("event_id", "=", meeting.id)])
        meeting.unlink()
        link.changed_at = fields.Datetime.now() - timedelta(minutes=5)
        self.change(self.there()["id"], summary="Still on")
        self.work()
        self.poll()
        self.assertEqual((self.there()["summary"], self.meetings().mapped("name")), ("Still on", ["Still on"]))
