import time
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import scheduling_import_step
from ..models.scheduling_page_slots import naive
from .google_case import ADDRESS
from .sync_case import JANE, SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


@tagged("post_install", "-at_install")
class TestImport(SyncCase):
    def setUp(self):
        super().setUp()
        self.imports = self.env["scheduling.import"].with_user(self.host)

    def preview(self, months=3):
        self.imports.start_preview(self.google_connection.id, months)
        return self.step_on()

    def bring_in(self):
        self.imports.start_import(self.google_connection.id)
        return self.step_on()

    def step_on(self):
        """:return: what the dialog shows when the outbox has nothing left to do"""
        shown, before = self.shown(), None
        while shown != before:  # the time of a cron is limited
            before = shown
            self.run_outbox()
            self.env.invalidate_all()
            shown = self.shown()
        return shown

    def shown(self):
        return self.imports.get_data(self.google_connection.id)

    def listed(self):
        return self.state()["calls"].count("events.list")

    def ago(self, days, hour=10):
        return self.at(hour, -days)

    # ------------------------------------------------------------ preview

    def test_preview_counts_and_imports_nothing(self):
        """B5: connecting imports no history; the preview says what an import would bring, and brings nothing."""
        set_param = self.env["ir.config_parameter"].set_param
        set_param("meetings_scheduler.internal_domains", "own.example")
        set_param("meetings_scheduler.sync_blocked", "blocked.example")
        self.put(self.ago(70))
        self.put(self.ago(40), guests=(JANE, "bob@ray.example"))
        self.put(self.ago(5), visibility="private")
        self.put(self.ago(6), extendedProperties={"private": {"tool": "1"}})
        self.put(self.ago(7), guests=("ann@own.example",))
        self.put(self.ago(8), guests=("eve@blocked.example",))
        self.put(self.ago(9), guests=("stranger@nowhere.example",))
        self.put(self.ago(10), guests=())
        self.put(self.ago(200))
        self.connected()
        self.assertFalse(self.meetings(), "off by default")
        self.assertEqual((self.shown()["state"], self.shown()["obstacle"]), (None, ""))
        found = self.preview()
        self.assertEqual((found["state"], found["progress"]), ("ready", 100))
        self.assertEqual(
            found["counts"],
            {
                "read": 8,
                "meetings": 2,
                "known": 0,
                "private": 1,
                "integration": 1,
                "internal": 2,
                "no_contact": 1,
                "no_guest": 1,
                "declined": 0,
                "other": 0,
            },
        )
        self.assertEqual((found["contacts"], found["new_contacts"]), (2, 0))
        self.assertEqual([(one["name"], one["count"]) for one in found["top"]], [("Jane Doe", 2), ("Bob Ray", 1)])
        self.assertFalse(self.meetings() | self.links.search([]).event_id)

    def test_contacts_that_would_be_made(self):
        """B5: if the administrator lets contacts be made, the preview says how many, and makes none."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.sync_creates_contacts", "1")
        for days in (5, 50):
            self.put(self.ago(days), guests=(JANE, "new@person.example"))
        self.connected()
        found = self.preview()
        self.assertEqual((found["contacts"], found["new_contacts"]), (1, 1))
        person = [("email_normalized", "=", "new@person.example")]
        self.assertFalse(self.env["res.partner"].search(person))
        self.bring_in()
        self.assertEqual(len(self.meetings(self.env["res.partner"].search(person))), 2)

    # ------------------------------------------------------------ import

    def test_import_makes_meetings_in_silence(self):
        """B5, P13: the meetings come in once, on the contact; no mail, no activity, no remote write, one note."""
        lead = self.env["crm.lead"].create({"name": "Deal", "type": "opportunity", "partner_id": self.jane.id})
        self.put(self.ago(70), summary="Old demo")
        self.put(self.ago(40))
        self.connected()
        self.preview()
        notes = len(self.notes(self.jane))
        with self.mock_mail_gateway(), self.mock_mail_app():
            done = self.bring_in()
        self.assertEqual((done["state"], done["made"], done["progress"]), ("done", 2, 100))
        old, newer = self.meetings()
        self.assertEqual((old.name, old.start, old.user_id), ("Old demo", naive(self.ago(70)), self.host))
        self.assertEqual(newer.partner_ids, self.host.partner_id | self.jane)
        self.assertFalse(newer.opportunity_id, "the deal came after the meeting")
        self.assertEqual(len(self.notes(self.jane)), notes + 1)
        self.assertIn("2 since", self.notes(self.jane)[0])
        self.assertEqual((self.state()["writes"], self.state()["mails"], self._mails), (0, [], []))
        self.assertFalse(self._new_msgs.notified_partner_ids)
        self.assertFalse(self.env["mail.activity"].search([("res_id", "in", [self.jane.id, lead.id])]))
        self.assertFalse(self.open_operations())

    def test_twice_brings_nothing_new(self):
        """B5: a second import of the same time finds everything known, and also what calendar sync brought."""
        self.connected()
        self.put(self.ago(20))
        self.put(self.at(10))
        self.poll()
        self.preview()
        self.bring_in()
        known, links = self.meetings(), self.links.search([])
        self.assertEqual(len(known), 2)
        again = self.preview()
        self.assertEqual((again["counts"]["meetings"], again["counts"]["known"]), (0, 1))
        self.assertEqual(self.bring_in()["made"], 0)
        self.assertEqual((self.meetings(), self.links.search([])), (known, links))

    def test_every_occurrence(self):
        """B1, B5: every past occurrence of a series comes in; those to come are calendar sync's, each once."""
        self.put(self.ago(21), recurrence=["RRULE:FREQ=WEEKLY;COUNT=6"])
        self.connected()
        to_come = len(self.meetings())
        self.preview()
        self.assertEqual(self.bring_in()["made"], 6 - to_come)
        starts = [naive(self.later(self.ago(21), 7 * week)) for week in range(6)]
        self.assertEqual([one.start for one in self.meetings()], starts)

    def test_sync_goes_on_as_before(self):
        """B5, fault 43: the import asks other questions; the token and the window of calendar sync stay as they are."""
        self.connected()
        event_id = self.put(self.at(10))
        self.poll()
        before = self.calendar.read(["sync_from", "sync_until", "sync_read_at"])
        token = self.calendar.sudo().sync_token
        self.preview(12)
        self.put(self.ago(100))
        self.bring_in()
        self.assertEqual(self.calendar.read(["sync_from", "sync_until", "sync_read_at"]), before)
        self.assertEqual(self.calendar.sudo().sync_token, token)
        self.change(event_id, summary="Follows")
        self.poll()
        self.assertEqual(self.meetings().mapped("name"), ["Demo", "Follows"])

    def test_past_does_not_weaken_the_guard(self):
        """P14, B5: however many meetings were imported, a dozen that vanish from the future are held back."""
        ids = [self.put(self.at(8, 3 + day)) for day in range(12)]
        for number in range(100):
            self.put(self.ago(1 + number % 60, hour=number % 20))
        self.connected()
        self.preview()
        self.assertEqual(self.bring_in()["made"], 100)
        for event_id in ids:
            self.remove(event_id)
        self.poll()
        self.assertEqual(self.calendar.held_removals, 12)

    def test_reconnected_before_first_read(self):
        """P12, B5: what an earlier connection knew of the calendar isn't imported twice."""
        self.connected()
        self.put(self.ago(20))
        self.preview()
        self.bring_in()
        known = self.meetings()
        with self.enter_registry_test_mode():
            self.google_connection.with_user(self.host).action_disconnect()
        self.google_connection = self.connect()
        self.preview()
        self.assertEqual(self.bring_in()["made"], 0)
        self.assertEqual(self.meetings(), known)

    # ------------------------------------------------------------ step by step

    def test_resumes_after_trouble(self):
        """B5: trouble in the middle is said in words and retried by itself; nothing is counted or made twice."""
        for days in (80, 50, 20):
            self.put(self.ago(days))
        self.connected()
        self.google.control("fault", method="events.list", skip=1, action="status", status=503)
        with mute_logger(OUTBOX_LOGGER):
            halfway = self.preview()
        self.assertEqual(halfway["state"], "reading")
        self.assertIn("tried again by itself", halfway["problem"])
        self.assertTrue(0 < halfway["progress"] < 100)
        self.work()
        self.assertEqual((self.shown()["state"], self.shown()["counts"]["meetings"]), ("ready", 3))
        self.google.control("fault", method="events.list", skip=1, action="status", status=400)
        with mute_logger(OUTBOX_LOGGER):
            failed = self.bring_in()
        self.assertEqual((failed["state"], failed["failed"], failed["made"]), ("importing", True, 1))
        self.imports.try_again(self.google_connection.id)
        self.assertEqual((self.step_on()["state"], self.shown()["made"]), ("done", 3))

    def test_many_in_one_month(self):
        """B5: more meetings in a month than one transaction makes: the rest follows in the next ones."""
        for number in range(7):
            self.put(self.ago(5, hour=8 + number))
        self.connected()
        self.preview()
        with patch.object(scheduling_import_step, "MOST_AT_ONCE", 3):
            self.assertEqual(self.bring_in()["made"], 7)
        self.assertEqual(len(self.meetings()), 7)

    def test_stop_and_go_on(self):
        """B5: stopped, nothing more comes in and what is in stays; it can go on from there."""
        for days in (80, 50, 20):
            self.put(self.ago(days))
        self.connected()
        self.imports.start_preview(self.google_connection.id, 3)
        self.imports.stop_work(self.google_connection.id)
        self.assertEqual(self.step_on()["state"], "stopped")
        with self.assertRaises(UserError):
            self.imports.start_import(self.google_connection.id)
        self.preview()
        self.imports.start_import(self.google_connection.id)
        self.operations.search([("lane", "=like", "import:%")], order="id desc", limit=1)._carry_out()
        self.imports.stop_work(self.google_connection.id)
        self.assertEqual((self.step_on()["state"], len(self.meetings())), ("stopped", 1))
        self.assertEqual(self.bring_in()["made"], 3)

    def test_unticked_meanwhile(self):
        """B5, M20: calendar sync unticked in the middle: the import stops, and says what to do."""
        self.put(self.ago(20))
        self.connected()
        self.imports.start_preview(self.google_connection.id, 3)
        self.google_connection.use_sync = False
        found = self.step_on()
        self.assertEqual(found["state"], "stopped")
        self.assertIn("Tick", found["obstacle"])
        with self.assertRaises(UserError):
            self.imports.start_preview(self.google_connection.id, 3)

    def test_disconnected_meanwhile(self):
        """B5: disconnected in the middle, the import is over; connected anew it is offered again from the start."""
        self.put(self.ago(20))
        self.connected()
        self.imports.start_preview(self.google_connection.id, 3)
        with self.enter_registry_test_mode():
            self.google_connection.with_user(self.host).action_disconnect()
        self.assertEqual(self.step_on()["state"], "stopped")

    # ------------------------------------------------------------ who may

    def test_only_the_owner(self):
        """B5: nobody else sees, starts or stops it, managers included; only the times that are offered can be asked."""
        self.connected()
        self.preview()
        other = self.imports.with_user(self.env.ref("base.user_admin"))
        for method, more in (
            ("get_data", ()),
            ("start_preview", (3,)),
            ("start_import", ()),
            ("stop_work", ()),
            ("try_again", ()),
            ("decline", ()),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                getattr(other, method)(self.google_connection.id, *more)
        self.assertFalse(other.search([]))
        with self.assertRaises(AccessError):
            self.imports.search([]).write({"state": "done"})
        for months in (0, 240, "3", None):
            with self.assertRaises(UserError):
                self.imports.start_preview(self.google_connection.id, months)

    def test_offered_once(self):
        """B5: who has connected is offered the import until it was asked for or declined."""
        connection = self.connected()
        offered = {"connection_id": connection.id, "account": ADDRESS}
        self.assertEqual(self.env["scheduling.dashboard"].with_user(self.host).get_data()["import_offer"], offered)
        self.imports.decline(connection.id)
        self.assertIsNone(self.imports._offer(connection))
        self.assertEqual(self.preview()["state"], "ready")

    # ------------------------------------------------------------ size

    def test_five_thousand_events(self):
        """P13, B5: 5,000 events with 300 guests: no mail, no remote write, a bounded number of lists, short steps."""
        partners = self.env["res.partner"].create(
            [{"name": f"Guest {number}", "email": f"guest{number}@many.example"} for number in range(300)]
        )
        bodies = [
            self.body(self.ago(1 + number % 700, hour=8 + number % 9), guests=(f"guest{number % 300}@many.example",))
            for number in range(5000)
        ]
        self.google.control("events", calendar=ADDRESS, bodies=bodies)
        self.connected()
        before = self.listed()
        self.assertEqual(self.preview(24)["counts"]["meetings"], 5000)
        self.assertLessEqual(self.listed() - before, 25)
        messages = self.env["mail.message"].search_count([])
        durations, step = [], type(self.imports)._step

        def timed(record):
            began = time.monotonic()
            step(record)
            durations.append(time.monotonic() - began)

        with self.mock_mail_gateway(), patch.object(type(self.imports), "_step", timed):
            done = self.bring_in()
        self.assertEqual((done["state"], done["made"]), ("done", 5000))
        self.assertLessEqual(self.listed() - before, 50)
        self.assertEqual(self.env["calendar.event"].search_count([("partner_ids", "in", partners.ids)]), 5000)
        self.assertEqual((self.state()["writes"], self.state()["mails"], self._mails), (0, [], []))
        self.assertEqual(self.env["mail.message"].search_count([]) - messages, 300, "one note for each contact")
        self.assertLess(max(durations), 60, "a step ends well before the lease of its operation")
        self.assertFalse(self.open_operations())

    # ------------------------------------------------------------ afterwards

    def test_changed_afterwards(self):
        """B5, B2: what is written into a meeting that is over follows to the calendar, and nobody is mailed."""
        event_id = self.put(self.ago(20))
        self.connected()
        self.preview()
        self.bring_in()
        bob = [Command.link(self.bob.id)]
        self.meetings().with_user(self.host).write({"name": "Demo that was", "partner_ids": bob})
        self.work()
        self.assertEqual(self.there(event_id)["summary"], "Demo that was")
        self.assertEqual(self.mails_there(), [])

    def test_deleted_afterwards(self):
        """B5, P14: who doesn't want what was imported deletes it in Odoo; the calendar keeps its past, nobody is
        mailed, and it doesn't come back by itself.
        """
        ids = [self.put(self.ago(days)) for days in (20, 40)]
        self.connected()
        self.preview()
        self.bring_in()
        self.assertEqual(len(self.meetings()), 2)
        self.meetings()[0].with_user(self.host).active = False
        self.meetings().with_user(self.host).unlink()
        self.work()
        self.assertEqual(sorted(event["id"] for event in self.events()), sorted(ids))
        self.assertEqual(self.mails_there(), [])
        self.google.control("forget_sync_tokens")
        self.poll()
        self.assertFalse(self.meetings())
