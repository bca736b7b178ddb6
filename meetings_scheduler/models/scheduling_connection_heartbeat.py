"""The heartbeat of the scheduled jobs: whether calendars are read, and mails and meetings go out, at all."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .scheduling_connection_poll import POLL_EVERY

# Three intervals of the poll without a sign of life.
SILENCE = 3 * POLL_EVERY


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    @api.model
    def _alarms(self):
        """What everybody should know, in the env's language: a job has died, or doesn't keep up.

        A calendar that can't be read is no alarm: its owner is told, and the others are read.

        :return: list of sentences, mostly empty
        """
        alarms = []
        if read := self._read_last():
            alarms.append(self._unread_in_words(read))
        if due := self._due_longest():
            alarms.append(
                self.env._(
                    "No mail and no meeting has gone out for %(minutes)s minutes: Odoo's scheduled jobs don't run, or "
                    "don't keep up. %(names)s can look into it.",
                    minutes=_minutes_since(due),
                    names=self._administrators(),
                )
            )
        return alarms

    @api.model
    def _unread_in_words(self, read):
        """:param read: naive UTC"""
        return self.env._(
            "Nothing has been read from calendars outside of Odoo for %(minutes)s minutes: Odoo's scheduled jobs don't "
            "run, or don't keep up. %(names)s can look into it.",
            minutes=_minutes_since(read),
            names=self._administrators(),
        )

    @api.model
    def _read_last(self):
        """:return: when the calendar that has waited longest was read last, None if none waits too long"""
        self.flush_model(["provider", "state", "user_id", "refresh_due", "paused_until"])
        query = SQL(
            """
            SELECT min(GREATEST(connection.refresh_due, connection.paused_until))
              FROM scheduling_connection connection
              JOIN res_users owner ON owner.id = connection.user_id AND owner.active
             WHERE connection.provider <> 'odoo' AND connection.state = 'connected'
            """
        )
        [(due,)] = self.env.execute_query(query)
        return due - POLL_EVERY if due and due <= fields.Datetime.now() - SILENCE + POLL_EVERY else None

    @api.model
    def _due_longest(self):
        """:return: since when an operation of the outbox could have been carried out, None if none waits too long"""
        operations = self.env["scheduling.operation"].sudo()
        operations.flush_model()
        rows = self.env.execute_query(operations._next_due(fields.Datetime.now() - SILENCE))
        return operations.browse(rows[0]).next_attempt if rows else None


def _minutes_since(instant):
    return (fields.Datetime.now() - instant) // timedelta(minutes=1)
