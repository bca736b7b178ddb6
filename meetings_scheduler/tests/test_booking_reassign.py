"""A booked meeting gets another host: who may, who is free, what follows in Odoo, in mails and in outside calendars."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon

from ..models.scheduling_page_slots import naive
from .google_case import ADDRESS, GoogleMixin
from .test_page_types import TeamCase

ANNA = "anna@bianchi.example"


class ReassignCase(TeamCase, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = new_test_user(cls.env, "olga.owner", name="Olga Owner", email="olga@bianchi.example")

    def team_booking(self, hour=10, page_type="round_robin", fixed=(), **values):
        """:return: a booking that Laura has on a page of three hosts, owned by somebody who hosts nothing"""
        values.setdefault("opportunity_policy", "always")
        self.team_of_three = self.team_page(page_type, fixed=fixed, user_id=self.owner.id, **values)
        return self.book(self.at(hour), self.team_of_three)

    def wizard(self, booking, user=None, **values):
        return (
            self.env["scheduling.reassign"].with_user(user or self.owner).create({"booking_id": booking.id, **values})
        )

    def reassign(self, booking, newcomer, user=None, **values):
        self.wizard(booking, user, host_id=newcomer.id, **values).action_apply()

    def mails(self):
        """:return: list of (receiver's first name, subject, number of invitations) of the mails caught"""
        return sorted(
            (mail["email_to"][0].split("@")[0].split("<")[-1], mail["subject"], len(mail["attachments"]))
            for mail in self._mails
        )

    def invitation(self, receiver):
        (text,) = [
            mail["attachments"][0][1].decode().replace("\r\n ", "")
            for mail in self._mails
            if receiver in mail["email_to"][0]
        ]
        return text


@tagged("post_install", "-at_install")
class TestReassign(ReassignCase):
    def test_everything_in_odoo_follows(self):
        """B2: the newcomer has the meeting, its organizer's place, the activity and the turn; the former host none."""
        booking = self.team_booking()
        event, lead = booking.event_id, booking.lead_id
        self.assertEqual(booking.user_id, self.host)
        self.reassign(booking, self.marco, reason="Laura is ill.")
        self.assertEqual(
            (booking.user_id, booking.host_ids.user_id, booking.state), (self.marco, self.marco, "confirmed")
        )
        self.assertEqual(booking.event_id, event)
        self.assertEqual(event.user_id, self.marco)
        self.assertEqual(event.partner_ids, self.marco.partner_id | booking.partner_id)
        self.assertEqual(set(event.attendee_ids.mapped("state")), {"accepted"})
        self.assertEqual((lead.user_id, lead.activity_ids.user_id), (self.marco, self.marco))
        turns = {int(host.id): host.taken for host in self.team_of_three._ledger(self.team_of_three.host_ids)}
        self.assertEqual(turns, {self.host.id: 0, self.marco.id: 1, self.anna.id: 0})
        self.assertEqual((booking.start, booking.invite_sequence), (naive(self.at(10)), 1))

    def test_opportunity_may_stay(self):
        booking = self.team_booking()
        self.reassign(booking, self.marco, lead_too=False)
        self.assertEqual((booking.user_id, booking.lead_id.user_id), (self.marco, self.host))

    def test_kept_on_record(self):
        """B7: who changed the host, from whom to whom and why stays on the booking."""
        booking = self.team_booking()
        self.reassign(booking, self.marco, reason="Laura is ill.")
        note = booking.message_ids[0]
        self.assertEqual(note.author_id, self.owner.partner_id)
        self.assertIn("Host changed from Laura Bianchi to Marco. Laura is ill.", note.body)
        self.assertEqual(booking.choice_reason, "Olga Owner chose Marco.")
        self.assertEqual(booking.handover["by"], self.owner.id)

    def test_time_is_free_and_taken(self):
        booking = self.team_booking()
        self.reassign(booking, self.marco)
        free = self.team_of_three._check_slot(self.at(10), 30).host_ids
        self.assertEqual(set(map(int, free)), {self.host.id, self.anna.id})

    def test_everybody_is_told_once(self):
        """P21: one mail each; the same UID with a higher SEQUENCE and the new organizer, a CANCEL for who left."""
        booking = self.team_booking()
        uid = booking.uid
        with self.mock_mail_gateway():
            self.run_outbox()
        with self.mock_mail_gateway():
            self.reassign(booking, self.marco, reason="Laura is ill.")
            self.run_outbox()
            self.run_outbox()
        self.assertEqual(
            [(name, count) for name, _subject, count in self.mails()], [("jane", 1), ("laura", 1), ("marco", 1)]
        )
        visitor, former = self.invitation("jane@"), self.invitation("laura@")
        for text in (visitor, self.invitation("marco@")):
            self.assertIn("METHOD:REQUEST", text)
            self.assertIn("SEQUENCE:1", text)
            self.assertIn(f"UID:{uid}\r\n", text)
            self.assertRegex(text, "ORGANIZER.*marco@bianchi.example")
        self.assertIn("METHOD:CANCEL", former)
        self.assertIn(f"UID:{uid}\r\n", former)
        self.assertRegex(former, "ORGANIZER.*laura@bianchi.example")
        body = next(mail["body"] for mail in self._mails if "jane@" in mail["email_to"][0])
        self.assertIn("Your meeting is with Marco now, instead of Laura Bianchi.", body)
        self.assertIn("Laura is ill.", body)
        self.assertIn("/meetings/manage/", body)
        self.assertNotIn("taken out", body, "the entry is the same one")

    def test_former_host_cannot_act_any_more(self):
        """The links in the former host's mails end; the visitor's go on."""
        booking = self.team_booking()
        tokens = self.env["scheduling.token"]
        host, visitor = booking._mint_token("host"), booking._mint_token("visitor")
        self.reassign(booking, self.marco)
        self.assertFalse(tokens._find(host))
        self.assertTrue(tokens._find(visitor))

    def test_only_free_hosts_are_offered(self):
        """B3: who is busy, unreadable or booked is not offered, and can't be slipped in."""
        booking = self.team_booking()
        self.make_busy(self.marco, self.at(10))
        self.assertEqual(self.wizard(booking).free_host_ids, self.anna)
        with self.assertRaises(UserError) as caught:
            self.reassign(booking, self.marco)
        self.assertIn("Marco isn't free", str(caught.exception))
        self.env["scheduling.connection"].search([("user_id", "=", self.anna.id)]).calendar_ids.state = "lost"
        self.assertFalse(self.wizard(booking).free_host_ids)
        with self.assertRaises(UserError):
            self.reassign(booking, self.owner)
        self.assertEqual(booking.user_id, self.host)

    def test_notice_does_not_stand_in_the_way(self):
        booking = self.team_booking()
        self.team_of_three.write({"min_notice_hours": 500, "window_days": 1})
        self.assertEqual(self.wizard(booking).free_host_ids, self.marco | self.anna)

    @mute_logger("odoo.sql_db")
    def test_a_race_is_decided_by_the_database(self):
        """P1: the newcomer's time was taken at this very moment: explained, nothing changed."""
        booking = self.team_booking()
        other = self.book(self.at(10), self.team_of_three, **self.visitor(2))
        self.patch(type(booking), "_free_colleagues", lambda one: one.page_id._hosts())
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self.reassign(booking, other.user_id)
        self.assertIn("isn't free", str(caught.exception))
        booking.invalidate_recordset()
        self.assertEqual((booking.user_id, booking.host_ids.user_id), (self.host, self.host))

    def test_who_may(self):
        """Owner of the page and managers may; the host, colleagues and crafted calls may not."""
        booking = self.team_booking()
        manager = new_test_user(self.env, "mia.manager", "base.group_user,meetings_scheduler.group_manager")
        self.assertTrue(booking.with_user(self.owner).can_reassign)
        self.assertFalse(booking.with_user(self.host).can_reassign)
        for user in (self.host, self.marco, new_test_user(self.env, "colleague.reassign", "base.group_user")):
            with self.assertRaises(AccessError):
                booking.with_user(user).action_reassign()
            with self.assertRaises(AccessError):
                self.reassign(booking, self.anna, user)
        self.reassign(booking, self.anna, manager)
        self.assertEqual(booking.user_id, self.anna)

    def test_not_what_is_over(self):
        booking = self.team_booking()
        booking._cancel()
        with self.assertRaises(UserError):
            booking.with_user(self.owner).action_reassign()
        other = self.book(self.at(11))
        with self.assertRaises(UserError):
            other.with_user(self.host).action_reassign()

    def test_fixed_host_stays(self):
        """Of one host who always takes part and one of several, the second is replaced; the event stays the first's."""
        booking = self.team_booking(page_type="fixed_plus_one", fixed=self.anna)
        second = booking.host_ids.user_id - self.anna
        other = self.team - self.anna - second
        organizer, uid = booking.user_id, booking.uid
        with self.mock_mail_gateway():
            self.run_outbox()
        with self.mock_mail_gateway():
            self.reassign(booking, other)
            self.run_outbox()
        self.assertEqual(booking.host_ids.user_id, self.anna | other)
        self.assertEqual((booking.user_id, booking.event_id.user_id, booking.uid), (organizer, organizer, uid))
        self.assertEqual(booking.event_id.partner_ids, (self.anna | other).partner_id | booking.partner_id)
        self.assertEqual(len(self._mails), 4, "visitor, both hosts, and who left")


@tagged("post_install", "-at_install")
class TestReassignGoogle(GoogleMixin, ReassignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.group_ids += cls.env.ref("meetings_scheduler.group_personal_email")

    def connect_google(self, user, address):
        self.env["scheduling.connection"]._of_user(user)._disconnect()
        return self.connect(user, email=address)

    def letters(self):
        return sorted((mail["kind"], tuple(mail["to"])) for mail in self.state()["mails"])

    def test_from_one_google_calendar_to_another(self):
        """M33: one event in the new host's calendar, none in the former's; Google invites once and withdraws once."""
        self.connect_google(self.host, ADDRESS)
        self.connect_google(self.anna, ANNA)
        booking = self.team_booking()
        self.run_outbox()
        self.assertEqual((len(self.events(ADDRESS)), len(self.events(ANNA))), (1, 0))
        before = self.letters()
        with self.mock_mail_gateway():
            self.reassign(booking, self.anna)
            self.run_outbox()
            self.run_outbox()
        self.assertEqual((len(self.events(ADDRESS)), len(self.events(ANNA))), (0, 1))
        self.assertEqual(len(self.letters()) - len(before), 2, self.letters())
        self.assertEqual([count for _name, _subject, count in self.mails()], [0, 0, 0])
        self.assertEqual(booking.event_link_ids.user_id, self.anna)
        body = next(mail["body"] for mail in self._mails if "jane@" in mail["email_to"][0])
        self.assertIn("the one with Laura Bianchi is taken out", body)

    def test_before_the_first_event_was_written(self):
        """P5: handed over before the outbox ran: the former host's calendar gets nothing, the newcomer's one event."""
        self.connect_google(self.host, ADDRESS)
        self.connect_google(self.anna, ANNA)
        booking = self.team_booking()
        self.reassign(booking, self.anna)
        self.run_outbox()
        self.assertEqual((len(self.events(ADDRESS)), len(self.events(ANNA))), (0, 1))

    def test_to_and_from_a_calendar_of_odoo(self):
        """One party invites: from our mails to Google the old invitation is withdrawn, and back it is sent anew."""
        self.connect_google(self.anna, ANNA)
        booking = self.team_booking()
        first = booking.uid
        with self.mock_mail_gateway():
            self.run_outbox()
        with self.mock_mail_gateway():
            self.reassign(booking, self.anna)
            self.run_outbox()
        self.assertEqual((booking.invited_by, len(self.events(ANNA))), ("provider", 1))
        self.assertIn("METHOD:CANCEL", self.invitation("jane@"))
        self.assertIn(f"UID:{first}\r\n", self.invitation("jane@"))
        self.assertRegex(self.invitation("jane@"), "ORGANIZER.*laura@bianchi.example")
        with self.mock_mail_gateway():
            self.reassign(booking, self.marco)
            self.run_outbox()
        self.assertEqual((booking.invited_by, len(self.events(ANNA))), ("odoo", 0))
        self.assertIn("METHOD:REQUEST", self.invitation("jane@"))
        self.assertNotIn(first, self.invitation("jane@"))

    def test_lost_calendar_of_the_former_host(self):
        """P19: the former host's calendar can't be reached: the newcomer's is written all the same."""
        laura = self.connect_google(self.host, ADDRESS)
        self.connect_google(self.anna, ANNA)
        booking = self.team_booking()
        self.run_outbox()
        laura._lose("Access lost.")
        self.reassign(booking, self.anna)
        self.run_outbox()
        self.assertEqual((len(self.events(ADDRESS)), len(self.events(ANNA))), (1, 1))
        laura.state = "connected"
        self.operations._resume(laura)
        self.run_outbox()
        self.assertEqual((len(self.events(ADDRESS)), len(self.events(ANNA))), (0, 1))

    def test_former_host_deletes_the_event_first(self):
        """The former host tidies up by hand before the outbox does: the meeting goes on."""
        laura = self.connect_google(self.host, ADDRESS)
        self.connect_google(self.anna, ANNA)
        booking = self.team_booking()
        self.run_outbox()
        laura._sync_in()
        self.reassign(booking, self.anna)
        self.google.control("remove", calendar=ADDRESS, id=self.events(ADDRESS)[0]["id"])
        laura._sync_in()
        self.run_outbox()
        self.assertEqual((booking.state, len(self.events(ANNA))), ("confirmed", 1))

    def test_newcomer_is_asked_live(self):
        """B3: the newcomer's calendar says busy, or nothing: explained, nothing changed."""
        anna = self.connect_google(self.anna, ANNA)
        booking = self.team_booking()
        start, end = (moment.isoformat() for moment in (self.at(10), self.at(10) + timedelta(minutes=30)))
        self.google.control(
            "event", calendar=ANNA, body={"summary": "Dentist", "start": {"dateTime": start}, "end": {"dateTime": end}}
        )
        with self.assertRaises(UserError) as caught:
            self.reassign(booking, self.anna)
        self.assertIn("isn't free", str(caught.exception))
        anna.checked_at -= timedelta(hours=1)
        self.google.control("fault", method="*", action="status", status=503, times=0)
        with self.assertRaises(UserError) as caught:
            self.reassign(booking, self.anna)
        self.assertIn("doesn't answer", str(caught.exception))
        self.assertEqual(booking.user_id, self.host)
