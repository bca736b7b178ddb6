from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.scheduling_page_slots import naive
from .google_case import ADDRESS
from .sync_case import JANE, SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestSyncOut(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()

    def test_meeting_invites(self):
        """M23: a meeting made on a contact is put into Google, which sends the one invitation; Odoo sends none."""
        with self.mock_mail_gateway():
            meeting = self.meet(self.at(10), location="Via Roma 1", description="<p>Prices<br>dates</p>")
            self.work()
        event = self.there()
        self.assertEqual((event["summary"], event["location"]), ("Demo", "Via Roma 1"))
        self.assertIn("Prices\ndates", event["description"])
        self.assertEqual(self.guests_there(), [JANE])
        self.assertEqual(self.mails_there(), [("invitation", (JANE,))])
        self.assertFalse(self._mails)
        self.assertFalse(self.open_operations())
        self.poll()
        self.assertEqual(self.meetings(), meeting, "it doesn't come back as a new one")
        self.assertEqual(self.state()["writes"], 1)

    def test_lead(self):
        """M23: a meeting made on an opportunity is put into Google, too."""
        self.host.group_ids += self.env.ref("sales_team.group_sale_salesman")
        lead = self.env["crm.lead"].create({"name": "Deal", "type": "opportunity", "user_id": self.host.id})
        self.meet(self.at(10), opportunity_id=lead.id)
        self.work()
        self.assertEqual(self.guests_there(), [JANE])

    def test_what_does_not_go_out(self):
        """M23: no guest from outside, in the past, or somebody else's: no event."""
        colleague = new_test_user(self.env, "anna.colleague", email="anna@bianchi.example")
        self.meet(self.at(8), guests=colleague.partner_id)
        self.meet(self.at(9), guests=self.env["res.partner"])
        self.meet(self.at(10, days=-2))
        self.meet(self.at(11), user=colleague)
        self.meet(self.at(12), guests=self.env["res.partner"].create({"name": "No address"}))
        self.work()
        self.assertEqual(self.events(), [])

    def test_switched_off(self):
        """M24: without calendar sync the meeting is recorded, no event is made and no invitation is sent."""
        self.google_connection.use_sync = False
        with self.mock_mail_gateway():
            meeting = self.meet(self.at(10))
            meeting.write({"start": naive(self.at(12)), "stop": naive(self.at(13))})
            self.work()
        self.assertEqual(self.meetings(), meeting)
        self.assertEqual((self.events(), self._mails), ([], []))
        self.env["ir.config_parameter"].set_param("meetings_scheduler.odoo_invites_without_sync", "1")
        with self.mock_mail_gateway():
            self.meet(self.at(14))
        self.assertEqual([mail["email_to"][0] for mail in self._mails], ['"Jane Doe" <jane@doe.example>'])

    def test_without_connection_odoo_invites(self):
        """M24: who has no outside calendar keeps Odoo's own invitations."""
        with self.enter_registry_test_mode():
            self.google_connection.with_user(self.host).action_disconnect()
        with self.mock_mail_gateway():
            self.meet(self.at(14))
        self.assertEqual(len(self._mails), 1)

    def test_changes_follow(self):
        """B2: title, time, place and guests follow to Google, which tells exactly those concerned; UID stays."""
        meeting = self.meet(self.at(10))
        self.work()
        uid = self.there()["iCalUID"]
        with self.mock_mail_gateway():
            meeting.write({"name": "Later", "start": naive(self.at(14)), "stop": naive(self.at(15))})
            self.work()
            meeting.write({"partner_ids": [Command.link(self.bob.id)]})
            self.work()
            meeting.write({"partner_ids": [Command.unlink(self.jane.id)]})
            self.work()
        event = self.there()
        self.assertEqual((event["summary"], event["iCalUID"], event["sequence"]), ("Later", uid, 1))
        self.assertTrue(event["start"]["dateTime"].startswith(f"{self.at(14):%Y-%m-%dT%H}"))
        self.assertEqual(self.guests_there(), ["bob@ray.example"])
        self.assertEqual(
            self.mails_there()[1:],
            [
                ("update", (JANE,)),
                ("invitation", ("bob@ray.example",)),
                ("update", (JANE,)),
                ("update", ("bob@ray.example",)),
                ("cancellation", (JANE,)),
            ],
        )
        self.assertFalse(self._mails)
        self.poll()
        self.assertEqual(meeting.partner_ids, self.host.partner_id | self.bob)

    def test_all_day(self):
        """M23: an all-day meeting is an all-day event, its last day included."""
        day = self.at(0).date()
        meeting = self.meet(
            self.at(8), allday=True, start_date=day, stop_date=day + timedelta(days=1), stop=naive(self.at(18, 4))
        )
        self.work()
        event = self.there()
        self.assertEqual((event["start"]["date"], event["end"]["date"]), (f"{day}", f"{day + timedelta(days=2)}"))
        meeting.write({"allday": False, "start": naive(self.at(9)), "stop": naive(self.at(10))})
        self.work()
        self.assertIn("dateTime", self.there()["start"])
        self.poll()
        self.assertEqual((meeting.allday, meeting.start), (False, naive(self.at(9))))

    def test_cancellation_follows(self):
        """B2: archived or deleted in Odoo: the event is cancelled and Google tells the guests; brought back, anew."""
        archived, deleted = self.meet(self.at(10)), self.meet(self.at(12), guests=self.bob)
        self.work()
        archived.active = False
        deleted.unlink()
        self.work()
        self.assertEqual(self.events(), [])
        self.assertEqual(
            sorted(self.mails_there()[2:]), [("cancellation", ("bob@ray.example",)), ("cancellation", (JANE,))]
        )
        self.poll()
        self.assertFalse(self.open_operations())
        archived.active = True
        self.work()
        self.assertEqual(self.guests_there(), [JANE])

    def test_cancelled_before_it_was_written(self):
        """B2: made and deleted while Google was down: nothing is left behind, though the first answer was lost."""
        self.google.control("fault", method="events.insert", action="lose")
        with mute_logger(OUTBOX_LOGGER):
            meeting = self.meet(self.at(10))
            self.work()
        self.assertEqual(len(self.events()), 1)
        meeting.unlink()
        self.work()
        self.work()
        self.assertEqual(self.events(), [])
        self.assertFalse(self.open_operations())

    def test_lost_answers(self):
        """P5, faults 7, 8 and 9: create, change and cancel whose answers are lost happen once each."""
        meeting = self.meet(self.at(10))
        for method, change in (
            ("events.insert", lambda: None),
            ("events.patch", lambda: meeting.write({"name": "Later"})),
            ("events.delete", lambda: meeting.write({"active": False})),
        ):
            change()
            self.google.control("fault", method=method, action="lose")
            with mute_logger(OUTBOX_LOGGER):
                self.work()
            self.work()
            self.assertFalse(self.open_operations(), method)
        self.assertEqual(self.state()["writes"], 3)
        self.assertEqual(self.events(), [])

    def test_deleted_in_google(self):
        """B2: the host deletes the event in Google: the meeting in Odoo is cancelled, found by read or by write."""
        first, second = self.meet(self.at(10)), self.meet(self.at(12))
        self.work()
        ids = self.links.search([("event_id", "in", (first | second).ids)], order="start").mapped("remote_id")
        self.remove(ids[0])
        self.poll()
        self.assertFalse(first.active)
        self.remove(ids[1])
        second.write({"name": "Too late"})
        self.work()
        self.assertFalse(second.active)
        self.assertEqual(self.events(), [])

    def test_change_of_what_came_in(self):
        """B2: a meeting that came in is changed and cancelled in Odoo: the host's event follows, the rest stays."""
        event_id = self.put(
            self.at(10),
            guests=(JANE, "stranger@nowhere.example"),
            description="<b>Bold</b> plans",
            colorId="5",
        )
        self.poll()
        meeting = self.meetings()
        meeting.with_user(self.host).write({"start": naive(self.at(15)), "stop": naive(self.at(16))})
        self.work()
        event = self.there(event_id)
        self.assertTrue(event["start"]["dateTime"].startswith(f"{self.at(15):%Y-%m-%dT%H}"))
        self.assertEqual(self.guests_there(), [JANE, "stranger@nowhere.example"])
        self.assertEqual((event["description"], event["colorId"]), ("<b>Bold</b> plans", "5"))
        meeting.with_user(self.host).unlink()
        self.work()
        self.assertEqual(self.events(), [])

    def test_occurrence_of_what_came_in(self):
        """B1, B2: one occurrence is moved and one deleted in Odoo: just these change in Google."""
        self.put(self.at(10), recurrence=["RRULE:FREQ=DAILY;COUNT=4"])
        self.poll()
        first, second, third, _fourth = self.meetings()
        second.with_user(self.host).write({"start": naive(self.at(16, 4)), "stop": naive(self.at(17, 4))})
        third.with_user(self.host).unlink()
        self.work()
        self.google.control("forget_sync_tokens")
        self.poll()
        self.assertEqual(
            self.meetings().mapped("start"),
            [naive(self.at(10)), naive(self.at(16, 4)), naive(self.later(self.at(10), 3))],
        )
        self.assertTrue(first.active)
        self.assertFalse(self.open_operations())

    def test_others_events_are_read_only(self):
        """B2, P14: an event that somebody else organizes is never changed: the meeting is put right."""
        self.google.control("account", email="jane@doe.example")
        self.google.control(
            "event", calendar="jane@doe.example", body=self.body(self.at(10), guests=(ADDRESS, "bob@ray.example"))
        )
        self.poll()
        meeting = self.meetings()
        self.assertEqual(len(meeting), 1)
        self.assertFalse(meeting.user_id, "the organizer is no user")
        writes = self.state()["writes"]
        meeting.with_user(self.host).write(
            {"name": "Mine now", "start": naive(self.at(15)), "stop": naive(self.at(16))}
        )
        self.work()
        self.assertEqual((meeting.name, meeting.start), ("Demo", naive(self.at(10))))
        self.assertIn("Only who invites", self.notes(meeting)[0])
        meeting.with_user(self.host).unlink()
        self.work()
        self.google.control("forget_sync_tokens")
        self.poll()
        self.assertFalse(self.meetings(), "taken away in Odoo, it doesn't come back")
        with self.enter_registry_test_mode():
            self.google_connection.with_user(self.host).action_disconnect()
        self.connected()
        self.assertFalse(self.meetings(), "not even when connected anew")
        self.assertEqual(self.state()["writes"], writes)

    def test_organizer_is_asked_of_the_calendar(self):
        """P14: whether an event may be deleted is read from the event, not from what was known of it."""
        self.google.control("account", email="jane@doe.example")
        self.google.control("event", calendar="jane@doe.example", body=self.body(self.at(10), guests=(ADDRESS,)))
        self.poll()
        self.links.search([]).is_organizer = True
        self.meetings().with_user(self.host).unlink()
        self.work()
        self.assertEqual(len(self.events()), 1)
        self.assertEqual(self.links.search([]).state, "ignored")

    def test_refused_change_goes_along_with_the_next(self):
        """B2: a change that Google refused for good goes along when the event changes again."""
        meeting = self.meet(self.at(10))
        self.work()
        self.google.control("fault", method="events.patch", action="status", status=400, reason="invalid")
        with mute_logger(OUTBOX_LOGGER):
            meeting.write({"location": "Via Roma 1"})
            self.work()
        self.change(self.there()["id"], summary="Changed there")
        self.poll()
        self.work()
        self.assertEqual((self.there()["summary"], self.there()["location"]), ("Changed there", "Via Roma 1"))

    def test_both_changed(self):
        """B2, faults 23 and 40: both sides changed: one side's edit is kept, else the later; the loser reads it."""
        meeting = self.meet(self.at(10))
        self.work()
        event_id = self.there()["id"]
        meeting.write({"name": "Odoo's title", "location": "Odoo's place"})
        link = self.links.search([("event_id", "=", meeting.id)])
        link.changed_at = fields.Datetime.now() - timedelta(minutes=5)
        self.change(event_id, summary="Google's title", **self.timed(self.at(15)))
        self.work()
        event = self.there()
        for side in ((event["summary"], event["location"]), (meeting.name, meeting.location)):
            self.assertEqual(side, ("Google's title", "Odoo's place"))
        self.assertEqual(meeting.start, naive(self.at(15)))
        self.assertIn("title: Odoo's title", self.notes(meeting)[0])
        self.change(event_id, summary="Google again")
        meeting.write({"name": "Odoo last"})
        link.changed_at = fields.Datetime.now() + timedelta(minutes=5)
        self.poll()
        self.work()
        self.assertEqual((self.there()["summary"], meeting.name), ("Odoo last", "Odoo last"))
        self.assertIn("title: Google again", self.notes(meeting)[0])
        self.poll()
        self.assertFalse(self.open_operations())

    def test_cancelled_here_changed_there(self):
        """B2: cancelled in Odoo, but changed in Google after that: the meeting takes place, on both sides."""
        meeting = self.meet(self.at(10))
        self.work()
        meeting.active = False
        self.links.search([("event_id", "=", meeting.id)]).changed_at = fields.Datetime.now() - timedelta(minutes=5)
        self.change(self.there()["id"], summary="Still on")
        self.work()
        self.assertEqual((meeting.active, meeting.name, self.there()["summary"]), (True, "Still on", "Still on"))

    def test_another_organizer(self):
        """B2: another user takes the meeting over: it leaves the first calendar, and Odoo invites for the new one."""
        other = new_test_user(self.env, "other.organizer", email="other@bianchi.example")
        meeting = self.meet(self.at(10), guests=self.jane | self.bob)
        self.work()
        meeting.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.bob).do_decline()
        with self.mock_mail_gateway():
            meeting.sudo().user_id = other
            self.work()
        self.assertEqual(self.events(), [])
        self.assertTrue(meeting.active)
        self.assertEqual([mail["email_to"] for mail in self._mails], [['"Jane Doe" <jane@doe.example>']])
        self.assertIn("ics", str(self._mails[0]["attachments"]))

    def test_another_organizer_with_a_calendar(self):
        """B2: whoever takes the meeting over has a calendar of their own: that one invites, Odoo writes nobody."""
        anna = self.anna()
        self.connect(anna, email=anna.email)
        meeting = self.meet(self.at(10))
        self.work()
        with self.mock_mail_gateway():
            meeting.sudo().user_id = anna
            self.work()
        self.assertFalse(self._mails)
        event = self.there()  # an invitation to who handed it over
        self.assertEqual(event["organizer"]["email"], anna.email)
        self.assertEqual(self.guests_there(), sorted([ADDRESS, JANE]))

    def test_another_organizer_of_a_meeting_that_is_over(self):
        """P13: to whom it belonged is put right afterwards: nobody is invited to what is over."""
        other = new_test_user(self.env, "other.organizer", email="other@bianchi.example")
        meeting = self.meet(self.at(10))
        self.work()
        past = naive(self.at(10)) - timedelta(days=30)
        meeting.with_context(scheduling_own_write=True).write({"start": past, "stop": past + timedelta(minutes=30)})
        with self.mock_mail_gateway():
            meeting.sudo().user_id = other
        self.assertFalse(self._mails)

    def test_google_down(self):
        """P18: Google is down: the meeting stands, and the invitation goes out when it is back, once."""
        self.google.control("fault", method="*", action="status", status=503, times=0)
        with mute_logger(OUTBOX_LOGGER):
            meeting = self.meet(self.at(10))
            self.work()
            meeting.write({"name": "Later"})
            self.work()
        facts = self.google_connection.with_user(self.host)._sync_facts()
        self.assertEqual((facts["waiting"], len(facts["failed"]), facts["failed"][0]["what"]), (0, 1, "Later"))
        self.assertIn("503", facts["failed"][0]["error"])
        self.google.control("clear_faults")
        self.work()
        self.assertEqual((self.there()["summary"], self.state()["writes"]), ("Later", 1))
        self.poll()
        facts = self.google_connection.with_user(self.host)._sync_facts()
        self.assertEqual((facts["linked"], facts["waiting"], facts["failed"], facts["error"]), (1, 0, [], ""))
        self.assertTrue(facts["last_read"] and facts["next_read"])

    def test_odoos_own_sync_is_active(self):
        """M22: while Odoo's own sync with a calendar is active for the user, nothing goes either way."""
        self.put(self.at(10))
        with patch.object(type(self.host), "_has_any_active_synchronization", lambda user: True):
            self.poll()
            self.meet(self.at(12), guests=self.bob)
            self.work()
        self.assertFalse(self.meetings())
        self.assertEqual(len(self.events()), 1)

    def test_read_by_a_colleague_first(self):
        """M23: a colleague's calendar is read before our own write is known to be done: one meeting in the end."""
        anna = self.anna()
        other = self.connect(anna, email=anna.email)
        self.poll(other)
        self.google.control("fault", method="events.insert", action="lose")
        with mute_logger(OUTBOX_LOGGER):
            meeting = self.meet(self.at(10), guests=self.jane | anna.partner_id)
            self.work()
        self.poll(other)
        self.assertEqual(len(self.meetings()), 2, "Anna's calendar can't know yet")
        self.work()
        self.poll()
        self.poll(other)
        self.assertEqual(self.meetings(), meeting)
        meeting.write({"name": "For both"})
        self.work()
        self.poll(other)
        self.assertEqual(self.meetings().mapped("name"), ["For both"])
        self.assertFalse(self.open_operations())

    def test_kept_words_of_refusal(self):
        """P19: Google refuses one meeting for good: it is listed with Google's words, and the others go on."""
        refusal = {"status": 400, "reason": "invalid"}
        self.google.control("fault", method="events.insert", action="status", **refusal)
        with mute_logger(OUTBOX_LOGGER):
            self.meet(self.at(10), name="Refused")
            self.meet(self.at(12), guests=self.bob)
            self.work()
        self.assertEqual(self.guests_there(), ["bob@ray.example"])
        (failed,) = self.google_connection.with_user(self.host)._sync_facts()["failed"]
        self.assertEqual((failed["what"], failed["next_attempt"]), ("Refused", False))
        self.operations.browse(failed["id"]).action_retry()
        self.work()
        self.assertEqual(len(self.events()), 2)

    def test_reminders_still_go_out(self):
        """M23: only invitations are left to Google; Odoo's reminders reach who takes part."""
        meeting = self.meet(self.at(10))
        with self.mock_mail_gateway():
            meeting.attendee_ids._notify_attendees(
                self.env.ref("calendar.calendar_template_meeting_reminder"), notify_author=True
            )
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        self.assertEqual(len(self._mails), 2)
