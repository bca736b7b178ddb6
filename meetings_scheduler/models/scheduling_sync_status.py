"""How calendar sync is doing, for the owner of the calendar: what is linked, waits, failed, or is in doubt."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..providers import errors

LISTED = 50


class SchedulingSyncStatus(models.AbstractModel):
    """The reconciliation screen of one connection. Every method takes ids of the current user's own records only."""

    _name = "scheduling.sync.status"
    _description = "Calendar Sync Status"

    # ------------------------------------------------------------ read

    @api.model
    @api.readonly
    def get_data(self, connection_id):
        """
        :return: JSON-ready dict of what :meth:`SchedulingConnection._sync_facts` tells, datetimes as text, and
            account, main_calendar_id, held_meetings and doubts (lists of dicts)
        :raises AccessError: it is somebody else's
        """
        connection = self.env["scheduling.connection"]._own(connection_id)
        facts = connection._sync_facts()
        return {
            **facts,
            "id": connection.id,
            "account": connection.account,
            "main_calendar_id": connection.main_calendar_id.id,
            "failed": [self._failure(one) for one in facts["failed"]],
            "last_read": _text(facts["last_read"]),
            "next_read": _text(facts["next_read"]),
            "paused_until": _text(facts["paused_until"]),
            "held_meetings": self._held_meetings(connection) if facts["held"] else [],
            "doubts": [self._link_info(link) for link in self._doubts(connection)[:LISTED]],
        }

    @api.model
    def _summary(self, connection):
        """:return: dict of the numbers in the short line of the calendar settings"""
        facts = connection._sync_facts()
        return {
            "syncs": facts["syncs"],
            "linked": facts["linked"],
            "waiting": facts["waiting"],
            "failed": facts["failed_count"],
            "questions": len(self._doubts(connection)) + bool(facts["held"]),
        }

    @api.model
    def _failure(self, failed):
        # "Rejected: Google refuses the event": the name of the class is for logs; so is what isn't the calendar's.
        said = failed["error"].partition(": ")[2] if failed["is_told"] else ""
        return {**failed, "said": said, "next_attempt": _text(failed["next_attempt"])}

    @api.model
    def _held_meetings(self, connection):
        calendar = connection.sudo().main_calendar_id
        links = self.env["scheduling.event.link"].sudo().browse(calendar.held_links or ()).exists()
        # Without the way to the event, which is gone.
        return [{**self._link_info(link), "url": None} for link in links.sorted("start")[:LISTED]]

    @api.model
    def _doubts(self, connection):
        syncing = connection.sudo()._syncs()  # else no answer would reach the calendar
        domain = [("calendar_id.connection_id", "in", syncing.ids), ("doubt", "not in", (False, "left"))]
        return self.env["scheduling.event.link"].sudo().search(domain, order="start, id")

    @api.model
    def _link_info(self, link):
        return {
            "id": link.id,
            "name": link._title(),
            "start": _text(link.start),
            "doubt": link.doubt or None,
            "url": link.web_url or None,
        }

    # ------------------------------------------------------------ what the owner does

    @api.model
    def read_now(self, connection_id):
        """Reads the calendar now.

        :return: as :meth:`get_data`
        :raises UserError: it can't be read; in words
        """
        connection = self.env["scheduling.connection"]._own(connection_id).sudo()
        if connection.state != "connected":
            raise UserError(self.env._("The calendar can't be read at the moment. Connect it again first."))
        connection._read_now()
        for syncing in connection._syncs():
            # Not by the connection's _sync_in(): if the poll reads at this very moment, Odoo repeats this request.
            try:
                syncing.main_calendar_id._sync_in()
            except errors.ProviderError as error:
                raise UserError(connection._error_in_words(error)) from error
        return self.get_data(connection_id)

    @api.model
    def retry(self, operation_id):
        """Tries to write a meeting, an answer or a task again, at once."""
        self._own_operation(operation_id).action_retry()

    @api.model
    def give_up(self, operation_id):
        """Leaves what could not be written as it is on both sides, until somebody changes it again."""
        self._own_operation(operation_id)._give_up()

    @api.model
    def _own_operation(self, operation_id):
        """:return: the operation (sudo); :raises AccessError: it writes into none of this user's calendars"""
        operation = self.env["scheduling.operation"].sudo().search([("id", "=", operation_id)])
        if not operation.filtered_domain(operation.connection_id._sync_operations()) or (
            operation.connection_id.user_id != self.env.user
        ):
            raise AccessError(self.env._("This is none of your meetings."))
        return operation

    @api.model
    def settle(self, link_id, follow):
        """The owner's answer to a doubt.

        :param follow: whether the calendar follows Odoo; else both stay as they are
        """
        link = self.env["scheduling.event.link"].sudo().search([("id", "=", link_id)])
        if link.user_id != self.env.user or not link:
            raise AccessError(self.env._("This is none of your meetings."))
        if follow:
            link._follow_odoo()
        else:
            link._leave()


def _text(moment):
    return fields.Datetime.to_string(moment) or None
