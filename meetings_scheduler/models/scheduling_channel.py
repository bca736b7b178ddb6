"""Push channels: the provider calls when a calendar changes. Only ever a hint to read; polling alone converges too."""

import hashlib

from odoo import api, fields, models
from odoo.tools import consteq

from ..providers.base import Channel
from .scheduling_page_slots import aware


class SchedulingChannel(models.Model):
    _name = "scheduling.channel"
    _description = "Push Channel"
    _rec_name = "channel_id"

    calendar_id = fields.Many2one("scheduling.calendar", required=True, ondelete="cascade", index=True)
    channel_id = fields.Char(required=True)
    resource_id = fields.Char(required=True)
    token_digest = fields.Char(required=True)
    expires_at = fields.Datetime(required=True)

    _channel_uniq = models.UniqueIndex("(channel_id)")

    @api.model
    def _notified(self, channel_id, token):
        """The provider called. A channel we don't know, or a wrong token, is dropped without a word.

        :return: whether it was ours
        """
        if "\x00" in channel_id:  # PostgreSQL has no such text
            return False
        channel = self.sudo().search([("channel_id", "=", channel_id)], limit=1)
        if not channel or not consteq(channel.token_digest, token_digest(token)):
            return False
        channel.calendar_id.connection_id._refresh_soon()
        return True

    def _stop(self, adapter):
        for channel in self:
            adapter.unsubscribe(
                Channel(
                    channel.channel_id,
                    channel.calendar_id.remote_id,
                    channel.resource_id,
                    "",
                    aware(channel.expires_at),
                )
            )


def token_digest(token):
    return hashlib.sha256(token.encode()).hexdigest()
