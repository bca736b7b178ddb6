"""The user's own answer to an invitation of somebody else: all of such an event that is ever written."""

from odoo import api, fields, models

from ..providers.base import Reply, ReplyProvider


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    def _answer(self, reply):
        """:param reply: accepted, tentative or declined, as the attendee's state in Odoo"""
        marked = self.filtered(lambda link: link.calendar_id.connection_id._may_sync())
        marked.reply = reply
        marked.filtered(lambda link: link.calendar_id.connection_id._syncs())._enqueue_reply()

    def _enqueue_reply(self):
        for link in self:
            link._enqueue("write_reply", "reply")

    def _write_reply(self, adapter):
        """:raises ProviderError: to be tried again, or not, as it says"""
        self.ensure_one()
        if not self.reply or self.state != "live":
            return
        event = self._read_event(adapter)
        if event is None:
            self._follow_removal()
        elif isinstance(adapter, ReplyProvider) and not event.is_organizer:
            self.etag = adapter.reply(self.calendar_id.remote_id, event.id, Reply(self.reply)).etag
        self.reply = False


class SchedulingOperation(models.Model):
    _inherit = "scheduling.operation"

    kind = fields.Selection(
        selection_add=[("write_reply", "Answer the invitation in the calendar")],
        ondelete={"write_reply": "cascade"},
    )

    @api.model
    def _writes(self):
        return {**super()._writes(), "write_reply": "main"}

    def _leave(self):
        if self.kind != "write_reply":
            return super()._leave()
        self._links().reply = False
        return None

    def _do_write_reply(self, link_id):
        """The user's last answer; an earlier one that it overtook is not written any more."""
        self._write_linked(self.env["scheduling.event.link"].browse(link_id), "_write_reply")
