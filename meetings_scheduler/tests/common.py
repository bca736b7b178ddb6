"""What the Odoo tests share: a host with a connected calendar, a page that is open all week, a visitor's form."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from ..forms import BookingRequest

ROME = ZoneInfo("Europe/Rome")


class SchedulingCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        # Once for all tests of a class: one that runs over midnight (UTC) means the same days before and after.
        cls.today = datetime.now(timezone.utc).date()
        cls.host = new_test_user(
            cls.env, "laura.host", name="Laura Bianchi", email="laura@bianchi.example", tz="Europe/Rome"
        )
        cls.connection = cls.env["scheduling.connection"]._connect_odoo(cls.host)
        cls.page = cls.env["scheduling.page"].create(
            {
                "name": "Intro call",
                "slug": "intro-call-test",
                "user_id": cls.host.id,
                "timezone": "Europe/Rome",
                "min_notice_hours": 0,
                "hours_ids": [Command.create({"day": str(day), "hour_from": 0, "hour_to": 24}) for day in range(7)],
            }
        )
        cls.bookings = cls.env["scheduling.booking"]
        cls.operations = cls.env["scheduling.operation"]

    @classmethod
    def at(cls, hour, days=3):
        """:return: aware UTC, ``hour`` o'clock UTC some days from today"""
        return datetime.combine(cls.today + timedelta(days=days), time(hour), timezone.utc)

    @classmethod
    def rome(cls, day, hour):
        """:return: aware UTC, ``hour`` (14.5 is half past two) o'clock in Rome on that date"""
        wall = datetime.combine(day, time(int(hour), round(hour % 1 * 60)), ROME)
        return wall.astimezone(timezone.utc)

    @classmethod
    def later(cls, moment, days):
        """:return: aware UTC, the same time on Rome's clocks some days later, even if they change meanwhile"""
        return (moment.astimezone(ROME) + timedelta(days=days)).astimezone(timezone.utc)

    @classmethod
    def half_hours(cls, day):
        """:return: how many that date has in Rome: 48, but when the clocks change"""
        return (cls.rome(day + timedelta(days=1), 0) - cls.rome(day, 0)) // timedelta(minutes=30)

    @classmethod
    def request(cls, start, **changes):
        """:return: the form of a visitor who wants half an hour from ``start``"""
        values = {
            "start": start,
            "duration_min": 30,
            "timezone": "America/New_York",
            "first_name": "Jane",
            "last_name": "Doe",
            "email": "Jane@doe.example",
            "email_normalized": "jane@doe.example",
            "lang": "en_US",
        }
        return BookingRequest(**{**values, **changes})

    @classmethod
    def book(cls, start, page=None, **changes):
        return (page or cls.page)._book(cls.request(start, **changes))

    def run_outbox(self):
        """Carries out what is due, as the cron does."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("meetings_scheduler.ir_cron_outbox").method_direct_trigger()
        self.operations.invalidate_model()
