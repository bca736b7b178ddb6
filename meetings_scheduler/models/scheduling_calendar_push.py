"""Push channels are renewed before they end, so that no change goes by unseen in between."""

import logging
import secrets
from datetime import timedelta

from odoo import fields, models

from ..providers import errors
from .scheduling_channel import token_digest
from .scheduling_page_slots import naive

_logger = logging.getLogger(__name__)

LIFETIME = timedelta(days=7)
RENEW_BEFORE = timedelta(days=1)


class SchedulingCalendar(models.Model):
    _inherit = "scheduling.calendar"

    def _renew_channels(self):
        """Every calendar that is read has a channel for another day; the new one is made before the old one ends.

        Without a public https address there are none: polling does it alone.
        """
        base = self.browse().get_base_url()
        if not base.startswith("https://") and not self.env["ir.config_parameter"].sudo().get_param(
            "meetings_scheduler.push_over_http"
        ):
            return
        soon = fields.Datetime.now() + RENEW_BEFORE
        for calendar in self.filtered(lambda calendar: calendar._is_read()):
            old = calendar.channel_ids
            if (old and max(old.mapped("expires_at")) > soon) or not calendar.connection_id._can_push():
                continue
            try:
                with calendar.connection_id._adapter() as adapter:
                    calendar._subscribe(adapter, f"{base}/meetings/webhook/{calendar.connection_id.provider}")
                    old._stop(adapter)
                old.unlink()
            except errors.ProviderError as error:  # polling goes on; tried again with the next read
                _logger.info("No push channel for calendar %s: %s", calendar.id, error)

    def _is_read(self):
        """:return: whether changes of the calendar are of interest"""
        return self._can_be_read() and (
            self.counts or (self.is_tasks and self in self.connection_id._synced_calendars())
        )

    def _subscribe(self, adapter, address):
        token = secrets.token_urlsafe(32)
        channel = adapter.subscribe(
            self.remote_id,
            address,
            channel_id=secrets.token_hex(16),
            token=token,
            lifetime=int(LIFETIME.total_seconds()),
        )
        self.env["scheduling.channel"].sudo().create(
            {
                "calendar_id": self.id,
                "channel_id": channel.id,
                "resource_id": channel.resource_id,
                "token_digest": token_digest(token),
                "expires_at": naive(channel.expires_at),
            }
        )
