"""Tests against the stand-in for Google (tests/simulators/google), run as a process of its own."""

import json
import os
import subprocess
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from unittest.mock import patch

from cryptography.fernet import Fernet

from .. import vault
from ..providers.oauth import new_state, new_verifier

REPOSITORY = Path(__file__).resolve().parents[2]
ADDRESS = "laura@bianchi.example"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


class StandIn:
    """The stand-in, running at ``root``; `control` is its switchboard, see its control.py."""

    def __init__(self, root):
        self.root = root.rstrip("/")
        self._open = urllib.request.build_opener(_NoRedirect).open

    def control(self, verb, **given):
        body = json.dumps(given).encode()
        ask = urllib.request.Request(
            f"{self.root}/control/{verb}", body, {"Content-Type": "application/json"}, method="POST"
        )
        with self._open(ask, timeout=10) as answer:
            return json.load(answer)

    def consent(self, url, decision="allow", email=ADDRESS, leave_out=()):
        """Answers the consent page as a person would; :return: the query of the address the browser is sent to"""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        granted = [scope for scope in query["scope"].split() if not any(word in scope for word in leave_out)]
        form = [*query.items(), ("email", email), ("decision", decision), *(("granted", scope) for scope in granted)]
        try:
            self._open(f"{self.root}/o/oauth2/v2/auth", urllib.parse.urlencode(form).encode(), timeout=10)
        except urllib.error.HTTPError as redirect:
            location = redirect.headers["Location"]
            redirect.close()
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))


class GoogleServer(StandIn):
    """The stand-in as a process of the test run."""

    def __init__(self):
        command = [sys.executable, "-m", "tests.simulators.google", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        super().__init__(self.process.stdout.readline().strip())

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


class GoogleMixin:
    """For a test case of pages: the host may connect a Google account of the stand-in."""

    @classmethod
    def setUpClass(cls):
        if not (REPOSITORY / "tests" / "simulators").is_dir():
            raise unittest.SkipTest("the stand-in for Google is in the repository only, not in the installed addon")
        super().setUpClass()
        cls.google = GoogleServer()
        cls.addClassCleanup(cls.google.stop)
        # The second: the stand-in has no TLS, without which no secret is sent elsewhere.
        given = {vault.VARIABLE: Fernet.generate_key().decode(), "OAUTHLIB_INSECURE_TRANSPORT": "1"}
        environment = patch.dict(os.environ, given)
        environment.start()
        cls.addClassCleanup(environment.stop)
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("meetings_scheduler.google_oauth_root", cls.google.root)
        parameters.set_param("meetings_scheduler.google_api_root", cls.google.root)
        parameters.set_param("meetings_scheduler.google_client_id", "client")
        parameters.set_param("meetings_scheduler.google_client_secret", vault.seal("secret"))
        cls.host.group_ids += cls.env.ref("meetings_scheduler.group_personal_email")

    def setUp(self):
        super().setUp()
        self.google.control("reset")
        self.google.control("account", email=ADDRESS, name="Laura Bianchi", zone="Europe/Rome")
        self.google.control("account", email="anna@bianchi.example", name="Anna")
        self.google.control("client", id="client", secret="secret", redirect_uris=[])
        self.addCleanup(self.assert_no_violation)

    def assert_no_violation(self):
        self.assertEqual(self.state()["violations"], [], "a request or answer that Google's document doesn't know")

    def state(self):
        return self.google.control("state")

    def events(self, calendar=ADDRESS):
        return [event for event in self.state()["calendars"][calendar]["events"] if event["status"] != "cancelled"]

    def connect(self, user=None, again=None, **consent):
        """:param again: id of the account to connect again; :return: the connection, made as the controller makes it"""
        connections = self.env["scheduling.connection"].with_user(user or self.host)
        verifier = new_verifier()
        url = connections._authorization_url("google", new_state(), verifier, again)
        answer = self.google.consent(url, **consent)
        return connections._connect("google", answer["code"], verifier, again)
