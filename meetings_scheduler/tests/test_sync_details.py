"""What Sync details tells of each account, whatever it is used for: never that all is well where it isn't."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .accounts_case import AccountsCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestSyncDetails(AccountsCase):
    def setUp(self):
        super().setUp()
        self.status = self.env["scheduling.sync.status"].with_user(self.host)

    def details(self, connection=None):
        self.env.flush_all()
        return self.status.get_data((connection or self.google_connection).id)

    def line(self, connection=None):
        """:return: the numbers of the line on the settings' screen"""
        connection = connection or self.google_connection
        shown = self.settings().get_data()["connections"]
        return next(one["sync"] for one in shown if one["id"] == connection.id)

    def refused_booking(self, account=None):
        if account:
            self.google_connection = account
        self.google.control("fault", method="events.insert", action="status", status=400, reason="invalid")
        with mute_logger(OUTBOX_LOGGER):
            booking = self.visit(10)
            self.work()
        return booking

    # ------------------------------------------------------------ accounts that don't sync

    def test_sync_off(self):
        """P19: with calendar sync unticked, a booking that failed is shown and tried again; nothing is said of meetings
        that nobody keeps in step."""
        self.connected()
        self.put(self.at(15))
        self.poll()
        self.links.search([]).doubt = "guests"
        self.calendar.held_removals = 12
        self.tick(False)
        self.refused_booking()
        self.assertEqual(self.line(), {"syncs": False, "linked": 0, "waiting": 0, "failed": 1, "questions": 0})
        health = self.env["scheduling.connection.health"].with_user(self.env.ref("base.user_admin"))
        health = health.browse(self.google_connection.id)
        self.assertEqual((health.linked, health.failed, health.questions), (0, 1, 0), "so an administrator sees it")
        shown = self.details()
        self.assertEqual((shown["syncs"], shown["held"], shown["doubts"]), (False, 0, []))
        (failed,) = shown["failed"]
        self.assertTrue(failed["what"])
        self.assertEqual(failed["kind"], "Write the event into the host's calendar")
        self.assertEqual(shown["last_read"], fields.Datetime.to_string(self.google_connection.checked_at))
        self.assertTrue(shown["next_read"])
        self.status.retry(failed["id"])
        self.work()
        self.assertEqual((self.details()["failed"], self.line()["failed"]), ([], 0))

    def test_pages_only(self):
        """P19: an account for pages only shows its bookings' writes, when busy times were read, and no meetings."""
        sync, pages = self.two_purposes()
        self.refused_booking(pages)
        self.assertEqual((self.line(pages)["failed"], self.line(sync)["failed"]), (1, 0))
        shown = self.details(pages)
        self.assertEqual((shown["syncs"], len(shown["failed"])), (False, 1))
        self.assertEqual(shown["last_read"], fields.Datetime.to_string(pages.checked_at))
        self.status.read_now(pages.id)
        self.status.retry(shown["failed"][0]["id"])
        self.work()
        self.assertEqual(self.details(pages)["failed"], [])
        self.assertTrue(self.details(sync)["syncs"])

    def test_nothing_of_odoos_own(self):
        """Odoo's own calendar is written in the booking's transaction: there is nothing to wait for."""
        self.assertIsNone(self.line(self.connection))

    # ------------------------------------------------------------ not all is well

    def test_left_different(self):
        """P14: what its owner left different on both sides is told, until it is the same again or over."""
        self.connected()
        meeting = self.meet(self.at(10))
        self.work()
        link = self.links.search([])
        link.doubt = "guests"
        self.assertEqual(self.details()["left"], 0)
        self.status.settle(link.id, False)
        self.assertEqual(self.details()["left"], 1)
        meeting.name = "Changed"
        self.work()
        self.assertEqual(self.details()["left"], 0)
        link.doubt = "left"
        link.stop = fields.Datetime.now() - timedelta(hours=1)
        self.assertEqual(self.details()["left"], 0)

    def test_given_up_is_left_different(self):
        """P19: a meeting given up before it was ever in the calendar is told as one that differs."""
        self.connected()
        self.google.control("fault", method="events.insert", action="status", status=400, reason="invalid")
        with mute_logger(OUTBOX_LOGGER):
            meeting = self.meet(self.at(10))
            self.work()
        self.status.give_up(self.details()["failed"][0]["id"])
        self.assertEqual((self.details()["left"], self.details()["failed"]), (1, []))
        meeting.name = "Changed"
        self.work()
        self.assertEqual((self.details()["left"], len(self.events())), (0, 1))

    def test_removed_by_a_guest_is_not_left(self):
        """What others organize and its guest took away in Odoo only is no difference that anybody chose."""
        self.connected()
        self.google.control("account", email="jane@doe.example")
        self.google.control(
            "event", calendar="jane@doe.example", body=self.body(self.at(10), guests=(self.host.email,))
        )
        self.poll()
        meeting = self.meetings()
        self.assertTrue(meeting)
        meeting.with_user(self.host).action_archive()
        self.work()
        self.assertEqual((self.links.search([]).state, self.details()["left"]), ("ignored", 0))

    def test_no_next_read_that_never_comes(self):
        """P12, P19: while access is lost no next read is named; where it comes back by itself, the next try is."""
        self.connected()
        connection = self.google_connection
        self.assertTrue(self.details()["next_read"])
        connection._lose("The permission has ended.")
        shown = self.details()
        self.assertEqual((shown["next_read"], shown["error"]), (None, "The permission has ended."))
        self.assertTrue(shown["stalled"])
        connection._found()
        connection._lose("The key is missing.", needs_setup=True)
        self.assertTrue(self.details()["next_read"])
        connection._disconnect()
        self.assertIsNone(self.details()["next_read"])

    def test_pause(self):
        """P11: an account that is left alone for a while says so, and until when."""
        self.connected()
        until = fields.Datetime.now() + timedelta(hours=2)
        self.google_connection.paused_until = until
        shown = self.details()
        text = fields.Datetime.to_string(until)
        self.assertEqual((shown["paused_until"], shown["next_read"], shown["stalled"]), (text, text, True))
        self.google_connection.paused_until = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual((self.details()["paused_until"], self.details()["stalled"]), (None, False))

    def test_lost_main_calendar(self):
        """P12: a main calendar that is lost is an error here, too, and what is to be written waits for it."""
        self.connected()
        self.calendar._lose_access("It isn't shared any more.")
        self.meet(self.at(10))
        shown = self.details()
        self.assertEqual((shown["error"], shown["waiting"]), ("It isn't shared any more.", 1))
        self.assertTrue(shown["stalled"])
