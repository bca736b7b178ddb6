"""Tasks in the calendar (MISSION.md, M26): shown as the user chose, while they have a paid seat."""

import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..providers import errors, registry
from ..providers.base import Role
from ..sync import tasks
from .scheduling_page_slots import aware

# How the user wants their tasks shown.
CHOICES = ("task_all_day", "task_hour", "task_keep_done", "task_moves")


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    use_tasks = fields.Boolean(
        "Tasks in my calendar", help="Shows the user's tasks in a calendar of their own; needs a paid seat."
    )
    task_all_day = fields.Boolean("Tasks all day", default=True, help="Else half an hour from the chosen hour on.")
    task_hour = fields.Float("Hour of tasks", default=9.0, help="By the user's clock.")
    task_keep_done = fields.Boolean("Keep done tasks for a day", default=True)
    task_moves = fields.Boolean("Moving a task there moves its due date", default=True)
    tasks_gone_at = fields.Datetime(readonly=True, help="When the task calendar was found deleted by its user.")

    _task_hour_is_one = models.Constraint("CHECK (task_hour >= 0 AND task_hour < 24)", "An hour is from 0 to 24.")

    # ------------------------------------------------------------ whether and how

    def _can_show_tasks(self):
        """:return: whether it is an account outside of Odoo, and the one that meetings made in Odoo go to"""
        return self.provider != "odoo" and self.purpose in ("all", "sync")

    def _mirrors_tasks(self):
        """:return: the connections that show tasks now: ticked, connected, and their user has a paid seat"""
        return self.filtered(
            lambda connection: (
                connection.use_tasks
                and connection._can_show_tasks()
                and connection.state != "disconnected"
                and connection._has_seat()
            )
        )

    @api.model
    def _task_connections(self, users):
        """:return: the connections in whose calendars the tasks of ``users`` are shown (sudo), one a user"""
        if not users:
            return self.sudo().browse()
        return self.sudo().search([("user_id", "in", users.ids), ("use_tasks", "=", True)])._mirrors_tasks()

    def _task_calendar(self):
        """:return: their task calendars, made or yet to be; not those that are being removed"""
        return self.calendar_ids.filtered(lambda calendar: calendar.is_tasks and not calendar.is_ending)

    def _task_choices(self):
        """:return: :class:`sync.tasks.Settings`"""
        return tasks.Settings(
            now=aware(fields.Datetime.now()),
            zone=self.user_id.tz or "UTC",
            hour=None if self.task_all_day else self.task_hour,
            keeps_done=self.task_keep_done,
            moves=self.task_moves,
        )

    # ------------------------------------------------------------ on and off

    def _start_tasks(self):
        """Ticked: the calendar is made, or one that was kept goes on, and filled by the outbox.

        :raises UserError: no paid seat, or the account's owner didn't allow to make calendars
        """
        for connection in self:
            if not connection._has_seat():
                raise UserError(connection._missing_seat_message())
            if not connection._may_make_calendars():
                raise UserError(connection._task_permission_message())
            if connection.use_tasks:
                connection._mirror_soon()
            else:
                connection._show_tasks()

    def _show_tasks(self):
        """As :meth:`_start_tasks`; without a seat or the permission the settings say so, and it begins later."""
        self.ensure_one()
        self.write({"use_tasks": True, "tasks_gone_at": False})
        calendar = self._task_calendar()
        if not calendar:
            self.env["scheduling.calendar"]._new_task_calendar(self)
        elif calendar.is_made:
            calendar.was_kept = True
        self._mirror_soon()

    def _mirror_soon(self):
        """Everything is compared and mended by the outbox: first use, a seat given back, other choices."""
        for connection in self:
            calendar = connection._task_calendar()
            if calendar:
                self.env["scheduling.operation"]._enqueue(
                    "mirror_tasks",
                    f"tasks:{calendar.id}:{secrets.token_hex(8)}",
                    f"tasks:{calendar.id}",
                    connection=connection,
                    calendar_id=calendar.id,
                )

    def _stop_tasks(self, remove):
        """Unticked: nothing is written any more.

        :param remove: the calendar is removed with all that is in it; else it stays as it is, to go on with it one day
        """
        self.write({"use_tasks": False})
        if not remove:
            return
        for calendar in self._task_calendar():
            calendar.is_ending = True
            self.env["scheduling.operation"]._enqueue(
                "remove_tasks",
                f"tasks:{calendar.id}:remove",
                f"tasks:{calendar.id}",
                connection=calendar.connection_id,
                calendar_id=calendar.id,
            )

    def _may_make_calendars(self):
        """:return: whether the consent lets us make a calendar; the box for it can be unticked at the provider"""
        try:
            scopes = self.env["scheduling.credential"]._grant(self).scopes
        except errors.AuthenticationFailed:  # no consent yet
            return False
        except UserError:  # it can't be read, which is for an administrator to mend first
            return True
        return set(registry.oauth_client(self.provider).calendar_scopes) <= scopes

    def _task_permission_message(self):
        return self.env._(
            "We may not make a calendar for your tasks yet. Reconnect, and leave every box ticked when you are asked "
            "what we may do."
        )

    # ------------------------------------------------------------ with the rest of a connection

    def _synced_calendars(self):
        mirrored = self._mirrors_tasks()._task_calendar()
        return super()._synced_calendars() | mirrored.filtered(lambda one: one.is_made and not one.was_kept)

    def _link_calendars(self, remote_calendars):
        """The task calendar is no calendar like the others. One of an earlier connection goes on where it was."""
        self.ensure_one()
        earlier = self.env["scheduling.calendar"].search(
            [
                ("is_tasks", "=", True),
                ("is_ending", "=", False),
                ("remote_id", "in", [remote.id for remote in remote_calendars if remote.role is Role.OWNER]),
                ("user_id", "=", self.user_id.id),
                ("connection_id.provider", "=", self.provider),
                ("connection_id.state", "=", "disconnected"),
            ],
            order="id desc",
        )
        if earlier and not self._task_calendar():
            earlier[:1].write({"connection_id": self.id, "sync_token": False})
        own = set(self.calendar_ids.filtered("is_tasks").mapped("remote_id"))
        return super()._link_calendars([remote for remote in remote_calendars if remote.id not in own])

    def _connect(self, provider, code, verifier, again=None):
        """Connected again, with whatever was missing: tasks go on."""
        connection = super()._connect(provider, code, verifier, again)
        connection._mirrors_tasks()._mirror_soon()
        return connection

    def _make_main(self, remove_tasks=False):
        """Tasks move along: they are shown in the new main account.

        :param remove_tasks: the calendar they were shown in is removed; else it stays there as it is
        """
        earlier = self._of_user(self.user_id)
        result = super()._make_main()
        earlier._hand_on_tasks(remove_tasks)
        return result

    @api.model
    def _split(self, sync, pages):
        accounts = self._of_user(sync.user_id) | sync | pages
        result = super()._split(sync, pages)
        accounts._hand_on_tasks()
        return result

    def _disconnect(self):
        result = super()._disconnect()
        self._hand_on_tasks()
        return result

    def _hand_on_tasks(self, remove=False):
        """Tasks shown in one of these accounts go on in the one that meetings made in Odoo go to now.

        :param remove: their calendar in the account they leave is removed; nobody is asked here
        """
        for connection in self.filtered("use_tasks"):
            heir = self._for_sync(connection.user_id)
            if heir != connection:
                connection._stop_tasks(remove)
                if heir._can_show_tasks():
                    heir.write({name: connection[name] for name in CHOICES})
                    heir._show_tasks()

    def _handed_on_message(self):
        """:return: what becomes of their tasks, for a user whose main account is to be this one, or none at all"""
        if not self or self.provider == "odoo":
            return self.env._("Your tasks won't be shown outside of Odoo any more.")
        if not self._has_seat():
            return self.env._(
                "You have no paid seat, so your tasks won't be shown in %(account)s before you have one.",
                account=self.account,
            )
        if self.state != "connected" or not self._may_make_calendars():
            return self.env._(
                "Your tasks can't be shown in %(account)s before you reconnect that account.", account=self.account
            )
        return self.env._("Your tasks will be shown in %(account)s.", account=self.account)

    def action_disconnect(self, remove_tasks=False):
        """Takes the connection away.

        :param remove_tasks: the task calendar is removed before, while we still may
        :raises UserError: it can't be removed now; nothing is changed then
        """
        self._check_may_disconnect()
        calendars = self.sudo().calendar_ids.filtered("is_tasks")
        leaving = calendars if remove_tasks else calendars.filtered("is_ending")
        if not leaving._remove_now() and remove_tasks:
            raise UserError(
                self.env._(
                    "“%(calendar)s” can't be removed right now. Try again later, or disconnect and keep it.",
                    calendar=leaving.exists()[:1].name,
                )
            )
        return super().action_disconnect()

    # ------------------------------------------------------------ every night

    @api.model
    def _cron_mirror_tasks(self):
        """Compares every user's tasks with their calendar, one connection a transaction.

        This mends what no hook saw: what the database deleted by itself, a record that has another name by now.
        """
        connections = self.search([("use_tasks", "=", True), ("state", "=", "connected")])._mirrors_tasks()
        self.env["ir.cron"]._commit_progress(remaining=len(connections))
        for connection in connections:
            connection._mirror_soon()
            if not self.env["ir.cron"]._commit_progress(1):
                break
