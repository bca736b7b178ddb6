"""Odoo's own Google sync and ours, of the same user and account, on the stand-in for Google."""

import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta
from unittest.mock import patch

import requests

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.google_account.models.google_service import GoogleService
from odoo.addons.google_calendar.utils.google_calendar import GoogleCalendarService
from odoo.addons.meetings_scheduler.models.scheduling_page_slots import naive
from odoo.addons.meetings_scheduler.providers.google_oauth import REQUIRED_SCOPES
from odoo.addons.meetings_scheduler.sync.text import html_text, plain_text
from odoo.addons.meetings_scheduler.tests.google_case import ADDRESS
from odoo.addons.meetings_scheduler.tests.sync_case import SyncCase


@tagged("post_install", "-at_install")
class TestSideBySide(SyncCase):
    """PLATFORM: with Odoo's own sync active for the same user nothing appears twice, in Odoo or in Google."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(GoogleService, "_do_request", self.answer))

    def answer(self, uri, params=None, headers=None, method="POST", preuri="", timeout=0):
        """What Odoo's own sync asks Google, asked of the stand-in, with the token in its header."""
        query = json.loads(params) if isinstance(params, str) else dict(params or {})
        token = query.pop("access_token", None) or self.token
        address, body = f"{self.google.root}{uri}", None
        if method in ("POST", "PATCH", "PUT"):
            body = json.dumps(as_google_reads(query)).encode()
        elif query:
            address = f"{address}?{urllib.parse.urlencode(query)}"
        asked = urllib.request.Request(
            address, body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(asked, timeout=10) as reply:
                text = reply.read()
                return reply.status, json.loads(text) if text else {}, fields.Datetime.now()
        except urllib.error.HTTPError as error:
            failed = requests.Response()
            failed.status_code, failed._content = error.code, error.read()
            raise requests.HTTPError(response=failed) from error

    def native(self):
        """Odoo's own sync is turned on for the host."""
        self.committed()
        self.token = self.google.control("grant", email=ADDRESS, scopes=REQUIRED_SCOPES, client_id="client")[
            "access_token"
        ]
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("google_calendar_client_id", "native")
        parameters.set_param("google_calendar_client_secret", "native")
        self.host.res_users_settings_id.sudo().write(
            {
                "google_calendar_rtoken": "native",
                "google_calendar_token": self.token,
                "google_calendar_token_validity": fields.Datetime.now() + timedelta(hours=12),
                "google_synchronization_stopped": False,
            }
        )
        self.assertTrue(self.host._has_any_active_synchronization())

    def sync_native(self):
        """Its cron, and what it had put off to the commit."""
        self.committed()
        service = GoogleCalendarService(self.env["google.service"])
        self.host.with_user(self.host).sudo()._sync_google_calendar(service)
        self.committed()

    def committed(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def everything(self):
        """Both syncs and the outbox, until nothing moves."""
        for _time in range(3):
            self.sync_native()
            self.work()
            self.poll()

    def mine(self):
        return self.env["calendar.event"].search([("user_id", "=", self.host.id)])

    def test_a_booking(self):
        """M33: a booking is one event in Google and one in Odoo, moved and cancelled once, its guest told once each."""
        self.connected()
        self.native()
        booking = self.book(self.at(10))
        self.everything()
        self.assertEqual((len(self.events()), len(self.mine())), (1, 1))
        self.assertEqual(self.mails_there(), [("invitation", ("jane@doe.example",))])

        self.page._reschedule(booking, self.at(12), 30, "", "visitor")
        self.everything()
        self.assertEqual((len(self.events()), len(self.mine())), (1, 1))
        self.assertEqual(self.mails_there()[1:], [("update", ("jane@doe.example",))])

        booking._cancel("", "visitor")
        self.everything()
        self.assertEqual((len(self.events()), len(self.mine())), (0, 0))
        self.assertEqual(self.mails_there()[2:], [("cancellation", ("jane@doe.example",))])

    def test_their_sync_reads_before_our_link_is_stored(self):
        """P5: the event of a booking whose answer was lost is not imported as a meeting of its own."""
        self.connected()
        self.native()
        booking = self.book(self.at(10))
        self.work()
        booking.event_link_ids.unlink()
        self.sync_native()
        self.assertEqual((len(self.events()), len(self.mine())), (1, 1))

    def test_a_meeting_made_in_odoo(self):
        """M23: it goes out once, by Odoo's sync, while that is on."""
        self.connected()
        self.native()
        self.meet(self.at(10))
        self.everything()
        self.assertEqual((len(self.events()), len(self.mine())), (1, 1))

    def test_an_event_made_in_google(self):
        """M21: it comes in once, by Odoo's sync, while that is on."""
        self.connected()
        self.native()
        self.put(self.at(10))
        self.everything()
        self.assertEqual((len(self.events()), len(self.meetings())), (1, 1))

    def test_theirs_takes_over(self):
        """P8: turned on later, Odoo's sync goes on with what ours has linked, both ways, with nobody mailed."""
        self.connected()
        self.put(self.at(8))
        meeting = self.meet(self.at(10))
        self.work()
        self.poll()
        mails = self.mails_there()
        self.native()
        self.everything()
        self.assertEqual((len(self.events()), len(self.mine())), (2, 2))
        self.assertEqual(self.mails_there(), mails)
        meeting.with_user(self.host).write({"start": naive(self.at(14)), "stop": naive(self.at(15))})
        self.everything()
        self.assertEqual((len(self.events()), len(self.mine())), (2, 2))
        start = datetime.fromisoformat(self.there(meeting.google_id)["start"]["dateTime"])
        self.assertEqual(start, self.at(14))

    @mute_logger("odoo.addons.google_calendar.models.google_sync")
    def test_ours_takes_over(self):
        """P8: Odoo's sync stopped, ours goes on with what that had linked: nothing is made again on either side."""
        self.connected()
        self.native()
        self.put(self.at(8))
        meeting = self.meet(self.at(10))
        self.everything()
        self.host.sudo().google_synchronization_stopped = True
        self.poll()
        self.work()
        self.assertEqual((len(self.events()), len(self.mine())), (2, 2))
        meeting.with_user(self.host).name = "Renamed"
        self.committed()
        self.work()
        self.poll()
        self.assertEqual((len(self.events()), len(self.mine())), (2, 2))
        self.assertIn("Renamed", [event["summary"] for event in self.events()])

    def facts_here(self):
        """:return: [(start, title)] of the host's meetings in Odoo, archived ones left out"""
        return sorted((meeting.start, meeting.name) for meeting in self.mine())

    @mute_logger("odoo.addons.google_calendar.models.google_sync")
    def test_theirs_takes_over_our_series(self):
        """P8: a recurring meeting that ours has put into Google stays that one series, and invites nobody again."""
        self.connected()
        # In lower case: Odoo's sync takes another spelling of an address for one more guest.
        daily = {"recurrency": True, "rrule_type": "daily", "interval": 1, "end_type": "count", "count": 4}
        self.meet(self.at(10), guests=self.bob, **daily)
        self.work()
        meetings, mails, masters = self.mine(), self.mails_there(), [event["id"] for event in self.events()]
        self.native()
        self.everything()
        self.assertEqual(self.mine(), meetings)
        self.assertEqual([event["id"] for event in self.events()], masters)
        self.assertEqual(self.mails_there(), mails)

    @mute_logger("odoo.addons.google_calendar.models.google_sync")
    def test_theirs_takes_over_a_series_of_google(self):
        """P8: the occurrences that ours has brought into Odoo become those of Odoo's own recurring meeting."""
        self.connected()
        master = self.put(self.at(10), recurrence=["RRULE:FREQ=DAILY;COUNT=4"])
        self.poll()
        meetings = self.meetings()
        self.assertEqual(len(meetings), 4)
        facts, mails = self.facts_here(), self.mails_there()
        self.native()
        self.everything()
        self.assertEqual(self.facts_here(), facts)
        self.assertEqual(self.meetings(), meetings, "they keep what was noted on them")
        self.assertEqual(len(meetings.recurrence_id), 1)
        self.assertEqual(self.mails_there(), mails)
        self.change(master, summary="Renamed")
        self.everything()
        self.assertEqual(self.meetings().mapped("name"), ["Renamed"] * 4)
        self.assertEqual(self.meetings(), meetings)

    @mute_logger("odoo.addons.google_calendar.models.google_sync")
    def test_lines_of_a_description(self):
        """P8: a description of several lines keeps them through Odoo's sync and back to ours, which writes nothing."""
        self.connected()
        daily = {"recurrency": True, "rrule_type": "daily", "interval": 1, "end_type": "count", "count": 4}
        self.meet(self.at(10), guests=self.bob, description="<p>Prices<br>dates &lt; May</p>", **daily)
        self.put(self.at(14), description="One\n\ntwo & three")
        self.work()
        self.poll()
        said = sorted(event["description"] for event in self.events())
        self.assertTrue(all("\n" in text for text in said), said)
        self.native()
        for event in self.events():
            self.change(event["id"], location="Via Roma 1")  # Odoo's sync takes all of it anew
        self.everything()
        self.assertEqual(set(self.mine().mapped("location")), {"Via Roma 1"})
        here = {html_text(str(meeting.description)) for meeting in self.mine()}
        self.host.sudo().google_synchronization_stopped = True
        self.google_connection._reconcile_meetings()
        self.work()
        self.assertEqual(sorted(event["description"] for event in self.events()), said)
        self.assertEqual(sorted(here), sorted(plain_text(text) for text in said))


def as_google_reads(value):
    """Odoo's own sync sends ``null`` for what isn't set and numbers as properties; Google takes both kindly."""
    if isinstance(value, dict):
        kept = {name: as_google_reads(one) for name, one in value.items() if one is not None}
        for properties in kept.get("extendedProperties", {}).values():
            properties.update({name: str(one) for name, one in properties.items()})
        return kept
    return value
