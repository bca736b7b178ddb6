"""Who sees and changes what: the owner, a colleague, a manager, another company, a portal user, the public."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..providers import errors
from .common import SchedulingCase

USER = "base.group_user"
MANAGER = "base.group_user,meetings_scheduler.group_manager"
# What belongs to a page or a booking, and is seen by whoever sees that.
PARTS = ("hours", "question", "override", "limit", "link", "booking", "booking.host", "answer")
# What is in a person's calendar is nobody else's business.
PRIVATE = ("connection", "calendar", "busy")


@tagged("post_install", "-at_install")
class TestBackendAccess(SchedulingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, "colleague.access", USER)
        cls.manager = new_test_user(cls.env, "manager.access", MANAGER)
        cls.portal = new_test_user(cls.env, "portal.access", "base.group_portal")
        other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.stranger = new_test_user(
            cls.env,
            "stranger.access",
            MANAGER,
            company_id=other_company.id,
            company_ids=[Command.set(other_company.ids)],
        )
        cls.page.write(
            {
                "question_ids": [Command.create({"label": "What about?"})],
                "override_ids": [Command.create({})],
                "limit_ids": [Command.create({})],
                "link_ids": [Command.create({"name": "Anna"})],
            }
        )
        question = cls.page.question_ids
        cls.booking = cls.book(cls.at(9), answers=[(question.id, "Glasses")])
        cls.env["calendar.event"].create(
            {
                "name": "Doctor",
                "start": cls.at(15).replace(tzinfo=None),
                "stop": cls.at(16).replace(tzinfo=None),
                "partner_ids": [Command.set(cls.host.partner_id.ids)],
            }
        )

    def rows(self, part, user):
        """:return: what ``user`` sees of the host's records of a model; read as well, so that fields count"""
        model = self.env[f"scheduling.{part}"]
        link = {"page": "user_id", "answer": "booking_id.user_id"}.get(
            part, "page_id.user_id" if "page_id" in model._fields else "user_id"
        )
        mine = model.search([(link, "=", self.host.id)])
        self.assertTrue(mine, f"the case has no {part} to look at")
        return model.with_user(user).search([("id", "in", mine.ids)])

    def test_owner_sees_all_that_is_theirs(self):
        for part in ("page", *PARTS, *PRIVATE):
            with self.subTest(part):
                self.assertTrue(self.rows(part, self.host))

    def test_colleague_sees_nothing(self):
        for part in ("page", *PARTS, *PRIVATE):
            with self.subTest(part):
                self.assertFalse(self.rows(part, self.colleague))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_colleague_changes_nothing(self):
        page = self.page.with_user(self.colleague)
        for forbidden in (
            lambda: page.name,
            lambda: page.write({"is_published": False}),
            lambda: page.unlink(),
            lambda: page.get_qr(),
            lambda: self.booking.with_user(self.colleague).action_cancel(),
            lambda: self.booking.with_user(self.colleague).action_accept(),
            lambda: self.booking.with_user(self.colleague).action_no_show(),
            lambda: self.connection.with_user(self.colleague).action_disconnect(),
            lambda: page.create({"name": "Not mine", "user_id": self.host.id}),
            lambda: self.env["scheduling.link"].with_user(self.colleague).create({"page_id": self.page.id}),
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                forbidden()
        self.assertEqual(self.booking.state, "confirmed")

    def test_manager_sees_the_company_but_no_calendar(self):
        for part in ("page", *PARTS):
            with self.subTest(part):
                self.assertTrue(self.rows(part, self.manager))
        for part in PRIVATE:
            with self.subTest(part):
                self.assertFalse(self.rows(part, self.manager))

    def test_manager_changes_pages_and_bookings(self):
        page = self.page.with_user(self.manager)
        page.write({"name": "Renamed", "user_id": self.colleague.id})
        self.assertEqual(self.page.user_id, self.colleague)
        self.booking.with_user(self.manager).action_cancel()
        self.assertEqual(self.booking.state, "cancelled")

    def test_second_host_sees_the_meeting(self):
        """Everybody who hosts a meeting sees and answers it, on pages that several people host too."""
        self.env["scheduling.connection"]._connect_odoo(self.colleague)
        hosts = [Command.create({"user_id": user.id}) for user in (self.host, self.colleague)]
        page = self.page.copy({"page_type": "collective", "host_ids": hosts})
        booking = self.book(self.at(12), page=page, answers=[(page.question_ids.id, "Chairs")])
        for user in (self.host, self.colleague):
            with self.subTest(user.login):
                self.assertEqual(booking.with_user(user).answer_ids.value, "Chairs")
                rows = self.env["scheduling.dashboard"].with_user(user).get_data()["bookings"]
                self.assertIn(booking.id, [row["id"] for row in rows])
        booking.with_user(self.colleague).action_cancel()
        self.assertEqual(booking.state, "cancelled")

    def test_manager_reads_the_outbox_and_nobody_below(self):
        outbox = self.env["scheduling.operation"]
        self.assertTrue(outbox.with_user(self.manager).search([("booking_id", "=", self.booking.id)]))
        with self.assertRaises(AccessError):
            outbox.with_user(self.colleague).search([])

    def test_outbox_of_calendars(self):
        """A manager sees that something could not be written into whose calendar, and tries it again; not what it was,
        nor the account. Nobody else does, whose company or calendar it may be."""
        secret = self.env["calendar.event"].create({"name": "Secret merger", "user_id": self.host.id})
        calendar = self.connection.calendar_ids
        link = self.env["scheduling.event.link"].create({"event_id": secret.id, "calendar_id": calendar.id})
        self.connection.account = "secret@private.example"
        self.operations._enqueue("write_meeting", "x:meeting", "x", connection=self.connection, link_id=link.id)
        self.operations._enqueue("tell_owner", "x:lost", "x:lost", connection_id=self.connection.id)
        self.operations._enqueue("tell_host", "x:host", "x:host", page_id=self.page.id)
        ours = [("key", "like", "x:")]
        mine = self.operations.search(ours)
        for operation in mine:
            operation._back_off(ValueError("Secret merger, secret@private.example"))
        write = mine.filtered(lambda operation: operation.kind == "write_meeting")
        self.assertEqual(write.last_error, "ValueError")
        write._back_off(errors.Rejected("Google answered 400 (invalid)."))
        outbox = self.env["scheduling.operation"]
        seen = outbox.with_user(self.manager).search(ours)
        self.assertEqual(seen, mine)
        shown = seen & write.with_user(self.manager)
        self.assertEqual((shown.kind, shown.user_id, shown.provider), ("write_meeting", self.host, "odoo"))
        self.assertEqual(shown.last_error, "Rejected: Google answered 400 (invalid).")
        self.assertEqual(outbox.with_user(self.manager).search([("user_id", "ilike", "Laura"), *ours]), write)
        told = str(shown.read()) + str(shown.web_read({"booking_id": {"fields": {"display_name": {}}}, "kind": {}}))
        self.assertNotIn("ecret", told)
        for name in ("reason", "connection_id"):
            with self.assertRaises(AccessError):
                shown.read([name])
        shown.action_retry()
        self.assertEqual((write.state, write.attempts), ("pending", 0))
        self.assertFalse(outbox.with_user(self.stranger).search(ours))
        for user in (self.host, self.colleague, self.stranger):
            with self.assertRaises(AccessError):
                outbox.browse(write.id).with_user(user).action_retry()

    def test_other_company_sees_nothing(self):
        for part in ("page", *PARTS, *PRIVATE):
            with self.subTest(part):
                self.assertFalse(self.rows(part, self.stranger))
        operations = self.env["scheduling.operation"].with_user(self.stranger)
        self.assertFalse(operations.search([("booking_id", "=", self.booking.id)]))

    def test_portal_and_public_have_no_model_at_all(self):
        models = [name for name in self.env if name.startswith("scheduling.")]
        self.assertGreater(len(models), 10)
        for user in (self.portal, self.env.ref("base.public_user")):
            for name in models:
                if self.env[name]._abstract:
                    continue
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(name, user=user.login, operation=operation):
                        self.assertFalse(self.env[name].with_user(user).has_access(operation))

    def test_no_user_makes_bookings_or_connections_by_hand(self):
        """Bookings come from the page, connections from connecting: a crafted request is refused."""
        made_elsewhere = ("booking", "booking.host", "answer", "operation", "token", "counter", *PRIVATE)
        for part in made_elsewhere:
            with self.subTest(part):
                self.assertFalse(self.env[f"scheduling.{part}"].with_user(self.manager).has_access("create"))

    def test_booking_changes_by_its_buttons_only(self):
        """A crafted call can't move, confirm or readdress a booking past the mails and the other host's calendar."""
        start = self.at(20).replace(tzinfo=None)
        for values in ({"start": start}, {"state": "cancelled"}, {"email": "evil@x.example"}):
            with self.assertRaises(AccessError):
                self.booking.with_user(self.host).write(values)
        self.booking.with_user(self.host).message_post(body="She likes tea.")
        self.booking.with_user(self.host).action_no_show()
        self.assertEqual(self.booking.outcome, "no_show")

    def test_page_is_not_given_away(self):
        """Nobody becomes a host without a word: a user makes pages for themselves, a manager for others."""
        pages = self.env["scheduling.page"].with_user(self.host)
        with self.assertRaises(AccessError):
            pages.create({"name": "For you", "user_id": self.colleague.id})
        with self.assertRaises(AccessError):
            self.page.with_user(self.host).user_id = self.colleague
        self.page.with_user(self.manager).user_id = self.colleague
