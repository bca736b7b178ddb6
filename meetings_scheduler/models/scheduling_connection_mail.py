"""What the owner of a connection is told when it stops working: once, with the one thing to do."""

from odoo import models


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    def _create_lost_mail(self):
        """:return: mail.mail to the owner, in their language, not sent yet"""
        self.ensure_one()
        owner = self.user_id
        connection = self.with_context(lang=owner.lang)
        pages = self.env["scheduling.page"].search_count([("user_id", "=", owner.id), ("is_published", "=", True)])
        body = (
            self.env["ir.qweb"]
            .with_context(lang=owner.lang)
            ._render(
                "meetings_scheduler.mail_lost_access",
                {
                    "account": self.account,
                    "reason": self.lost_reason,
                    "pages": pages,
                    "reconnect_url": f"{self.get_base_url()}{self._reconnect_path()}",
                },
            )
        )
        return (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": connection.env._("Your calendar needs you: %(account)s", account=self.account),
                    "body_html": body,
                    "email_to": owner.email_formatted,
                    "email_from": self.company_id.email_formatted or owner.email_formatted,
                    "auto_delete": True,
                }
            )
        )
