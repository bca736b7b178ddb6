from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo import models


class ProjectTask(models.Model):
    """Tasks and to-dos with a deadline are shown to each of their assignees; cancelled ones and templates to nobody."""

    _name = "project.task"
    _inherit = ["project.task", "scheduling.task.mixin"]

    def _task_fields(self):
        return {"name", "date_deadline", "user_ids", "active", "state", "stage_id", "project_id", "is_template"}

    def _task_people(self):
        return self.filtered(
            lambda task: task.active and task.state != "1_canceled" and not task.has_template_ancestor
        ).user_ids

    def _task_domain(self, user):
        return [
            ("user_ids", "=", user.id),
            ("date_deadline", "!=", False),
            ("is_closed", "=", False),
            ("has_template_ancestor", "=", False),
        ]

    def _task_due(self, user):
        return self._deadline_of(user).date() if self.date_deadline else False

    def _task_is_done(self):
        return self.state == "1_done"

    def _task_names(self):
        return self.name, self.project_id.name or ""

    def _task_url(self):
        return f"{self.get_base_url()}/mail/view?model={self._name}&res_id={self.id}"

    def _task_set_due(self, due):
        """The time of day of the deadline stays as it is by the user's clock."""
        moved = datetime.combine(due, self._deadline_of(self.env.user).timetz())
        self.date_deadline = moved.astimezone(timezone.utc).replace(tzinfo=None)

    def _deadline_of(self, user):
        """:return: the deadline by the user's clock"""
        return self.date_deadline.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(user.tz or "UTC"))
