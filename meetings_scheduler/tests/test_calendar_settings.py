"""The calendar settings: what the screen is told, what it may change, and who is refused."""

import json
import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .. import vault
from ..providers import registry
from ..providers.errors import MissingLibrary
from .common import SchedulingCase
from .google_case import ADDRESS, GoogleMixin

USER = "base.group_user"
MANAGER = "base.group_user,meetings_scheduler.group_manager"


class SettingsCase(SchedulingCase):
    def settings(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["scheduling.settings"].with_user(user or self.host)

    def data(self, user=None):
        data = self.settings(user).get_data()
        return json.loads(json.dumps(data))  # as the browser gets it

    def account(self):
        """:return: what the screen tells of the only account"""
        (account,) = self.data()["connections"]
        return account

    def uses(self, **chosen):
        """:return: values to save: boxes of the only account"""
        return {"uses": {str(self.account()["id"]): chosen}}

    def is_public(self, page):
        return bool(self.env["scheduling.page"]._find_public(page.slug))


@tagged("post_install", "-at_install")
class TestCalendarSettings(SettingsCase):
    def test_connected_account(self):
        """M18: one call tells the account, since when, its last check, what it is used for, and its calendars."""
        connection = self.account()
        self.assertEqual((connection["account"], connection["provider"]), ("laura@bianchi.example", "odoo"))
        self.assertEqual((connection["state"], connection["light"]), ("connected", "green"))
        self.assertTrue(connection["connected_at"])
        self.assertEqual(connection["uses"], {"use_pages": True}, "Odoo's own calendar needs no sync with itself")
        (calendar,) = connection["calendars"]
        self.assertEqual((calendar["is_main"], calendar["counts"], calendar["role"]), (True, True, "yours"))
        self.assertEqual([provider["key"] for provider in self.data()["providers"]], ["google"], "it may take over")

    def test_not_connected(self):
        """M3, M10: without a connection the ways to connect are offered; pages can be arranged all the same."""
        self.connection.with_user(self.host).action_disconnect()
        data = self.data()
        self.assertEqual(data["connections"], [])
        self.assertEqual((data["providers"][0]["key"], data["providers"][0]["obstacle"]), ("odoo", None))
        self.assertEqual(data["pages"]["count"], 2)
        self.settings().save({"stem": "laura"})
        self.assertEqual(self.data()["pages"]["stem"], "laura")
        with self.assertRaisesRegex(UserError, "Connect a calendar first"):
            self.settings().save({"uses": {"1": {"use_pages": False}}})

    def google(self, user):
        return next(provider for provider in self.data(user)["providers"] if provider["key"] == "google")

    def test_missing_permission_is_explained(self):
        """M5: who lacks *Personal email access* reads that on Google's card, with who can give it."""
        newcomer = new_test_user(self.env, "newcomer.settings", USER)
        admin = self.env.ref("base.user_admin").name
        self.assertRegex(self.google(newcomer)["obstacle"], f"“Personal email access”.*{admin}")
        self.assertFalse(self.google(newcomer)["can_set_up"])

    def not_installed(self, name):
        raise MissingLibrary(name, "requests-oauthlib")

    def test_google_that_is_not_set_up_is_explained(self):
        """M10: without client id, secret, key or library Google's card says what is missing or who can help; an
        administrator is led there."""
        allowed = new_test_user(self.env, "allowed.settings", f"{USER},meetings_scheduler.group_personal_email")
        parameters = self.env["ir.config_parameter"]
        key = {vault.VARIABLE: Fernet.generate_key().decode()}
        with patch.dict(os.environ, key):
            parameters.set_param("meetings_scheduler.google_client_id", "client")
            parameters.set_param("meetings_scheduler.google_client_secret", False)
            self.assertIn("hasn't set this up", self.google(allowed)["obstacle"])
            parameters.set_param("meetings_scheduler.google_client_secret", vault.seal("secret"))
            self.assertIsNone(self.google(allowed)["obstacle"])
        with patch.dict(os.environ, {vault.VARIABLE: ""}):
            self.assertIn("hasn't set this up", self.google(allowed)["obstacle"], "no key to keep tokens with")
        with patch.dict(os.environ, key), patch.object(registry, "oauth_client", self.not_installed):
            self.assertIn("Python package requests-oauthlib", self.google(allowed)["obstacle"])
            with self.assertRaisesRegex(UserError, "Python package requests-oauthlib"):
                self.env["scheduling.connection"].with_user(allowed)._authorization_url("google", "state", "verifier")
        allowed.group_ids += self.env.ref("base.group_system")
        self.assertTrue(self.google(allowed)["can_set_up"])

    def test_pages_use(self):
        """M27, M28: *Scheduling pages* is ticked by default; unticked, pages take requests; ticked, bookings again."""
        self.assertTrue(self.account()["uses"]["use_pages"])
        self.settings().save(self.uses(use_pages=False))
        self.page.invalidate_recordset()
        self.assertFalse(self.page.is_connected)
        self.env["scheduling.page"].search([("user_id", "=", self.host.id)]).unlink()
        data = self.settings().save(self.uses(use_pages=True))
        self.assertTrue(data["connections"][0]["uses"]["use_pages"])
        self.assertEqual(data["pages"]["count"], 1, "there is a page to share")
        self.assertTrue(self.env["scheduling.page"].search([("user_id", "=", self.host.id)]).is_connected)

    def test_main_calendar_always_counts(self):
        """M33: bookings are written to the main calendar; a crafted request can't take it from those that count."""
        for attempt in (
            lambda: self.settings().save({"unlink_ids": self.connection.main_calendar_id.ids}),
            lambda: self.connection.main_calendar_id.with_user(self.host).action_remove(),
        ):
            with self.assertRaisesRegex(UserError, "it always counts"):
                attempt()
        self.assertTrue(self.connection.main_calendar_id.counts)

    def test_nobody_elses_calendar(self):
        """M31: only calendars of one's own account can count: a colleague's is refused, so is an unknown one."""
        other = new_test_user(self.env, "other.settings", USER)
        theirs = self.env["scheduling.connection"]._connect_odoo(other).main_calendar_id
        for ids in (theirs.ids, [0], [self.connection.main_calendar_id.id, theirs.id]):
            for name in ("link_ids", "unlink_ids"):
                with self.subTest(name, ids=ids), self.assertRaises(AccessError):
                    self.settings().save({name: ids})
        self.assertTrue(theirs.counts)

    def test_unknown_setting(self):
        """M48: what isn't a setting of this screen is refused, and nothing of the request is kept."""
        with self.assertRaisesRegex(UserError, "no setting “account”"):
            self.settings().save({"stem": "new", "account": "anna@bianchi.example"})
        self.assertEqual(self.data()["pages"]["stem"], "")

    def test_all_or_nothing(self):
        """M48: a value that can't be leaves everything else as it was, too."""
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.settings().save({"stem": "new", **self.uses(use_pages=False), "link_ids": [0]})
        data = self.data()
        self.assertEqual((data["pages"]["stem"], data["connections"][0]["uses"]["use_pages"]), ("", True))

    def test_reachable_from_the_menu(self):
        """M19: any user has the menu, one click below Meetings."""
        newcomer = new_test_user(self.env, "newcomer.settings", USER)
        menu = self.env.ref("meetings_scheduler.menu_calendar_settings")
        self.assertEqual(menu.parent_id, self.env.ref("meetings_scheduler.menu_root"))
        self.assertIn(menu.id, self.env["ir.ui.menu"].with_user(newcomer)._visible_menu_ids())
        self.assertEqual(menu.action.tag, "meetings_scheduler.calendar_settings")

    def test_queries(self):
        """M18: more calendars and pages make no more queries."""

        def count():
            self.data()
            before = self.env.cr.sql_log_count
            self.data()
            return self.env.cr.sql_log_count - before

        few = count()
        for number in range(10):
            self.env["scheduling.page"].create({"name": f"Page {number}", "user_id": self.host.id})
            self.env["scheduling.calendar"].create(
                {"connection_id": self.connection.id, "name": f"{number}", "remote_id": f"{number}", "counts": False}
            )
        self.assertLessEqual(count(), few)


@tagged("post_install", "-at_install")
class TestWhoseSettings(SettingsCase):
    def test_each_their_own(self):
        """M18: colleague and manager see and change their own settings only, never Laura's."""
        self.settings().save({"stem": "laura", "all_off": True})
        for number, groups in enumerate((USER, MANAGER)):
            user = new_test_user(self.env, f"someone.{number}", groups)
            with self.subTest(groups):
                data = self.data(user)
                self.assertEqual(data["connections"], [])
                self.assertEqual(
                    (data["pages"]["count"], data["pages"]["stem"], data["pages"]["all_off"]), (0, "", False)
                )
                self.settings(user).save({"stem": "mine", "all_off": False})
                preferences = self.env["scheduling.preference"].with_user(user).search([])
                self.assertEqual(preferences.user_id, user)
        self.assertEqual(self.data()["pages"]["stem"], "laura")
        self.assertTrue(self.data()["pages"]["all_off"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_choices_change_through_the_settings_only(self):
        """M48: no crafted request writes the choices unchecked, not even one's own."""
        self.settings().save({"stem": "laura"})
        mine = self.env["scheduling.preference"].with_user(self.host).search([])
        for attempt in (
            lambda: mine.write({"stem": "../evil"}),
            lambda: mine.unlink(),
            lambda: mine.create({"user_id": self.env.ref("base.user_admin").id, "pages_off": True}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_portal_and_public_are_refused(self):
        """M18: who is no user of the app reads and writes nothing."""
        portal = new_test_user(self.env, "portal.settings", "base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            for attempt in (lambda s: s.get_data(), lambda s: s.save({"stem": "x"}), lambda s: s.save({})):
                with self.subTest(user.login), self.assertRaisesRegex(AccessError, "users of the Meetings app"):
                    attempt(self.settings(user))


@tagged("post_install", "-at_install")
class TestPageAddresses(SettingsCase):
    def new_page(self, name="Quick chat", user=None):
        return self.env["scheduling.page"].with_user(user or self.host).create({"name": name})

    def test_stem(self):
        """M38: pages made from now on begin with the chosen stem; existing ones keep theirs."""
        before = self.new_page()
        self.assertEqual(before.slug, "laura-bianchi-quick-chat")
        self.settings().save({"stem": " Laura @ Bianchi's "})
        self.assertEqual(self.data()["pages"]["stem"], "laura-bianchi-s")
        self.settings().save({"stem": "meet-laura"})
        self.assertEqual(self.new_page().slug, "meet-laura-quick-chat")
        self.assertEqual(self.new_page().slug, "meet-laura-quick-chat-2")
        self.assertEqual(before.slug, "laura-bianchi-quick-chat")
        self.assertEqual(before.with_user(self.host).copy().slug, "meet-laura-quick-chat-3")
        self.settings().save({"stem": ""})
        self.assertEqual(self.new_page("Other").slug, "laura-bianchi-other")

    def test_stem_is_the_owners(self):
        """M38: a page that a manager makes for Laura has Laura's stem, not the manager's."""
        manager = new_test_user(self.env, "manager.settings", MANAGER)
        self.settings().save({"stem": "laura"})
        self.settings(manager).save({"stem": "boss"})
        page = self.env["scheduling.page"].with_user(manager).create({"name": "Demo", "user_id": self.host.id})
        self.assertEqual(page.slug, "laura-demo")

    def test_stem_that_can_not_be(self):
        """M38: what can't begin an address is refused in words."""
        for text, words in (("日本", "Latin letters"), ("x" * 41, "at most 40")):
            with self.subTest(text), self.assertRaisesRegex(UserError, words):
                self.settings().save({"stem": text})
        self.settings().save({"stem": "api"})
        self.assertEqual(self.new_page("日本").slug, "api-2", "a word of our own routes is stepped round")

    def default_page(self):
        self.env.invalidate_all()
        return self.env["scheduling.preference"]._default_page(self.host)

    def test_default_page(self):
        """M39: the chosen page is the one meeting links lead to, while it is there and theirs; else the first."""
        first = self.default_page()
        self.assertTrue(first)
        chosen = self.new_page()
        self.settings().save({"default_page_id": chosen.id})
        self.assertEqual(self.default_page(), chosen)
        self.assertEqual(self.data()["pages"]["default_page_id"], chosen.id)
        chosen.active = False
        self.assertEqual(self.default_page(), first)
        self.assertFalse(self.data()["pages"]["default_page_id"])
        chosen.active = True
        self.assertEqual(self.default_page(), chosen)
        chosen.unlink()
        self.assertEqual(self.default_page(), first)
        self.settings().save({"default_page_id": False})
        self.assertFalse(self.data()["pages"]["default_page_id"])

    def test_default_page_is_ones_own(self):
        """M39: somebody else's page, a private one and one that doesn't exist can't be the default."""
        other = new_test_user(self.env, "other.settings", USER)
        theirs = self.new_page(user=other)
        private = self.new_page()
        private.access = "private"
        for page_id in (theirs.id, private.id, 10**9):
            with self.subTest(page_id), self.assertRaises(AccessError):
                self.settings().save({"default_page_id": page_id})

    def test_default_page_of_the_team(self):
        """M39: a page of the team that the user hosts may be their default, until they host it no more."""
        other = new_test_user(self.env, "other.settings", USER)
        hosts = [Command.create({"user_id": user.id}) for user in (self.host, other)]
        team = self.env["scheduling.page"].create(
            {"name": "Team", "user_id": other.id, "page_type": "round_robin", "host_ids": hosts}
        )
        self.settings().save({"default_page_id": team.id})
        self.assertEqual(self.default_page(), team)
        team.host_ids.filtered(lambda host: host.user_id == self.host).unlink()
        self.assertNotEqual(self.default_page(), team)

    def test_all_pages_off_and_on(self):
        """M46: one switch takes all pages away at once, and brings them back as they were."""
        off = self.new_page("Off by itself")
        off.is_published = False
        other = new_test_user(self.env, "other.settings", USER)
        theirs = self.new_page("Theirs", other)
        self.assertTrue(self.is_public(self.page), "cached, too")
        self.settings().save({"all_off": True})
        self.assertFalse(self.is_public(self.page))
        self.assertTrue(self.is_public(theirs), "nobody else's")
        self.assertEqual((self.page.is_published, off.is_published), (True, False))
        self.assertTrue(self.env["scheduling.dashboard"].with_user(self.host).get_data()["all_off"])
        self.assertFalse(self.is_public(self.new_page("Made meanwhile")))
        self.settings().save({"all_off": False})
        self.assertTrue(self.is_public(self.page))
        self.assertFalse(self.is_public(off))

    def test_all_off_of_one_host_leaves_the_team(self):
        """M46: a page of the team belongs to its owner; a host's switch doesn't take it from the others."""
        other = new_test_user(self.env, "other.settings", USER)
        hosts = [Command.create({"user_id": user.id}) for user in (self.host, other)]
        team = self.env["scheduling.page"].create(
            {"name": "Team", "user_id": other.id, "page_type": "round_robin", "host_ids": hosts}
        )
        self.settings().save({"all_off": True})
        self.assertTrue(self.is_public(team))
        self.settings(other).save({"all_off": True})
        self.assertFalse(self.is_public(team))

    def test_bookings_stay(self):
        """M46: meetings that are booked can still be moved and cancelled while all pages are off."""
        booking = self.book(self.at(9))
        self.settings().save({"all_off": True})
        booking._cancel("Ill", "visitor")
        self.assertEqual(booking.state, "cancelled")


@tagged("post_install", "-at_install")
class TestAllPagesOffOverHttp(HttpCase, SchedulingCase):
    def test_visitor_sees_it_at_once(self):
        """M46: page and interface answer 404 as soon as the switch is saved, and 200 when it is turned back."""
        paths = (f"/meetings/{self.page.slug}", f"/meetings/api/v1/pages/{self.page.slug}")
        settings = self.env["scheduling.settings"].with_user(self.host)
        for off, status in ((False, 200), (True, 404), (False, 200)):
            settings.save({"all_off": off})
            for path in paths:
                with self.subTest(path, off=off):
                    self.assertEqual(self.url_open(path).status_code, status)


@tagged("post_install", "-at_install")
class TestGoogleSettings(GoogleMixin, SettingsCase):
    def shared(self, role="reader", summary="Trade fairs"):
        """:return: a calendar of Anna's, shared with Laura"""
        remote_id = self.google.control("calendar", owner="anna@bianchi.example", summary=summary)["id"]
        self.google.control("share", calendar=remote_id, email=ADDRESS, role=role)
        return remote_id

    def calendar(self, name="Trade fairs"):
        return next(row for row in self.account()["calendars"] if row["name"] == name)

    def test_calendars_in_words(self):
        """M29, M30: every calendar with its role; free/busy only can't count, in the screen and in the server."""
        self.shared("writer")
        self.shared("freeBusyReader", "Anna")
        self.connect()
        connection = self.account()
        again = f"/meetings/connect/google?again={connection['id']}"
        self.assertEqual((connection["provider"], connection["reconnect_url"]), ("google", again))
        self.assertEqual(self.data()["providers"], [], "M7: one account a user, nothing else is offered")
        fairs, anna = self.calendar(), self.calendar("Anna")
        self.assertEqual(
            (fairs["role"], fairs["usable"], fairs["counts"]), ("shared with you, you can edit", True, False)
        )
        self.assertEqual((anna["usable"], anna["counts"]), (False, False))
        with self.assertRaisesRegex(UserError, "See all event details"):
            self.settings().save({"link_ids": [anna["id"]]})
        self.assertFalse(self.calendar("Anna")["counts"])

    def test_link_and_unlink(self):
        """M29, M48: ticked and saved, a calendar's busy time counts; unticked and saved, it counts no more."""
        remote_id = self.shared()
        begin, end = self.at(10), self.at(11)
        times = {"start": {"dateTime": begin.isoformat()}, "end": {"dateTime": end.isoformat()}}
        self.google.control("event", calendar=remote_id, body={"summary": "Fair", **times})
        self.connect()
        self.assertTrue(self.page._check_slot(begin, 30).ok)
        self.settings().save({"link_ids": [self.calendar()["id"]]})
        self.assertFalse(self.page._check_slot(begin, 30).ok)
        self.settings().save({"unlink_ids": [self.calendar()["id"]]})
        self.assertTrue(self.page._check_slot(begin, 30).ok)

    def test_sync_use(self):
        """M20: *Calendar sync* is ticked by default for Google; saved without it, nothing flows; ticked, it is read."""
        connection = self.connect()
        self.assertEqual(self.account()["uses"], {"use_sync": True, "use_pages": True})
        self.settings().save(self.uses(use_sync=False))
        self.assertFalse(connection._syncs())
        self.assertTrue(connection.use_pages, "the other box is left alone")
        connection.hint_ids.unlink()
        self.settings().save(self.uses(use_sync=True))
        self.assertEqual(connection._syncs(), connection)
        self.assertTrue(connection.hint_ids)

    def test_link_needs_an_answer(self):
        """B3: a calendar that can't be read now isn't counted as free: nothing is changed, and the user is told."""
        self.shared()
        self.connect()
        chosen = self.calendar()["id"]
        self.google.control("fault", method="calendarList.list", action="status", status=503, times=0)
        with self.assertRaisesRegex(UserError, "can't be reached"), self.env.cr.savepoint():
            self.settings().save({"link_ids": [chosen], "stem": "laura"})
        self.google.control("clear_faults")
        self.assertFalse(self.calendar()["counts"])
        self.assertEqual(self.data()["pages"]["stem"], "")

    def test_inactive_calendar_and_its_cures(self):
        """M36, M37: a lost calendar is listed with reason and since when; shared again or removed, booking works."""
        remote_id = self.shared()
        connection = self.connect()
        self.settings().save({"link_ids": [self.calendar()["id"]]})
        calendars = self.env["scheduling.calendar"].with_user(self.host)
        self.google.control("share", calendar=remote_id, email=ADDRESS, role="")
        connection._refresh_busy()
        lost = self.calendar()
        self.assertTrue(lost["lost"] and lost["lost_at"])
        self.assertIn("isn't shared with you any more", lost["lost_reason"])
        self.assertEqual(self.account()["light"], "red")
        calendars.browse(lost["id"]).action_check_again()
        self.assertTrue(self.calendar()["lost"], "still not shared")
        self.google.control("share", calendar=remote_id, email=ADDRESS, role="reader")
        calendars.browse(lost["id"]).action_check_again()
        self.assertFalse(self.calendar()["lost"])
        self.page.invalidate_recordset()
        self.assertTrue(self.page.is_connected)
        self.google.control("share", calendar=remote_id, email=ADDRESS, role="")
        connection._refresh_busy()
        connection.hint_ids.unlink()
        calendars.browse(lost["id"]).action_remove()
        self.assertTrue(connection.hint_ids, "so that what has vanished leaves the list")
        self.page.invalidate_recordset()
        self.assertTrue(self.page.is_connected)
        self.assertEqual(self.account()["light"], "green")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_cures_are_the_owners(self):
        """M37: nobody else presses these buttons, managers included."""
        connection = self.connect()
        calendar = connection.main_calendar_id
        manager = new_test_user(self.env, "manager.settings", MANAGER)
        for name in ("action_check_again", "action_remove", "action_link"):
            self.env.invalidate_all()
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(calendar.with_user(manager), name)()
        with self.assertRaises(AccessError):
            connection.with_user(manager).action_disconnect()

    def test_lost_account(self):
        """M36: a lost account says why, since when, and leads back to Google."""
        self.connect()._lose("The permission has ended. Connect again.")
        connection = self.account()
        self.assertEqual((connection["state"], connection["light"]), ("lost", "red"))
        self.assertIn("permission has ended", connection["lost_reason"])
        self.assertTrue(connection["lost_at"])

    def test_nothing_secret(self):
        """M18: tokens and the provider's own ids never reach the browser."""
        connection = self.connect()
        grant = self.env["scheduling.credential"]._grant(connection)
        text = json.dumps(self.data())
        for secret in (grant.access_token, grant.refresh_token, connection.subject):
            self.assertTrue(secret)
            self.assertNotIn(secret, text)
