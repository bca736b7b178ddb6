"""Meetings of the past are imported from a calendar: counted first, then made if the owner says so (MISSION.md, B5).

The work is done in steps by the outbox (``scheduling_import_step.py``); here are its states and what the screen shows.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync.preview import LEFT_OUT

STATES = [
    ("reading", "Being counted"),
    ("ready", "Counted"),
    ("importing", "Being imported"),
    ("done", "Imported"),
    ("stopped", "Stopped"),
    ("declined", "Not wanted"),
]
AT_WORK = ("reading", "importing")
MONTHS = (3, 12, 24)  # how far back, to choose from
TOP_CONTACTS = 5


class SchedulingImport(models.Model):
    """How far the import of a connection's past meetings is. There is one for each connection; it may run again."""

    _name = "scheduling.import"
    _description = "Import of Past Meetings"
    _rec_name = "connection_id"

    connection_id = fields.Many2one("scheduling.connection", required=True, ondelete="cascade")
    user_id = fields.Many2one(related="connection_id.user_id", store=True, index=True)
    state = fields.Selection(STATES, required=True)
    months = fields.Integer(help="How far back, in months.")
    start = fields.Datetime(help="Meetings that begin from then on are read.")
    stop = fields.Datetime(help="What comes later is the business of calendar sync.")
    cursor = fields.Datetime(help="Until then everything is read.")
    run = fields.Integer(default=0, required=True, help="Counts the starts; a step of an earlier one does nothing.")
    counts = fields.Json(help="What the preview found: number of events by what becomes of them.")
    people = fields.Json(groups=fields.NO_ACCESS, help="Meetings by address, of the preview, then of the import.")
    made = fields.Integer("Meetings imported")

    _connection_uniq = models.UniqueIndex("(connection_id)")

    # ------------------------------------------------------------ what the owner asks for

    @api.model
    @api.readonly
    def get_data(self, connection_id):
        """What the dialog shows.

        :param connection_id: one of the user's own
        :return: JSON-ready dict: state (None: nothing was asked for yet), progress (per cent), problem (why it doesn't
            go on, or ""), failed (it doesn't go on by itself), months, choices, counts, contacts, new_contacts, top
            (list of {name, count}), made, obstacle (why there can be no import, or "")
        :raises AccessError: it is somebody else's
        """
        connection = self.env["scheduling.connection"]._own(connection_id)
        record = self._of_connection(connection)
        return {
            "choices": list(MONTHS),
            "obstacle": self._obstacle(connection),
            **(record or self.new({"state": False}))._info(),
        }

    @api.model
    def start_preview(self, connection_id, months):
        """Counts what an import of so many months would bring. Nothing is imported.

        :return: as :meth:`get_data`
        """
        connection = self.env["scheduling.connection"]._own(connection_id)
        if months not in MONTHS:
            raise UserError(self.env._("Please choose one of the times that are offered."))
        self._check_possible(connection)
        record = self._of_connection(connection) or self.sudo().create(
            {"connection_id": connection.id, "state": "stopped"}
        )
        now = fields.Datetime.now().replace(microsecond=0)
        start = now - relativedelta(months=months)
        record._begin("reading", months=months, start=start, stop=now, cursor=start, counts=False, people=False, made=0)
        return self.get_data(connection_id)

    @api.model
    def start_import(self, connection_id):
        """Makes the meetings that the preview counted; one that was stopped goes on.

        :return: as :meth:`get_data`
        """
        connection = self.env["scheduling.connection"]._own(connection_id)
        record = self._of_connection(connection)
        if record.state == "importing":
            return self.get_data(connection_id)
        if record.state not in ("ready", "stopped") or not record.counts:
            raise UserError(self.env._("Please look at the preview first."))
        self._check_possible(connection)
        again = {"cursor": record.start} if record.state == "ready" else {}
        record._begin("importing", people=False, **again)
        return self.get_data(connection_id)

    @api.model
    def stop_work(self, connection_id):
        """Stops where it is. What was imported stays.

        :return: as :meth:`get_data`
        """
        self._of_connection(self.env["scheduling.connection"]._own(connection_id))._halt()
        return self.get_data(connection_id)

    @api.model
    def try_again(self, connection_id):
        """Goes on after trouble that doesn't pass by itself.

        :return: as :meth:`get_data`
        """
        self._of_connection(
            self.env["scheduling.connection"]._own(connection_id)
        )._step_operation().sudo().action_retry()
        return self.get_data(connection_id)

    @api.model
    def decline(self, connection_id):
        """The owner doesn't want to be offered this again; the settings still have it."""
        connection = self.env["scheduling.connection"]._own(connection_id)
        if not self._of_connection(connection):
            self.sudo().create({"connection_id": connection.id, "state": "declined"})

    # ------------------------------------------------------------ checks

    @api.model
    def _of_connection(self, connection):
        """:return: its import (sudo), or an empty recordset"""
        return self.sudo().search([("connection_id", "in", connection.ids)])

    @api.model
    def _obstacle(self, connection):
        """:return: why nothing can be imported now, in words, or "" """
        if connection.provider == "odoo":
            return self.env._("Your Odoo calendar holds its meetings already.")
        if connection.user_id._has_any_active_synchronization():
            return self.env._("Odoo's own calendar sync is on for you; it has its own way with meetings of the past.")
        if not connection.use_sync:
            return self.env._("Tick “Calendar sync” and save first.")
        if connection.state != "connected":
            return self.env._("The calendar can't be read at the moment. Connect it again first.")
        return "" if connection._syncs() else self.env._("Calendar sync doesn't use this account.")

    @api.model
    def _check_possible(self, connection):
        obstacle = self._obstacle(connection)
        if obstacle:
            raise UserError(obstacle)

    @api.model
    def _offer(self, connections):
        """What the dashboard offers: the import for the first calendar for which nobody has decided on it yet.

        :return: dict of connection_id and account, or None
        """
        for connection in connections:
            if not self._obstacle(connection) and not self._of_connection(connection):
                return {"connection_id": connection.id, "account": connection.account}
        return None

    # ------------------------------------------------------------ states

    def _begin(self, state, **values):
        self.write({**values, "state": state, "run": self.run + 1})
        self._enqueue_step()

    def _halt(self):
        """Half a preview is none; half an import can go on."""
        for record in self.filtered(lambda record: record.state in AT_WORK):
            record.write({"state": "stopped", **({"counts": False} if record.state == "reading" else {})})

    def _tell_screen(self):
        """An open dialog reads itself anew once the transaction is committed."""
        self.user_id._bus_send("meetings_scheduler/import", {"connection_id": self.connection_id.id})

    # ------------------------------------------------------------ what the screen shows

    def _info(self):
        people = self.sudo().people or {}
        known, _colleagues = self.connection_id.sudo().main_calendar_id._known_addresses(people) if people else ({}, {})
        top = sorted(known, key=lambda address: (-people[address], address))[:TOP_CONTACTS]
        step = self._step_operation() if self.state in AT_WORK else self.env["scheduling.operation"].sudo()
        return {
            "state": self.state or None,
            "months": self.months,
            "progress": self._progress(),
            "problem": step.reason or "",
            "failed": step.state == "failed",
            "counts": {word: (self.counts or {}).get(word, 0) for word in ("read", "meetings", "known", *LEFT_OUT)},
            "contacts": len(known),
            "new_contacts": len(people) - len(known),
            "top": [{"name": known[address].display_name, "count": people[address]} for address in top],
            "made": self.made,
        }

    def _progress(self):
        """:return: per cent of the time to be read"""
        if not self.cursor:
            return 0
        return round(100 * (self.cursor - self.start) / (self.stop - self.start))


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    def _disconnect(self):
        self.env["scheduling.import"]._of_connection(self)._halt()
        return super()._disconnect()
