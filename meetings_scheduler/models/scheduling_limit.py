from odoo import fields, models


class SchedulingLimit(models.Model):
    """The most meetings, or minutes of meetings, in a day, week, month or year of the page's zone."""

    _name = "scheduling.limit"
    _inherit = ["scheduling.cached"]
    _description = "Limit"
    _order = "scope, period, measure"

    page_id = fields.Many2one("scheduling.page", required=True, ondelete="cascade", index=True)
    scope = fields.Selection(
        [("page", "This page"), ("host", "Each host, over all pages")], "For", required=True, default="page"
    )
    maximum = fields.Integer("At most", required=True, default=3)
    measure = fields.Selection([("bookings", "meetings"), ("minutes", "minutes")], required=True, default="bookings")
    period = fields.Selection(
        [("day", "a day"), ("week", "a week"), ("month", "a month"), ("year", "a year")],
        required=True,
        default="day",
    )

    _limit_uniq = models.UniqueIndex("(page_id, scope, measure, period)", "There is such a limit already.")
    _maximum_sane = models.Constraint(
        "CHECK (maximum >= 1)", "A limit is at least 1. To take no bookings, switch the page off."
    )
