from odoo import fields, models


class SchedulingSuggestion(models.Model):
    """A time the host offers instead of the one that was asked for; it is free for everybody until it is chosen."""

    _name = "scheduling.suggestion"
    _description = "Suggested Time"
    _order = "start"
    _rec_name = "start"

    booking_id = fields.Many2one("scheduling.booking", required=True, ondelete="cascade", index=True)
    start = fields.Datetime(required=True)

    _start_uniq = models.UniqueIndex("(booking_id, start)")
