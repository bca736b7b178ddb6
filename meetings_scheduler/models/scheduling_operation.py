"""The outbox: what must happen outside of the database after a booking, written in the booking's own transaction.

An operation has a stable key, so that asking twice does it once. Workers claim one at a time (``SKIP LOCKED`` and a
lease), each commits alone, and operations of one lane keep their order. Several Odoo servers may run it at once.
"""

import logging
import random
from datetime import timedelta

import psycopg2
from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..providers.errors import PermissionDenied, ProviderError, Rejected

_logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BACKOFF_BASE = timedelta(seconds=30)
COLLISION_BASE = timedelta(seconds=1)  # another transaction changed the same: it is over in a moment
BACKOFF_MAX = timedelta(hours=6)
MAX_ATTEMPTS = 20
KEPT_DAYS = 30


class SchedulingOperation(models.Model):
    _name = "scheduling.operation"
    _description = "Outbox Operation"
    _order = "id"
    _rec_name = "key"

    key = fields.Char(required=True, help="Names what is to be done; the same thing is never asked for twice.")
    lane = fields.Char(required=True, help="Operations of one lane are carried out in their order.")
    kind = fields.Selection(
        [
            ("notify", "Send a mail"),
            ("write_event", "Write the event into the host's calendar"),
            ("tell_owner", "Tell the owner that access is lost"),
            ("tell_asker", "Answer who asked for a permission"),
            ("tell_host", "Tell who hosts a page, or who doesn't any more"),
        ],
        required=True,
    )
    connection_id = fields.Many2one(
        "scheduling.connection",
        ondelete="cascade",
        index=True,
        groups=fields.NO_ACCESS,
        help="Named by its owner only.",
    )
    arguments = fields.Json()
    booking_id = fields.Many2one("scheduling.booking", ondelete="cascade", index=True)
    state = fields.Selection(
        [("pending", "Pending"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="pending",
    )
    attempts = fields.Integer(default=0, required=True)
    next_attempt = fields.Datetime(required=True, default=fields.Datetime.now)
    lease_until = fields.Datetime()
    last_error = fields.Char()
    reason = fields.Char(
        groups=fields.NO_ACCESS, help="Why the last attempt failed, in words for the owner of the calendar."
    )

    _key_uniq = models.UniqueIndex("(key)")
    _open_idx = models.Index("(next_attempt, id) WHERE state IN ('pending', 'running')")
    _lane_idx = models.Index("(lane, id) WHERE state IN ('pending', 'running')")

    @api.model
    def _enqueue(self, kind, key, lane, booking=None, connection=None, after=None, **arguments):
        """Asks for an operation in the current transaction; asking again for the same key changes nothing.

        :param connection: the one whose provider is called: the operation waits while that is paused or lost
        :param after: timedelta to wait at first
        """
        if not self.sudo().search_count([("key", "=", key)], limit=1):
            self.sudo().create(
                {
                    "kind": kind,
                    "key": key,
                    "lane": lane,
                    "booking_id": booking.id if booking else False,
                    "connection_id": connection.id if connection else False,
                    "arguments": arguments,
                    "next_attempt": fields.Datetime.now() + (after or timedelta()),
                }
            )
        self.env.ref("meetings_scheduler.ir_cron_outbox")._trigger()

    @api.model
    def _writes(self):
        """The kinds that write into an account: their owner sees them wait and fail. Who adds one adds it here, too.

        :return: dict of kind to the calendar that it needs, "main" or "tasks"
        """
        return {"write_event": "main"}

    @api.model
    def _writes_main(self):
        """:return: tuple of the kinds that are written into the main calendar"""
        return tuple(kind for kind, calendar in self._writes().items() if calendar == "main")

    @api.model
    def _cron_run(self):
        """Carries out what is due, one operation a transaction, until nothing is or the time is up.

        If the database doesn't take what was done (its disk is full, say), what was claimed is due again when its
        lease ends. The job itself doesn't fail: Odoo switches off jobs that do so for a week.
        """
        cron = self.env["ir.cron"]
        try:
            self._send_mails_again()
            while operation := self._claim():
                operation._carry_out()
                if not cron._commit_progress(1, remaining=self._count_due()):
                    return
            self._wake_at_next_attempt()
        except psycopg2.Error:
            self.env.cr.rollback()
            _logger.exception("The outbox stops until the next run: the database doesn't take what was done")

    @api.model
    def _claim(self):
        """Takes the next due operation for this worker and commits, so that others go on to the next one.

        An operation whose worker died is due again when its lease ends.

        :return: one operation or an empty recordset
        """
        self.flush_model()
        now = fields.Datetime.now()
        query = SQL(
            """
            UPDATE scheduling_operation
               SET state = 'running', attempts = attempts + 1, lease_until = %(lease)s
             WHERE id = (%(next)s FOR UPDATE OF candidate SKIP LOCKED)
            RETURNING id
            """,
            next=self._next_due(now),
            lease=now + LEASE,
        )
        try:
            with self.env.cr.savepoint():
                rows = self.env.execute_query(query)
        except SerializationFailure:  # another worker took it between our snapshot and our lock
            self.env["ir.cron"]._commit_progress()
            return self._claim()
        self.env["ir.cron"]._commit_progress()
        operation = self.browse([row[0] for row in rows])
        operation.invalidate_recordset()
        return operation

    @api.model
    def _next_due(self, now):
        """:return: the query for the operation that is to be carried out first of those due at ``now`` (naive UTC)

        Those wait whose account is paused, lost, or an archived user's, those behind another one of their lane,
        and what is to be written into a main calendar that is lost, unless only a write can show that it isn't.
        """
        return SQL(
            """
            SELECT candidate.id
              FROM scheduling_operation candidate
             WHERE candidate.state IN ('pending', 'running')
               AND candidate.next_attempt <= %(now)s
               AND (candidate.lease_until IS NULL OR candidate.lease_until < %(now)s)
               AND (candidate.connection_id IS NULL OR EXISTS (
                   SELECT FROM scheduling_connection connection
                     JOIN res_users owner ON owner.id = connection.user_id AND owner.active
                    WHERE connection.id = candidate.connection_id AND connection.state = 'connected'
                      AND (connection.paused_until IS NULL OR connection.paused_until <= %(now)s)))
               AND (candidate.kind NOT IN %(main)s OR NOT EXISTS (
                   SELECT FROM scheduling_calendar calendar
                    WHERE calendar.connection_id = candidate.connection_id AND calendar.is_main
                      AND calendar.state = 'lost' AND calendar.write_refused IS NOT TRUE))
               AND NOT EXISTS (
                   SELECT FROM scheduling_operation earlier
                    WHERE earlier.lane = candidate.lane AND earlier.id < candidate.id
                      AND earlier.state IN ('pending', 'running'))
             ORDER BY candidate.id
             LIMIT 1
            """,
            now=now,
            main=self._writes_main(),
        )

    def _carry_out(self):
        """Does it. What goes wrong is written down with the time of the next try; nothing is raised."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                operation = self.with_env(self.connection_id._for_owner().env)
                getattr(operation, f"_do_{self.kind}")(**(self.arguments or {}))
                self.write({"state": "done", "lease_until": False, "last_error": False, "reason": False})
                self.connection_id._provider_answered()
                if self.kind == "write_event":
                    self.connection_id.main_calendar_id._accept_write()
                if self.kind in self._writes():
                    self._overtake()
        except Exception as error:
            _logger.warning("Operation %s failed, attempt %s", self.key, self.attempts, exc_info=True)
            self.invalidate_recordset()
            self._back_off(error)

    def _back_off(self, error):
        """Plans the next try: when the provider said so, else later each time; what it refuses for good fails."""
        if self.connection_id and isinstance(error, (ProviderError, UserError)):
            self.connection_id._provider_failed(error)
        main = self.connection_id.main_calendar_id
        is_denied = self.kind in self._writes_main() and isinstance(error, PermissionDenied)
        if is_denied and self.kind == "write_event":
            main._refuse_write()
        # What the calendar takes from nobody now is written one day; only a person can say otherwise.
        waits = is_denied and main.write_refused
        is_over = isinstance(error, Rejected) or (self.attempts >= MAX_ATTEMPTS and not waits)
        wait = getattr(error, "retry_after", None)
        base = COLLISION_BASE if isinstance(error, SerializationFailure) else BACKOFF_BASE
        delay = min(base * 2 ** min(self.attempts - 1, 20), BACKOFF_MAX) * random.uniform(0.75, 1.25)
        if wait:
            delay = timedelta(seconds=wait * random.uniform(1, 1.1))
        self.write(
            {
                "state": "failed" if is_over else "pending",
                "lease_until": False,
                "next_attempt": fields.Datetime.now() + delay,
                "last_error": self._error_for_managers(error),
                "reason": self._reason(error),
            }
        )

    def _overtake(self):
        """What an earlier try of the same could not do has been done along with this one."""
        failed = self.search([("lane", "=", self.lane), ("kind", "=", self.kind), ("state", "=", "failed")])
        same = failed.filtered(lambda operation: operation.arguments == self.arguments)
        same.write({"state": "done", "last_error": False, "reason": False})

    def _reason(self, error):
        """:return: why it didn't work, in a sentence; :attr:`last_error` has the other side's own words"""
        if not self.connection_id:
            return False
        if isinstance(error, SerializationFailure):
            env = self.connection_id._for_owner().env
            return env._("Something else was changing it at the same moment. It is tried again by itself.")
        return self.connection_id._error_in_words(error)

    def action_retry(self):
        """Tries a failed operation again now; a manager may, but not change what is to be done."""
        self.check_access("read")
        self.sudo().write({"state": "pending", "attempts": 0, "next_attempt": fields.Datetime.now()})
        self.env.ref("meetings_scheduler.ir_cron_outbox").sudo()._trigger()

    @api.model
    def _waiting_writes(self, connection):
        """:return: the bookings' writes that are to be carried out in this account, oldest first (sudo)"""
        return self.sudo().search(
            [
                ("connection_id", "=", connection.id),
                ("kind", "=", "write_event"),
                ("state", "in", ("pending", "running")),
            ]
        )

    @api.model
    def _try_write(self, connection):
        """Carries out one of them in this transaction, while its owner waits; a worker's own is left to it."""
        waiting = self._waiting_writes(connection).filtered(lambda operation: operation.state == "pending")
        for operation in waiting[:1].try_lock_for_update():
            operation._carry_out()

    def _do_write_event(self, uid=None, group=None):
        """Brings the host's calendar in line with the booking, or the group's, whatever happened since."""
        calendar = self.connection_id.main_calendar_id
        with self.connection_id._adapter() as adapter:
            if group:
                self.booking_id._write_group_event(adapter, calendar, group)
            else:
                self.booking_id._write_remote_event(adapter, calendar, uid)

    # ------------------------------------------------------------ housekeeping

    @api.model
    def _resume(self, connection):
        """What waited for a connection is due now that it works again; how often each was tried stays counted."""
        waiting = self.sudo().search([("connection_id", "in", connection.ids), ("state", "=", "pending")])
        waiting.next_attempt = fields.Datetime.now()
        self.env.ref("meetings_scheduler.ir_cron_outbox").sudo()._trigger()

    @api.model
    def _go_on(self, earlier, connection):
        """What still waits for an account that was disconnected waits for the same account, connected anew.

        Else it would hold up its lane for ever.
        """
        waiting = self.sudo().search([("connection_id", "in", earlier.ids), ("state", "!=", "done")])
        waiting.connection_id = connection
        self._resume(connection)

    @api.model
    def _count_due(self):
        """:return: 1 if there is something to be carried out now, else 0"""
        self.flush_model()
        return len(self.env.execute_query(self._next_due(fields.Datetime.now())))

    @api.model
    def _wake_at_next_attempt(self):
        """Asks the scheduler to come back when the next back-off or lease of a dead worker ends."""
        served = Domain("connection_id", "=", False)
        served |= Domain("connection_id.state", "=", "connected") & Domain("connection_id.user_id.active", "=", True)
        waiting = self.search(Domain("state", "in", ("pending", "running")) & served, order="next_attempt", limit=1)
        if waiting:
            at = max(filter(None, (waiting.next_attempt, waiting.lease_until, waiting.connection_id.paused_until)))
            self.env.ref("meetings_scheduler.ir_cron_outbox")._trigger(at=at + timedelta(seconds=1))

    @api.autovacuum
    def _gc_done(self):
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("state", "=", "done"), ("write_date", "<", limit)], limit=10_000).unlink()
