"""Calendar sync of a connection: whether it is on, when it is read, and what its owner sees of it."""

import logging

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..providers import errors

_logger = logging.getLogger(__name__)

LISTED = 100  # failures on the screen


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    use_sync = fields.Boolean(
        "Calendar sync",
        default=True,
        help="Events with a contact as guest appear as meetings in Odoo, and meetings made in Odoo are put into the "
        "calendar, which invites their guests.",
    )

    def _syncs(self):
        """:return: the connections whose meetings flow both ways"""
        return self._may_sync().filtered(lambda connection: connection.use_sync and connection.purpose != "pages")

    def _may_sync(self):
        """:return: the connections whose meetings flow both ways as soon as their owner wants it

        An archived user's calendar is left alone. If Odoo's own Google or Microsoft sync is active for the user, it
        does that already, and nothing may come twice.
        """
        return self.filtered(
            lambda connection: (
                connection.provider != "odoo"
                and connection.state != "disconnected"
                and connection.user_id.active
                and not connection.user_id._has_any_active_synchronization()
            )
        )

    def _sync_in(self):
        """Reads what changed in the calendars that are kept in step; each alone, so that none holds up the others."""
        now = fields.Datetime.now()
        for calendar in self.sudo()._synced_calendars():
            connection = calendar.connection_id
            if connection.state != "connected" or (connection.paused_until or now) > now or not calendar._can_be_read():
                continue
            try:
                with self.env.cr.savepoint():
                    calendar.with_env(connection._for_owner().env)._sync_in()
            except SerializationFailure:
                raise  # somebody else changed the same: the poll begins again
            except (errors.ProviderError, UserError) as error:
                _logger.info("Calendar %s was not synced: %s", calendar.id, error)
                connection._provider_failed(error)
                calendar.sync_error = connection._error_in_words(error)
            except Exception as error:  # a bug with one calendar must not stop the poll of all
                _logger.exception("Calendar %s could not be synced", calendar.id)
                calendar.sync_error = connection._error_in_words(error)

    def _synced_calendars(self):
        """:return: the calendars whose events are read"""
        return self._syncs().main_calendar_id

    def write(self, vals):
        """*Calendar sync* is ticked, or the account's purpose allows it again: what was done meanwhile follows."""
        if not {"use_sync", "purpose"} & set(vals):
            return super().write(vals)
        before = self.sudo()._syncs()
        result = super().write(vals)
        (self.sudo()._syncs() - before)._catch_up()
        return result

    def _catch_up(self):
        """What people did in Odoo while nothing followed is told to the calendar, and what waited to be told."""
        if not self:
            return
        links = self.env["scheduling.event.link"].sudo()
        links.search([("calendar_id.connection_id", "in", self.ids)])._catch_up()
        for connection in self:
            connection._refresh_soon()

    def _connect(self, provider, code, verifier, again=None):
        """What is in the calendar is read at once, by the poll that connecting starts; what waited goes out."""
        connection = super()._connect(provider, code, verifier, again)
        earlier = self.sudo().search(
            [
                ("user_id", "=", connection.user_id.id),
                ("provider", "=", provider),
                ("account", "=", connection.account),
                ("state", "=", "disconnected"),
            ]
        )
        self.env["scheduling.operation"]._go_on(earlier, connection)
        connection._refresh_soon()
        return connection

    def _disconnect(self):
        """Meetings stay where they are, on both sides; nothing follows any more."""
        self.calendar_ids.write({"sync_token": False, "sync_error": False, "held_removals": 0})
        return super()._disconnect()

    @api.model
    def _own(self, connection_id):
        """:return: the connection the browser means; :raises AccessError: it isn't the current user's"""
        connection = self.browse(connection_id)
        connection.check_access("read")
        return connection

    def _sync_operations(self):
        """:return: domain of the outbox's operations that write into these accounts"""
        return [("connection_id", "in", self.ids), ("kind", "in", list(self.env["scheduling.operation"]._writes()))]

    def _unwritten(self):
        """What is still to be written; several changes of one meeting, answer or task are one.

        :return: (how many wait and have met no trouble, the last operation of each that has (sudo), the latest first);
            a task that is done and leaves the calendar tomorrow doesn't wait
        """
        operations = self.env["scheduling.operation"].sudo()
        mine = Domain(self._sync_operations()) & Domain("state", "!=", "done")
        troubled = operations._read_group(mine & Domain("last_error", "!=", False), ["lane"], ["id:max"])
        waiting = mine & Domain("lane", "not in", [lane for lane, _last in troubled])
        waiting &= Domain("next_attempt", "<=", fields.Datetime.now())
        [(count,)] = operations._read_group(waiting, [], ["lane:count_distinct"])
        return count, operations.browse(sorted((last for _lane, last in troubled), reverse=True))

    def _sync_facts(self):
        """What the reconciliation screen shows of one connection.

        :return: dict: syncs (whether meetings flow; else nothing is linked, held or left), linked, left (meetings to
            come that differ because their owner chose so), waiting and failed_count (several changes of one meeting are
            one), failed (list of {id, what, kind, words, is_told (by the calendar), error, attempts,
            next_attempt}, the latest ones), held, error, last_read (of meetings, or else of busy times), next_read,
            paused_until, stalled (nothing can be written now)
        """
        self.ensure_one()
        self.check_access("read")
        connection = self.sudo()
        calendar, syncs, now = connection.main_calendar_id, bool(connection._syncs()), fields.Datetime.now()
        links = self.env["scheduling.event.link"].sudo()
        mine = Domain("calendar_id.connection_id", "=", self.id) if syncs else Domain.FALSE
        waiting, failed = self._unwritten()
        kinds = dict(failed._fields["kind"]._description_selection(self.env))
        paused = connection.paused_until if (connection.paused_until or now) > now else False
        return {
            "syncs": syncs,
            "linked": links.search_count(mine & Domain("state", "=", "live")),
            "left": links.search_count(mine & links._left_domain()),
            "waiting": waiting,
            "failed_count": len(failed),
            "failed": [
                {
                    "id": operation.id,
                    "what": operation._subject(),
                    "kind": kinds[operation.kind],
                    "words": operation.reason,
                    "is_told": hasattr(errors, operation.last_error.partition(":")[0]),
                    "error": operation.last_error,
                    "attempts": operation.attempts,
                    "next_attempt": operation.next_attempt if operation.state == "pending" else False,
                }
                for operation in failed[:LISTED]
            ],
            "held": calendar.held_removals if syncs else 0,
            "error": connection.lost_reason or calendar.lost_reason or (syncs and calendar.sync_error) or "",
            "last_read": calendar.sync_read_at if syncs else connection.checked_at,
            "next_read": connection._next_read(),
            "paused_until": paused,
            "stalled": bool(paused) or connection.state != "connected" or calendar.state == "lost",
        }
