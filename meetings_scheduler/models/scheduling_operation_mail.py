"""The outbox's mails: each is written once, with what it tells of, and handed to the mail server after the commit."""

from datetime import timedelta

from odoo import api, fields, models

# A mail server that can't be reached is tried again that often, for that long (RFC 5321, 4.5.4.1).
MAIL_PAUSE = timedelta(minutes=5)
MAIL_PATIENCE = timedelta(days=4)


class SchedulingOperation(models.Model):
    _inherit = "scheduling.operation"

    mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What is handed to the mail server.",
    )

    def _do_notify(self, **letter):
        """Writes the mail in this transaction (so that it exists once) and sends it after the commit."""
        self._send(self.booking_id._create_mail(**letter))

    def _do_tell_owner(self, connection_id):
        """Tells the owner, unless the account works again by now; waits for no account, least of all for this one."""
        connection = self.env["scheduling.connection"].browse(connection_id).exists()
        if connection.state == "lost" or connection.calendar_ids._lost():
            self._send(connection._create_lost_mail())

    def _do_tell_asker(self, request_id):
        self._send(self.env["scheduling.permission.request"].browse(request_id)._create_answer_mail())

    def _do_tell_host(self, notice, page_id, host_id, by_id):
        """Tells it, unless it isn't so any more, or the page is gone."""
        page = self.env["scheduling.page"].browse(page_id).exists()
        host, by = self.env["res.users"].browse(host_id).exists(), self.env["res.users"].browse(by_id).exists()
        if page and host and by and (host in page.host_ids.user_id) == (notice == "added"):
            self._send(self.env["scheduling.host"]._create_host_mail(notice, page, host, by))

    def _send(self, mail):
        self.mail_id = mail
        mail.send_after_commit()

    @api.model
    def _send_mails_again(self):
        """Odoo gives a mail up when its server can't be reached; ours wait for it and leave once (fault 32).

        A mail that the server has seen and refused has a `failure_type`, and is left as it is.
        """
        now = fields.Datetime.now()
        unsent = self.search(
            [
                ("mail_id.state", "=", "exception"),
                ("mail_id.failure_type", "=", False),
                ("mail_id.create_date", ">", now - MAIL_PATIENCE),
                ("mail_id.write_date", "<", now - MAIL_PAUSE),
            ]
        )
        if unsent:
            unsent.mail_id.mark_outgoing()
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
