"""Several calendar accounts of one user, where the administrator allows them."""

import html
from datetime import datetime, timezone
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.scheduling_connection_oauth import SchedulingConnection
from .accounts_case import ANNA, SECOND, THIRD, AccountsCase
from .google_case import ADDRESS


@tagged("post_install", "-at_install")
class TestSeveralAccounts(AccountsCase):
    def test_off_by_default(self):
        """B9, M7: unless the administrator allows it, a second account is refused."""
        self.assertFalse(self.env["res.config.settings"].create({}).scheduling_several_accounts)
        google = self.connect()
        self.assertEqual((google.purpose, len(self.accounts())), ("all", 1), "it took over from Odoo's calendar")
        self.assertEqual(self.settings().get_data()["providers"], [])
        with self.assertRaisesRegex(UserError, "Disconnect it before"):
            self.connect(email=SECOND)
        with self.assertRaisesRegex(UserError, "Disconnect it before"):
            self.env["scheduling.connection"].with_user(self.host).action_connect_odoo()
        self.assertEqual(self.accounts(), google)

    def test_allowed(self):
        """B9: allowed in the settings, Google is connected beside Odoo's calendar, which stays the main account."""
        self.env["res.config.settings"].create({"scheduling_several_accounts": True}).execute()
        google = self.connect()
        self.assertEqual(self.accounts(), self.connection | google)
        self.assertEqual(self.accounts().mapped("purpose"), ["all", "busy"])
        data = self.settings().get_data()
        self.assertEqual([account["purpose"] for account in data["connections"]], ["all", "busy"])
        self.assertEqual([provider["key"] for provider in data["providers"]], ["google"], "one more, if you like")
        second = self.connect(email=SECOND)
        self.assertEqual(second.purpose, "busy")

    def test_free_in_every_account(self):
        """B9: a time is offered only if it is free in the ticked calendars of every account."""
        main, further = self.two_accounts()
        self.busy(self.at(10))
        self.busy(self.at(12), SECOND)
        self.read_all()
        self.assertEqual([self.is_free(self.at(hour)) for hour in (10, 12, 14)], [False, False, True])
        self.settings().save({"unlink_ids": further.main_calendar_id.ids})
        self.assertTrue(self.is_free(self.at(12)), "its owner unticked it")
        with self.assertRaisesRegex(UserError, "always counts"):
            self.settings().save({"unlink_ids": main.main_calendar_id.ids})

    def test_asked_live(self):
        """B9, B3: before a booking every account is asked; what came into the further one a moment ago counts."""
        self.two_accounts()
        self.read_all()
        self.busy(self.at(10), SECOND)
        self.assertTrue(self.is_free(self.at(10)), "not read yet")
        self.assertEqual(self.page._ask_live(self.host, self.at(10), 30), "busy")
        self.assertEqual(self.page._ask_live(self.host, self.at(14), 30), "free")

    def test_lost_account(self):
        """B9, M34, B3: while any of the accounts can't be read, visitors can't book; cured, they can at once."""
        for place in (0, 1):
            with self.subTest(place):
                account = self.two_accounts()[place]
                self.assertTrue(self.is_bookable())
                account._lose("The permission has ended.")
                self.assertFalse(self.is_bookable())
                self.connect(email=account.account)
                self.assertTrue(self.is_bookable())
                for other in self.accounts():
                    self.disconnect(other)
                self.env["scheduling.connection"]._connect_odoo(self.host)
                self.connection = self.accounts()

    def test_lost_calendar_of_the_further_account(self):
        """B9, M34: a linked calendar of a further account that is lost keeps visitors away as well."""
        fairs = self.google.control("calendar", owner=ANNA, summary="Trade fairs")["id"]
        self.google.control("share", calendar=fairs, email=SECOND, role="reader")
        _main, further = self.two_accounts()
        calendar = further.calendar_ids.filtered(lambda calendar: calendar.remote_id == fairs)
        self.settings().save({"link_ids": calendar.ids})
        self.assertTrue(self.is_bookable())
        self.google.control("share", calendar=fairs, email=SECOND, role="")
        further._refresh_busy()
        self.assertFalse(self.is_bookable())
        self.settings().save({"unlink_ids": calendar.ids})
        self.assertTrue(self.is_bookable())

    def test_never_read(self):
        """B3: an account that was never read isn't counted as free."""
        _main, further = self.two_accounts()
        further.checked_at = False
        self.assertFalse(self.is_bookable())

    def test_written_to_the_main_account(self):
        """B9, M33: bookings and meetings made in Odoo land in the main account only."""
        self.two_accounts()
        self.book(self.at(10))
        self.meet(self.at(12))
        self.run_outbox()
        self.assertEqual((len(self.events()), len(self.events(SECOND))), (2, 0))

    def test_another_main_account(self):
        """B9: with another main account, what is new lands there; what is old stays where it is, also when it moves."""
        main, further = self.two_accounts()
        early = self.book(self.at(10))
        self.run_outbox()
        waiting = self.book(self.at(11), email="bob@ray.example", email_normalized="bob@ray.example")
        self.settings().save({"main_id": further.id})
        self.assertEqual((main.purpose, further.purpose), ("busy", "all"))
        self.book(self.at(12), email="eve@ray.example", email_normalized="eve@ray.example")
        for booking, hour in ((early, 15), (waiting, 16)):
            self.page._reschedule(booking, self.at(hour), 30, "", "host")
        self.run_outbox()
        self.assertEqual(self.hours_there(ADDRESS), [15, 16])
        self.assertEqual(self.hours_there(SECOND), [12])

    def hours_there(self, calendar):
        """:return: the hours, UTC, at which events begin in Google"""
        starts = (datetime.fromisoformat(event["start"]["dateTime"]) for event in self.events(calendar))
        return sorted(start.astimezone(timezone.utc).hour for start in starts)

    def test_meetings_follow_where_they_are(self):
        """B9, B2: a meeting in what was the main account follows there; a second event in the new one isn't made."""
        main, further = self.two_accounts()
        meeting = self.meet(self.at(10))
        self.run_outbox()
        self.settings().save({"main_id": further.id})
        meeting.with_user(self.host).name = "Demo, longer"
        self.run_outbox()
        (event,) = self.events()
        self.assertEqual((event["summary"], self.events(SECOND)), ("Demo, longer", []))
        self.google.control("change", calendar=ADDRESS, id=event["id"], body={"summary": "Demo, by Google"})
        self.poll(main)
        self.assertEqual(meeting.name, "Demo, by Google")

    def test_main_account_is_a_choice_of_its_owner(self):
        """B9: crafted requests make nobody else's account, no lost one and no unknown one the main account."""
        main, further = self.two_accounts()
        anna = new_test_user(self.env, "anna.accounts", "base.group_user,meetings_scheduler.group_manager")
        with self.assertRaisesRegex(UserError, "Connect a calendar first"):
            self.settings(anna).save({"main_id": further.id})
        self.env["scheduling.connection"]._connect_odoo(anna)
        for values in (
            {"main_id": further.id},
            {"uses": {str(further.id): {"use_sync": False}}},
            {"unlink_ids": further.main_calendar_id.ids},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.settings(anna).save(values)
        with self.assertRaises(AccessError):
            self.settings().save({"main_id": 0})
        with self.assertRaisesRegex(UserError, "can't be used for"):
            self.settings().save({"uses": {str(further.id): {"use_pages": False}}})
        further._lose("The permission has ended.")
        with self.assertRaisesRegex(UserError, "Reconnect it first"):
            self.settings().save({"main_id": further.id})
        self.assertEqual(main.purpose, "all")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_purpose_is_nobodys_to_write(self):
        """B9, M7: no crafted request writes a purpose or makes a connection."""
        main, _further = self.two_accounts()
        connections = self.env["scheduling.connection"].with_user(self.host)
        for attempt in (
            lambda: main.with_user(self.host).write({"purpose": "sync"}),
            lambda: connections.create({"account": THIRD, "purpose": "busy"}),
            lambda: main.with_user(self.host).unlink(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_choices_go_along(self):
        """B9: who takes requests only keeps taking requests when another account becomes the main one."""
        main, further = self.two_accounts()
        self.settings().save({"uses": {str(main.id): {"use_pages": False}}, "main_id": further.id})
        self.assertFalse(further.use_pages)
        self.assertFalse(self.is_bookable())

    def test_main_account_goes(self):
        """B9: disconnect the main account, and one that works takes over; calendars it needs are read first."""
        main, further = self.two_accounts()
        lost = self.connect(email=THIRD)
        lost._lose("The permission has ended.")
        self.settings().save({"unlink_ids": further.main_calendar_id.ids})
        self.disconnect(main)
        self.assertEqual((further.purpose, lost.purpose), ("all", "busy"))
        self.assertTrue(further.main_calendar_id.counts, "bookings land there, so it counts")
        self.disconnect(lost)
        self.assertFalse(self.is_bookable(), "not read yet")
        further._refresh_busy()
        self.assertTrue(self.is_bookable())

    def test_not_allowed_any_more(self):
        """B9, M7: switched off again, accounts that are connected stay and count; none is added."""
        main, further = self.two_accounts()
        self.allow_several(False)
        self.busy(self.at(12), SECOND)
        self.read_all()
        self.assertFalse(self.is_free(self.at(12)))
        with self.assertRaisesRegex(UserError, "Only one account"):
            self.env["scheduling.connection"].with_user(self.host).action_connect_odoo()
        with self.assertRaisesRegex(UserError, "Only one account"):
            self.connect(email=THIRD)
        self.disconnect(main)
        self.assertEqual(further.purpose, "all")
        with self.assertRaisesRegex(UserError, "Disconnect it before"):
            self.connect(email=THIRD)

    def test_same_account_twice(self):
        """M9, B9: an account counts once, whoever connects it again; somebody else's is refused."""
        _main, further = self.two_accounts()
        with self.assertRaisesRegex(UserError, "connected already"):
            self.connect(email=SECOND)
        anna = new_test_user(
            self.env, "anna.accounts", "base.group_user,meetings_scheduler.group_personal_email", email=ANNA
        )
        self.connect(anna, email=ANNA)
        with self.assertRaisesRegex(UserError, "connected by Laura Bianchi already"):
            self.connect(anna, email=SECOND)
        further._lose("The permission has ended.")
        self.assertEqual(self.connect(email=SECOND), further)

    def test_reconnect_the_right_one(self):
        """B9: *Reconnect* is about one account: signing in as another one adds nothing and says what to do."""
        main, further = self.two_accounts()
        with self.assertRaisesRegex(UserError, f"connect {SECOND} again"):
            self.connect(email=THIRD, again=further.id)
        with self.assertRaisesRegex(UserError, f"connect {SECOND} again"):
            self.connect(email=ADDRESS, again=further.id)
        self.assertEqual(self.connect(email=SECOND, again=further.id), further)
        anna = new_test_user(self.env, "anna.accounts", "base.group_user,meetings_scheduler.group_personal_email")
        with self.assertRaises(AccessError):
            self.connect(anna, email=ANNA, again=main.id)

    def test_queries_stay(self):
        """B9: slots of a host with several accounts take as many queries as with one."""
        users = self.host
        connections = self.env["scheduling.connection"]

        def ask():
            self.page._occupied(users, self.at(0).replace(tzinfo=None), self.at(0, 30).replace(tzinfo=None))
            return connections.sudo()._readable_users(users)

        self.two_accounts()
        self.read_all()
        ask()
        with self.assertQueryCount(2):
            self.assertEqual(ask(), users)


@tagged("post_install", "-at_install")
class TestDisclosure(AccountsCase, HttpCase):
    def page_text(self, query=""):
        return self.url_open(f"/meetings/connect/google{query}").text

    def setUp(self):
        super().setUp()
        self.authenticate(self.host.login, self.host.login)

    def test_consequence(self):
        """M10, B9: before consent the page says what becomes of the accounts there are."""
        self.assertIn("takes over from your Odoo calendar", self.page_text())
        self.allow_several()
        self.assertIn("bookings still land there", self.page_text())
        google = self.connect(email=SECOND)
        self.assertIn(f"choose {SECOND} again", self.page_text(f"?again={google.id}"))
        self.assertIn("connected", self.page_text(f"?again={self.connection.id}"))
        for nonsense in ("?again=x", "?again=-1", "?again=", "?again=99999999999"):
            self.assertIn("Continue to Google", self.page_text(nonsense))

    def test_one_account(self):
        """M7: who has an account, and may have no other one, reads that it is that one to choose."""
        self.connect(email=SECOND)
        self.assertIn(f"choose {SECOND} again", self.page_text())

    def test_refusal(self):
        """M7: who can't connect another account reads why, and has no button."""
        self.connect()
        connections = self.env["scheduling.connection"].with_user(self.host)
        refusal = connections._before_consent("caldav", None)["refusal"]
        self.assertIn("Disconnect it before you connect another account", refusal)
        with patch.object(SchedulingConnection, "_check_may_add", side_effect=UserError(refusal)):
            text = self.page_text()
        self.assertIn(refusal, html.unescape(text))
        self.assertNotIn("Continue to Google", text)
