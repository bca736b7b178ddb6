"""Polling: who is read, and when. Each account has its turn every few minutes; a hint brings it forward."""

import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

POLL_EVERY = timedelta(minutes=5)


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    refresh_due = fields.Datetime(groups="base.group_system", help="When it is this account's turn to be read.")
    hint_ids = fields.One2many("scheduling.hint", "connection_id", groups=fields.NO_ACCESS)

    def _disconnect(self):
        self.hint_ids.unlink()
        self.refresh_due = False
        return super()._disconnect()

    def _was_read(self):
        """It is this account's turn again a few minutes from now."""
        now = fields.Datetime.now()
        self.write({"checked_at": now, "refresh_due": now + POLL_EVERY})

    def _is_polled(self):
        """:return: whether the poll reads the account when that is due, as it may show by itself that it works again"""
        works = self.state == "connected" or (self.state == "lost" and self.needs_setup)
        return works and self.provider != "odoo" and self.user_id.active

    @api.model
    def _cron_poll(self):
        """Reads every connection that is due, one a transaction; the ones a push named come first.

        What goes wrong with one of them, foreseen or not, keeps no other one from being read. Hints that come while an
        account is read are for the next time.
        """
        now = fields.Datetime.now()
        due = (
            self.sudo()
            .search(
                Domain("provider", "!=", "odoo")
                & (Domain("state", "=", "connected") | Domain("state", "=", "lost") & Domain("needs_setup", "=", True))
                & Domain("user_id.active", "=", True)
                & (Domain("refresh_due", "<=", now) | Domain("hint_ids", "!=", False))
                & (Domain("paused_until", "=", False) | Domain("paused_until", "<=", now)),
                order="refresh_due",
            )
            .sorted(lambda connection: not connection.hint_ids)
        )
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for connection in due:
            try:
                hints = connection.hint_ids
                connection._refresh_busy()
                if connection.state == "connected":
                    connection._sync_in()
                    connection.calendar_ids._renew_channels()
                if (connection.paused_until or now) <= now:  # else they are for the time after the pause
                    hints.unlink()
                self.env.cr.flush()  # what the database refuses is refused here, not when the job commits
            except SerializationFailure:
                self.env.cr.rollback()
                _logger.info("Connection %s was changed while it was read: it is read again", connection.id)
                connection._refresh_soon()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("Connection %s could not be read", connection.id)
                connection.hint_ids.unlink()
                connection.refresh_due = fields.Datetime.now() + POLL_EVERY
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _refresh_soon(self):
        """Has these accounts read at once, by the poll."""
        self.env["scheduling.hint"]._give(self.filtered(lambda connection: connection.provider != "odoo"))

    def _next_read(self):
        """:return: naive UTC: when it is read next, or False: nobody knows"""
        if not self._is_polled():
            return False
        now = fields.Datetime.now()
        due = now if self.hint_ids else self.refresh_due
        return max(filter(None, (due, self.paused_until)), default=False)
