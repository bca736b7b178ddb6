"""Pages in the backend: what a new one needs, connecting from it, its QR code, the settings."""

import base64

from lxml import etree

from odoo.tests import Form, new_test_user, tagged

from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestBackendPage(SchedulingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.newcomer = new_test_user(
            cls.env, "newcomer.page", "base.group_user", name="Nora Newcomer", tz="Europe/Rome"
        )
        cls.pages = cls.env["scheduling.page"].with_user(cls.newcomer)

    def new_page(self, name):
        """:return: a page made as the menu's "New" does, only the name typed"""
        action = self.env["ir.actions.act_window"]._for_xml_id("meetings_scheduler.action_scheduling_page")
        self.assertEqual(action["context"], "{'default_name': False}")
        pages = self.pages.with_context(default_name=False)
        with Form(pages, view="meetings_scheduler.scheduling_page_view_form") as form:
            form.name = name
        return form.record

    def test_name_is_all_a_page_needs(self):
        """M3: without any connection a user makes, sees and changes a page; typing its name is enough."""
        self.assertFalse(self.newcomer.sudo().scheduling_connection_ids)
        page = self.new_page("Quick chat")
        self.assertEqual(page.user_id, self.newcomer)
        self.assertTrue(page.is_published)
        self.assertFalse(page.is_connected)
        self.assertTrue(page.url.endswith(f"/meetings/{page.slug}"))
        self.assertIn("quick-chat", page.slug, "the address follows the name that was typed, not a default")
        self.assertEqual(page.timezone, "Europe/Rome")
        self.assertEqual(page.duration_ids.mapped("minutes"), [30])
        self.assertEqual(page.hours_ids.mapped("day"), list("01234"))
        page.with_user(self.newcomer).name = "Quick talk"
        self.assertEqual(self.pages.search([("user_id", "=", self.newcomer.id)]).name, "Quick talk")

    def test_new_page_can_be_asked_for_a_time(self):
        """M3, M4: a page without connection shows times at once."""
        page = self.new_page("Quick chat").sudo()
        start = self.at(0, days=1)
        self.assertTrue(page._free_slots(start, self.at(0, days=8), 30))

    def test_one_button_connects_the_own_calendar(self):
        page = self.new_page("Quick chat")
        page.action_use_odoo_calendar()
        page.invalidate_recordset()
        self.assertTrue(page.is_connected)
        self.assertEqual(self.newcomer.sudo().scheduling_connection_ids.state, "connected")

    def test_only_the_host_connects(self):
        manager = new_test_user(self.env, "manager.page", "base.group_user,meetings_scheduler.group_manager")
        page = self.new_page("Quick chat").with_user(manager)
        self.assertFalse(page.needs_my_calendar)
        self.assertTrue(page.with_user(self.newcomer).needs_my_calendar)
        page.action_use_odoo_calendar()
        self.assertFalse(self.newcomer.sudo().scheduling_connection_ids, "nobody connects another person's calendar")

    def test_shared_page_starts_with_its_owner(self):
        page = self.new_page("Team call")
        with Form(page, view="meetings_scheduler.scheduling_page_view_form") as form:
            form.page_type = "round_robin"
        self.assertEqual(page.host_ids.user_id, self.newcomer)

    def test_qr_code_is_a_picture(self):
        head, data = self.page.with_user(self.host).get_qr().split(",")
        self.assertEqual(head, "data:image/svg+xml;base64")
        picture = etree.fromstring(base64.b64decode(data))
        self.assertEqual(etree.QName(picture).localname, "svg")
        self.assertGreater(len(picture.findall(".//{*}rect")), 100)

    def test_rate_limit_keeps_its_zero(self):
        """0 means "no limit"; Odoo's own parameters of settings forget a zero."""
        settings = self.env["res.config.settings"]
        for limit in (7, 0):
            settings.create({"scheduling_rate_limit": limit}).execute()
            self.assertEqual(self.env["scheduling.counter"]._limit(), limit)
            self.assertEqual(settings.create({}).scheduling_rate_limit, limit)

    def test_bookings_of_a_page_newest_first(self):
        """The button on a page opens all its bookings, what comes next before what is over."""
        page = self.new_page("Quick chat")
        action = page.action_bookings()
        self.assertEqual(action["views"][0][1], "list")
        view = self.env["scheduling.booking"].get_view(action["views"][0][0], "list")
        self.assertEqual(etree.fromstring(view["arch"]).get("default_order"), "start desc, id desc")
