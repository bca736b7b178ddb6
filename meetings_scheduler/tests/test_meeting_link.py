"""Meeting links in e-mail templates."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import SchedulingCase


@tagged("post_install", "-at_install")
class TestMeetingLink(SchedulingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.env["crm.lead"].create({"name": "Mill", "contact_name": "Ada", "user_id": cls.host.id})
        cls.template = cls.env.ref("meetings_scheduler.mail_template_propose_meeting")

    def body(self):
        return str(self.template._render_field("body_html", self.lead.ids)[self.lead.id])

    def test_template_inserts_the_default_page(self):
        """M39, M42: the chosen page, its address of today; another choice or address counts in the next mail."""
        other = self.page.copy({"name": "Deep talk", "is_published": True})
        self.env["scheduling.preference"]._keep(self.host, {"default_page_id": self.page.id})
        self.assertIn(f'href="{self.page.url}"', self.body())
        self.page.slug = "another-address-test"
        self.assertIn("/meetings/another-address-test", self.body())
        self.env["scheduling.preference"]._keep(self.host, {"default_page_id": other.id})
        self.assertIn(f'href="{other.url}"', self.body())

    def test_any_salesperson_writes_with_it(self):
        """M39: who may not edit templates freely may use this expression, with another salesperson's record, too."""
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman_all_leads")
        renderer = self.env["mail.render.mixin"].with_user(seller)
        text = '<p><t t-out="object.user_id.meeting_link"></t></p>'
        rendered = renderer._render_template(text, "crm.lead", self.lead.ids, engine="qweb")
        self.assertIn(self.env["scheduling.preference"]._default_page(self.host).url, rendered[self.lead.id])
        with self.assertRaises(AccessError):
            renderer._render_template(
                '<p><t t-out="object.user_id.password"></t></p>', "crm.lead", self.lead.ids, engine="qweb"
            )

    def test_without_a_page_there_is_no_link(self):
        """M39: a salesperson without pages leaves no broken link."""
        self.lead.user_id = new_test_user(self.env, "pageless", groups="base.group_user")
        self.assertNotIn("href", self.body())
