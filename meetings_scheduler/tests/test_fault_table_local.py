"""Faults 27-34 through the whole product: what fails is Odoo's own side, Google is well.

docs/developer/faults.md lists every fault with its test.
"""

import os
from datetime import timedelta
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .. import vault
from .google_case import ADDRESS, GoogleMixin
from .public_case import PublicCase
from .sync_case import SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"
POLL_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_connection_poll"
SYNC_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_connection_sync"
SERIALIZATION_FAILURE, DISK_FULL = "40001", "53100"


def database_fails(cr, code):
    """PostgreSQL refuses the statement, as it would with that SQLSTATE."""
    cr.execute(f"DO $$ BEGIN RAISE EXCEPTION 'refused by a test' USING ERRCODE = '{code}'; END $$")


@tagged("post_install", "-at_install")
class TestRepeatedRequest(GoogleMixin, PublicCase):
    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_serialization_failure(self):
        """Fault 27, P5: a request that lost against another transaction runs again; the calendar is asked once."""
        self.connect()
        book, times = type(self.page)._book, []

        def lose_once(page, request):
            booking = book(page, request)
            times.append(booking)
            if len(times) == 1:
                page.env.flush_all()
                database_fails(page.env.cr, SERIALIZATION_FAILURE)
            return booking

        self.patch(type(self.page), "_book", lose_once)
        before = self.state()
        answer = self.post(self.form(self.at(10)))
        self.assertEqual((answer.status_code, len(times)), (201, 2))
        after = self.state()
        asked = after["calls"][len(before["calls"]) :]
        self.assertEqual((asked, after["writes"]), (["freebusy.query"], before["writes"]))
        self.assertEqual(self.bookings.search_count([("page_id", "=", self.page.id)]), 1)
        self.run_outbox()
        self.assertEqual(len(self.events()), 1)
        self.assertEqual([mail["to"] for mail in self.state()["mails"]], [["jane@doe.example"]])


