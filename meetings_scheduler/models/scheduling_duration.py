from odoo import api, fields, models
from odoo.exceptions import UserError


class SchedulingDuration(models.Model):
    _name = "scheduling.duration"
    _inherit = ["scheduling.cached"]
    _description = "Meeting Duration"
    _order = "minutes"
    _rec_name = "minutes"

    minutes = fields.Integer(required=True)

    _minutes_uniq = models.UniqueIndex("(minutes)", "This duration exists already.")
    _minutes_sane = models.Constraint(
        "CHECK (minutes BETWEEN 5 AND 1440)", "A meeting lasts from 5 minutes to 24 hours."
    )

    @api.depends("minutes")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for duration in self:
            hours, minutes = divmod(duration.minutes, 60)
            if not hours:
                duration.display_name = self.env._("%(minutes)s min", minutes=minutes)
            elif not minutes:
                duration.display_name = self.env._("%(hours)s h", hours=hours)
            else:
                duration.display_name = self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)

    @api.model
    def name_create(self, name):
        """Lets a person type "45" or "45 min" where the durations of a page are chosen."""
        digits = name.strip().split()[0] if name.strip() else ""
        if not digits.isdecimal():
            raise UserError(self.env._("Type the duration in minutes, for example 45."))
        duration = self.search([("minutes", "=", int(digits))]) or self.create({"minutes": int(digits)})
        return duration.id, duration.display_name
