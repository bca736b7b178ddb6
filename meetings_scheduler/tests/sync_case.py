"""Two sides of one calendar: the host's Odoo and the stand-in for Google."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.mail.tests.common import MailCommon

from ..models.scheduling_page_slots import naive
from .common import SchedulingCase
from .google_case import ADDRESS, GoogleMixin

JANE = "jane@doe.example"


class SyncCase(GoogleMixin, SchedulingCase, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.links = cls.env["scheduling.event.link"]
        cls.jane = cls.env["res.partner"].create({"name": "Jane Doe", "email": "Jane@Doe.example"})
        cls.bob = cls.env["res.partner"].create({"name": "Bob Ray", "email": "bob@ray.example"})

    def connected(self, **settings):
        """:return: the connection, its calendar read for the first time"""
        if settings:
            self.google.control("settings", **settings)
        self.google_connection = self.connect()
        self.calendar = self.google_connection.main_calendar_id
        self.poll()
        return self.google_connection

    def poll(self, connection=None, fails=False):
        """As the poll does it."""
        connection = connection or self.google_connection
        self.env.flush_all()
        connection._sync_in()
        self.env.flush_all()
        if not fails:
            self.assertFalse(connection.main_calendar_id.sync_error)

    def anna(self, **values):
        """:return: a colleague who may connect a calendar"""
        rights = "base.group_user,meetings_scheduler.group_personal_email"
        values = {"name": "Anna", "email": "anna@bianchi.example", **values}
        return new_test_user(self.env, "anna.host", rights, **values)

    def tick(self, use_sync, user=None):
        """As Save on the calendar settings does it."""
        settings = self.env["scheduling.settings"].with_user(user or self.host)
        settings.save({"uses": {str(self.google_connection.id): {"use_sync": use_sync}}})

    def run_job(self, model, name):
        """One run of a scheduled job, in a transaction of its own; what it raises is raised here."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
            getattr(self.env(cr=cr, su=True)[model], name)()
        self.env.invalidate_all()

    def run_poll(self):
        self.run_job("scheduling.connection", "_cron_poll")

    def visit(self, hour):
        """Another visitor books or asks; :return: the booking"""
        email = f"v{hour}@doe.example"
        with self.enter_registry_test_mode():
            return self.book(self.at(hour), email=email, email_normalized=email)

    def told(self):
        """:return: how often the owner was, or is about to be, told that a calendar is lost"""
        return self.operations.search_count([("kind", "=", "tell_owner")])

    def takes_bookings(self):
        self.page.invalidate_recordset(["is_connected"])
        return self.page.is_connected

    # ------------------------------------------------------------ Google's side

    def timed(self, start, minutes=30, zone="Europe/Rome"):
        end = start + timedelta(minutes=minutes)
        return {
            "start": {"dateTime": start.isoformat(), "timeZone": zone},
            "end": {"dateTime": end.isoformat(), "timeZone": zone},
        }

    def body(self, start, guests=(JANE,), minutes=30, **body):
        return {
            "summary": "Demo",
            **self.timed(start, minutes),
            "attendees": [{"email": guest} for guest in guests],
            **body,
        }

    def put(self, start, guests=(JANE,), calendar=ADDRESS, **body):
        """The host makes an event in Google; :return: its id"""
        return self.google.control("event", calendar=calendar, body=self.body(start, guests, **body))["id"]

    def change(self, event_id, **body):
        self.google.control("change", calendar=ADDRESS, id=event_id, body=body)

    def remove(self, event_id):
        self.google.control("remove", calendar=ADDRESS, id=event_id)

    def there(self, event_id=None):
        """:return: the event in Google with that id, or the only one"""
        events = [one for one in self.events() if event_id in (None, one["id"])]
        self.assertEqual(len(events), 1, events)
        return events[0]

    def guests_there(self, event_id=None):
        return sorted(guest["email"] for guest in self.there(event_id).get("attendees", ()))

    # ------------------------------------------------------------ Odoo's side

    def meetings(self, partner=None):
        """:return: the meetings that are on the contact"""
        partner = partner or self.jane
        return self.env["calendar.event"].search([("partner_ids", "in", partner.ids)], order="start, id")

    def meet(self, start, guests=None, minutes=30, user=None, **values):
        """The host makes a meeting in Odoo, as the calendar's form does it."""
        user = user or self.host
        partners = user.partner_id | (self.jane if guests is None else guests)
        return (
            self.env["calendar.event"]
            .with_user(user)
            .create(
                {
                    "name": "Demo",
                    "start": naive(start),
                    "stop": naive(start) + timedelta(minutes=minutes),
                    "partner_ids": [Command.set(partners.ids)],
                    **values,
                }
            )
        )

    def work(self):
        """The outbox, whatever it waited for."""
        self.google_connection.paused_until = False
        self.operations.search([("state", "=", "pending")]).next_attempt = fields.Datetime.now()
        self.run_outbox()

    def open_operations(self):
        return self.operations.search([("state", "!=", "done")])

    def mails_there(self):
        return [(mail["kind"], tuple(mail["to"])) for mail in self.state()["mails"]]

    def notes(self, record):
        return [str(message.body) for message in record.message_ids]
