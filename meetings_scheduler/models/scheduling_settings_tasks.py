"""Tasks in the calendar, on the screen of the calendar settings: the box, why it can't be ticked, and the choices."""

from odoo import models
from odoo.exceptions import UserError

from ..shape import fits
from .scheduling_connection_tasks import CHOICES


class SchedulingSettings(models.AbstractModel):
    _inherit = "scheduling.settings"

    def _connection_info(self, connection):
        """``tasks``: see :meth:`_tasks_info`; ``task_calendar``: the name of the calendar that is there, "" if none is;
        ``tasks_if_main``: what becomes of the tasks if this is to be the main account, "" if there is no other one.
        """
        others = self._connections() - connection
        return {
            **super()._connection_info(connection),
            "tasks": self._tasks_info(connection),
            "task_calendar": connection._task_calendar().filtered("is_made").name or "",
            "tasks_if_main": connection.sudo()._handed_on_message() if others else "",
        }

    def _tasks_info(self, connection):
        """:return: JSON-ready dict, or None: Odoo's own calendar shows activities by itself, a further account none

        ``choices`` can be saved; ``can_start`` says whether the box may be ticked; ``note`` is what the user should
        know, "" if all is well; ``reconnect_url`` is where they give a permission that is missing, or None;
        ``permission`` is what can be asked for, see :meth:`SchedulingPermissionRequest._card`; ``if_disconnected``
        is what becomes of the tasks then, "" if none are shown.
        """
        if not connection._can_show_tasks():
            return None
        owned = connection.sudo()
        may_make = owned._may_make_calendars()
        heir = (self._connections() - connection)._heir().sudo()
        return {
            "choices": {name: connection[name] for name in ("use_tasks", *CHOICES)},
            "can_start": owned._has_seat() and may_make,
            "note": self._tasks_note(owned, may_make),
            "reconnect_url": connection._reconnect_path() if owned._has_seat() and not may_make else None,
            "permission": self.env["scheduling.permission.request"]._card("seat"),
            "if_disconnected": heir._handed_on_message() if connection.use_tasks else "",
        }

    def _tasks_note(self, connection, may_make):
        calendar = connection._task_calendar()
        if not connection._has_seat():
            if not connection.use_tasks:
                return connection._missing_seat_message()
            return connection._stopped_message() if calendar.is_made else connection._waiting_message()
        if not may_make and not (connection.use_tasks and calendar.is_made):
            return connection._task_permission_message()
        if connection.tasks_gone_at and not connection.use_tasks:
            return self.env._(
                "The calendar of your tasks was deleted, so they aren't shown any more. Tick the box to make it anew."
            )
        return (connection.use_tasks and calendar.sync_error) or ""

    def _save_main(self, connection, values):
        """A calendar of tasks is removed only if the user has said so."""
        chosen = values.get("tasks", {}).values()
        connection.sudo()._make_main(remove_tasks=any(choices.get("remove_tasks") for choices in chosen))

    def _save_tasks(self, connection, chosen):
        """
        :param chosen: dict with any of ``use_tasks``, ``remove_tasks`` (with ``use_tasks`` unticked, or another main
            account: the calendar of tasks is removed here), ``task_all_day``, ``task_keep_done``, ``task_moves``
            (booleans), ``task_hour`` (in hours)
        :raises UserError: a value can't be
        """
        unknown = set(chosen) - {"use_tasks", "remove_tasks", *CHOICES}
        if unknown:
            raise UserError(self.env._("There is no setting “%(name)s”.", name=min(unknown)))
        if not connection._can_show_tasks():
            raise UserError(self.env._("%(account)s can't be used for tasks.", account=connection.account))
        connection = connection.sudo()
        connection.write(self._checked_task_choices(chosen))
        if "use_tasks" not in chosen:
            connection._mirrors_tasks()._mirror_soon()
        elif chosen["use_tasks"]:
            connection._start_tasks()
        else:
            connection._stop_tasks(remove=chosen.get("remove_tasks", False))

    def _checked_task_choices(self, values):
        hour = values.get("task_hour", 0)
        if not fits(hour, (int, float)) or not 0 <= hour < 24:
            raise UserError(self.env._("Choose an hour from 00:00 to 23:59."))
        self._check_fit(all(fits(value, (bool,)) for name, value in values.items() if name != "task_hour"))
        return {name: values[name] for name in CHOICES if name in values}
