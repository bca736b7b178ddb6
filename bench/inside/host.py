"""A host of a measurement: a user with an account of the stand-in for Google and a page that is open day and night."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.meetings_scheduler import vault
from odoo.addons.meetings_scheduler.forms import BookingRequest
from odoo.addons.meetings_scheduler.providers.oauth import new_state, new_verifier
from odoo.addons.meetings_scheduler.tests.google_case import StandIn

CLIENT, SECRET = "bench", "bench-secret"


class Host:
    """Named, so that another process finds the same one; every method works in the ``env`` it is given."""

    def __init__(self, name, google):
        self.name = name
        self.address = f"{name}@bianchi.example"
        self.google = StandIn(google)

    def prepare(self, env):
        """The stand-in forgets everything but this host's account, which is connected."""
        self.google.control("reset")
        self.google.control("account", email=self.address, name=self.name, zone="Europe/Rome")
        self.google.control("client", id=CLIENT, secret=SECRET, redirect_uris=[])
        for name, value in {
            "google_oauth_root": self.google.root,
            "google_api_root": self.google.root,
            "google_client_id": CLIENT,
            "google_client_secret": vault.seal(SECRET),
        }.items():
            env["ir.config_parameter"].set_param(f"meetings_scheduler.{name}", value)
        groups = ("base.group_user", "meetings_scheduler.group_personal_email")
        user = (
            env["res.users"]
            .with_context(no_reset_password=True, tracking_disable=True)
            .create(
                {
                    "name": self.name,
                    "login": self.name,
                    "email": self.address,
                    "tz": "Europe/Rome",
                    "group_ids": [Command.link(env.ref(group).id) for group in groups],
                }
            )
        )
        env["scheduling.page"].with_context(mail_auto_subscribe_no_notify=True).create(
            {
                "name": self.name,
                "slug": self.name,
                "user_id": user.id,
                "timezone": "UTC",
                "min_notice_hours": 0,
                "hours_ids": [Command.create({"day": str(day), "hour_from": 0, "hour_to": 24}) for day in range(7)],
            }
        )
        connections = env["scheduling.connection"].with_user(user)
        verifier = new_verifier()
        url = connections._authorization_url("google", new_state(), verifier)
        connections._connect("google", self.google.consent(url, email=self.address)["code"], verifier)

    def user(self, env):
        return env["res.users"].search([("login", "=", self.name)])

    def page(self, env):
        return env["scheduling.page"].search([("slug", "=", self.name)])

    def connection(self, env):
        return env["scheduling.connection"].search([("user_id", "=", self.user(env).id), ("provider", "=", "google")])

    def visitor(self, number):
        return f"visitor{number}-{self.name}@doe.example"

    def book(self, env, start, number, key=""):
        """A visitor sends their form; :return: the booking"""
        return self.page(env)._book(
            BookingRequest(
                start=start,
                duration_min=30,
                timezone="Europe/Rome",
                first_name="Jane",
                last_name=f"Doe {number}",
                email=self.visitor(number),
                email_normalized=self.visitor(number),
                lang="en_US",
                idempotency_key=key,
            )
        )

    def work(self, env):
        """The outbox's cron."""
        env["scheduling.operation"]._cron_run()
        env.cr.commit()

    def poll(self, env):
        """The cron that reads calendars, which is due."""
        self.connection(env).refresh_due = fields.Datetime.now() - timedelta(minutes=1)
        env.cr.commit()
        env["scheduling.connection"]._cron_poll()
        env.cr.commit()

    def events(self):
        """:return: the live events of the account's main calendar, as the stand-in holds them"""
        events = self.google.control("state")["calendars"][self.address]["events"]
        return [event for event in events if event["status"] != "cancelled"]
