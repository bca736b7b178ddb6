"""Answers to invitations, addresses that change, and time that is taken before Google knows."""

from odoo.tests import tagged

from ..models.scheduling_page_slots import naive
from .google_case import ADDRESS
from .sync_case import JANE, SyncCase


@tagged("post_install", "-at_install")
class TestReplies(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()

    def invited(self):
        """Jane invites the host from her own calendar; :return: (the meeting, the id of the event)"""
        self.google.control("account", email=JANE)
        body = self.body(self.at(10), guests=(ADDRESS, "bob@ray.example"))
        event_id = self.google.control("event", calendar=JANE, body=body)["id"]
        self.poll()
        return self.meetings(), event_id

    def answers(self, event_id, calendar):
        (event,) = [one for one in self.events(calendar) if one["id"] == event_id]
        return {guest["email"]: guest["responseStatus"] for guest in event["attendees"]}

    def mine(self, meeting):
        return meeting.attendee_ids.filtered(lambda one: one.partner_id == self.host.partner_id).with_user(self.host)

    def test_own_reply_goes_out(self):
        """B2, P14: the host accepts in Odoo what Jane invites to: she reads it, and nothing else of it changes."""
        meeting, event_id = self.invited()
        before = self.there(event_id)
        self.mine(meeting).do_accept()
        self.work()
        for calendar in (ADDRESS, JANE):
            self.assertEqual(self.answers(event_id, calendar), {ADDRESS: "accepted", "bob@ray.example": "needsAction"})
        unchanged = {"summary", "start", "end", "organizer", "sequence", "iCalUID"}
        after = self.there(event_id)
        self.assertEqual({name: before[name] for name in unchanged}, {name: after[name] for name in unchanged})
        writes = self.state()["writes"]
        self.poll()
        self.mine(meeting).do_decline()
        self.poll()
        self.assertEqual(self.mine(meeting).state, "declined", "the calendar's older answer doesn't take it back")
        self.work()
        self.assertEqual(self.answers(event_id, JANE)[ADDRESS], "declined")
        self.poll()
        self.assertEqual((self.mine(meeting).state, self.state()["writes"]), ("declined", writes + 1))
        self.assertFalse(self.open_operations())

    def test_reply_while_off(self):
        """B2, M24: an answer given while sync was off, and one that waited, reach who invites once it is on again."""
        meeting, event_id = self.invited()
        for answer, reply in (("do_accept", "accepted"), ("do_decline", "declined")):
            self.tick(False)
            getattr(self.mine(meeting), answer)()
            self.work()
            self.assertNotEqual(self.answers(event_id, JANE)[ADDRESS], reply)
            self.tick(True)
            self.poll()
            self.assertEqual(self.mine(meeting).state, reply)
            self.work()
            self.assertEqual(self.answers(event_id, JANE)[ADDRESS], reply)
        self.assertFalse(self.open_operations())

    def test_only_ones_own(self):
        """P14: nobody answers for the host: what a colleague sets in Odoo stays in Odoo."""
        meeting, event_id = self.invited()
        self.mine(meeting).with_user(self.env.ref("base.user_admin")).sudo().write({"state": "declined"})
        self.work()
        self.assertEqual(self.answers(event_id, JANE)[ADDRESS], "needsAction")

    def test_own_reply_comes_in(self):
        """B2: the host declines in Google: so it is in Odoo, and the time is free again."""
        meeting, event_id = self.invited()
        guests = [{"email": ADDRESS, "responseStatus": "declined"}, {"email": "bob@ray.example"}]
        self.change(event_id, attendees=guests)
        self.poll()
        self.assertEqual(self.mine(meeting).state, "declined")
        self.assertEqual(self.state()["writes"], 0)

    def test_guests_replies_come_in(self):
        """B2: Jane accepts what the host made in Odoo: her attendee there has accepted; the host's stays as it is."""
        meeting = self.meet(self.at(10))
        self.work()
        self.change(self.there()["id"], attendees=[{"email": JANE, "responseStatus": "accepted"}])
        self.poll()
        states = {one.partner_id: one.state for one in meeting.attendee_ids}
        self.assertEqual(states, {self.jane: "accepted", self.host.partner_id: "accepted"})

    def test_address_changed(self):
        """B2: a contact has a new address: correcting it mails nobody; later updates go there, not to the old one."""
        meeting = self.meet(self.at(10))
        self.work()
        sent = len(self.mails_there())
        self.jane.email = "jane@new.example"
        self.work()
        self.assertEqual(len(self.mails_there()), sent)
        meeting.write({"start": naive(self.at(14)), "stop": naive(self.at(15))})
        self.work()
        self.assertEqual(self.guests_there(), ["jane@new.example"])
        self.assertEqual(self.mails_there()[sent:], [("invitation", ("jane@new.example",)), ("cancellation", (JANE,))])
        self.poll()
        self.assertEqual(meeting.partner_ids, self.jane | self.host.partner_id)
        self.assertFalse(self.open_operations())

    # ------------------------------------------------------------ busy at once

    def busy_at(self, hour):
        start = naive(self.at(hour))
        domain = [("user_id", "=", self.host.id), ("start", "<=", start), ("stop", ">", start)]
        return self.env["scheduling.busy"].search(domain)

    def refresh(self):
        self.google_connection._refresh_busy()
        self.env.flush_all()

    def test_busy_at_once(self):
        """B3, M2: a meeting made in Odoo takes its time before Google knows of it, and is counted once after that."""
        meeting = self.meet(self.at(10))
        self.assertTrue(self.busy_at(10))
        self.refresh()
        self.assertTrue(self.busy_at(10), "what Google doesn't know yet stays busy when it is read")
        self.work()
        self.assertTrue(self.busy_at(10))
        self.refresh()
        self.assertEqual(len(self.busy_at(10)), 1)
        self.assertFalse(self.busy_at(10).event_id, "from now on it is Google's")
        meeting.write({"start": naive(self.at(14)), "stop": naive(self.at(15))})
        self.assertTrue(self.busy_at(14))
        self.work()
        self.refresh()
        self.assertEqual((len(self.busy_at(10)), len(self.busy_at(14))), (0, 1))
        meeting.active = False
        self.work()
        self.refresh()
        self.assertFalse(self.busy_at(14))

    def test_freed_before_it_was_written(self):
        """B3: moved and deleted before Google knew: the time is free at once. A series takes the time of each."""
        meeting = self.meet(self.at(10))
        meeting.write({"start": naive(self.at(12)), "stop": naive(self.at(13))})
        self.assertEqual((len(self.busy_at(10)), len(self.busy_at(12))), (0, 1))
        meeting.unlink()
        self.assertFalse(self.busy_at(12))
        self.meet(self.at(10), recurrency=True, rrule_type="daily", interval=1, end_type="count", count=3)
        held = self.env["scheduling.busy"].search([("user_id", "=", self.host.id), ("event_id", "!=", False)])
        self.assertEqual(len(held), 3)
