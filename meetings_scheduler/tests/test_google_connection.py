from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..providers.errors import AuthenticationFailed
from ..providers.google import LONGEST_QUERY
from ..providers.periods import split
from ..providers.transport import Transport
from .common import SchedulingCase
from .google_case import ADDRESS, GoogleMixin

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"


class GoogleCase(GoogleMixin, SchedulingCase):
    def add_event(self, start, calendar=ADDRESS, minutes=30, **body):
        end = start + timedelta(minutes=minutes)
        times = {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}}
        return self.google.control("event", calendar=calendar, body={"summary": "Busy", **times, **body})

    def is_free(self, start):
        return self.page._check_slot(start, 30).ok


@tagged("post_install", "-at_install")
class TestConnect(GoogleCase):
    def test_connect(self):
        """M1, M7, M8, M27: a Google account takes over from Odoo's calendar; its main calendar counts at once."""
        self.add_event(self.at(10))
        connection = self.connect()
        self.assertEqual((connection.state, connection.account, connection.use_pages), ("connected", ADDRESS, True))
        self.assertEqual(connection.main_calendar_id.remote_id, ADDRESS)
        self.assertEqual(self.connection.state, "disconnected")
        self.assertTrue(self.page.is_connected)
        self.assertFalse(self.is_free(self.at(10)))
        self.assertTrue(self.is_free(self.at(11)))

    def test_permission_needed(self):
        """M5: without *Personal email access* a crafted request is refused, and told who can grant it."""
        self.host.group_ids -= self.env.ref("meetings_scheduler.group_personal_email")
        with self.assertRaisesRegex(AccessError, "Personal email access.*can give it to you"):
            self.connect()
        self.assertEqual(self.state()["counts"].get("refresh", 0), 0)

    def test_unticked_permission_leaves_nothing(self):
        """M10: an unticked permission leaves nothing half-connected, and is named."""
        with self.assertRaisesRegex(UserError, "leave every box ticked.*freebusy"):
            self.connect(leave_out=("freebusy",))
        self.assertFalse(self.env["scheduling.credential"].search([]))

    def test_account_of_somebody_else(self):
        """M9: an account that another user of the database connected is refused."""
        self.connect()
        other = new_test_user(self.env, "other.google", "base.group_user,meetings_scheduler.group_personal_email")
        with self.assertRaisesRegex(UserError, "connected by Laura Bianchi already"):
            self.connect(other)

    def test_room_is_refused(self):
        """M9: a room or shared calendar is no personal mailbox."""
        room = "c_1@resource.calendar.google.com"
        self.google.control("account", email=room)
        with self.assertRaisesRegex(UserError, "Connect a personal mailbox"):
            self.connect(email=room)

    def test_second_account_is_refused(self):
        """M7: one account a user; the first is to be disconnected first."""
        self.connect()
        with self.assertRaisesRegex(UserError, "Disconnect it before"):
            self.connect(email="anna@bianchi.example")

    def test_reconnect_keeps_everything(self):
        connection = self.connect()
        calendars = connection.calendar_ids
        connection._lose("The permission has ended.")
        self.assertFalse(self.page.is_connected)
        self.assertEqual(self.connect(), connection)
        self.assertEqual((connection.state, connection.calendar_ids), ("connected", calendars))

    def test_disconnect_forgets(self):
        """M12: what the disclosure promises: no access, no busy times, no names of further calendars are left."""
        self.google.control("calendar", owner=ADDRESS, summary="Family")
        connection = self.connect()
        self.assertIn("Family", connection.calendar_ids.mapped("name"))
        self.add_event(self.at(10))
        connection._refresh_busy()
        grant = self.env["scheduling.credential"]._grant(connection)
        with self.enter_registry_test_mode():
            connection.with_user(self.host).action_disconnect()
        self.assertEqual(connection.calendar_ids, connection.main_calendar_id)
        self.assertFalse(connection.calendar_ids.busy_ids)
        self.assertFalse(self.env["scheduling.credential"].search([]))
        with Transport() as transport, self.assertRaises(AuthenticationFailed):  # revoked at Google, too
            connection._oauth_client(transport).refresh(grant)

    def test_tokens_are_nobodys_business(self):
        """Tokens are encrypted, and can't be read by anybody through the ORM or an export."""
        connection = self.connect()
        self.env.cr.execute("SELECT sealed FROM scheduling_credential")
        self.assertNotIn("ya29", self.env.cr.fetchone()[0])
        admin = self.env.ref("base.user_admin")
        for attempt in (
            lambda: self.env["scheduling.credential"].with_user(admin).search([]).read(["sealed"]),
            lambda: connection.with_user(self.host).read(["credential_ids"]),
            lambda: connection.with_user(admin).export_data(["credential_ids/sealed"]),
        ):
            with self.assertRaises(AccessError):
                attempt()


