from odoo import api, fields, models
from odoo.fields import Domain

from .scheduling_page_slots import naive

ORIGINS = [("booking", "A booking"), ("odoo", "A meeting made in Odoo"), ("remote", "An event made in the calendar")]
STATES = [
    ("pending", "To be written"),
    ("live", "Linked"),
    ("ending", "To be cancelled in the calendar"),
    ("ended", "Cancelled"),
    ("ignored", "Removed in Odoo only"),
]


class SchedulingEventLink(models.Model):
    """Which event of an outside calendar a booking or meeting is.

    Only what is written here is ever changed or deleted there.
    """

    _name = "scheduling.event.link"
    _description = "Linked Event"
    _rec_name = "remote_id"

    booking_id = fields.Many2one("scheduling.booking", ondelete="restrict", index=True)
    event_id = fields.Many2one("calendar.event", "Meeting", ondelete="set null", index="btree_not_null")
    calendar_id = fields.Many2one("scheduling.calendar", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one(related="calendar_id.user_id")
    origin = fields.Selection(ORIGINS, required=True, default="booking")
    state = fields.Selection(STATES, required=True, default="live")
    is_organizer = fields.Boolean(default=True, help="The event is the user's own; others' are never changed.")
    leads = fields.Boolean(default=True, help="The meeting follows this event; colleagues' copies of it only go along.")

    remote_id = fields.Char(help="The provider's own name of the event, empty until it is written.")
    key = fields.Char(help="Names the event at the provider, so that it is made once; of bookings, a group's only.")
    invited = fields.Json(help="The addresses that a group's event was written with; other guests were added there.")
    uid = fields.Char("iCalendar UID", help="The same in the calendar of everybody who takes part.")
    recurrence_key = fields.Char(help="When this occurrence was meant to start by its series' rule.")
    series_id = fields.Char(help="The provider's own name of the series.")
    own_series_id = fields.Many2one(
        "scheduling.series",
        "Series made in Odoo",
        ondelete="set null",
        index="btree_not_null",
        help="Which recurring meeting of Odoo this is an occurrence of.",
    )
    etag = fields.Char(help="The version that was read or written last.")
    start = fields.Datetime()
    stop = fields.Datetime()
    web_url = fields.Char("Open in the calendar")
    conference_url = fields.Char("Call link of the calendar")

    reply = fields.Selection(
        [("accepted", "Yes"), ("tentative", "Maybe"), ("declined", "No")],
        "Answer to be written",
        help="What the user answered in Odoo to an invitation of somebody else, until the calendar has it.",
    )
    agreed = fields.Json(help="What both sides said last; what differs from it was changed since.")
    changed_at = fields.Datetime(help="When the meeting was changed in Odoo last, by a person.")
    version = fields.Integer(default=0, required=True, help="Counts the changes made in Odoo.")

    _booking_uniq = models.UniqueIndex("(booking_id, calendar_id, COALESCE(key, ''))")
    _event_uniq = models.UniqueIndex("(event_id, calendar_id) WHERE event_id IS NOT NULL AND booking_id IS NULL")
    _remote_uniq = models.UniqueIndex("(calendar_id, remote_id) WHERE remote_id IS NOT NULL")
    _uid_idx = models.Index("(uid, recurrence_key)")

    @api.model
    def _of_meetings(self, events):
        """:return: the links that lead ``events``, bookings' own ones left out (sudo)"""
        domain = Domain("event_id", "in", events.ids) & Domain("booking_id", "=", False) & Domain("leads", "=", True)
        return self.sudo().search(domain)

    def _bookings(self):
        """:return: the booking that the event is, or those of everybody who sits together in it"""
        self.ensure_one()
        if not self.key:
            return self.booking_id
        return self.booking_id.search([("group_key", "=", self.key), ("state", "=", "confirmed")], order="id")

    def _is_moved(self, event):
        """:return: whether the remote ``event`` has another time than was written"""
        return not event.is_all_day and (naive(event.start), naive(event.end)) != (self.start, self.stop)

    @api.autovacuum
    def _gc_ended(self):
        """An ended link keeps its event from coming back; half a year after the meeting nobody tells of it any more."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), months=6)
        self.search(
            [("state", "in", ("ended", "ignored")), ("booking_id", "=", False), ("stop", "<", limit)], limit=10_000
        ).unlink()
