"""The paid seat that showing tasks in a calendar needs (MISSION.md, M26): who has it, who lost it, who got it back."""

from contextlib import contextmanager

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain

SEAT = "meetings_scheduler.group_seat"


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    def _has_seat(self):
        """:return: whether the user may show tasks in their calendar"""
        return self.user_id.active and self.user_id.has_group(SEAT)

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

    def _waiting_message(self):
        return self.env._(
            "You have no paid seat any more, so your tasks aren't shown here yet. %(names)s can give you a seat again; "
            "then they are.",
            names=self._administrators(),
        )

    def _missing_seat_message(self):
        return self.env._(
            "Showing tasks in your calendar needs a paid seat. %(names)s can give you one.",
            names=self._administrators(),
        )


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
