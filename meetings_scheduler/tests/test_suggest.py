"""A host suggests other times instead of the one that was asked for."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..exceptions import PublicError, SlotTaken
from ..models.scheduling_page_slots import aware
from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestSuggest(SchedulingCase):
    def setUp(self):
        super().setUp()
        self.page.approval = "always"
        self.asked = self.book(self.at(10), guests=("friend@doe.example",))
        self.times = [self.at(14), self.at(11, days=4)]

    def suggest(self, *starts, note=""):
        self.asked._suggest(starts or self.times, note)

    def mails(self, audience):
        """:return: the notices the outbox has for them, oldest first"""
        operations = self.operations.search([("booking_id", "=", self.asked.id), ("kind", "=", "notify")], order="id")
        return [one.arguments["notice"] for one in operations if one.arguments["audience"] == audience]

    def mail(self, notice, audience="visitor"):
        return self.asked._create_mail(notice, audience)

    def other(self, start):
        """Somebody else books, without waiting for anybody's yes."""
        self.page.approval = "none"
        return self.book(start, email="other@doe.example", email_normalized="other@doe.example")

    # ------------------------------------------------------------ the host

    def test_suggesting_frees_the_asked_time(self):
        """M4: the visitor is told of the other times, once; the asked one is free for others."""
        self.assertTrue(self.asked.holds_time)
        self.suggest(note="I'm on a train at ten.")
        self.assertEqual(self.asked.state, "suggested")
        self.assertEqual(self.mails("visitor"), ["requested", "suggested"])
        self.assertEqual(self.mails("host"), ["requested"])
        self.assertEqual(self.mails("guest"), [])
        self.assertFalse(self.asked.event_id)
        self.assertEqual(self.other(self.at(10)).state, "confirmed")
        mail = self.mail("suggested")
        text = mail.body_html.replace("&#39;", "'")
        self.assertIn("Laura Bianchi can't at the time you asked for", text)
        self.assertIn("I'm on a train at ten.", text)
        self.assertEqual(mail.body_html.count("?start="), 2)
        self.assertFalse(mail.attachment_ids, "nothing is booked yet")

    def test_the_record_tells(self):
        """B7: booking and contact keep what was suggested."""
        self.suggest()
        self.assertIn("Suggested instead", self.asked.message_ids[:1].body)
        self.assertIn("Other times are suggested to Jane Doe", self.asked.partner_id.message_ids[:1].body)

    def test_only_free_times(self):
        """B3: a time that is booked, busy in the host's own calendar, or outside of the hours can't be suggested."""
        self.other(self.at(14))
        with self.assertRaises(SlotTaken):
            self.suggest(self.at(14))
        with patch.object(type(self.page), "_ask_live", return_value="busy"), self.assertRaises(SlotTaken):
            self.suggest(self.at(15))
        self.page.hours_ids.filtered(lambda hours: hours.day == str(self.at(16).weekday())).unlink()
        with self.assertRaises(SlotTaken):
            self.suggest(self.at(16))
        self.assertEqual(self.asked.state, "requested")

    def test_one_to_three_times(self):
        for starts in ([], [self.at(hour) for hour in (11, 12, 13, 14)], [self.at(10)]):
            with self.subTest(len(starts)), self.assertRaises(PublicError) as refusal:
                self.asked._suggest(starts)
            self.assertEqual(refusal.exception.status, 400)
        self.assertEqual(self.asked.state, "requested")

    def test_answered_requests_are_left_alone(self):
        self.asked._accept()
        with self.assertRaises(UserError):
            self.suggest()
        self.assertEqual(self.asked.state, "confirmed")

    def test_whose_request_it_is(self):
        """M4: the host opens the choice of times, a colleague can't."""
        address = self.asked.with_user(self.host).action_suggest()["url"]
        self.assertRegex(address, r"^/meetings/manage/[\w-]+/suggest$")
        colleague = new_test_user(self.env, "suggest.colleague", "base.group_user")
        with self.assertRaises(AccessError):
            self.asked.with_user(colleague).action_suggest()

    # ------------------------------------------------------------ the visitor

    def test_choosing_books(self):
        """M4: the chosen time is a meeting, in the calendar and in the mail with an invitation."""
        self.page.opportunity_policy = "always"
        self.suggest()
        self.asked._choose(self.times[1])
        self.assertEqual(self.asked.state, "confirmed")
        self.assertEqual(self.asked.start, self.times[1].replace(tzinfo=None))
        self.assertEqual(self.asked.duration, 30)
        self.assertEqual(self.asked.event_id.start, self.asked.start)
        self.assertTrue(self.asked.lead_id)
        self.assertEqual(self.mails("visitor")[-1], "booked")
        self.assertEqual(self.mails("guest"), ["booked"])
        self.assertEqual(self.asked.host_ids.mapped("blocks"), [True])
        with self.assertRaises(SlotTaken):
            self.other(self.times[1])
        self.assertEqual(self.other(self.times[0]).state, "confirmed")

    def test_choosing_twice_books_once(self):
        """Row 34: a double click is one choice."""
        self.suggest()
        self.asked._choose(self.times[0])
        count = len(self.mails("visitor"))
        self.asked._choose(self.times[0])
        self.assertEqual(len(self.mails("visitor")), count)

    def test_a_time_taken_meanwhile(self):
        """P1, row 29: who was faster keeps the time; the visitor is offered the other suggested one."""
        self.suggest()
        self.other(self.times[0])
        with self.assertRaises(SlotTaken) as refusal:
            self.asked._choose(self.times[0])
        self.assertEqual([slot.start for slot in refusal.exception.alternatives], [self.times[1]])
        self.assertEqual(self.asked.state, "suggested")
        self.other(self.times[1])
        with self.assertRaises(SlotTaken) as refusal:
            self.asked._choose(self.times[1])
        self.assertEqual(refusal.exception.alternatives, ())

    def test_a_race_that_is_lost(self):
        """P1: where the engine saw nothing yet, the constraint decides; nothing of the booking stays."""
        self.suggest()
        self.other(self.times[0])
        free = self.asked._coming_suggestions()
        with (
            patch.object(type(self.asked), "_free_suggestions", return_value=free),
            patch.object(type(self.asked), "_free_now", return_value=free[1:]),
            self.assertRaises(SlotTaken) as refusal,
        ):
            self.asked._choose(self.times[0])
        self.assertEqual([slot.start for slot in refusal.exception.alternatives], [self.times[1]])
        self.assertEqual(self.asked.state, "suggested")
        self.assertFalse(self.asked.event_id)
        self.assertEqual(self.mails("visitor")[-1], "suggested")

    def test_busy_in_the_hosts_own_calendar(self):
        """B3: the host's calendar is asked when the visitor chooses, too."""
        self.suggest()
        with patch.object(type(self.page), "_ask_live", return_value="busy"), self.assertRaises(SlotTaken):
            self.asked._choose(self.times[0])
        self.assertEqual(self.asked.state, "suggested")

    def test_silent_calendar(self):
        """B3: a calendar that doesn't answer promises nothing: the choice is a request, kept free, asked anew."""
        self.suggest()
        with patch.object(type(self.page), "_ask_live", return_value="unknown"):
            self.asked._choose(self.times[0])
        self.assertEqual(self.asked.state, "requested")
        self.assertEqual(self.asked.start, self.times[0].replace(tzinfo=None))
        self.assertFalse(self.asked.event_id)
        self.assertEqual(self.mails("host"), ["requested", "requested"])
        with self.assertRaises(SlotTaken):
            self.other(self.times[0])
        self.suggest(self.at(16))
        self.assertEqual(self.mails("visitor").count("suggested"), 2)

    def test_lost_calendar(self):
        """M34: a calendar that can't be read any more makes the choice a request, though it was free when suggested."""
        self.suggest()
        self.connection.calendar_ids.write({"state": "lost"})
        self.asked._choose(self.times[0])
        self.assertEqual(self.asked.state, "requested")

    def test_host_without_a_calendar(self):
        """M4: where no calendar is connected, the host's word is all there is, and it counts."""
        self.connection.action_disconnect()
        self.page.invalidate_recordset()
        self.asked = self.book(self.at(17), email="req@doe.example", email_normalized="req@doe.example")
        self.assertFalse(self.asked.holds_time)
        self.suggest(self.at(18))
        self.asked._choose(self.at(18))
        self.assertEqual(self.asked.state, "confirmed")

    def test_notice_is_no_obstacle(self):
        """The host's word stands above the rules for visitors: a suggested time can be chosen at short notice."""
        self.suggest()
        self.page.min_notice_hours = 24 * 30
        self.asked._choose(self.times[0])
        self.assertEqual(self.asked.state, "confirmed")

    def test_only_what_was_suggested(self):
        """Rows 30, 64: no other time can be booked this way, and not by the host's link."""
        self.suggest()
        for start, by in ((self.at(12), "visitor"), (self.times[0], "host")):
            with self.subTest(by), self.assertRaises(PublicError) as refusal:
                self.asked._choose(start, by)
            self.assertEqual(refusal.exception.status, 409)
        self.assertEqual(self.asked.state, "suggested")

    def test_none_suits(self):
        """B7: the request is closed with the visitor's reason, and the host is told."""
        self.suggest()
        self.asked._refuse_suggestions("Only mornings")
        self.assertEqual((self.asked.state, self.asked.outcome), ("cancelled", "cancelled"))
        self.assertEqual((self.asked.reason, self.asked.changed_by), ("Only mornings", "visitor"))
        self.assertEqual(self.mails("host")[-1], "refused")
        self.assertNotIn("refused", self.mails("visitor"))
        self.assertIn("Only mornings", self.mail("refused", "host").body_html)
        self.assertEqual(self.mails("guest"), [], "guests never heard of it")

    def test_declined_after_all(self):
        """M4: the host may still decline; the visitor is told."""
        self.suggest()
        self.asked._decline("Ill")
        self.assertEqual(self.mails("visitor")[-1], "declined")
        with self.assertRaises(PublicError):
            self.asked._choose(self.times[0])

    def test_single_use_link_stays_used(self):
        """A private link that works once doesn't open again while the visitor chooses."""
        link = self.env["scheduling.link"].create({"page_id": self.page.id, "name": "Once"})
        page = self.page.with_context(scheduling_link_id=link.id)
        self.asked = self.book(self.at(17), page=page, email="link@doe.example", email_normalized="link@doe.example")
        self.suggest()
        self.assertFalse(link.is_usable)

    # ------------------------------------------------------------ nobody answers

    def look_after(self):
        with self.enter_registry_test_mode():
            self.env.ref("meetings_scheduler.ir_cron_suggestions").method_direct_trigger()
        self.asked.invalidate_recordset()

    def test_reminded_once(self):
        """A visitor who hasn't chosen a day before the first time gets one more mail."""
        soon = self.page._now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=20)
        self.suggest(soon)
        self.look_after()
        self.assertNotIn("reminded", self.mails("visitor"), "the first mail is fresh")
        self.asked.suggested_at -= timedelta(hours=13)
        self.look_after()
        self.look_after()
        self.assertEqual(self.mails("visitor").count("reminded"), 1)
        self.assertIn("suggested other times to you", self.mail("reminded").body_html)

    def test_times_that_have_passed(self):
        """B7: once all suggested times have passed the request is closed; visitor and host are told."""
        self.suggest()
        self.look_after()
        self.assertEqual(self.asked.state, "suggested")
        now = fields.Datetime.now()
        for days, suggestion in enumerate(self.asked.suggestion_ids, 1):
            suggestion.start = now - timedelta(days=days)
        with self.assertRaises(SlotTaken):
            self.asked._choose(aware(self.asked.suggestion_ids[0].start))
        self.look_after()
        self.assertEqual((self.asked.state, self.asked.reason), ("cancelled", False))
        self.assertEqual((self.mails("visitor")[-1], self.mails("host")[-1]), ("expired", "expired"))
        self.assertIn(self.page.url, self.mail("expired").body_html)
