"""Tasks in the calendar, on the screen of the calendar settings: the box, why it can't be ticked, and the choices."""

from odoo import models
from odoo.exceptions import UserError

from ..shape import fits
from .scheduling_connection_tasks import CHOICES


class SchedulingSettings(models.AbstractModel):
    _inherit = "scheduling.settings"

    def _connection_info(self, connection):
        return {**super()._connection_info(connection), "tasks": self._tasks_info(connection)}

    def _tasks_info(self, connection):
        """:return: JSON-ready dict, or None: Odoo's own calendar shows activities by itself, a further account none

        ``choices`` can be saved; ``can_start`` says whether the box may be ticked; ``note`` is what the user should
        know, "" if all is well; ``permission`` is what can be asked for, see
        :meth:`SchedulingPermissionRequest._card`; ``calendar`` is the name of the calendar that is there, "" if none
        is.
        """
        if not connection._can_show_tasks():
            return None
        calendar = connection._task_calendar()
        return {
            "choices": {name: connection[name] for name in ("use_tasks", *CHOICES)},
            "can_start": connection.sudo()._has_seat(),
            "note": self._tasks_note(connection, calendar),
            "permission": self.env["scheduling.permission.request"]._card("seat"),
            "calendar": calendar.name if calendar.is_made else "",
        }

    def _tasks_note(self, connection, calendar):
        if not connection.sudo()._has_seat():
            return connection._stopped_message() if connection.use_tasks else connection._missing_seat_message()
        if connection.tasks_gone_at and not connection.use_tasks:
            return self.env._(
                "The calendar of your tasks was deleted, so they aren't shown any more. Tick the box to make it anew."
            )
        return (connection.use_tasks and calendar.sync_error) or ""

    def _save_tasks(self, connection, chosen):
        """
        :param chosen: dict with any of ``use_tasks``, ``remove_tasks`` (with ``use_tasks`` unticked: its calendar is
            removed, too), ``task_all_day``, ``task_keep_done``, ``task_moves`` (booleans), ``task_hour`` (in hours)
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
