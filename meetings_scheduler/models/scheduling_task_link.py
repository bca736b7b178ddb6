"""Which entry of a task calendar shows which task; decided by sync/tasks.py, written by the outbox."""

import secrets
from datetime import date, datetime, timedelta

from odoo import api, fields, models

from ..providers import errors
from ..providers.base import Draft
from ..sync import tasks
from ..sync.conflict import retry_on_conflict
from .scheduling_page_slots import aware


class SchedulingTaskLink(models.Model):
    _name = "scheduling.task.link"
    _description = "Task in a Calendar"
    _rec_name = "remote_id"

    calendar_id = fields.Many2one("scheduling.calendar", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one(related="calendar_id.user_id")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference("Task", model_field="res_model", required=True)
    key = fields.Char(required=True, default=lambda self: f"task-{secrets.token_hex(16)}")
    remote_id = fields.Char(help="The provider's own name of the entry, empty while there is none.")
    etag = fields.Char(help="The version that was read or written last.")
    written = fields.Char(help="Digest of what stands in the calendar.")
    placed = fields.Json(help="Where the entry stood when it was last seen.")
    by_hand = fields.Boolean(help="A person gave it that time of day.")
    is_hidden = fields.Boolean(help="A person deleted the entry; it comes back when the task changes.")
    done_at = fields.Datetime(help="Since when the task is known to be done.")
    changed_at = fields.Datetime(help="When the task was changed in Odoo last.")
    version = fields.Integer(default=0, required=True, help="Counts what the outbox was asked for.")

    _task_uniq = models.UniqueIndex("(res_model, res_id, calendar_id)")
    _remote_idx = models.Index("(calendar_id, remote_id)")

    @api.model
    def _sources(self):
        """:return: names of the models whose records are tasks, each with the ``scheduling.task.mixin``"""
        return ["mail.activity"]

    @api.model
    def _of_records(self, records):
        """:return: the links of these records, of whatever user (sudo)"""
        return self.sudo().search([("res_model", "=", records._name), ("res_id", "in", records.ids)])

    # ------------------------------------------------------------ noticed in the user's transaction

    @api.model
    def _records_changed(self, records):
        """Tasks were made or changed: the calendars of all whose tasks they are, and were, follow."""
        links = self._of_records(records)
        links._changed_here()
        known = {(link.calendar_id.id, link.res_id) for link in links}
        calendars = self.env["scheduling.connection"]._task_connections(records.sudo()._task_people())._task_calendar()
        new = []
        for calendar in calendars.filtered("is_made"):
            for record in records.sudo():
                task = record._task_facts(calendar.user_id, done_at=fields.Datetime.now())
                if task and not task.done_at and (calendar.id, record.id) not in known:
                    new.append({"calendar_id": calendar.id, "res_model": record._name, "res_id": record.id})
        self.sudo().create(new)._changed_here()

    def _changed_here(self):
        """Asks the outbox to bring the entries in line, where something differs and the user still mirrors tasks."""
        connections = self.calendar_id.connection_id._mirrors_tasks()
        for link in self.filtered(lambda link: link.calendar_id.connection_id in connections):
            if link._decide():
                link.changed_at = fields.Datetime.now()
                link._enqueue_write()

    def _enqueue_write(self):
        self.version += 1
        self.env["scheduling.operation"]._enqueue(
            "write_task",
            f"task:{self.id}:{self.version}",
            f"task:{self.id}",
            connection=self.calendar_id.connection_id,
            link_id=self.id,
        )

    # ------------------------------------------------------------ as the planner knows them

    def _record(self):
        """:return: the task (sudo), an empty recordset if it is gone, None if its bridge is"""
        if self.res_model not in self._sources():
            return None
        return self.env[self.res_model].sudo().browse(self.res_id).exists()

    def _task(self):
        """:return: :class:`sync.tasks.Task` as it is now, or None: gone, or somebody else's"""
        record = self._record()
        if not record:
            return None
        is_done = record._task_is_done()
        if is_done and not self.done_at:
            self.done_at = fields.Datetime.now()
        elif self.done_at and not is_done:
            self.done_at = False
        return record._task_facts(self.user_id, done_at=aware(self.done_at) if is_done else None)

    def _planner_link(self):
        """:return: :class:`sync.tasks.Link`"""
        return tasks.Link(
            id=self.id,
            ref=(self.res_model, self.res_id),
            written=self.written or "",
            placed=tasks.Placement(*(_moment(text) for text in self.placed)) if self.placed else None,
            by_hand=self.by_hand,
            is_hidden=self.is_hidden,
        )

    def _decide(self):
        """:return: what the entry needs, see :func:`sync.tasks.decide`"""
        choices = self.calendar_id.connection_id._task_choices()
        return tasks.decide(self._task(), self._planner_link(), choices)

    def _keep(self, link):
        """Writes what the planner says of the link."""
        placed = [moment.isoformat() for moment in link.placed] if link.placed else False
        self.write({"written": link.written, "placed": placed, "by_hand": link.by_hand, "is_hidden": link.is_hidden})

    # ------------------------------------------------------------ carried out by the outbox

    def _write_remote(self, adapter):
        """Makes the entry what the task is now: made, changed, removed, or left as it is. Nobody is ever invited.

        :raises ProviderError: to be tried again, or not, as it says
        """
        retry_on_conflict(lambda: self._write_once(adapter))

    def _write_once(self, adapter):
        self.ensure_one()
        match self._decide():
            case None:
                return
            case tasks.Remove():
                self._remove_remote(adapter)
                return
        try:
            self._put(adapter)
        except errors.Conflict:  # somebody moved it since it was read: that comes first
            self._follow(adapter.get_event(self.calendar_id.remote_id, self.remote_id))
            raise

    def _remove_remote(self, adapter):
        calendar_id, event_id = self.calendar_id.remote_id, self.remote_id
        if not event_id and not self.is_hidden:  # unless the answer to our write was lost
            event = adapter.find_event(calendar_id, self.key)
            event_id = event and event.id
        if event_id:
            adapter.delete_event(calendar_id, event_id, notify=False)
        self.unlink()

    def _put(self, adapter):
        """:raises NotFound: the calendar is gone"""
        choices = self.calendar_id.connection_id._task_choices()
        wanted = tasks.entry(self._task(), self._planner_link(), choices)
        draft = Draft(
            start=wanted.place.start,
            end=wanted.place.end,
            summary=wanted.summary,
            description=wanted.description,
            zone=choices.zone,
            is_busy=False,
        )
        calendar_id, event = self.calendar_id.remote_id, None
        if self.remote_id:
            try:
                event = adapter.put_event(
                    calendar_id, draft, key=self.key, event_id=self.remote_id, etag=self.etag, notify=False
                )
            except errors.NotFound:
                event = None  # deleted there, but changed here since: it is shown again
        if event is None:
            event = adapter.put_event(calendar_id, draft, key=self.key, notify=False)
            if (event.summary, *_place(event)) != (wanted.summary, *wanted.place):  # made by a try of before a change
                event = adapter.put_event(
                    calendar_id, draft, key=self.key, event_id=event.id, etag=event.etag, notify=False
                )
        self.write(
            {
                "remote_id": event.id,
                "etag": event.etag,
                "written": wanted.digest,
                "placed": [moment.isoformat() for moment in _place(event)],
                "is_hidden": False,
            }
        )
        if self.done_at:
            self.env["scheduling.operation"]._enqueue(
                "write_task",
                f"task:{self.id}:{self.version}:end",
                f"task-end:{self.id}",
                connection=self.calendar_id.connection_id,
                after=tasks.DONE_STAYS + timedelta(minutes=1),
                link_id=self.id,
            )

    # ------------------------------------------------------------ read from the calendar

    def _follow(self, event):
        """The calendar tells how the entry is now: a move moves the due date, the rest is put right.

        :param event: :class:`providers.base.Event`
        """
        if event.etag == self.etag:
            return  # our own write, heard again
        self.etag = event.etag
        task, link, choices = self._task(), self._planner_link(), self.calendar_id.connection_id._task_choices()
        if task is None:
            return  # its removal is on the way
        is_waiting = bool(tasks.decide(task, link, choices))
        ours_is_newer = is_waiting and bool(event.updated_at) and aware(self.changed_at) > event.updated_at
        followed = tasks.follow(task, link, _place(event), choices, ours_is_newer=ours_is_newer)
        self._keep(followed.link)
        if followed.due and not self._record()._task_move(followed.due, self.user_id):
            self.write({"by_hand": link.by_hand, "written": False})  # not theirs to move: it goes back
        if event.summary != tasks.entry(self._task(), self._planner_link(), choices).summary:
            self.written = False
        if self._decide():
            self._enqueue_write()

    def _leave(self):
        """The entry, or its absence, stays as it is until the task changes."""
        match self._decide():
            case tasks.Remove():
                self.unlink()
            case tasks.Write():
                choices = self.calendar_id.connection_id._task_choices()
                leave = tasks.leave if self.remote_id else tasks.hide
                self._keep(leave(self._task(), self._planner_link(), choices))

    def _deleted_there(self):
        """A person deleted the entry: the task stays as it is, and out of sight until it changes."""
        for link in self:
            task = link._task()
            if task:
                choices = link.calendar_id.connection_id._task_choices()
                link._keep(tasks.hide(task, link._planner_link(), choices))
                link.write({"remote_id": False, "etag": False})


def _place(event):
    return tasks.Placement(event.start, event.end)


def _moment(text):
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


class SchedulingOperation(models.Model):
    _inherit = "scheduling.operation"

    kind = fields.Selection(
        selection_add=[
            ("mirror_tasks", "Show all tasks in the calendar"),
            ("write_task", "Write the task into the calendar"),
            ("remove_tasks", "Remove the task calendar"),
        ],
        ondelete={"mirror_tasks": "cascade", "write_task": "cascade", "remove_tasks": "cascade"},
    )

    @api.model
    def _writes(self):
        return {**super()._writes(), "mirror_tasks": "tasks", "write_task": "tasks", "remove_tasks": "tasks"}

    def _do_mirror_tasks(self, calendar_id):
        calendar = self.env["scheduling.calendar"].browse(calendar_id).exists()
        if calendar and self.connection_id._mirrors_tasks():
            calendar._mirror_tasks()

    def _do_write_task(self, link_id):
        """Brings the entry in line with the task as it is now; nothing, if tasks were turned off meanwhile.

        Nor while nobody has looked if a calendar that was kept is there: then all is compared.
        """
        link = self.env["scheduling.task.link"].browse(link_id).exists()
        calendar = link.calendar_id
        if not link or calendar.was_kept or not self.connection_id._mirrors_tasks() or not link._decide():
            return
        with self.connection_id._adapter() as adapter:
            try:
                link._write_remote(adapter)
            except errors.NotFound:
                if calendar._is_there(adapter):
                    raise
                calendar._deleted_there()

    def _do_remove_tasks(self, calendar_id):
        calendar = self.env["scheduling.calendar"].browse(calendar_id).exists()
        if calendar.is_ending:
            with self.connection_id._adapter() as adapter:
                calendar._remove_remote(adapter)

    def _subject(self):
        named = self.arguments or {}
        if self.kind == "write_task":
            link = self._task_link()
            return ((link and link._record()) or link).display_name or ""
        if "calendar_id" in named:
            return self.env["scheduling.calendar"].sudo().browse(named["calendar_id"]).exists().name or ""
        return super()._subject()

    def _task_link(self):
        return self.env["scheduling.task.link"].sudo().browse(self.arguments["link_id"]).exists()

    def _leave(self):
        match self.kind:
            case "write_task":
                for link in self._task_link():
                    link._leave()
            case "remove_tasks":
                self.env["scheduling.calendar"].sudo().browse(self.arguments["calendar_id"]).exists()._keep_tasks()
            case "mirror_tasks":
                return  # every night it is compared again, as long as the box is ticked
            case _:
                super()._leave()