@tagged("post_install", "-at_install")
class TestCalendars(GoogleCase):
    def linked(self, role="reader"):
        """:return: (connection, a second calendar that counts, shared by Anna)"""
        shared = self.google.control("calendar", owner="anna@bianchi.example", summary="Trade fairs")["id"]
        self.google.control("share", calendar=shared, email=ADDRESS, role=role)
        connection = self.connect()
        calendar = connection.calendar_ids.filtered(lambda calendar: calendar.remote_id == shared)
        return connection, calendar

    def test_second_calendar_counts(self):
        """M29, M33: a time is offered only if it is free in every linked calendar; bookings go to the main one only."""
        connection, fairs = self.linked("writer")
        self.add_event(self.at(10), calendar=fairs.remote_id)
        connection._refresh_busy()
        self.assertTrue(self.is_free(self.at(10)), "not linked yet")
        fairs.counts = True
        connection._refresh_busy()
        self.assertFalse(self.is_free(self.at(10)))
        with self.enter_registry_test_mode():
            self.book(self.at(12))
        self.run_outbox()
        self.assertEqual(len(self.events()), 1)
        self.assertEqual(len(self.events(fairs.remote_id)), 1, "Anna's own event and nothing else")

    def test_second_calendar_tells_of_changes_at_once(self):
        """M29: a calendar that is ticked has its push channel from then on, not from the next poll."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.push_over_http", "1")
        _connection, fairs = self.linked()
        fairs.with_user(self.host).action_link()
        self.assertEqual(len(fairs.channel_ids), 1)

    def test_free_busy_only_can_not_be_linked(self):
        """M30: a calendar shared as free/busy only is listed as such; when a linked one is narrowed, it is lost."""
        connection, fairs = self.linked("freeBusyReader")
        self.assertEqual(fairs.role, "free_busy")
        with self.assertRaisesRegex(UserError, "See all event details"):
            fairs.with_user(self.host).action_link()
        self.google.control("share", calendar=fairs.remote_id, email=ADDRESS, role="reader")
        connection._refresh_busy()
        fairs.with_user(self.host).action_link()
        self.google.control("share", calendar=fairs.remote_id, email=ADDRESS, role="freeBusyReader")
        connection._refresh_busy()
        self.assertEqual(fairs.state, "lost")

    def test_lost_calendar_stops_booking_until_cured(self):
        """M34, M36: one calendar is lost: nobody can book; shared again, or removed, booking works at once."""
        connection, fairs = self.linked()
        fairs.with_user(self.host).action_link()
        self.google.control("share", calendar=fairs.remote_id, email=ADDRESS, role="")
        connection._refresh_busy()
        self.assertEqual(fairs.state, "lost")
        self.page.invalidate_recordset(["is_connected"])
        self.assertFalse(self.page.is_connected)
        asked = self.book(self.at(10))
        self.assertEqual(asked.state, "requested", "M35: the visitor's wish is not lost")
        mail = asked._create_mail("requested", "host")
        self.assertIn("Check again or remove it", mail.body_html, "M35: the cure is a button")
        self.assertIn(f"/odoo/calendar-settings?calendar={fairs.id}", mail.body_html)
        self.assertIn("Trade fairs", mail.body_html)
        self.google.control("share", calendar=fairs.remote_id, email=ADDRESS, role="reader")
        connection._refresh_busy()
        self.page.invalidate_recordset(["is_connected"])
        self.assertTrue(self.page.is_connected)
        late = asked._create_mail("requested", "host").body_html
        self.assertNotIn("?calendar=", late, "M36: no reminder of what is mended")
        self.google.control("share", calendar=fairs.remote_id, email=ADDRESS, role="")
        connection._refresh_busy()
        fairs.with_user(self.host).action_remove()
        self.page.invalidate_recordset(["is_connected"])
        self.assertTrue(self.page.is_connected)

    def test_fifty_calendars_are_one_call(self):
        for number in range(49):
            self.google.control("calendar", owner=ADDRESS, summary=f"Calendar {number}")
        connection = self.connect()
        connection.calendar_ids.counts = True
        before = self.state()["calls"].count("freebusy.query")
        connection._refresh_busy()
        self.assertEqual(len(connection.calendar_ids), 50)
        self.assertEqual(self.state()["calls"].count("freebusy.query") - before, 1)

    def test_usual_window_is_one_question_at_every_hour(self):
        """Also when it is tomorrow where the page is, or still yesterday."""
        connection = self.connect()
        for zone in ("Europe/Rome", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            self.page.timezone = zone
            for hour in range(24):
                with self.subTest(zone=zone, hour=hour), freeze_time(f"2026-11-25 {hour:02}:30:00"):
                    self.assertEqual(len(list(split(connection._busy_window(), LONGEST_QUERY))), 1)

    def test_every_calendar_that_counts_has_a_channel(self):
        """P9: two calendars count, two channels call; the cron makes them after the first read."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.push_over_http", "1")
        connection, fairs = self.linked()
        fairs.with_user(self.host).action_link()
        connection._refresh_soon()
        with self.enter_registry_test_mode():
            self.env.ref("meetings_scheduler.ir_cron_poll").method_direct_trigger()
        self.assertEqual({channel["calendar"] for channel in self.state()["channels"]}, {ADDRESS, fairs.remote_id})

    @mute_logger("odoo.addons.meetings_scheduler.models.scheduling_connection_poll")
    def test_one_broken_connection_stops_no_other(self):
        """P19, P20: whatever goes wrong with one connection, the cron goes on with the next and doesn't fail."""
        mine = self.connect()
        anna = new_test_user(self.env, "anna.poll", "base.group_user,meetings_scheduler.group_personal_email")
        hers = self.connect(anna, email="anna@bianchi.example")
        read, past = type(mine)._read_remote, fields.Datetime.now() - timedelta(minutes=1)

        def break_mine(connection):
            if connection.id == mine.id:
                raise ZeroDivisionError
            return read(connection)

        self.patch(type(mine), "_read_remote", break_mine)
        mine.refresh_due, hers.refresh_due = past - timedelta(minutes=1), past
        with self.enter_registry_test_mode():
            self.env.ref("meetings_scheduler.ir_cron_poll").method_direct_trigger()
        self.env.invalidate_all()
        self.assertGreater(mine.refresh_due, past, "it is tried again, later")
        self.assertGreater(hers.refresh_due, past)

    def test_grant_withdrawn(self):
        """Fault 20, M34: consent withdrawn at Google: the owner is told once, requests are taken, nothing is lost."""
        connection = self.connect()
        self.add_event(self.at(10))
        connection._refresh_busy()
        busy = connection.calendar_ids.busy_ids
        self.google.control("revoke", email=ADDRESS)
        with self.enter_registry_test_mode():
            for _time in range(3):
                connection._refresh_busy()
        self.assertEqual(connection.state, "lost")
        self.assertEqual(connection.calendar_ids.busy_ids, busy)
        self.assertEqual(self.operations.search_count([("kind", "=", "tell_owner")]), 1)
        self.run_outbox()
        self.assertFalse(self.operations.search([("kind", "=", "tell_owner"), ("state", "!=", "done")]), "told at once")
        mail = connection._create_lost_mail()
        self.assertIn("/meetings/connect/google", mail.body_html)

    def test_rate_limit_is_obeyed(self):
        """P11: told to wait 600 s, the connection is left alone for 600 s."""
        connection = self.connect()
        self.google.control(
            "fault",
            method="calendarList.list",
            action="status",
            status=429,
            reason="rateLimitExceeded",
            headers={"Retry-After": "600"},
        )
        connection._refresh_busy()
        self.assertEqual(connection.state, "connected")
        wait = (connection.paused_until - fields.Datetime.now()).total_seconds()
        self.assertTrue(590 <= wait <= 600, wait)

    def test_access_token_is_renewed_once(self):
        connection = self.connect()
        self.google.control("expire_access", email=ADDRESS)
        with self.enter_registry_test_mode():
            connection._refresh_busy()
        self.assertEqual(connection.state, "connected")
        self.assertEqual(self.state()["counts"]["refresh"], 1)
        connection._refresh_busy()
        self.assertEqual(self.state()["counts"]["refresh"], 1, "the renewed one was kept")


