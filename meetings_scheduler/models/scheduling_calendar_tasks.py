"""The task calendar of a connected account: made and removed by this product, read for what a person moved there."""

import logging
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..providers import errors
from ..providers.base import Period
from ..sync import tasks
from .scheduling_connection_remote import LIVE_DEADLINE
from .scheduling_page_slots import aware, naive

_logger = logging.getLogger(__name__)

# What of it is read: moves are told whatever the date, but the window bounds a first reading.
BEHIND = timedelta(days=366)
AHEAD = timedelta(days=2 * 366)


class SchedulingCalendar(models.Model):
    _inherit = "scheduling.calendar"

    is_tasks = fields.Boolean(
        "Task calendar", readonly=True, help="Shows the user's tasks; never counts as busy, never read as meetings."
    )
    was_kept = fields.Boolean(readonly=True, help="Goes on after a pause; nobody has looked if it is there.")
    is_ending = fields.Boolean(readonly=True, help="Asked to be removed.")
    key = fields.Char(groups=fields.NO_ACCESS, copy=False, help="Names it at the provider, so that it is made once.")
    is_made = fields.Boolean(compute="_compute_is_made", help="It is there, not only asked for.")
    task_link_ids = fields.One2many("scheduling.task.link", "calendar_id")

    @api.depends("remote_id", "key")
    def _compute_is_made(self):
        for calendar in self:
            calendar.is_made = calendar.remote_id != calendar.sudo().key

    @api.model
    def _new_task_calendar(self, connection):
        """:return: a task calendar that is yet to be made; until then its key stands in for the provider's name"""
        key = f"tasks-{secrets.token_hex(8)}"
        return self.create(
            {
                "connection_id": connection.id,
                "name": connection._for_owner().env._("Odoo tasks"),
                "remote_id": key,
                "key": key,
                "is_tasks": True,
                "counts": False,
            }
        )

    def action_link(self):
        if self.filtered("is_tasks"):
            raise UserError(self.env._("The calendar of your tasks never counts as busy."))
        return super().action_link()

    # ------------------------------------------------------------ made, removed, gone

    def _make_remote(self, adapter):
        """:raises ProviderError: tried again under the same key, which makes no second one"""
        made = adapter.create_calendar(self.name, self.user_id.tz or "UTC", key=self.key)
        # The poll may have seen it before we knew its name.
        twins = self.search(
            [("connection_id", "=", self.connection_id.id), ("remote_id", "=", made.id), ("id", "!=", self.id)]
        )
        twins.unlink()
        self.flush_model()
        self.write({"remote_id": made.id, "color": made.color})
        self.connection_id._refresh_soon()  # a first read, so that moves are told from now on

    def _remove_remote(self, adapter):
        """Removes it with all that is in it. If our wish to make it was never answered, this finds it by its key."""
        if not self.is_made:
            self._make_remote(adapter)
        self.channel_ids._stop(adapter)
        adapter.delete_calendar(self.remote_id)
        self.unlink()

    def _keep_tasks(self):
        """It isn't removed after all: kept, it goes on one day, unless there is another one by now."""
        for calendar in self.filtered(lambda calendar: not calendar.connection_id._task_calendar()):
            calendar.is_ending = False

    def _remove_now(self):
        """Removes them while a person waits.

        :return: whether all are gone
        """
        try:
            for calendar in self:
                with calendar.connection_id._adapter(LIVE_DEADLINE) as adapter:
                    calendar._remove_remote(adapter)
        except (errors.ProviderError, UserError) as error:
            _logger.info("Task calendar of connection %s can't be removed: %s", self.connection_id.ids, error)
            return False
        return True

    def _is_there(self, adapter):
        """:return: whether the server knows the calendar; an absence that is proven, not guessed from a list"""
        try:
            next(iter(adapter.changes(self.remote_id, None, self._sync_window())), None)
        except errors.NotFound:
            return False
        return True

    def _found_again(self):
        """:return: this calendar, which was kept; another one, yet to be made, if its user deleted it meanwhile"""
        with self.connection_id._adapter() as adapter:
            if self._is_there(adapter):
                self.was_kept = False
                return self
        connection = self.connection_id
        self.unlink()
        return self._new_task_calendar(connection)

    def _deleted_there(self):
        """Its user deleted the whole calendar, and so wants no tasks there: the settings say so."""
        self.connection_id.write({"use_tasks": False, "tasks_gone_at": fields.Datetime.now()})
        self.unlink()

    # ------------------------------------------------------------ Odoo to calendar

    def _mirror_tasks(self):
        """Compares all tasks of the user with what is known to be in the calendar, and asks the outbox for the rest.

        :raises ProviderError: the calendar could not be made, or looked for
        """
        self.ensure_one()
        if self.was_kept:
            self = self._found_again()
        if not self.is_made:
            try:
                with self.connection_id._adapter() as adapter:
                    self._make_remote(adapter)
            except errors.PermissionDenied:
                self.sync_error = self.connection_id._for_owner()._task_permission_message()
                return
        self.sync_error = False
        links = self.env["scheduling.task.link"]
        known = self.task_link_ids
        for action in tasks.plan(
            self._tasks(), [link._planner_link() for link in known], self.connection_id._task_choices()
        ):
            match action:
                case tasks.Add(ref=(res_model, res_id)):
                    links |= links.create({"calendar_id": self.id, "res_model": res_model, "res_id": res_id})
                case tasks.Write(link_id=int() as link_id) | tasks.Remove(link_id=int() as link_id):
                    links |= links.browse(link_id)
        for link in links:
            link.changed_at = fields.Datetime.now()
            link._enqueue_write()

    def _tasks(self):
        """:return: list of :class:`sync.tasks.Task`: the user's open ones, and done ones that are in the calendar"""
        found = {}
        for source in self.env["scheduling.task.link"]._sources():
            records = self.env[source].sudo()
            for record in records.search(records._task_domain(self.user_id)):
                task = record._task_facts(self.user_id)
                if task:
                    found[task.ref] = task
        for link in self.task_link_ids:
            task = (link.res_model, link.res_id) not in found and link._task()
            if task:
                found[task.ref] = task
        return list(found.values())

    # ------------------------------------------------------------ calendar to Odoo

    def _sync_in(self):
        """A task calendar is read for moves and deletions only; what else is in there is its user's own."""
        if not self.is_tasks:
            super()._sync_in()
            return
        with self.connection_id._adapter() as adapter:
            try:
                pages, window = self._read_changes(adapter)
            except errors.NotFound:
                self._deleted_there()
                return
        removed = [tombstone.id for page in pages for tombstone in page.removed]
        # An occurrence isn't the entry we wrote: its series is put right at the task's next change.
        events = {event.id: event for page in pages for event in page.events if not event.series_id}
        links = self.env["scheduling.task.link"].search(
            [("calendar_id", "=", self.id), ("remote_id", "in", [*removed, *events])]
        )
        links.filtered(lambda link: link.remote_id in removed)._deleted_there()
        for link in links.filtered("remote_id"):
            link._follow(events[link.remote_id])
        self.write(
            {
                "sync_read_at": fields.Datetime.now(),
                "sync_error": False,
                "sync_token": pages[-1].sync_token,
                "sync_from": naive(window.start),
                "sync_until": naive(window.end),
            }
        )

    def _sync_window(self):
        if not self.is_tasks:
            return super()._sync_window()
        now = aware(fields.Datetime.now().replace(second=0, microsecond=0))
        return Period(now - BEHIND, now + AHEAD)
