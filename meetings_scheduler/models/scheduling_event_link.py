from odoo import fields, models


class SchedulingEventLink(models.Model):
    """Which event of an outside calendar a booking is: only what is written here is ever changed or deleted there."""

    _name = "scheduling.event.link"
    _description = "Linked Event"
    _rec_name = "remote_id"

    booking_id = fields.Many2one("scheduling.booking", required=True, ondelete="restrict", index=True)
    calendar_id = fields.Many2one("scheduling.calendar", required=True, ondelete="cascade", index=True)
    remote_id = fields.Char(required=True)
    etag = fields.Char(required=True, help="The version that was read or written last.")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(required=True)
    web_url = fields.Char("Open in the calendar")

    _booking_uniq = models.UniqueIndex("(booking_id, calendar_id)")
