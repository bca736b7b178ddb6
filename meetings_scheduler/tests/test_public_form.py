from odoo.fields import Command
from odoo.tests import tagged

from .public_case import API, PublicCase

EMAIL_FORM = "should look like name@example.com"
IN_LETTERS = "in letters"
HIDDEN = "can't be shown"


@tagged("post_install", "-at_install")
class TestBadBookings(PublicCase):
    """RELIABILITY section 3, "Booking" and "Person/answers": each row by its number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        question = {"label": "Size", "type": "choice", "options": "small\nbig"}
        cls.page.write(
            {
                "question_ids": [
                    Command.create(question),
                    Command.create({"label": "Topic", "type": "text", "required": True}),
                    Command.create({"label": "People", "type": "number"}),
                    Command.create({"label": "Since", "type": "date"}),
                    Command.create({"label": "Parts", "type": "multiple", "options": "CRM\nShop"}),
                    Command.create({"label": "Terms", "type": "checkbox"}),
                ]
            }
        )
        cls.ids = [str(question.id) for question in cls.page.question_ids]

    def form(self, start=None, **changes):
        answers = {self.ids[1]: "Prices", **changes.pop("answers", {})}
        return super().form(start, answers=answers, **changes)

    def test_the_form_without_mistakes_is_booked(self):
        """M28: the form that the rows below spoil one by one is accepted as it stands."""
        response = self.post(self.form())
        self.assertEqual(response.status_code, 201, response.text)
        self.assertEqual(response.json()["state"], "confirmed")

    def test_person(self):
        """Rows 41-54: what isn't a person's data is refused at its field, and nothing is stored."""
        rows = {
            "41 no mail domain": ({"email": "a@b"}, "email", EMAIL_FORM),
            "42 header in mail": ({"email": "a@b.example\r\nBcc: x@y.example"}, "email", HIDDEN),
            "43 header in name": ({"first_name": "Name\nBcc: x"}, "first_name", HIDDEN),
            "44 long mail": ({"email": f"{'a' * 300}@doe.example"}, "email", "too long"),
            "45 mails": ({"email": "a@doe.example,b@doe.example"}, "email", "one e-mail address only"),
            "46 local part": ({"email": "jané@doe.example"}, "email", EMAIL_FORM),
            "47 host": ({"email": "Laura@Bianchi.example"}, "email", "host's own address"),
            "49 long name": ({"last_name": "a" * 10_000}, "last_name", "100 characters"),
            "50 override": ({"first_name": "Jane\u202eenaJ"}, "first_name", HIDDEN),
            "51 formula": ({"first_name": '=HYPERLINK("http://evil")'}, "first_name", IN_LETTERS),
            "52 markup": ({"last_name": "<script>alert(1)</script>"}, "last_name", IN_LETTERS),
            "53 template": ({"first_name": "{{7*7}}"}, "first_name", IN_LETTERS),
            "53 qweb": ({"first_name": "<t t-out='user'/>"}, "first_name", IN_LETTERS),
            "54 phone": ({"phone": "+++"}, "phone", "check the phone number"),
            "57 guests": ({"guests": [f"g{number}@doe.example" for number in range(100)]}, "guests", "10 guests"),
            "57 guest": ({"guests": "a@doe.example, nobody"}, "guests", EMAIL_FORM),
            "no name": ({"first_name": "  "}, "first_name", "your first name"),
            "NUL": ({"first_name": "Ja\x00ne"}, "first_name", HIDDEN),
            "web address": ({"first_name": "Win at http://evil.example"}, "first_name", IN_LETTERS),
        }
        for row, (changes, field, message) in rows.items():
            with self.subTest(row):
                self.assert_booking_refused(self.form(**changes), 400, message, field)

    def test_refused_domain(self):
        """Row 48: a mail domain that the administrator refuses is refused at the field."""
        self.env["ir.config_parameter"].set_param("meetings_scheduler.refused_email_domains", "trash.example")
        self.assert_booking_refused(self.form(email="a@trash.example"), 400, "trash.example can't be used", "email")

    def test_international_domain(self):
        """Row 46: an international mail domain is a mail domain."""
        response = self.post(self.form(email="jane@münchen.example"))
        self.assertEqual(response.status_code, 201, response.text)

    def test_answers(self):
        """Rows 51-56: answers are checked against their question, and refused at it."""
        rows = {
            "55 not listed": (0, "huge", "choose from the list: small, big"),
            "56 spaces": (1, "   ", "Please answer: Topic"),
            "number": (2, "many", "write a number"),
            "not finite": (2, "NaN", "write a number"),
            "date": (3, "2026-02-30", "write a date"),
            "one of several": (4, ["CRM", "Bank"], "choose from the list"),
            "long": (1, "a" * 501, "500 characters"),
            "list for text": (1, ["a"], "as text"),
        }
        for row, (index, answer, message) in rows.items():
            with self.subTest(row):
                body = self.form(answers={self.ids[index]: answer})
                self.assert_booking_refused(body, 400, message, f"answers.{self.ids[index]}")

    def test_answers_stay_text(self):
        """Rows 51-53: formula, markup and template in an answer are kept as text, and shown as text."""
        text = "=HYPERLINK(1) <script>alert(1)</script> {{7*7}}"
        token = self.post(self.form(answers={self.ids[1]: text})).json()["manage_url"].rpartition("/")[2]
        self.assertEqual(self.env["scheduling.answer"].search([("value", "=", text)]).label, "Topic")
        page = self.url_open(f"/meetings/manage/{token}").text
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}", page)
        self.assertNotIn("<script>alert(1)", page)

    def test_all_wrong_fields_at_once(self):
        """One answer names every wrong field, so nobody corrects a form one error at a time."""
        error = self.post({}).json()["error"]
        fields = [item["field"] for item in error["fields"]]
        self.assertEqual(fields, ["start", "first_name", "last_name", "email", f"answers.{self.ids[1]}"])
        self.assertEqual(error["field"], "start")

    def test_start(self):
        """Rows 27, 28: a start that isn't one moment is refused with the reason."""
        rows = {
            "no time": ("tomorrow", "not a time"),
            "number": (1700000000, "not a time"),
            "30 February": ("2027-02-30T10:00:00Z", "not a time"),
            "year 1": ("0001-01-01T00:00:00+14:00", "not a time"),
            "offset": ("2027-01-01T10:00:00+99:00", "not a time"),
            "27 skipped hour": ("2027-03-28T02:30:00", "does not exist in Europe/Rome"),
            "28 double hour": ("2027-10-31T02:30:00", "exists twice in Europe/Rome"),
        }
        for row, (start, message) in rows.items():
            with self.subTest(row):
                self.assert_booking_refused({**self.form(), "start": start}, 400, message, "start")

    def test_zone_and_duration(self):
        """Rows 19-24: an unknown zone or duration is refused, naming what would do."""
        unknown = "Unknown time zone; using Europe/Rome, please check."
        for zone in ("Mars/Base", "", "../../etc/passwd", ["Europe/Rome"]):
            with self.subTest(zone):
                self.assert_booking_refused(self.form(timezone=zone), 400, unknown, "timezone")
        for duration in (-15, 0, 17, "NaN", [30], True, 30.5):
            with self.subTest(duration):
                self.assert_booking_refused(self.form(duration=duration), 400, "Choose one of: 30", "duration")

    def test_zone_of_outlook(self):
        """Row 25: a zone by its Windows name is understood."""
        answer = self.post(self.form(timezone="W. Europe Standard Time")).json()
        self.assertEqual(answer["timezone"], "Europe/Berlin")

    def test_taken_time(self):
        """Rows 29-32: a time that isn't free answers 409 with the three nearest free times."""
        self.assertEqual(self.post(self.form()).status_code, 201)
        past = self.at(10, days=-1)
        self.page.min_notice_hours = 24
        for row, start in {"29 gone": self.at(10), "31 past": past, "32 notice": self.at(23, days=0)}.items():
            with self.subTest(row):
                before = self.stored()
                response = self.post(self.form(start, email="other@doe.example"))
                self.assertEqual(response.status_code, 409, response.text)
                self.assertEqual(len(response.json()["error"]["alternatives"]), 3)
                self.assertEqual(self.stored(), before)

    def test_refusal_takes_everything_back(self):
        """Row 29: what was written before a booking was refused is gone."""
        self.patch_half_booked()
        self.assert_booking_refused(self.form(), 409, "Somebody was faster.")

    def test_time_never_offered(self):
        """Row 30: a time off the grid is not offered, though nothing is in its way."""
        off_grid = self.at(10).replace(minute=7)
        self.assert_booking_refused(self.form(off_grid), 409, "isn't offered", "start")

    def test_fields_that_are_not_the_visitors(self):
        """Row 33: a host, company or state in the form changes nothing."""
        body = self.form(user_id=1, host="admin", company_id=2, state="cancelled", price=0, page_id=99)
        self.assertEqual(self.post(body).status_code, 201)
        booking = self.bookings.search([], limit=1)
        self.assertEqual((booking.user_id, booking.state, booking.page_id), (self.host, "confirmed", self.page))

    def test_double_click(self):
        """Rows 34, 35: the same form twice is one booking; the same key with other data is refused."""
        body = self.form(idempotency_key="double-click")
        first, second = self.post(body), self.post(body)
        self.assertEqual((first.status_code, second.status_code), (201, 201))
        self.assertEqual(first.json()["id"], second.json()["id"])
        self.assert_booking_refused({**body, "last_name": "Roe"}, 409, "with other data")
        header = self.post(self.form(), headers={"Idempotency-Key": "double-click"})
        self.assertEqual(header.json()["id"], first.json()["id"])

    def test_trap(self):
        """Row 37: who fills the field people don't see gets a neutral answer; nothing is stored."""
        before = self.stored()
        response = self.post(self.form(company_fax="x"))
        self.assertEqual((response.status_code, response.json()), (202, {"state": "received"}))
        self.assertEqual(self.stored(), before)

    def test_bodies_that_are_no_json(self):
        """Rows 61, 62: wrong encoding, deep nesting, other types and big bodies are refused, not crashed on."""
        rows = {
            "61 UTF-8": (b'{"first_name": "\xff\xfe"}', 400, "UTF-8"),
            "62 nested": (b"[" * 10_000 + b"]" * 10_000, 400, "one JSON object"),
            "nested object": (b'{"answers":' * 9_000 + b"1" + b"}" * 9_000, 413, "64 KB"),
            "array": (b"[]", 400, "one JSON object"),
            "empty": (b"", 400, "one JSON object"),
            "not finite": (b'{"duration": NaN}', 400, "one JSON object"),
            "58 big": (b'{"first_name": "' + b"a" * 70_000 + b'"}', 413, "64 KB"),
        }
        for row, (body, status, message) in rows.items():
            with self.subTest(row):
                before = self.stored()
                response = self.url_open(
                    f"{self.page_api}/bookings", data=body, headers={"Content-Type": "application/json"}, method="POST"
                )
                self.assert_refused(response, status, message)
                self.assertEqual(self.stored(), before)

    def test_consent(self):
        """A page that asks for consent books only with it, and keeps the version that was agreed to."""
        self.page.consent_text = "I agree."
        self.assert_booking_refused(self.form(), 400, "Please agree", "consent")
        self.assert_booking_refused(self.form(consent="0123456789ab"), 400, "has changed", "consent")
        self.assertEqual(self.post(self.form(consent=True)).status_code, 201)
        booking = self.bookings.search([], limit=1)
        self.assertEqual(booking.consent_version, self.page._public_info()["consent"]["version"])

    def test_other_pages_booking(self):
        """Row 3: an unknown page answers as a page that is hidden does."""
        self.page.is_published = False
        hidden = self.post(self.form())
        unknown = self.post(self.form(), url=f"{API}/pages/nowhere/bookings")
        self.assert_refused(hidden, 404, "This booking page is not available.")
        self.assertEqual(hidden.text, unknown.text)
