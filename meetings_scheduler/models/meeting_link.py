"""The link of a salesperson's default page, looked up when a mail is made, so never out of date."""

from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    meeting_link = fields.Char(
        "Meeting link",
        compute="_compute_meeting_link",
        help="Leads to the page the user has chosen as default in their calendar settings.",
    )

    @api.depends("scheduling_preference_ids.default_page_id.url")
    def _compute_meeting_link(self):
        preferences = self.env["scheduling.preference"]
        for user in self:
            user.meeting_link = preferences._default_page(user).url


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Also who is no editor of templates writes mails with the link of the record's salesperson."""
        return (*super().mail_allowed_qweb_expressions(), "object.user_id.meeting_link")
