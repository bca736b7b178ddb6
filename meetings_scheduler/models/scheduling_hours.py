from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_duration

DAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class SchedulingHours(models.Model):
    """A range of the week, on the wall clock of the page's zone.

    Either the page is open then, or it may be booked then at all, whatever hours its hosts have: a restriction.
    """

    _name = "scheduling.hours"
    _inherit = ["scheduling.cached"]
    _description = "Weekly Hours"
    _order = "day, hour_from"

    page_id = fields.Many2one("scheduling.page", required=True, ondelete="cascade", index=True)
    is_restriction = fields.Boolean()
    day = fields.Selection(DAYS, required=True, default="0")
    hour_from = fields.Float("From", required=True, default=9.0)
    hour_to = fields.Float("To", required=True, default=17.0, help="24:00 joins the next day's 0:00.")

    _hours_sane = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_from < 24 AND hour_to > 0 AND hour_to <= 24)",
        "Hours lie between 0:00 and 24:00.",
    )

    @api.constrains("page_id", "is_restriction", "day", "hour_from", "hour_to")
    def _check_order_and_overlap(self):
        for hours in self:
            if hours.hour_to <= hours.hour_from:
                raise ValidationError(
                    self.env._(
                        "%(hours)s ends before it starts. For hours past midnight, end the day at 24:00 and start "
                        "the next one at 0:00.",
                        hours=hours.display_name,
                    )
                )
            page = hours.page_id
            twins = (page.restriction_ids if hours.is_restriction else page.hours_ids) - hours
            clash = twins.filtered(
                lambda other, hours=hours: (
                    other.day == hours.day and other.hour_from < hours.hour_to and hours.hour_from < other.hour_to
                )
            )
            if clash:
                raise ValidationError(
                    self.env._(
                        "%(hours)s overlaps %(other)s. Make them one range, or end the first where the second starts.",
                        hours=hours.display_name,
                        other=clash[0].display_name,
                    )
                )

    @api.depends("day", "hour_from", "hour_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["day"]._description_selection(self.env))
        for hours in self:
            hours.display_name = self.env._(
                "%(day)s %(start)s to %(end)s",
                day=names.get(hours.day, ""),
                start=format_duration(hours.hour_from),
                end=format_duration(hours.hour_to),
            )
