"""What the owner of a connection is told when it stops working: once, with the one thing to do."""

from odoo import models


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    def _create_lost_mail(self):
        """About the connection, or else its first calendar that is lost.

        :return: mail.mail to the owner, in their language, not sent yet
        """
        self.ensure_one()
        owner = self.user_id
        connection = self._for_owner()
        calendar = (
            connection.calendar_ids._lost()[:1] if self.state == "connected" else connection.calendar_ids.browse()
        )
        name = calendar.name or self.account
        pages = self.env["scheduling.page"].search_count([("user_id", "=", owner.id), ("is_published", "=", True)])
        body = (
            self.env["ir.qweb"]
            .with_context(lang=owner.lang)
            ._render(
                "meetings_scheduler.mail_lost_access",
                {
                    "name": name,
                    "reason": calendar.lost_reason or self.lost_reason,
                    "pages": pages,
                    "url": calendar._settings_url() if calendar else f"{self.get_base_url()}{self._reconnect_path()}",
                    "cure": calendar._cure() if calendar else connection.env._("Connect again"),
                },
            )
        )
        return (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": connection.env._("Your calendar needs you: %(account)s", account=name),
                    "body_html": body,
                    "email_to": owner.email_formatted,
                    "email_from": self.company_id.email_formatted or owner.email_formatted,
                    "auto_delete": True,
                }
            )
        )
