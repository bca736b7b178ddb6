"""Who was made a host by a colleague is told, and can leave the page by one click; its owner is then told."""

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError, ValidationError

from .scheduling_page_hosts import SHARED


class SchedulingHost(models.Model):
    _inherit = "scheduling.host"

    @api.model_create_multi
    def create(self, vals_list):
        hosts = super().create(vals_list)
        hosts._tell_newcomers()
        return hosts

    def write(self, vals):
        newcomers = self.filtered(lambda host: "user_id" in vals and host.user_id.id != vals["user_id"])
        result = super().write(vals)
        newcomers._tell_newcomers()
        return result

    def _tell_newcomers(self):
        """Asks the outbox for a mail to whoever didn't put themselves on the page; the system itself tells nobody."""
        by = self.env.user
        if by.id == SUPERUSER_ID:
            return
        for host in self.sudo().filtered(lambda host: host.user_id != by and host.page_id.page_type in SHARED):
            self.env["scheduling.operation"].sudo()._enqueue(
                "tell_host",
                f"host:{host.id}:{host.user_id.id}",
                f"host:{host.id}",
                notice="added",
                page_id=host.page_id.id,
                host_id=host.user_id.id,
                by_id=by.id,
            )

    @api.model
    def leave(self, page_id):
        """Takes the current user off the hosts of a colleague's page. Meetings booked already stay theirs.

        A page that can't do without them takes no bookings until its owner has found somebody else.

        :raises UserError: they don't host it
        """
        user = self.env.user
        host = self.sudo().search([("page_id", "=", page_id), ("user_id", "=", user.id)])
        if not host:
            raise UserError(self.env._("You don't host this page any more."))
        page = host.page_id
        key = f"host:{host.id}"
        host.unlink()
        try:
            page._check_hosts()
        except ValidationError:
            page.is_published = False
        if page.user_id != user:
            self.env["scheduling.operation"].sudo()._enqueue(
                "tell_host", f"{key}:left", key, notice="left", page_id=page.id, host_id=user.id, by_id=user.id
            )

    @api.model
    def _hosted(self):
        """:return: list of JSON-ready dicts of the colleagues' pages that the current user hosts"""
        user = self.env.user
        hosts = self.sudo().search(
            [
                ("user_id", "=", user.id),
                ("page_id.user_id", "!=", user.id),
                ("page_id.active", "=", True),
                ("page_id.page_type", "in", SHARED),
            ],
            order="id",
        )
        return [
            {"id": host.page_id.id, "name": host.page_id.name, "owner": host.page_id.user_id.name}
            for host in hosts
            if host.page_id.company_id in user.company_ids
        ]

    # ------------------------------------------------------------ mails

    @api.model
    def _create_host_mail(self, notice, page, host, by):
        """
        :param notice: "added", which the host is told, or "left", which the page's owner is
        :return: mail.mail, in its reader's language, not sent yet
        """
        reader = host if notice == "added" else page.user_id
        env = self.with_context(lang=reader.lang).env
        facts = {"page": page.name, "host": host.name, "by": by.name}
        headline = (
            env._("%(by)s made you a host of “%(page)s”.", **facts)
            if notice == "added"
            else env._("%(host)s doesn't host “%(page)s” any more.", **facts)
        )
        base = page.get_base_url()
        values = {
            "headline": headline,
            "notice": notice,
            "off": not page.is_published,
            "host": host.name,
            "url": f"{base}/odoo/meetings" if notice == "added" else f"{base}/odoo/scheduling.page/{page.id}",
        }
        return (
            env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": headline,
                    "body_html": env["ir.qweb"]._render("meetings_scheduler.mail_host", values),
                    "email_to": reader.email_formatted,
                    "email_from": page.company_id.email_formatted or by.email_formatted,
                    "reply_to": by.email_formatted,
                    "auto_delete": True,
                }
            )
        )
