"""What the tests of the public routes share: a page, the API, and what every refusal has in common."""

import json

from odoo.tests import HttpCase

from ..controllers.read_limit import buckets
from ..exceptions import PublicError
from .common import SchedulingCase

API = "/meetings/api/v1"


class PublicCase(SchedulingCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("meetings_scheduler.rate_limit", "0")
        cls.slug = cls.page.slug
        cls.page_api = f"{API}/pages/{cls.slug}"

    def setUp(self):
        super().setUp()
        buckets.clear()

    def form(self, start=None, **changes):
        """:return: the JSON body of a visitor who may book"""
        values = {
            "start": (start or self.at(10)).isoformat(),
            "duration": 30,
            "timezone": "Europe/Rome",
            "first_name": "Jane",
            "last_name": "Doe",
            "email": "jane@doe.example",
        }
        return {**values, **changes}

    def post(self, body, url=None, **options):
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        address = url or f"{self.page_api}/bookings"
        return self.url_open(address, data=json.dumps(body), headers=headers, allow_redirects=False, **options)

    def patch_half_booked(self):
        """Booking fails after something was written already, as when a race for a time is lost."""

        def book(page, request):
            page.env["res.partner"].create({"name": "Half booked"})
            raise PublicError(409, "lost", "Somebody was faster.")

        self.patch(type(self.page), "_book", book)

    def stored(self):
        """:return: what a refusal must not change"""
        models = (
            "scheduling.booking",
            "calendar.event",
            "res.partner",
            "crm.lead",
            "mail.mail",
            "scheduling.operation",
        )
        return {model: self.env[model].with_context(active_test=False).search_count([]) for model in models}

    def assert_refused(self, response, status, message, field=None):
        """A refusal has its status, its message at its field, and tells nothing of our inside."""
        self.assertEqual(response.status_code, status, response.text[:500])
        self.assertNotIn("Traceback", response.text)
        error = response.json()["error"]
        self.assertEqual(response.headers["Content-Type"], "application/json; charset=utf-8")
        self.assertNotIn("Set-Cookie", response.headers)
        messages = {item["field"]: item["message"] for item in error.get("fields", ())} or {
            error["field"]: error["message"]
        }
        self.assertIn(field, messages)
        self.assertIn(message, messages[field])

    def assert_booking_refused(self, body, status, message, field=None, **options):
        before = self.stored()
        self.assert_refused(self.post(body, **options), status, message, field)
        self.assertEqual(self.stored(), before)
