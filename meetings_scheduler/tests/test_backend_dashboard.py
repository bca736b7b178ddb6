"""What the dashboard reads, and how many queries it takes."""

import json
from datetime import timedelta

from odoo.fields import Command, Datetime
from odoo.tests import new_test_user, tagged

from .common import SchedulingCase

# Measured: a page, a request or a booking more must not add one.
QUERIES = 21


@tagged("post_install", "-at_install")
class TestBackendDashboard(SchedulingCase):
    def data(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["scheduling.dashboard"].with_user(user or self.host).get_data()

    def test_empty_database(self):
        """M3: a user without anything gets an empty dashboard, from which the three steps start."""
        newcomer = new_test_user(self.env, "newcomer.dashboard", "base.group_user")
        data = self.data(newcomer)
        providers = {provider["key"]: provider["obstacle"] for provider in data.pop("providers")}
        self.assertIsNone(providers["odoo"])
        self.assertIn("Personal email access", providers["google"])
        nothing = {
            "calendars": [],
            "import_offer": None,
            "requests": [],
            "suggested": [],
            "bookings": [],
            "pages": [],
            "hosted": [],
        }
        self.assertEqual(data, {**nothing, "all_off": False, "has_bookings": False, "alarms": []})

    def test_first_step_connects_and_makes_a_page(self):
        """M11, M28: connecting ends on the dashboard, with a page to share."""
        newcomer = new_test_user(self.env, "newcomer.dashboard", "base.group_user")
        action = self.env["scheduling.connection"].with_user(newcomer).action_connect_odoo()
        self.assertEqual(action["tag"], "meetings_scheduler.dashboard")
        data = self.data(newcomer)
        self.assertEqual(data["calendars"][0]["light"], "green")
        self.assertEqual(len(data["pages"]), 1)
        self.assertFalse(data["has_bookings"])

    def test_connected_host(self):
        data = self.data()
        self.assertEqual(data["calendars"][0]["account"], "laura@bianchi.example")
        self.assertEqual(data["calendars"][0]["light"], "green")
        pages = {page["name"]: page for page in data["pages"]}
        self.assertEqual(pages["Intro call"]["url"], self.page.url)
        self.assertTrue(pages["Intro call"]["online"])
        json.dumps(data)

    def test_booking_appears_until_it_is_over_or_cancelled(self):
        booking = self.book(self.at(9))
        other = self.book(self.at(11, days=2), email="other@doe.example", email_normalized="other@doe.example")
        self.assertEqual([row["id"] for row in self.data()["bookings"]], [other.id, booking.id])
        row = self.data()["bookings"][1]
        self.assertEqual(row["visitor"], "Jane Doe")
        self.assertEqual(row["page"], "Intro call")
        self.assertIn("/calendar/join_videocall/", row["video_url"])
        other._cancel()
        self.assertEqual([row["id"] for row in self.data()["bookings"]], [booking.id])
        booking.write({"start": Datetime.now() - timedelta(hours=2), "stop": Datetime.now() - timedelta(hours=1)})
        data = self.data()
        self.assertEqual(data["bookings"], [])
        self.assertTrue(data["has_bookings"])

    def test_request_waits_for_an_answer(self):
        """M4: the owner of an offline page sees the request, accepts it, and it becomes a meeting."""
        self.connection.action_disconnect()
        request = self.book(self.at(9))
        data = self.data()
        self.assertEqual(data["calendars"], [])
        self.assertEqual([row["id"] for row in data["requests"]], [request.id])
        self.assertEqual(data["bookings"], [])
        request.with_user(self.host).action_accept()
        data = self.data()
        self.assertEqual(data["requests"], [])
        self.assertEqual([row["id"] for row in data["bookings"]], [request.id])

    def test_lost_calendar_turns_red(self):
        """M34: one unreadable calendar keeps visitors from booking; the card says which and why."""
        self.connection.calendar_ids.write({"name": "Trade fairs", "state": "lost", "lost_reason": "no longer shared"})
        card = self.data()["calendars"][0]
        self.assertEqual(card["light"], "red")
        self.assertEqual(card["lost_reason"], "Trade fairs: no longer shared")

    def test_lost_account_can_be_reconnected(self):
        """M36: one click leads back to the provider's consent."""
        self.connection.write(
            {"provider": "google", "state": "lost", "lost_reason": "Google asks you to sign in again."}
        )
        card = self.data()["calendars"][0]
        again = f"/meetings/connect/google?again={self.connection.id}"
        self.assertEqual((card["light"], card["reconnect_url"]), ("red", again))
        self.assertEqual(card["lost_reason"], "Google asks you to sign in again.")

    def test_old_reading_turns_amber(self):
        """A calendar outside of Odoo is amber when the last reading is too old to be believed by itself."""
        self.connection.provider = "google"
        for minutes, light in ((1, "green"), (25, "amber")):
            self.connection.checked_at = Datetime.now() - timedelta(minutes=minutes)
            with self.subTest(minutes):
                card = self.data()["calendars"][0]
                self.assertEqual((card["light"], card["live"]), (light, False))
                self.assertAlmostEqual(card["age"], minutes * 60, delta=5)

    def test_month_counts(self):
        """Meetings of this month, cancelled ones left out."""
        first = Datetime.now().replace(day=15, hour=10, minute=0, second=0, microsecond=0)
        values = {
            "page_id": self.page.id,
            "user_id": self.host.id,
            "company_id": self.page.company_id.id,
            "timezone": "UTC",
            "first_name": "Jane",
            "email": "jane@doe.example",
        }
        for number, (start, state) in enumerate(
            ((first, "confirmed"), (first, "cancelled"), (first - timedelta(days=31), "confirmed"))
        ):
            self.bookings.create(
                {
                    **values,
                    "start": start,
                    "stop": start + timedelta(minutes=30),
                    "state": state,
                    "uid": f"count-{number}",
                }
            )
        page = next(page for page in self.data()["pages"] if page["id"] == self.page.id)
        self.assertEqual(page["month_count"], 1)

    def test_nobody_elses(self):
        """A manager's dashboard is about the manager, although they may see everything."""
        manager = new_test_user(self.env, "manager.dashboard", "base.group_user,meetings_scheduler.group_manager")
        self.book(self.at(9))
        data = self.data(manager)
        self.assertEqual((data["bookings"], data["pages"], data["has_bookings"]), ([], [], False))

    def test_query_count_does_not_grow(self):
        def make(count, offset):
            self.env["scheduling.page"].create(
                [
                    {
                        "name": f"Page {offset + number}",
                        "user_id": self.host.id,
                        "duration_ids": [Command.set(self.page.duration_ids.ids)],
                    }
                    for number in range(count)
                ]
            )
            for number in range(count):
                email = f"v{offset + number}@doe.example"
                self.book(self.at(offset + number), email=email, email_normalized=email)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["scheduling.dashboard"].with_user(self.host).get_data()
            return self.env.cr.sql_log_count - before

        make(2, 0)
        count()  # fills the caches that outlive a request
        few = count()
        make(8, 2)
        count()  # making pages emptied them
        self.assertLessEqual(count(), few)
        self.assertLessEqual(few, QUERIES)

    def test_open_dashboard_is_told(self):
        """A booking that arrives appears by itself: its host's browser is told, once the transaction is committed."""
        self.env.cr.precommit.run()
        self.env["bus.bus"].sudo().search([]).unlink()
        self.book(self.at(9))
        self.env.cr.precommit.run()
        messages = self.env["bus.bus"].sudo().search([]).mapped("message")
        self.assertTrue(any("meetings_scheduler/changed" in message for message in messages))
