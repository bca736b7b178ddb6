"""What a host reads of the bookings on a page that is a colleague's."""

from lxml import etree

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestBackendCohost(SchedulingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marco = new_test_user(cls.env, "marco.cohost", name="Marco Rossi", email="marco@rossi.example")
        cls.env["scheduling.connection"]._connect_odoo(cls.marco)
        cls.page.write(
            {
                "page_type": "round_robin",
                "host_ids": [
                    Command.create({"user_id": cls.marco.id}),
                    Command.create({"user_id": cls.host.id, "weight": 0}),
                ],
            }
        )
        cls.booking = cls.book(cls.at(9), phone="+390612345678", guests=("guest@doe.example",))
        cls.asked = cls.book(cls.at(11))
        cls.asked.write({"state": "requested"})

    def setUp(self):
        super().setUp()
        self.assertEqual(self.booking.user_id, self.marco)
        self.env.flush_all()
        self.env.invalidate_all()

    def read_everything(self):
        """Reads what the dashboard and every view of bookings reads, as the co-host."""
        dashboard = self.env["scheduling.dashboard"].with_user(self.marco).get_data()
        self.assertEqual([row["page"] for row in (*dashboard["requests"], *dashboard["bookings"])], ["Intro call"] * 2)
        bookings = self.env["scheduling.booking"].with_user(self.marco)
        views = bookings.get_views([(False, kind) for kind in ("list", "kanban", "form", "calendar", "pivot", "graph")])
        for kind, view in views["views"].items():
            names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")} & set(bookings._fields)
            spec = {
                name: {"fields": {"display_name": {}}} if bookings._fields[name].relational else {} for name in names
            }
            with self.subTest(kind):
                bookings.invalidate_model()
                found = bookings.web_search_read([], {**spec, "display_name": {}})["records"]
                self.assertEqual({row["display_name"] for row in found}, {"Intro call: Jane Doe"})
        groups = bookings.web_read_group([], ["page_id"], ["__count"])["groups"]
        self.assertEqual([(group["page_id"][1], group["__count"]) for group in groups], [("Intro call", 2)])

    def test_cohost_reads_their_bookings(self):
        """M11: who hosts a colleague's page sees the bookings on it, on the dashboard and in every list."""
        self.read_everything()
        own = self.booking.with_user(self.marco)
        self.assertFalse(own.can_open_page, "the page stays its owner's")
        self.assertTrue(self.booking.with_user(self.host).can_open_page)

    def test_former_cohost_still_reads_them(self):
        """M11: taken off the page, they still have the meetings that were booked with them."""
        self.page.host_ids.filtered(lambda host: host.user_id == self.marco).unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.read_everything()

    def test_cohost_answers_and_ends(self):
        """M4: what waits for them they accept, and what is theirs they cancel or complete."""
        self.asked.with_user(self.marco).action_accept()
        self.asked.with_user(self.marco).action_cancel()
        self.booking.with_user(self.marco).action_completed()
        self.assertEqual((self.asked.state, self.booking.outcome), ("cancelled", "completed"))