@tagged("post_install", "-at_install")
class TestBookings(GoogleCase):
    def setUp(self):
        super().setUp()
        self.google_connection = self.connect()

    def booked(self, hour=10, **changes):
        with self.enter_registry_test_mode():
            booking = self.book(self.at(hour), **changes)
        self.run_outbox()
        return booking

    def test_event_with_guest_and_one_invitation(self):
        """M2, M23, M33: the booking is in Google with its guest; Google alone sends the invitation."""
        booking = self.booked()
        (event,) = self.events()
        self.assertEqual(event["attendees"][0]["email"], "jane@doe.example")
        self.assertIn("Intro call", event["summary"])
        self.assertEqual([mail["to"] for mail in self.state()["mails"]], [["jane@doe.example"]])
        self.assertEqual(booking.invited_by, "provider")
        self.assertFalse(booking._create_mail("booked", "visitor").attachment_ids)
        self.assertEqual(booking.event_id.user_id, self.host, "and it is in the CRM")

    def test_meet_link(self):
        self.page.location_type = "meet"
        booking = self.booked()
        self.assertTrue(booking.location.startswith("https://meet.google.com/"), booking.location)
        self.assertEqual(booking.event_id.videocall_location, booking.location)
        self.assertIn(booking.location, booking._create_mail("booked", "visitor").body_html)

    def test_move_and_cancel_follow(self):
        booking = self.booked()
        with self.enter_registry_test_mode():
            booking._reschedule(self.at(14), 30)
        self.run_outbox()
        (event,) = self.events()
        self.assertTrue(event["start"]["dateTime"].startswith(self.at(14).strftime("%Y-%m-%dT")), event["start"])
        self.assertEqual(self.state()["writes"], 2)
        booking._cancel("Ill", "visitor")
        self.run_outbox()
        self.assertEqual(self.events(), [])
        self.assertFalse(booking.event_link_ids)

    def test_own_event_is_not_in_the_way(self):
        """The meeting that Google now calls busy doesn't stand in its own way when it is moved a little."""
        self.page.increment = "15"
        booking = self.booked()
        self.google_connection._refresh_busy()
        with self.enter_registry_test_mode():
            booking._reschedule(self.at(10) + timedelta(minutes=15), 30)
        self.assertEqual(booking.start.minute, 15)

    def test_lost_answer_makes_one_event(self):
        """Fault 7, P5: Google did it, the answer was lost: the repeat finds the event, one in the end."""
        self.google.control("fault", method="events.insert", action="lose")
        with mute_logger(OUTBOX_LOGGER):
            booking = self.booked()
        self.google_connection.paused_until = False
        self.operations.search([("state", "=", "pending")]).next_attempt = fields.Datetime.now()
        self.run_outbox()
        self.assertEqual(len(self.events()), 1)
        self.assertEqual(booking.event_link_ids.remote_id, self.events()[0]["id"])
        self.assertFalse(self.operations.search([("state", "!=", "done")]))

    def test_changed_in_google_meanwhile(self):
        """Fault 23, 40: the host moved the event in Google: that time wins, the booking and the visitor follow."""
        booking = self.booked()
        (event,) = self.events()
        times = {
            edge: {"dateTime": (self.at(16) + timedelta(minutes=minutes)).isoformat()}
            for edge, minutes in (("start", 0), ("end", 30))
        }
        self.google.control("change", calendar=ADDRESS, id=event["id"], body=times)
        with self.enter_registry_test_mode():
            booking._reschedule(self.at(14), 30)
        self.run_outbox()
        self.run_outbox()
        self.assertEqual(booking.start, self.at(16).replace(tzinfo=None))
        self.assertEqual(booking.event_id.start, booking.start)

    def test_deleted_in_google(self):
        """Fault 37: the host deleted the event in Google: found on the next write, the meeting is cancelled."""
        booking = self.booked()
        self.google.control("remove", calendar=ADDRESS, id=self.events()[0]["id"])
        with self.enter_registry_test_mode():
            booking._reschedule(self.at(14), 30)
        self.run_outbox()
        self.assertEqual(booking.state, "cancelled")
        self.assertEqual(self.events(), [])

    def test_live_check_sees_what_the_cache_does_not(self):
        """M2: what was put into Google a second ago is respected when a visitor books."""
        self.add_event(self.at(10))
        self.assertTrue(self.is_free(self.at(10)), "the cache doesn't know yet")
        with self.enter_registry_test_mode(), self.assertRaisesRegex(Exception, "Someone just took this time"):
            self.book(self.at(10))

    def test_silent_calendar(self):
        """M4: Google doesn't answer: with a fresh cache the visitor books, with an old one they ask."""
        for age, state in ((1, "confirmed"), (30, "requested")):
            self.google.control("fault", method="freebusy.query", action="reset")
            self.google_connection.checked_at = fields.Datetime.now() - timedelta(minutes=age)
            with self.enter_registry_test_mode():
                booking = self.book(
                    self.at(10 + age % 5), email=f"v{age}@doe.example", email_normalized=f"v{age}@doe.example"
                )
            self.assertEqual(booking.state, state)

    def test_waits_while_google_is_down(self):
        """P18: the booking stands, the write waits and happens when Google is back; other connections go on."""
        self.google.control("fault", method="events.insert", action="status", status=503, times=0)
        with mute_logger(OUTBOX_LOGGER):
            booking = self.booked()
        self.assertEqual(booking.state, "confirmed")
        waiting = self.operations.search([("kind", "=", "write_event")])
        self.assertEqual((waiting.state, waiting.attempts), ("pending", 1))
        self.assertGreater(self.google_connection.paused_until, fields.Datetime.now())
        self.google.control("clear_faults")
        self.google_connection.paused_until = False
        waiting.next_attempt = fields.Datetime.now()
        self.run_outbox()
        self.assertEqual(len(self.events()), 1)

    def test_push_schedules_a_read(self):
        """P9: a push with the right token makes the calendar due; a forged one (fault 45) does nothing."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.push_over_http", "1")
        calendar = self.google_connection.main_calendar_id
        calendar._renew_channels()
        channel = calendar.channel_ids
        self.assertEqual(len(channel), 1)
        calendar._renew_channels()
        self.assertEqual(calendar.channel_ids, channel, "not renewed before it is time")
        self.google_connection.hint_ids.unlink()
        channels = self.env["scheduling.channel"]
        self.assertFalse(channels._notified(channel.channel_id, "forged"))
        self.assertFalse(self.google_connection.hint_ids)
        with self.enter_registry_test_mode():
            self.env["scheduling.channel"].search([]).expires_at = fields.Datetime.now() + timedelta(hours=3)
            calendar._renew_channels()
        self.assertNotEqual(calendar.channel_ids, channel)
        self.assertEqual(len(self.state()["channels"]), 1, "the old one is stopped")
