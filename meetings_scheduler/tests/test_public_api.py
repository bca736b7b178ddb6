import re
from unittest.mock import patch

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .public_case import API, PublicCase


@tagged("post_install", "-at_install")
class TestApi(PublicCase):
    def document(self):
        return self.url_open(f"{API}/openapi.json").json()

    def check_shape(self, document, schema, answer):
        """:raises AssertionError: ``answer`` is not what the document promises, or holds what it doesn't tell of"""
        root = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
        errors = [
            f"{'.'.join(map(str, error.path))}: {error.message}" for error in OAS31Validator(root).iter_errors(answer)
        ]
        self.assertEqual(errors, [])
        undocumented = set(answer) - set(document["components"]["schemas"][schema]["properties"])
        self.assertFalse(undocumented, "the document doesn't tell of these")

    def test_document_is_openapi(self):
        """The document that is served is valid OpenAPI 3.1."""
        validate(self.document())

    def test_document_and_routes_agree(self):
        """Every route stands in the document, and every path of the document is a route, method by method."""
        documented = {
            (method.upper(), f"{API}{path}")
            for path, operations in self.document()["paths"].items()
            for method in operations
        }
        rules = self.env["ir.http"].routing_map(key=self.env["website"].get_current_website().id).iter_rules()
        routes = {
            (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
            for rule in rules
            if rule.rule.startswith(API)
            for method in rule.endpoint.routing["methods"]
        }
        self.assertEqual(routes, documented)

    def test_answers_have_the_documented_shape(self):
        """B7: page, slots, booking, moving and cancelling answer what the document promises; the reason is kept."""
        document = self.document()
        self.check_shape(document, "Page", self.url_open(self.page_api).json())
        self.check_shape(document, "Slots", self.url_open(f"{self.page_api}/slots").json())
        self.authenticate(self.host.login, self.host.login)
        explained = self.url_open(f"{self.page_api}/explain?date={self.at(0).date()}").json()
        self.check_shape(document, "Explanation", explained)
        self.logout()
        booked = self.post(self.form())
        self.check_shape(document, "Booking", booked.json())
        token = booked.json()["manage_url"].rpartition("/")[2]
        mine = f"{API}/bookings/{token}"
        self.check_shape(document, "Slots", self.url_open(f"{mine}/slots").json())
        moved = self.post({"start": self.at(12).isoformat(), "reason": "Train"}, url=f"{mine}/reschedule")
        self.check_shape(document, "Booking", moved.json())
        self.assertEqual(self.url_open(mine).json()["start"], moved.json()["start"])
        cancelled = self.post({"reason": "Ill"}, url=f"{mine}/cancel")
        self.check_shape(document, "Booking", cancelled.json())
        self.assertEqual((cancelled.json()["state"], cancelled.json()["reason"]), ("cancelled", "Ill"))
        self.check_shape(document, "Error", self.post({}).json())
        again = self.post({}, url=f"{mine}/cancel")
        self.assert_refused(again, 410, "cancelled already")

    def test_own_time_does_not_block_moving(self):
        """A meeting can be moved by less than its length."""
        token = self.post(self.form()).json()["manage_url"].rpartition("/")[2]
        self.page.increment = "15"
        quarter_past = self.at(10).replace(minute=15).isoformat()
        moved = self.post({"start": quarter_past}, url=f"{API}/bookings/{token}/reschedule")
        self.assertEqual(moved.status_code, 200, moved.text)

    def test_no_session(self):
        """The API sets no cookie, needs none, and ignores a forged one."""
        self.url_open("/")
        self.opener.cookies.clear()
        for response in (self.url_open(self.page_api), self.post(self.form())):
            self.assertNotIn("Set-Cookie", response.headers)
            self.assertLess(response.status_code, 300)

    def test_language(self):
        """The API answers in the language it is asked in, where the database has it."""
        self.env["res.lang"]._activate_lang("it_IT")
        self.page.with_context(lang="it_IT").name = "Prima chiamata"
        italian = self.url_open(self.page_api, headers={"Accept-Language": "it"}).json()
        english = self.url_open(self.page_api, headers={"Accept-Language": "xx,en;q=0.5"}).json()
        self.assertEqual((italian["name"], english["name"]), ("Prima chiamata", "Intro call"))

    def test_nothing_there(self):
        """Addresses and methods the API doesn't have answer in its own shape, without redirect to a language."""
        self.assert_refused(self.url_open(f"{API}/nowhere"), 404, "nothing at this address")
        self.assert_refused(self.url_open(f"{API}/bookings/{'x' * 20}/cancel"), 405, "method")
        self.assert_refused(self.url_open(self.page_api, method="DELETE"), 405, "method")
        self.assertEqual(self.url_open(self.page_api, method="DELETE").headers["Allow"], "GET, HEAD, OPTIONS")

    def test_unexpected_error(self):
        """An error nobody foresaw tells the visitor a reference, and nothing else."""
        secret = "psycopg2 SELECT secret"
        logger = "odoo.addons.meetings_scheduler.api_answers"
        failing = patch.object(type(self.page), "_public_info", side_effect=RuntimeError(secret))
        with failing, mute_logger("odoo.http"), self.assertLogs(logger, "ERROR") as logs:
            response = self.url_open(self.page_api)
        self.assert_refused(response, 500, "Something went wrong on our side")
        self.assertNotIn("secret", response.text)
        self.assertIn(response.json()["error"]["reference"], "\n".join(logs.output))

    @mute_logger("odoo.http")
    def test_refusal_of_a_model(self):
        """A sentence that the models have for people reaches them."""
        with patch.object(type(self.page), "_public_info", side_effect=UserError("Not today.")):
            response = self.url_open(self.page_api)
        self.assert_refused(response, 422, "Not today.")
