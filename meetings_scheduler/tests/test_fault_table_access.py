"""Faults 5, 20-22, 24 and 25 through the whole product: Google can't be trusted, or doesn't let us in any more."""

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..providers.transport import Transport
from .google_case import ADDRESS
from .sync_case import SyncCase

OUTBOX_LOGGER = "odoo.addons.meetings_scheduler.models.scheduling_operation"
ROOT = "meetings_scheduler.google_api_root"


def unsigned(folder):
    """:return: path of a key with a certificate that nobody vouches for"""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today, day = datetime.now(timezone.utc), timedelta(days=1)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, today - day, today + day)
    path = Path(folder) / "both.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return path


@tagged("post_install", "-at_install")
class TestFaultTableAccess(SyncCase):
    def setUp(self):
        super().setUp()
        self.connected()

    def refresh(self):
        with self.enter_registry_test_mode():
            self.google_connection._refresh_busy()
        self.env.flush_all()

    # ------------------------------------------------------------ ways to lose it

    @contextmanager
    def untrusted(self):
        """The server's certificate is signed by nobody."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
            context.load_cert_chain(unsigned(folder))

            def serve():
                with suppress(OSError):  # the listener was closed
                    while True:
                        connection, _address = listener.accept()
                        with connection, suppress(OSError):
                            context.wrap_socket(connection, server_side=True).close()

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            self.env["ir.config_parameter"].set_param(ROOT, f"https://localhost:{listener.getsockname()[1]}")
            yield
            self.env["ir.config_parameter"].set_param(ROOT, self.google.root)
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)

    @contextmanager
    def revoked(self):
        self.google.control("revoke", email=ADDRESS)
        self.google.control("expire_access", email=ADDRESS)
        yield

    @contextmanager
    def renewed_by_the_dead(self):
        """A worker renewed the token and died before it was kept; Google takes the old one no more."""
        self.google.control("settings", rotate_refresh_tokens=True)
        self.google.control("expire_access", email=ADDRESS)
        grant = self.env["scheduling.credential"]._grant(self.google_connection)
        with Transport() as transport:
            self.google_connection._oauth_client(transport).refresh(grant)
        yield

    def test_access_is_lost_while_a_visitor_books(self):
        """Faults 5, 20 and 22, P12: the booking stands and its write waits, the owner is told once, who comes later
        may ask; connected anew, there is one event, and bookings are taken."""
        for number, (fault, lose) in enumerate(
            ((5, self.untrusted), (20, self.revoked), (22, self.renewed_by_the_dead))
        ):
            with self.subTest(fault=fault):
                before, told, busy = self.state(), self.told(), self.calendar.busy_ids
                with lose(), mute_logger(OUTBOX_LOGGER):
                    booking = self.visit(8 + 3 * number)
                    for _time in range(2):
                        self.work()
                        self.refresh()
                    self.assertEqual(booking.state, "confirmed")
                    self.assertEqual((self.google_connection.state, self.told() - told), ("lost", 1))
                    self.assertEqual(self.open_operations().mapped("kind"), ["write_event"])
                    self.assertFalse(self.takes_bookings())
                    self.assertEqual(self.visit(9 + 3 * number).state, "requested")
                self.assertEqual(self.state()["writes"], before["writes"])
                self.assertEqual(self.calendar.busy_ids, busy, "E: nothing is deleted")
                self.connect()
                self.work()
                mine = [event for event in self.events() if booking.email in str(event.get("attendees"))]
                self.assertEqual(len(mine), 1)
                self.assertEqual(self.state()["writes"] - before["writes"], 1)
                self.assertEqual(len(self.state()["mails"]) - len(before["mails"]), 1, "one invitation")
                self.assertTrue(self.takes_bookings())

    # ------------------------------------------------------------ tokens

    def test_two_workers_renew_the_token(self):
        """Fault 21: two workers hold the token that has just ended: one renews it, the other takes what came."""
        credentials = self.env["scheduling.credential"]
        with Transport() as transport, self.enter_registry_test_mode():
            client = self.google_connection._oauth_client(transport)
            first, second = (credentials._token_source(self.google_connection, client) for _worker in range(2))
            self.google.control("expire_access", email=ADDRESS)
            stale = first.token()
            renewed = first.renew(stale)
            self.assertEqual(second.renew(stale), renewed)
        self.assertNotEqual(renewed, stale)
        self.assertEqual(self.state()["counts"]["refresh"], 1)
        self.refresh()
        self.assertEqual((self.google_connection.state, self.state()["counts"]["refresh"]), ("connected", 1))

    # ------------------------------------------------------------ one calendar

    def linked(self):
        """:return: a second calendar that counts, shared by Anna"""
        shared = self.google.control("calendar", owner="anna@bianchi.example", summary="Trade fairs")["id"]
        self.google.control("share", calendar=shared, email=ADDRESS, role="reader")
        self.put(self.at(20), calendar=shared)
        self.refresh()
        fairs = self.google_connection.calendar_ids.filtered(lambda calendar: calendar.remote_id == shared)
        with self.enter_registry_test_mode():
            fairs.with_user(self.host).action_link()
        return fairs

    def test_calendar_is_deleted(self):
        """Fault 24, M34, M36, P14: a linked calendar was deleted: its owner is told once, nobody can book, nothing
        known goes; removed, bookings are taken again."""
        fairs = self.linked()
        busy, before = self.google_connection.calendar_ids.busy_ids, self.state()
        self.assertTrue(fairs.busy_ids)
        self.google.control("delete_calendar", calendar=fairs.remote_id)
        for _time in range(3):
            self.refresh()
            self.poll()
        self.assertEqual((fairs.state, self.google_connection.state, self.told()), ("lost", "connected", 1))
        self.assertEqual(self.google_connection.calendar_ids.busy_ids, busy)
        self.assertEqual(self.visit(10).state, "requested")
        self.assertEqual((self.state()["writes"], self.state()["mails"]), (before["writes"], before["mails"]))
        mail = self.google_connection._create_lost_mail()
        self.assertIn("We can't use your calendar Trade fairs any more", mail.body_html)
        self.assertIn(f"/odoo/calendar-settings?calendar={fairs.id}", mail.body_html)
        self.assertIn("Check again or remove it", mail.body_html)
        fairs.with_user(self.host).action_remove()
        self.assertTrue(self.takes_bookings())
        self.assertEqual(self.visit(12).state, "confirmed")

    def test_main_calendar_can_only_be_read(self):
        """Fault 25, M36, M37: the right to write is lost: noticed when calendars are read, before anybody books; the
        owner is told once with the cure; what must be written waits, and happens when the right is back."""
        earlier = self.visit(8)
        self.work()
        before = self.state()
        self.google.control("share", calendar=ADDRESS, email=ADDRESS, role="reader")
        for _time in range(3):
            self.refresh()
        self.assertEqual((self.calendar.state, self.google_connection.state), ("lost", "connected"))
        self.assertEqual(self.told(), 1)
        self.assertFalse(self.takes_bookings())
        self.assertEqual(self.visit(10).state, "requested")
        earlier._cancel("Ill", "visitor")
        self.work()
        self.assertEqual(self.open_operations().mapped("attempts"), [0], "it waits, nothing is tried in vain")
        self.assertEqual((self.state()["writes"], self.state()["mails"]), (before["writes"], before["mails"]))
        mail = self.google_connection._create_lost_mail()
        self.assertIn("for the right to change events", mail.body_html)
        self.assertIn(">Check again</a>", " ".join(mail.body_html.split()).replace(" <", "<").replace("> ", ">"))
        card = self.env["scheduling.dashboard"].with_user(self.host)._calendar(self.google_connection)
        self.assertEqual(card["light"], "red")
        self.assertIn("You may only read this calendar", card["lost_reason"])

        self.google.control("share", calendar=ADDRESS, email=ADDRESS, role="writer")
        self.refresh()
        self.assertEqual((self.calendar.state, self.told()), ("active", 1))
        self.assertTrue(self.takes_bookings())
        self.run_outbox()
        self.assertEqual((self.events(), len(self.open_operations())), ([], 0))
        self.assertEqual(self.visit(12).state, "confirmed")

    # ------------------------------------------------------------ only writing

    @contextmanager
    def refusing(self, method="events.insert"):
        self.google.control(
            "fault", method=method, account=ADDRESS, times=0, action="status", status=403, reason="forbidden"
        )
        yield
        self.google.control("clear_faults")

    def booking_that_is_refused(self, hour):
        """:return: (booking, its write): Google lets the calendar be read, but not this be written"""
        booking = self.visit(hour)
        with mute_logger(OUTBOX_LOGGER):
            self.work()
        return booking, self.operations.search([("booking_id", "=", booking.id), ("kind", "=", "write_event")])

    def test_writes_are_refused(self):
        """Fault 36, M36, M37: a booking may not be written: the account stays connected and is read, the owner is told
        once with one thing to do, no time is promised; written when the right is back, without anybody's doing."""
        before = self.state()
        with self.refusing():
            booking, write = self.booking_that_is_refused(10)
            foreign = self.put(self.at(20))
            for _time in range(3):
                self.refresh()
                self.poll()
            self.assertEqual((self.google_connection.state, self.calendar.state), ("connected", "lost"))
            self.assertTrue(self.meetings(), f"{foreign} is read all the same")
            self.assertEqual((booking.state, write.state, self.told()), ("confirmed", "pending", 1))
            self.assertFalse(self.takes_bookings())
            self.assertEqual(self.visit(12).state, "requested")
            mail = self.google_connection._create_lost_mail()
            self.assertIn("then press “Check again”", mail.body_html)
            self.assertIn(f"/odoo/calendar-settings?calendar={self.calendar.id}", mail.body_html)
            card = self.env["scheduling.dashboard"].with_user(self.host)._calendar(self.google_connection)
            self.assertEqual((card["light"], card["reconnect_url"]), ("red", None), "there is nothing to connect again")
            with mute_logger(OUTBOX_LOGGER):
                for _time in range(25):
                    self.work()
            self.assertEqual((write.state, self.told()), ("pending", 1), "it is never given up")
            self.assertGreater(write.next_attempt, fields.Datetime.now() + timedelta(hours=4), "and rarely tried")
        self.refresh()
        self.assertFalse(self.takes_bookings(), "that it can be read proves nothing")
        self.work()
        self.assertEqual((write.state, self.calendar.state, self.told()), ("done", "active", 1))
        self.assertTrue(self.takes_bookings())
        self.assertEqual(len([mail for mail in self.state()["mails"] if booking.email in mail["to"]]), 1)
        self.assertEqual(len(self.state()["mails"]) - len(before["mails"]), 1)

    def test_check_again_tries_to_write(self):
        """Fault 36, M36: the owner's button tries what was refused at once, and says the truth."""
        with self.refusing():
            _booking, write = self.booking_that_is_refused(10)
            with self.enter_registry_test_mode(), mute_logger(OUTBOX_LOGGER):
                self.calendar.with_user(self.host).action_check_again()
            self.assertEqual((self.calendar.state, write.state), ("lost", "pending"))
        with self.enter_registry_test_mode():
            self.calendar.with_user(self.host).action_check_again()
        self.assertEqual((self.calendar.state, write.state, self.told()), ("active", "done", 1))
        self.assertTrue(self.takes_bookings())

    def test_right_to_write_goes_while_a_visitor_books(self):
        """Faults 25 and 36, M36: the write itself finds out; once the list of calendars says so, the list is believed,
        and so it is when the right is back."""
        self.google.control("share", calendar=ADDRESS, email=ADDRESS, role="reader")
        _booking, write = self.booking_that_is_refused(10)
        self.assertEqual((self.google_connection.state, self.calendar.state), ("connected", "lost"))
        self.refresh()
        attempts = write.attempts
        self.work()
        self.assertEqual(write.attempts, attempts, "it waits, nothing is tried in vain")
        self.google.control("share", calendar=ADDRESS, email=ADDRESS, role="writer")
        self.refresh()
        self.assertTrue(self.takes_bookings())
        self.run_outbox()
        self.assertEqual((write.state, self.told()), ("done", 1))

    def test_refused_write_of_a_booking_that_is_gone(self):
        """Fault 36: with nothing left to be written the calendar counts as mended; the next booking tries."""
        with self.refusing():
            _booking, write = self.booking_that_is_refused(10)
            write.unlink()
            self.refresh()
            self.assertTrue(self.takes_bookings())
            self.booking_that_is_refused(12)
            self.assertFalse(self.takes_bookings())
        self.connect(again=self.google_connection.id)
        self.assertTrue(self.takes_bookings(), "connected anew, it is believed")