@tagged("post_install", "-at_install")
class TestFaultTableLocal(SyncCase):
    def write_of(self, booking):
        return self.operations.search([("booking_id", "=", booking.id), ("kind", "=", "write_event")])

    def lost_mails(self):
        """:return: the mails that tell the owner that access is lost"""
        self.run_outbox()
        return self.env["mail.mail"].search([("subject", "like", "Your calendar needs you")])

    def second(self):
        """:return: Anna's connection"""
        anna = new_test_user(self.env, "anna.local", "base.group_user,meetings_scheduler.group_personal_email")
        return self.connect(anna, email="anna@bianchi.example")

    # ------------------------------------------------------------ the cron's time and the database

    def test_cron_runs_out_of_time(self):
        """Fault 30, P20: out of time after one piece of work: the next run goes on where this one stopped."""
        mine, hers = self.connected(), self.second()
        commit = type(self.env["ir.cron"])._commit_progress

        def out_of_time(cron, processed=0, **progress):
            left = commit(cron, processed, **progress)
            return 0 if processed else left

        bookings = self.visit(10) | self.visit(12)
        due = fields.Datetime.now() - timedelta(minutes=1)
        (mine | hers).refresh_due = due
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", out_of_time):
            self.run_poll()
            self.assertEqual(len((mine | hers).filtered(lambda one: one.refresh_due == due)), 1)
            self.run_poll()
            self.assertFalse((mine | hers).filtered(lambda one: one.refresh_due == due))
            writes = self.operations.search([("state", "=", "pending")])
            for done in range(1, len(writes) + 1):
                self.run_job("scheduling.operation", "_cron_run")
                self.assertEqual(len(writes.filtered(lambda one: one.state == "done")), done)
        self.assertEqual(set(writes.mapped("attempts")), {1})
        self.assertEqual(len(self.events()), len(bookings))

    @mute_logger("odoo.sql_db", POLL_LOGGER)
    def test_database_refuses_what_was_read(self):
        """Faults 29 and 31, P19, P20: what can't be committed is read again: later, or at once if somebody else changed
        the same; others are read, the job goes on.
        """
        mine, hers = self.connected(), self.second()
        read = type(mine)._read_remote

        def refused(connection):
            read(connection)
            if connection.id == mine.id:
                connection.env.cr.precommit.add(lambda: database_fails(connection.env.cr, code))

        self.patch(type(mine), "_read_remote", refused)
        for code in (SERIALIZATION_FAILURE, DISK_FULL):
            with self.subTest(code=code):
                (mine | hers).hint_ids.unlink()
                past = fields.Datetime.now() - timedelta(minutes=10)
                mine.write({"refresh_due": past - timedelta(minutes=1), "checked_at": past})
                hers.write({"refresh_due": past, "checked_at": past})
                self.run_poll()
                self.assertEqual((mine.checked_at, mine.state), (past, "connected"))
                if code == SERIALIZATION_FAILURE:
                    self.assertTrue(mine.hint_ids, "it is tried again, at once")
                else:
                    self.assertGreater(mine.refresh_due, past, "it is tried again, later")
                self.assertGreater(hers.checked_at, past)

    @mute_logger("odoo.sql_db", SYNC_LOGGER)
    def test_disk_full_while_reading(self):
        """Fault 31, P14: the disk is full: no meeting is half there, the token stays, the owner sees it."""
        self.connected()
        self.put(self.at(10))
        carry_out, token = type(self.calendar)._carry_out, self.calendar.sync_token

        def full(calendar, *args, **kwargs):
            carry_out(calendar, *args, **kwargs)
            database_fails(calendar.env.cr, DISK_FULL)

        with patch.object(type(self.calendar), "_carry_out", full):
            self.poll(fails=True)
        self.assertEqual((self.calendar.sync_token, len(self.meetings())), (token, 0))
        words = self.google_connection._sync_facts()["error"]
        self.assertEqual(words, "This went wrong on our side. An administrator can look into it.")
        self.poll()
        self.assertEqual(len(self.meetings()), 1)
        self.assertNotEqual(self.calendar.sync_token, token)

    @mute_logger("odoo.sql_db")
    def test_disk_full_while_writing(self):
        """Faults 28 and 31, P5, P20: done in Google, not stored here: the job doesn't fail, in the end there is one."""
        self.connected()
        operations = type(self.operations)
        write, back_off = operations._do_write_event, operations._back_off

        def not_stored(operation, **arguments):
            write(operation, **arguments)
            database_fails(operation.env.cr, DISK_FULL)

        def not_noted(operation, error):
            back_off(operation, error)
            operation.env.flush_all()
            database_fails(operation.env.cr, DISK_FULL)

        for hour, patches in (
            (10, {"_do_write_event": not_stored}),
            (12, {"_do_write_event": not_stored, "_back_off": not_noted}),
        ):
            with self.subTest(patched=list(patches)):
                operation = self.write_of(self.visit(hour))
                with patch.multiple(operations, **patches), self.assertLogs(OUTBOX_LOGGER, "WARNING"):
                    self.run_outbox()
                self.assertIn(operation.state, ("pending", "running"))
                self.operations.search([("lease_until", "!=", False)]).lease_until = False
                self.operations.search([("state", "=", "running")]).next_attempt = fields.Datetime.now()
                self.work()
                self.assertEqual(operation.state, "done")
        self.assertEqual(len(self.events()), 2)
        invited = sorted(mail["to"] for mail in self.state()["mails"])
        self.assertEqual(invited, [["v10@doe.example"], ["v12@doe.example"]])

    # ------------------------------------------------------------ mail

    def test_mail_server_is_down(self):
        """Fault 32, P6: the booking stands; its mails wait and leave once, when the mail server is back."""
        now, elapsed = fields.Datetime.now(), timedelta()
        self.patch(fields.Datetime, "now", lambda: now + elapsed)
        servers = type(self.env["ir.mail_server"])
        with (
            self.mock_mail_gateway(),
            patch.object(servers, "_connect__", side_effect=ConnectionRefusedError),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            booking = self.book(self.at(10))
            for minutes in (0, 10, 20):
                elapsed = timedelta(minutes=minutes)
                self.run_outbox()
                self.env["mail.mail"].process_email_queue()
            self.assertEqual((booking.state, self._mails), ("confirmed", []))
            mails = self.operations.search([("booking_id", "=", booking.id)]).mail_id
            self.assertEqual(len(mails), 2, "one each for visitor and host")
        with self.mock_mail_gateway():
            for minutes in (30, 40, 50):
                elapsed = timedelta(minutes=minutes)
                self.run_outbox()
                self.env["mail.mail"].process_email_queue()
            self.assertEqual(
                sorted(mail["email_to"][0] for mail in self._mails),
                ['"Jane Doe" <jane@doe.example>', '"Laura Bianchi" <laura@bianchi.example>'],
            )
        self.assertFalse(mails.exists().filtered(lambda mail: mail.state != "sent"))

    # ------------------------------------------------------------ what a connection needs

    def test_key_is_missing_or_another(self):
        """Fault 33, P12: without the right key the account waits, requests are taken, and the key is named, once; with
        the key back all goes on by itself."""
        connection = self.connected()
        key = os.environ[vault.VARIABLE]
        other = Fernet.generate_key().decode()
        for number, (value, words) in enumerate((("", "there is no key"), (other, "another key"))):
            with self.subTest(words=words):
                told, calls = len(self.lost_mails()), len(self.state()["calls"])
                busy = connection.calendar_ids.busy_ids
                with patch.dict(os.environ, {vault.VARIABLE: value}):
                    for _time in range(3):
                        connection.refresh_due = fields.Datetime.now()
                        self.run_poll()
                    self.assertEqual(connection.state, "lost")
                    self.assertIn(words, connection.lost_reason)
                    self.assertIn(vault.OPTION, connection.lost_reason)
                    mails = self.lost_mails()
                    self.assertEqual(len(mails) - told, 1)
                    self.assertIn(words, mails[0].body_html)
                    self.assertEqual(self.visit(10 + number).state, "requested")
                    self.assertIn("it works again by itself", connection.lost_reason)
                self.assertEqual(connection.calendar_ids.busy_ids, busy)
                self.assertEqual(len(self.state()["calls"]), calls, "nothing is asked without a key")
                with patch.dict(os.environ, {vault.VARIABLE: f"{Fernet.generate_key().decode()},{key}"}):
                    self.run_poll()
                    self.assertEqual((connection.state, connection.lost_reason), ("connected", False))
                    self.assertEqual(self.visit(15 + number).state, "confirmed")
                self.assertEqual(len(self.lost_mails()) - told, 1)

    def test_key_is_back_but_the_consent_is_gone(self):
        """Faults 20 and 33: what only the owner can mend is told, once, also to who waits for an administrator."""
        connection = self.connected()
        operation = self.write_of(self.visit(10))
        with patch.dict(os.environ, {vault.VARIABLE: ""}):
            self.run_outbox()
            self.assertEqual((connection.state, operation.state, len(self.lost_mails())), ("lost", "pending", 1))
        self.google.control("revoke", email=ADDRESS)
        self.google.control("expire_access", email=ADDRESS)
        for _time in range(3):
            connection.refresh_due = fields.Datetime.now()
            self.run_poll()
        self.assertEqual((connection.state, connection.needs_setup, len(self.lost_mails())), ("lost", False, 2))
        self.assertIn("The permission has ended", connection.lost_reason)
        self.connect(again=connection.id)
        self.work()
        self.assertEqual((connection.state, operation.state), ("connected", "done"))

    def test_what_waited_for_the_key_is_written(self):
        """Fault 33, P12: a booking made before the key was gone is written once it is back; the client's secret, too,
        is sealed with it."""
        connection = self.connected()
        operation = self.write_of(self.visit(10))
        parameters = self.env["ir.config_parameter"].sudo()
        secret = parameters.get_param("meetings_scheduler.google_client_secret")
        parameters.set_param("meetings_scheduler.google_client_secret", False)
        self.run_outbox()
        self.assertEqual((connection.state, operation.state), ("lost", "pending"))
        self.assertIn("Google isn't set up yet", connection.lost_reason)
        parameters.set_param("meetings_scheduler.google_client_secret", secret)
        connection.refresh_due = fields.Datetime.now()
        self.run_poll()
        self.run_outbox()
        self.assertEqual((connection.state, operation.state), ("connected", "done"))
        self.assertEqual(len(self.events()), 1)

    def test_user_is_archived(self):
        """Fault 34: an archived user isn't offered, their calendar is left alone; back again, all goes on."""
        connection = self.connected()
        operation = self.write_of(self.visit(10))
        meeting = self.meet(self.at(14))
        connection.refresh_due = fields.Datetime.now()
        calls = len(self.state()["calls"])
        self.host.active = False
        self.assertFalse(self.env["scheduling.page"]._find_public(self.page.slug))
        self.assertFalse(connection._readable_users(self.host))
        self.run_poll()
        self.run_outbox()
        self.poll()
        self.run_job("scheduling.connection", "_cron_reconcile")
        self.assertEqual(operation.state, "pending")
        self.assertEqual(len(self.state()["calls"]), calls, "nothing is asked or written")
        self.assertEqual(connection.state, "connected")
        self.host.active = True
        self.run_poll()
        self.run_outbox()
        self.assertEqual(operation.state, "done")
        self.assertEqual(len(self.events()), 2)
        self.assertTrue(meeting.active)
        self.assertEqual(self.visit(16).state, "confirmed")

    def test_user_changes_company(self):
        """Fault 34: who left the page's company promises no time on it: it takes requests, and says why."""
        self.connected()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertTrue(self.page.is_connected)
        self.host.write({"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id})
        self.page.invalidate_recordset(["is_connected"])
        self.assertFalse(self.page.is_connected)
        booking = self.visit(10)
        self.assertEqual(booking.state, "requested")
        self.assertIn(self.page.company_id.name, booking._create_mail("requested", "host").body_html)
        self.work()
        self.assertEqual(self.events(), [], "nothing of the old company is written")
        self.host.write({"company_ids": [Command.link(self.page.company_id.id)]})
        self.page.invalidate_recordset(["is_connected"])
        self.assertTrue(self.page.is_connected)
        self.assertEqual(self.visit(12).state, "confirmed")
