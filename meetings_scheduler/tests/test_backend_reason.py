"""The buttons of a booking: cancel and decline with a reason, outcomes, the event; and the reports they feed."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestBackendReason(SchedulingCase):
    def apply(self, booking, kind, reason, user=None):
        wizard = self.env["scheduling.reason"].with_user(user or self.host)
        return wizard.create({"booking_id": booking.id, "kind": kind, "reason": reason}).action_apply()

    def test_cancel_keeps_the_reason(self):
        """B7: a cancelled booking stays on record with its reason, the visitor reads it."""
        booking = self.book(self.at(9))
        self.run_outbox()
        self.apply(booking, "cancel", "I am ill.")
        self.assertEqual((booking.state, booking.outcome), ("cancelled", "cancelled"))
        self.assertEqual((booking.reason, booking.changed_by), ("I am ill.", "host"))
        self.assertFalse(booking.event_id.active)
        mail = booking._create_mail("cancelled", "visitor", **self.mail_facts(booking))
        self.assertIn("I am ill.", mail.body_html)

    def mail_facts(self, booking):
        """:return: the arguments the outbox keeps for the visitor's mail, but who and what"""
        operation = self.operations.search(
            [("booking_id", "=", booking.id), ("key", "like", ":visitor:cancelled")], limit=1
        )
        return {key: value for key, value in operation.arguments.items() if key not in ("notice", "audience")}

    def test_decline_keeps_the_reason(self):
        """B7, M4: a declined request stays on record with its reason."""
        self.connection.action_disconnect()
        booking = self.book(self.at(9))
        self.apply(booking, "decline", "Trade fair.")
        self.assertEqual((booking.state, booking.reason), ("declined", "Trade fair."))
        self.assertFalse(booking.event_id)

    def test_cancel_needs_no_reason(self):
        booking = self.book(self.at(9))
        self.apply(booking, "cancel", False)
        self.assertEqual(booking.state, "cancelled")

    def test_nobody_elses(self):
        colleague = new_test_user(self.env, "colleague.reason", "base.group_user")
        booking = self.book(self.at(9))
        with self.assertRaises(AccessError):
            self.apply(booking, "cancel", "Mine now.", colleague)
        self.assertEqual(booking.state, "confirmed")

    @mute_logger("odoo.sql_db")
    def test_accepting_into_another_booking_is_explained(self):
        """A host who grants a time that is taken meanwhile reads why, and the request stays."""
        self.connection.action_disconnect()
        request = self.book(self.at(9))
        self.env["scheduling.connection"]._connect_odoo(self.host)
        self.page.invalidate_recordset(["is_connected"])
        self.book(self.at(9), email="first@doe.example", email_normalized="first@doe.example")
        with self.assertRaisesRegex(UserError, "Laura Bianchi has another booking"), self.env.cr.savepoint():
            request.with_user(self.host).action_accept()
        self.assertEqual(request.state, "requested")

    @mute_logger("odoo.sql_db")
    def test_dragging_the_event_onto_another_booking_is_explained(self):
        first = self.book(self.at(9))
        second = self.book(self.at(11), email="second@doe.example", email_normalized="second@doe.example")
        event = second.event_id.with_user(self.host)
        with self.assertRaisesRegex(UserError, "Laura Bianchi has another booking"), self.env.cr.savepoint():
            event.write({"start": first.start, "stop": first.stop})

    def test_outcomes_are_reported(self):
        """B7: no-shows and outcomes are kept, and counted in the report."""
        missed, held, cancelled = (
            self.book(self.at(hour), email=f"v{hour}@doe.example", email_normalized=f"v{hour}@doe.example")
            for hour in (9, 11, 13)
        )
        missed.with_user(self.host).action_no_show()
        held.with_user(self.host).action_completed()
        self.apply(cancelled, "cancel", "Snow.")
        report = self.bookings.with_user(self.host).formatted_read_group(
            [("page_id", "=", self.page.id)], ["outcome"], ["__count", "duration:sum", "lead_time:avg"]
        )
        counts = {row["outcome"]: row["__count"] for row in report}
        self.assertEqual(counts, {"no_show": 1, "completed": 1, "cancelled": 1})
        self.assertEqual({row["duration:sum"] for row in report}, {30})
        with self.assertRaises(UserError):
            cancelled.with_user(self.host).action_no_show()

    def test_event_opens(self):
        booking = self.book(self.at(9))
        self.assertEqual(booking.with_user(self.host).action_open_event()["res_id"], booking.event_id.id)
