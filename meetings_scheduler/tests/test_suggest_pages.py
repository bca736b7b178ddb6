from urllib.parse import urljoin

from lxml import html

from odoo.tests import tagged

from ..controllers.picker import instant
from .public_case import API, PublicCase


@tagged("post_install", "-at_install")
class TestSuggestPages(PublicCase):
    """The pages behind the links of host and visitor; all of it works without JavaScript."""

    def setUp(self):
        super().setUp()
        self.page.approval = "always"
        self.asked = self.book(self.at(10))
        self.host_url = f"/meetings/manage/{self.asked._mint_token('host')}"
        self.visitor_url = f"/meetings/manage/{self.asked._mint_token('visitor')}"

    def open(self, path, status=200):
        response = self.url_open(path)
        self.assertEqual(response.status_code, status)
        return html.fromstring(response.text).xpath("//div[@id='wrap']")[0]

    def send(self, path, **form):
        return self.url_open(path, data={"x": "1", **form}, allow_redirects=False)

    def suggest(self, *starts):
        self.asked._suggest(starts or [self.at(14), self.at(11, days=4)], "I'm on a train at ten.")

    def follow(self, path, link):
        return urljoin(path, link.get("href"))

    def test_the_host_chooses_times(self):
        """M4: from the link in the mail, a click a time, to the mail with the choices."""
        page = self.open(self.host_url)
        [link] = page.xpath(".//a[contains(., 'Suggest another time')]")
        path = link.get("href")
        page = self.open(path)
        self.assertIn("Jane asked for", page.text_content())
        self.assertFalse(page.xpath(".//form[contains(@action, '/suggest')]"), "nothing is chosen yet")
        asked = instant(self.at(10))
        times = page.xpath(".//a[contains(@class, 'o_ms_time')]")
        self.assertTrue(times)
        self.assertFalse([time for time in times if f"start={asked.replace(':', '%3A')}" in time.get("href")])
        for number in (1, 2, 3):
            path = self.follow(path, page.xpath(".//a[contains(@class, 'o_ms_time')]")[0])
            page = self.open(path)
            self.assertEqual(len(page.xpath(".//ul[contains(@class, 'o_ms_pick_list')]/li")), number)
        self.assertFalse(page.xpath(".//a[contains(@class, 'o_ms_time')]"), "three are enough")
        page = self.open(self.follow(path, page.xpath(".//a[starts-with(@aria-label, 'Remove')]")[0]))
        [picks] = page.xpath(".//input[@name='picks']/@value")
        self.assertEqual(len(picks.split(",")), 2)
        answer = self.send(f"{self.host_url}/suggest", picks=picks, note="Sorry, a train.")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.asked.state, "suggested")
        self.assertEqual([instant(slot.start) for slot in self.asked._coming_suggestions()], picks.split(","))
        done = self.open(answer.headers["Location"]).text_content()
        self.assertIn("Jane is choosing a time", done)
        self.assertIn("on its way to Jane@doe.example", done)

    def test_looking_changes_nothing(self):
        """Row 67: mail scanners open every link, and nothing is suggested or chosen."""
        self.open(f"{self.host_url}/suggest?picks={instant(self.at(14))}")
        self.assertEqual(self.asked.state, "requested")
        self.suggest()
        self.open(f"{self.visitor_url}?start={instant(self.at(14))}")
        for action in ("choose", "refuse"):
            self.assertIn(self.url_open(f"{self.visitor_url}/{action}").status_code, (404, 405))
        self.assertEqual(self.asked.state, "suggested")

    def test_the_visitor_chooses(self):
        """M4: the link of a time in the mail has it ticked; one button books it."""
        self.suggest()
        page = self.open(f"{self.visitor_url}?start={instant(self.at(14))}")
        self.assertIn("Laura Bianchi suggests another time", page.text_content())
        self.assertIn("I'm on a train at ten.", page.text_content())
        self.assertEqual(page.xpath(".//input[@name='start'][@checked]/@value"), [instant(self.at(14))])
        answer = self.send(f"{self.visitor_url}/choose", start=instant(self.at(14)))
        self.assertEqual(answer.status_code, 303)
        self.assertIn("You're booked with Laura Bianchi", self.open(answer.headers["Location"]).text_content())
        again = self.send(f"{self.visitor_url}/choose", start=instant(self.at(14)))
        self.assertEqual(again.status_code, 303, "a double click is one choice")
        late = self.send(f"{self.visitor_url}/choose", start=instant(self.at(11, days=4)))
        self.assertEqual(late.status_code, 409)

    def test_a_time_taken_meanwhile(self):
        """Row 29: a friendly sentence and the other suggested time; when none is left, the page itself."""
        self.suggest()
        self.page.approval = "none"
        self.book(self.at(14), email="other@doe.example", email_normalized="other@doe.example")
        answer = self.send(f"{self.visitor_url}/choose", start=instant(self.at(14)))
        self.assertEqual(answer.status_code, 409)
        page = html.fromstring(answer.text)
        self.assertIn("Someone just took this time", page.text_content())
        self.assertEqual(page.xpath("//input[@name='start'][not(@disabled)]/@value"), [instant(self.at(11, days=4))])
        self.book(self.at(11, days=4), email="third@doe.example", email_normalized="third@doe.example")
        page = self.open(self.visitor_url)
        self.assertIn("None of the suggested times is free any more", page.text_content())
        self.assertFalse(page.xpath(".//input[@name='start']"))

    def test_none_suits(self):
        """B7: the visitor says no with a reason, and is led on to the page."""
        self.suggest()
        answer = self.send(f"{self.visitor_url}/refuse", reason="Only mornings")
        page = self.open(answer.headers["Location"])
        self.assertIn("Laura Bianchi knows that none of these times suits you.", page.text_content())
        self.assertTrue(page.xpath(f".//a[contains(@href, '{self.page.slug}')]"))
        self.assertEqual((self.asked.state, self.asked.reason), ("cancelled", "Only mornings"))

    def test_each_has_their_own_part(self):
        """Row 64: a visitor can't suggest, a host can't choose."""
        form = {"picks": instant(self.at(14)), "start": instant(self.at(14))}
        self.assertEqual(self.url_open(f"{self.visitor_url}/suggest").status_code, 404)
        self.assertEqual(self.send(f"{self.visitor_url}/suggest", **form).status_code, 404)
        self.assertEqual(self.asked.state, "requested")
        self.suggest()
        for action in ("choose", "refuse"):
            self.assertEqual(self.send(f"{self.host_url}/{action}", **form).status_code, 404)
        self.assertEqual(self.asked.state, "suggested")

    def test_bad_picks(self):
        """Rows 25, 31: what isn't a time, a past or a taken one is refused in words, and nothing is suggested."""
        for picks in ("x", "2020-01-01T10:00:00Z", ",".join(instant(self.at(hour)) for hour in range(11, 20)), ""):
            with self.subTest(picks):
                self.open(f"{self.host_url}/suggest?picks={picks}", 400 if picks == "x" else 200)
                answer = self.send(f"{self.host_url}/suggest", picks=picks)
                self.assertIn(answer.status_code, (400, 409))
                self.assertNotIn("Traceback", answer.text)
        self.assertEqual(self.asked.state, "requested")

    def test_pages_are_private(self):
        headers = self.url_open(f"{self.host_url}/suggest").headers
        self.assertEqual((headers["Cache-Control"], headers["Referrer-Policy"]), ("no-store", "no-referrer"))

    def test_the_api(self):
        """The API tells of suggested times and takes the choice as a new time."""
        self.suggest()
        token = self.visitor_url.rpartition("/")[2]
        facts = self.url_open(f"{API}/bookings/{token}?tz=UTC").json()
        self.assertEqual(facts["state"], "suggested")
        self.assertEqual(facts["suggestions"], [self.at(14).isoformat(), self.at(11, days=4).isoformat()])
        self.assertEqual(facts["note"], "I'm on a train at ten.")
        address = f"{API}/bookings/{token}/reschedule"
        self.assert_refused(
            self.post({"start": self.at(12).isoformat()}, url=address), 409, "one of the suggested times", "start"
        )
        self.assertEqual(self.post({"start": self.at(14).isoformat()}, url=address).json()["state"], "confirmed")

    def test_the_owner_sees_the_page_in_their_zone(self):
        """The host chooses in their own time zone, the visitor in the visitor's."""
        self.suggest()
        self.assertIn("Rome", self.open(self.host_url).text_content())
        self.assertIn("New York", self.open(self.visitor_url).text_content())
