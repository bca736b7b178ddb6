"""Tasks in the calendar (MISSION.md, M26): shown as the user chose, while they have a paid seat."""

import secrets
from contextlib import contextmanager

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..providers import errors, registry
from ..sync import tasks
from .scheduling_connection_remote import LIVE_DEADLINE
from .scheduling_page_slots import aware

SEAT = "meetings_scheduler.group_seat"
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

    def _has_seat(self):
        """:return: whether the user may show tasks in their calendar"""
        return self.user_id.active and self.user_id.has_group(SEAT)

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

    @api.model
    @contextmanager
    def _seats_watched(self, domain):
        """While somebody changes who has a seat: who lost theirs is told, for who got one it goes on by itself.

        :param domain: of the connections that may be concerned
        """
        connections = self.sudo().search(Domain("use_tasks", "=", True) & Domain(domain))
        before = connections._mirrors_tasks()
        yield
        now = connections._mirrors_tasks()
        (now - before)._mirror_soon()
        (before - now)._tell_tasks_stopped()

    def _tell_tasks_stopped(self):
        for connection in self.filtered("user_id.active"):
            user = connection.user_id
            words = connection._for_owner()
            words.env["mail.thread"].message_notify(
                partner_ids=user.partner_id.ids,
                subject=words.env._("Your tasks are no longer updated in your calendar"),
                body=Markup("<p>%s</p>") % words._stopped_message(),
            )

    def _stopped_message(self):
        return self.env._(
            "You have no paid seat any more, so “Odoo tasks” in your calendar stays as it is and isn't updated. "
            "%(names)s can give you a seat again; then it goes on by itself.",
            names=self._administrators(),
        )

    # ------------------------------------------------------------ on and off

    def _start_tasks(self):
        """Ticked: the calendar is made, or found again, and filled by the outbox.

        :raises UserError: no paid seat, or the account's owner didn't allow to make calendars
        """
        for connection in self:
            if not connection._has_seat():
                raise UserError(connection._missing_seat_message())
            if not connection._may_make_calendars():
                raise UserError(connection._task_permission_message())
            connection.write({"use_tasks": True, "tasks_gone_at": False})
            if not connection._task_calendar():
                connection.env["scheduling.calendar"]._new_task_calendar(connection)
            connection._mirror_soon()

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
        scopes = self.env["scheduling.credential"]._grant(self).scopes
        return set(registry.oauth_client(self.provider).calendar_scopes) <= scopes

    def _missing_seat_message(self):
        return self.env._(
            "Showing tasks in your calendar needs a paid seat. %(names)s can give you one.",
            names=self._administrators(),
        )

    def _task_permission_message(self):
        return self.env._(
            "We may not make a calendar for your tasks yet. Reconnect, and leave the box about calendars that this app "
            "makes ticked."
        )

    # ------------------------------------------------------------ with the rest of a connection

    def _synced_calendars(self):
        mirrored = self._mirrors_tasks()._task_calendar().filtered("is_made")
        return super()._synced_calendars() | mirrored

    def _link_calendars(self, remote_calendars):
        """The task calendar is no calendar like the others. One of an earlier connection goes on where it was."""
        self.ensure_one()
        earlier = self.env["scheduling.calendar"].search(
            [
                ("is_tasks", "=", True),
                ("is_ending", "=", False),
                ("remote_id", "in", [remote.id for remote in remote_calendars]),
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

    def _make_main(self):
        """Tasks move along: they are shown in the new main account, and the calendar in the old one is removed."""
        earlier = self._of_user(self.user_id).filtered("use_tasks") - self
        result = super()._make_main()
        for connection in earlier:
            self.write({name: connection[name] for name in CHOICES})
            connection._stop_tasks(remove=True)
            if self._can_show_tasks() and self._has_seat() and self._may_make_calendars():
                self._start_tasks()
        return result

    def action_disconnect(self, remove_tasks=False):
        """Takes the connection away.

        :param remove_tasks: the task calendar is removed before, while we still may
        :raises UserError: it can't be removed now; nothing is changed then
        """
        if remove_tasks:
            self._check_may_disconnect()
            self.sudo()._remove_task_calendars()
        return super().action_disconnect()

    def _remove_task_calendars(self):
        for calendar in self._task_calendar():
            try:
                with calendar.connection_id._adapter(LIVE_DEADLINE) as adapter:
                    calendar._remove_remote(adapter)
            except errors.ProviderError as error:
                raise UserError(
                    self.env._(
                        "“%(calendar)s” can't be removed right now. Try again later, or disconnect and keep it.",
                        calendar=calendar.name,
                    )
                ) from error

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


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        """A seat given, taken or given back, and a user who comes or goes: their tasks go on, or stop."""
        domain = [("user_id", "in", self.ids if {"group_ids", "active"} & set(vals) else [])]
        with self.env["scheduling.connection"]._seats_watched(domain):
            result = super().write(vals)
        if "tz" in vals:
            self.env["scheduling.connection"]._task_connections(self)._mirror_soon()
        return result


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        """As for users, from the other side."""
        domain = [] if {"user_ids", "implied_ids", "implied_by_ids"} & set(vals) else [("id", "=", False)]
        with self.env["scheduling.connection"]._seats_watched(domain):
            return super().write(vals)
