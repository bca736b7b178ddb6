from datetime import datetime

from odoo.tests import new_test_user, tagged

from .public_case import API, PublicCase


@tagged("post_install", "-at_install")
class TestExplainApi(PublicCase):
    def explain(self, slug=None, **query):
        values = {"date": self.at(0, 3).date().isoformat(), **query}
        text = "&".join(f"{name}={value}" for name, value in values.items() if value is not None)
        return self.url_open(f"{API}/pages/{slug or self.slug}/explain?{text}")

    def sign_in(self, user):
        self.authenticate(user.login, user.login)

    def test_the_owner_sees_every_reason(self):
        """B8: in the API too, the owner is told of each time of a day what keeps it from being offered."""
        booking = self.book(self.at(12))
        self.page.min_notice_hours = 24
        self.sign_in(self.host)
        response = self.explain()
        self.assertEqual(response.status_code, 200, response.text)
        answer = response.json()
        self.assertEqual(answer, self.page.with_user(self.host).explain(self.at(0, 3).date().isoformat()))
        self.assertEqual(len(answer["times"]), self.half_hours(self.at(0, 3).date()))
        refused = [time for time in answer["times"] if not time["offered"]]
        self.assertEqual([datetime.fromisoformat(time["start"]) for time in refused], [self.at(12)])
        self.assertEqual(refused[0]["reasons"][0]["record"], ["scheduling.booking", booking.id])
        codes = {
            reason["code"]
            for time in self.explain(date=self.at(0, 0).date().isoformat()).json()["times"]
            for reason in time["reasons"]
        }
        self.assertIn("notice", codes)
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_offered_as_the_visitors_see_it(self):
        """B8: what is explained as offered is what the public route offers."""
        self.book(self.at(12))
        self.sign_in(self.host)
        day = self.at(0, 3).date().isoformat()
        offered = [time["start"] for time in self.explain().json()["times"] if time["offered"]]
        shown = self.url_open(f"{self.page_api}/slots?from={day}&to={day}").json()["slots"]
        self.assertEqual(offered, [slot["start"] for slot in shown])

    def test_offline_and_private_pages_too(self):
        """B8: the owner may ask before anybody can see the page."""
        self.page.write({"is_published": False, "access": "private"})
        self.sign_in(self.host)
        self.assertEqual(self.explain(duration=30, visitor="jane@doe.example").status_code, 200)

    def test_nobody_is_signed_in(self):
        """B8: what is in a calendar is no public matter; a session that is over is none."""
        self.assert_refused(self.explain(), 401, "Sign in")
        self.assert_refused(self.explain(slug="nowhere"), 401, "Sign in")
        self.sign_in(self.host)
        self.logout()
        self.assert_refused(self.explain(), 401, "Sign in")

    def test_somebody_elses_page(self):
        """B8: for others the page isn't there, as one that doesn't exist: colleagues, and visitors with an account."""
        colleague = new_test_user(self.env, "colleague.user", "base.group_user,meetings_scheduler.group_user")
        manager = new_test_user(self.env, "manager.user", "base.group_user,meetings_scheduler.group_manager")
        visitor = new_test_user(self.env, "visitor.portal", "base.group_portal")
        for user in (colleague, visitor):
            with self.subTest(user=user.login):
                self.sign_in(user)
                self.assert_refused(self.explain(), 404, "not available")
                self.assert_refused(self.explain(slug="nowhere"), 404, "not available")
        self.sign_in(manager)
        for slug in ("%00", "x" * 3000, "%C3%BC", f"{self.slug}~key"):
            self.assert_refused(self.explain(slug=slug), 404, "not available")
        self.assertEqual(self.explain().status_code, 200)

    def test_wrong_parameters(self):
        """B8: a question that makes no sense is refused at its parameter, never answered for another day."""
        self.sign_in(self.host)
        for query, message, field in (
            ({"date": None}, "Give a day", "date"),
            ({"date": ""}, "Give a day", "date"),
            ({"date": "2027-02-30"}, "Give a day", "date"),
            ({"date": "0001-01-01"}, "Give a day", "date"),
            ({"date": "9999-12-31"}, "Give a day", "date"),
            ({"date": "tomorrow"}, "Give a day", "date"),
            ({"date": self.at(0, 3).strftime("%Y%m%d")}, "Give a day", "date"),
            ({"date": "%00"}, "Give a day", "date"),
            ({"duration": 31}, "isn't offered", "duration"),
            ({"duration": "x"}, "isn't offered", "duration"),
            ({"visitor": "jane"}, "check the e-mail address", "visitor"),
            ({"day": 1}, "Use date, duration and visitor", "day"),
            ({"duration": "30&duration=30"}, "more than once", "duration"),
        ):
            with self.subTest(query=query):
                self.assert_refused(self.explain(**query), 400, message, field)
