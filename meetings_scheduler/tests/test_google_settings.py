import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .. import vault
from .common import SchedulingCase
from .google_case import GoogleMixin


@tagged("post_install", "-at_install")
class TestGoogleSettings(GoogleMixin, SchedulingCase):
    def settings(self, **values):
        return self.env["res.config.settings"].create(values)

    def test_good_client(self):
        settings = self.settings(scheduling_google_client_id="client", scheduling_google_client_secret="secret")
        self.assertEqual(settings.action_test_google()["params"]["type"], "success")
        self.assertTrue(settings.scheduling_google_redirect_uri.endswith("/meetings/connect/google/callback"))

    def test_wrong_secret(self):
        """Row 81: a wrong client secret is named, and nothing about the stored one is shown."""
        settings = self.settings(scheduling_google_client_id="client", scheduling_google_client_secret="wrong")
        with self.assertRaisesRegex(UserError, "Google refused this client secret"):
            settings.action_test_google()
        stored = self.env["ir.config_parameter"].get_param("meetings_scheduler.google_client_secret")
        self.assertNotIn("wrong", stored)

    def test_no_secret(self):
        self.env["ir.config_parameter"].set_param("meetings_scheduler.google_client_secret", False)
        with self.assertRaisesRegex(UserError, "isn't set up yet"):
            self.settings(scheduling_google_client_id="client").action_test_google()


@tagged("post_install", "-at_install")
class TestVault(SchedulingCase):
    def key(self, *keys):
        return patch.dict(os.environ, {vault.VARIABLE: ",".join(keys)})

    def test_rotation(self):
        old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        with self.key(old):
            sealed = vault.seal({"a": 1})
            old_id = vault.key_id()
        with self.key(new, old):
            self.assertEqual(vault.unseal(sealed), {"a": 1})
            self.assertNotEqual(vault.key_id(), old_id)
            fresh = vault.seal("b")
        with self.key(new):
            self.assertEqual(vault.unseal(fresh), "b")
            with self.assertRaisesRegex(UserError, "another key"):
                vault.unseal(sealed)

    def test_missing_and_wrong_keys_are_explained(self):
        """Fault 33, row 82: without a key, or with one that isn't one, the message says how to make one."""
        with self.key(""):
            self.assertFalse(vault.is_ready())
            with self.assertRaisesRegex(UserError, "generate_key"):
                vault.seal("x")
        with self.key("not-a-fernet-key"), self.assertRaisesRegex(UserError, "not a Fernet key"):
            vault.seal("x")


@tagged("post_install", "-at_install")
class TestConnectPages(GoogleMixin, SchedulingCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate(self.host.login, self.host.login)
        self.base = self.env["scheduling.connection"].get_base_url()

    def start(self):
        page = self.url_open("/meetings/connect/google")
        csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        answer = self.url_open("/meetings/connect/google", data={"csrf_token": csrf}, allow_redirects=False)
        return page, answer.headers["Location"]

    def test_journey(self):
        """M10, M11, M12, M13: disclosure, consent, and back on the dashboard."""
        page, url = self.start()
        self.assertIn("every calendar reachable through this account", page.text)
        self.assertIn("create or change calendars, and update single events", page.text)
        self.assertTrue(url.startswith(self.google.root))
        self.assertIn("code_challenge_method=S256", url)
        answer = self.google.consent(url)
        back = self.url_open(
            f"/meetings/connect/google/callback?state={answer['state']}&code={answer['code']}", allow_redirects=False
        )
        self.assertTrue(back.headers["Location"].endswith("/odoo/meetings"), back.text[:500])
        connection = self.env["scheduling.connection"]._of_user(self.host)
        self.assertEqual((connection.provider, connection.state), ("google", "connected"))
        again = self.url_open(f"/meetings/connect/google/callback?state={answer['state']}&code={answer['code']}")
        self.assertIn("started elsewhere", again.text, "a state is used once")

    def test_no_is_a_no(self):
        """M10: saying no leaves nothing half-connected and says what to do."""
        _page, url = self.start()
        answer = self.google.consent(url, decision="deny")
        back = self.url_open(f"/meetings/connect/google/callback?state={answer['state']}&error={answer['error']}")
        self.assertIn("You said no, so nothing was connected", back.text)
        self.assertEqual(self.env["scheduling.connection"]._of_user(self.host).provider, "odoo")

    def test_forged_state(self):
        _page, url = self.start()
        answer = self.google.consent(url)
        back = self.url_open(f"/meetings/connect/google/callback?state=forged&code={answer['code']}")
        self.assertIn("started elsewhere", back.text)
        self.assertFalse(self.env["scheduling.credential"].search([]))

    def test_without_permission(self):
        """M5: the page explains what is missing and who can grant it, and shows no button."""
        self.host.group_ids -= self.env.ref("meetings_scheduler.group_personal_email")
        page = self.url_open("/meetings/connect/google")
        self.assertIn("Personal email access", page.text)
        self.assertNotIn("Continue to Google", page.text)

    def test_webhook_answers_nothing(self):
        """Fault 45: a forged push is dropped with the same answer as a real one."""
        headers = {"X-Goog-Channel-ID": "nobody", "X-Goog-Channel-Token": "x", "X-Goog-Resource-State": "exists"}
        answer = self.url_open("/meetings/webhook/google", data="{}", headers=headers)
        self.assertEqual((answer.status_code, answer.text), (204, ""))


@tagged("post_install", "-at_install")
class TestSyncSettings(SchedulingCase):
    def test_settings_are_the_parameters(self):
        """M18, M22: what the administrator sets for calendar sync is what sync reads."""
        settings = self.env["res.config.settings"].create(
            {
                "scheduling_internal_domains": "own.example",
                "scheduling_sync_blocked": "@school.example",
                "scheduling_sync_creates_contacts": True,
                "scheduling_odoo_invites": True,
            }
        )
        settings.set_values()
        calendars = self.env["scheduling.calendar"]
        self.assertEqual(calendars._address_list("internal_domains"), {"own.example"})
        self.assertEqual(calendars._address_list("sync_blocked"), {"school.example"})
        self.assertTrue(calendars._creates_contacts())
        settings.write({"scheduling_sync_creates_contacts": False, "scheduling_internal_domains": False})
        settings.set_values()
        self.assertFalse(calendars._creates_contacts())
        self.assertFalse(calendars._address_list("internal_domains"))
