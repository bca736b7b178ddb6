import email
import email.policy
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon

from .common import SchedulingCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestOutbox(SchedulingCase, MailCommon):
    def open_operations(self):
        return self.operations.search([("state", "!=", "done")])

    def test_one_mail_each(self):
        """One confirmation mail to visitor, host and guest; Odoo's own invitation doesn't go out as well."""
        with self.mock_mail_gateway():
            self.book(self.at(10), guests=("bob@doe.example",))
            self.run_outbox()
            self.run_outbox()
        self.assertEqual(
            sorted(mail["email_to"][0] for mail in self._mails),
            ['"Jane Doe" <jane@doe.example>', '"Laura Bianchi" <laura@bianchi.example>', "bob@doe.example"],
        )
        self.assertFalse(self.open_operations())

    def test_invitation_keeps_uid_and_raises_sequence(self):
        """P21: one .ics a mail; UID stays, SEQUENCE rises, METHOD is REQUEST and finally CANCEL (RFC 5546)."""
        with self.mock_mail_gateway():
            booking = self.book(self.at(10))
            booking._reschedule(self.at(11), 30)
            booking._cancel("Ill", "visitor")
            self.run_outbox()
        invitations = [mail["attachments"] for mail in self._mails if "jane@doe.example" in mail["email_to"][0]]
        self.assertEqual([len(attachments) for attachments in invitations], [1, 1, 1])
        texts = [attachments[0][1].decode() for attachments in invitations]
        for number, (text, method) in enumerate(zip(texts, ("REQUEST", "REQUEST", "CANCEL"), strict=True)):
            self.assertIn(f"METHOD:{method}\r\n", text)
            self.assertIn(f"SEQUENCE:{number}\r\n", text)
            self.assertIn(f"UID:{booking.uid}\r\n", text.replace("\r\n ", ""))
        self.assertIn("STATUS:CANCELLED", texts[-1])

    def test_calendar_part_names_its_method(self):
        """The mail that leaves carries text/calendar with the method, which mail programs need to show the buttons."""
        message = self.env["ir.mail_server"]._build_email__(
            "a@x.example",
            ["b@x.example"],
            "s",
            "<p>b</p>",
            subtype="html",
            attachments=[("invite.ics", self.book(self.at(10))._ics("REQUEST"), "text/calendar")],
        )
        parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
        part = next(parsed.iter_attachments())
        self.assertEqual((part.get_content_type(), part.get_param("method")), ("text/calendar", "REQUEST"))

    def test_each_reader_own_language_and_zone(self):
        """Every mail shows its reader's time, names the zone and speaks the reader's language."""
        self.env["res.lang"]._activate_lang("it_IT")
        self.host.lang = "it_IT"
        booking = self.book(self.at(15))
        visitor = booking._create_mail("booked", "visitor")
        host = booking._create_mail("booked", "host")
        self.assertIn("America/New York", visitor.body_html)
        self.assertRegex(visitor.body_html, r"1[01]:00.AM")
        self.assertIn("Europe/Rome", host.body_html)
        self.assertRegex(host.body_html, r"1[67]:00")
        self.assertRegex(host.body_html, "lun|mar|mer|gio|ven|sab|dom")

    def test_nobody_is_led_to_a_call_that_is_off(self):
        """The mail of a cancelled meeting says where it would have been, without the link."""
        booking = self.book(self.at(15))
        self.assertTrue(booking.location.startswith("http"))
        self.assertIn(booking.location, booking._create_mail("booked", "visitor").body_html)
        self.assertNotIn(booking.location, booking._create_mail("cancelled", "visitor").body_html)

    def test_visitor_text_is_escaped(self):
        question = self.env["scheduling.question"].create({"page_id": self.page.id, "label": "Topic", "type": "text"})
        booking = self.book(self.at(10), answers=((question.id, "<img src=x onerror=alert(1)>{{7*7}}"),))
        body = booking._create_mail("booked", "host").body_html
        self.assertNotIn("<img", body)
        self.assertIn("{{7*7}}", body)

    def test_asking_twice_does_it_once(self):
        booking = self.book(self.at(10))
        count = self.operations.search_count([])
        booking._notify("booked")
        self.assertEqual(self.operations.search_count([]), count)

    def test_failure_waits_and_is_tried_again(self):
        """P19: one failing operation doesn't hold up others, is tried again later and done once."""
        booking = self.book(self.at(10))
        other = self.book(self.at(11), email="other@doe.example", email_normalized="other@doe.example")
        broken = self.operations.search([("booking_id", "=", booking.id)])[0]
        broken.arguments = {"notice": "nonsense", "audience": "visitor", "recipient": None}
        with mute_logger(OUTBOX_LOGGER):
            self.run_outbox()
        self.assertEqual(self.open_operations(), broken)
        self.assertEqual((broken.state, broken.attempts), ("pending", 1))
        self.assertGreater(broken.next_attempt, fields.Datetime.now())
        self.assertIn("KeyError", broken.last_error)
        self.assertEqual(set(self.operations.search([("booking_id", "=", other.id)]).mapped("state")), {"done"})
        broken.arguments = {"notice": "booked", "audience": "visitor", "recipient": None}
        broken.action_retry()
        self.run_outbox()
        self.assertFalse(self.open_operations())

    def test_lane_keeps_its_order(self):
        booking = self.book(self.at(10))
        booking._reschedule(self.at(11), 30)
        lane = self.operations.search([("lane", "=", f"booking:{booking.id}:visitor")])
        self.assertEqual(len(lane), 2)
        lane[0].next_attempt = fields.Datetime.now() + timedelta(hours=1)
        self.run_outbox()
        self.assertEqual(lane.mapped("state"), ["pending", "pending"], "the second mail waits for the first")

    def test_dead_worker(self):
        """P6: an operation whose worker died is done by another one when the lease ends, not before."""
        self.book(self.at(10))
        claimed = self.operations.search([], limit=1)
        claimed.write({"state": "running", "lease_until": fields.Datetime.now() + timedelta(minutes=1)})
        self.run_outbox()
        self.assertEqual(self.open_operations(), claimed)
        claimed.lease_until = fields.Datetime.now() - timedelta(seconds=1)
        self.run_outbox()
        self.assertFalse(self.open_operations())

    def test_links_are_random_and_stored_hashed(self):
        booking = self.book(self.at(10))
        token = booking._mint_token("visitor")
        tokens = self.env["scheduling.token"]
        self.assertEqual(tokens._find(token).booking_id, booking)
        self.assertGreaterEqual(len(token), 32)
        self.assertNotIn(token, tokens.search([]).mapped("digest"))
        self.assertFalse(tokens._find(token[:-1] + ("A" if token[-1] != "A" else "B")))
        self.assertFalse(tokens._find("é" * 20))
        self.assertNotEqual(booking._mint_token("visitor"), token)
