"""Calendar sync is unticked and ticked again on the screen: what people did meanwhile isn't lost."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.scheduling_page_slots import naive
from .sync_case import JANE, SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestSyncSwitch(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()

    def titles(self):
        return sorted(event["summary"] for event in self.events())

    def questions(self):
        self.google_connection._reconcile_meetings()
        status = self.env["scheduling.sync.status"].with_user(self.host)
        return status._summary(self.google_connection.with_user(self.host))["questions"]

    def test_what_was_done_meanwhile_follows(self):
        """M20, M24: renamed, archived and deleted while sync was off: ticked again, Google follows, asking nothing."""
        renamed, archived, deleted = (self.meet(self.at(hour), name=f"Meeting {hour}") for hour in (10, 12, 14))
        self.work()
        self.tick(False)
        renamed.write({"name": "Meanwhile"})
        archived.active = False
        deleted.unlink()
        self.work()
        self.assertEqual(self.titles(), ["Meeting 10", "Meeting 12", "Meeting 14"], "nothing follows while it is off")
        self.tick(True)
        self.work()
        self.assertEqual(self.titles(), ["Meanwhile"])
        self.assertEqual(self.mails_there().count(("cancellation", (JANE,))), 2)
        self.assertEqual((self.questions(), len(self.open_operations())), (0, 0))

    def test_only_the_owner(self):
        """M18: nobody else ticks or unticks it."""
        with self.assertRaises(UserError):
            self.tick(False, self.env.ref("base.user_admin"))
        self.assertTrue(self.google_connection.use_sync)

    def leave_waiting(self):
        """Google is down, so that an invitation and a cancellation wait."""
        gone = self.meet(self.at(14), name="Gone")
        self.work()
        self.google.control("fault", method="*", action="status", status=503, times=0)
        with mute_logger(OUTBOX_LOGGER):
            self.meet(self.at(10), name="New")
            gone.active = False
            self.work()

    def test_what_waited_is_written(self):
        """M24: an invitation and a cancellation that waited when sync was turned off go out when it is on again."""
        self.leave_waiting()
        self.tick(False)
        self.google.control("clear_faults")
        self.work()
        self.assertEqual(self.titles(), ["Gone"], "while it is off nothing is written")
        self.tick(True)
        self.work()
        self.assertEqual(self.titles(), ["New"])
        self.assertEqual(self.guests_there(), [JANE])
        self.assertEqual(self.questions(), 0)

    def test_what_waited_survives_a_reconnection(self):
        """M10, M24: disconnected while Google is down, and connected again: what waited is written, once."""
        self.leave_waiting()
        with self.enter_registry_test_mode():
            self.google_connection.with_user(self.host).action_disconnect()
        self.google.control("clear_faults")
        self.connected()
        self.work()
        self.assertEqual(self.titles(), ["New"])
        self.assertEqual(self.mails_there().count(("invitation", (JANE,))), 2)
        self.assertFalse(self.open_operations())

    def test_archived_while_off_then_reconnected(self):
        """M24: archived while sync was off, disconnected, connected again: the calendar follows, asking nothing."""
        meeting = self.meet(self.at(10))
        self.work()
        self.tick(False)
        meeting.active = False
        with self.enter_registry_test_mode():
            self.google_connection.with_user(self.host).action_disconnect()
        self.connected()
        self.work()
        self.assertEqual((self.events(), self.questions()), ([], 0))

    def test_deletion_while_disconnected_is_asked(self):
        """P14: without a connection nothing follows by itself, not even afterwards: the owner is asked."""
        meeting = self.meet(self.at(10))
        self.work()
        with self.enter_registry_test_mode():
            self.google_connection.with_user(self.host).action_disconnect()
        meeting.unlink()
        self.connected()
        self.work()
        self.assertEqual((len(self.events()), self.questions()), (1, 1))

    def test_both_sides_changed_while_off(self):
        """M20, B2: changed on both sides while sync was off, the later change wins, not the one of Odoo."""
        meeting = self.meet(self.at(10))
        self.work()
        self.tick(False)
        meeting.write({"name": "Odoo first"})
        link = self.links.search([("event_id", "=", meeting.id)])
        self.assertTrue(link.changed_at)
        link.changed_at = link.changed_at.replace(year=link.changed_at.year - 1)
        self.change(self.there()["id"], summary="Google last")
        self.tick(True)
        self.work()
        self.poll()
        self.assertEqual((meeting.name, self.titles()), ("Google last", ["Google last"]))

    def test_handed_over_while_off(self):
        """B2: handed to a colleague while sync was off: the event leaves the first calendar."""
        meeting = self.meet(self.at(10))
        self.work()
        self.tick(False)
        meeting.sudo().write({"user_id": self.env.ref("base.user_admin").id, "start": naive(self.at(11))})
        self.work()
        self.assertEqual(len(self.events()), 1)
        self.tick(True)
        self.work()
        self.assertEqual(self.events(), [])
