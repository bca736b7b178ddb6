"""What a record has to tell to be shown as a task in calendars, and the hooks that notice when it changes.

The hooks write rows of the outbox and nothing else. What the database does by itself (cascades) passes them by; the
nightly round mends that.
"""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..sync.tasks import Task
from ..sync.text import for_calendar, one_line


class SchedulingTaskMixin(models.AbstractModel):
    """Inherited by a model whose records are tasks; its name is added to ``scheduling.task.link._sources``."""

    _name = "scheduling.task.mixin"
    _description = "Task in Calendars"

    # ------------------------------------------------------------ told by each model

    def _task_fields(self):
        """:return: set of the fields a change of which changes what calendars show"""
        raise NotImplementedError

    def _task_people(self):
        """:return: whose tasks these records are, res.users; done ones count, what is no task doesn't"""
        raise NotImplementedError

    def _task_domain(self, user):
        """:return: domain of the open tasks of ``user``"""
        raise NotImplementedError

    def _task_due(self, user):
        """:return: due date by the user's clock, or False: it is shown nowhere"""
        raise NotImplementedError

    def _task_is_done(self):
        raise NotImplementedError

    def _task_names(self):
        """:return: (what is to be done, the name of the record it is about or "")"""
        raise NotImplementedError

    def _task_url(self):
        """:return: where it opens in Odoo"""
        raise NotImplementedError

    def _task_set_due(self, due):
        """Moves the due date, a date by the clock of the user whose rights apply."""
        raise NotImplementedError

    # ------------------------------------------------------------ hooks

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._tell_task_calendars()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._task_fields() & set(vals):
            self._tell_task_calendars()
        return result

    def unlink(self):
        links = self.env["scheduling.task.link"]._of_records(self)
        result = super().unlink()
        links._changed_here()
        return result

    def _tell_task_calendars(self):
        self.env["scheduling.task.link"]._records_changed(self)

    # ------------------------------------------------------------ both ways

    def _task_facts(self, user, done_at=None):
        """What the calendar of ``user`` shows of this record.

        :param done_at: aware UTC, since when it is known to be done
        :return: :class:`sync.tasks.Task`, or None: it is none of theirs, or has no date
        """
        self.ensure_one()
        record = self.sudo().with_context(lang=user.lang)
        due = user in record._task_people() and record._task_due(user)
        if not due:
            return None
        name, about = (one_line(text) for text in record._task_names())
        lines = [about, "", record.env._("Open in Odoo: %(url)s", url=record._task_url())]
        return Task(
            ref=(self._name, self.id),
            summary=f"{name} – {about}" if about else name,
            description=for_calendar("\n".join(lines).strip()),
            due=due,
            done_at=done_at if record._task_is_done() else None,
        )

    def _task_move(self, due, user):
        """Follows a move in the calendar of ``user``, with their own rights.

        :return: whether they may
        """
        try:
            with self.env.cr.savepoint():
                self.with_user(user)._task_set_due(due)
        except (AccessError, UserError):
            return False
        return True
