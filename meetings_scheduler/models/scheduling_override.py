from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date, format_duration


class SchedulingOverride(models.Model):
    """Other hours, or none, on certain dates: they replace the weekly hours of those days."""

    _name = "scheduling.override"
    _inherit = ["scheduling.cached"]
    _description = "Date Override"
    _order = "date_from, hour_from"

    page_id = fields.Many2one("scheduling.page", required=True, ondelete="cascade", index=True)
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", required=True, default=fields.Date.context_today)
    is_closed = fields.Boolean("Closed", default=True)
    hour_from = fields.Float("Opens", default=9.0)
    hour_to = fields.Float("Closes", default=17.0)

    _dates_sane = models.Constraint("CHECK (date_from <= date_to)", "The last date lies before the first one.")
    _span_sane = models.Constraint(  # each of the days is looked at by whoever asks for times
        "CHECK (date_to - date_from <= 731)", "Other hours last for two years at most. Make them two, if need be."
    )
    _hours_sane = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_to <= 24 AND hour_from < hour_to)",
        "Hours lie between 0:00 and 24:00 and end after they start.",
    )

    @api.constrains("page_id", "date_from", "date_to", "is_closed", "hour_from", "hour_to")
    def _check_overlap(self):
        for override in self:
            for other in override.page_id.override_ids - override:
                if other.date_to < override.date_from or override.date_to < other.date_from:
                    continue
                closed = override.is_closed or other.is_closed
                if closed or (other.hour_from < override.hour_to and override.hour_from < other.hour_to):
                    raise ValidationError(
                        self.env._(
                            "%(override)s and %(other)s speak of the same time. Keep one of them.",
                            override=override.display_name,
                            other=other.display_name,
                        )
                    )

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and (not self.date_to or self.date_to < self.date_from):
            self.date_to = self.date_from

    @api.depends("date_from", "date_to", "is_closed", "hour_from", "hour_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for override in self:
            days = " – ".join(
                format_date(self.env, day) for day in sorted({override.date_from, override.date_to} - {False})
            )
            hours = (
                self.env._("closed")
                if override.is_closed
                else f"{format_duration(override.hour_from)}–{format_duration(override.hour_to)}"
            )
            override.display_name = f"{days}: {hours}"
