from odoo import models


class MailActivity(models.Model):
    """Activities are tasks, but for those that stand for a meeting, which is in the calendar as itself."""

    _name = "mail.activity"
    _inherit = ["mail.activity", "scheduling.task.mixin"]

    def _task_fields(self):
        return {
            "summary",
            "date_deadline",
            "user_id",
            "active",
            "activity_type_id",
            "res_model_id",
            "res_id",
            "calendar_event_id",
        }

    def _task_people(self):
        return self.filtered(lambda activity: not activity.calendar_event_id).user_id

    def _task_domain(self, user):
        return [("user_id", "=", user.id), ("calendar_event_id", "=", False)]

    def _task_due(self, user):
        """The record it is about may be gone from the database by itself; then Odoo shows the activity nowhere."""
        record = self._task_record()
        return self.date_deadline if record is None or record else False

    def _task_is_done(self):
        return not self.active

    def _task_names(self):
        """Odoo keeps the name that the record had when the activity was made; this is its name now."""
        record = self._task_record()
        return self.summary or self.activity_type_id.name or self.env._("To do"), (record and record.display_name) or ""

    def _task_record(self):
        """:return: the record it is about, an empty recordset if that is gone, None if it is about none"""
        if not self.res_model or not self.res_id:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    def _task_url(self):
        if self.res_model:
            return f"{self.get_base_url()}/mail/view?model={self.res_model}&res_id={self.res_id}"
        return f"{self.get_base_url()}/odoo/mail.activity/{self.id}"

    def _task_set_due(self, due):
        self.date_deadline = due
