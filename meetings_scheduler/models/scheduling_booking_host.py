"""The time a booking or a hold takes from each host, buffers included; PostgreSQL refuses that two of them overlap."""

from odoo import fields, models


class SchedulingBookingHost(models.Model):
    _name = "scheduling.booking.host"
    _description = "Booked Time of a Host"
    _order = "user_id, start"

    booking_id = fields.Many2one("scheduling.booking", ondelete="cascade", index=True)
    hold_id = fields.Many2one("scheduling.hold", ondelete="cascade", index="btree_not_null")
    user_id = fields.Many2one("res.users", "Host", required=True, ondelete="restrict")
    start = fields.Datetime(required=True, help="Start of the meeting less the buffer before it.")
    stop = fields.Datetime(required=True, help="End of the meeting plus the buffer after it.")
    blocks = fields.Boolean(default=True, help="Cancelled bookings and unanswered requests take no time.")

    seat_group = fields.Char(
        required=True, help="Names the time that visitors of a group page share; else the booking itself."
    )
    seat = fields.Integer(required=True, default=1)

    # Decides every race: no lock taken before it could, since a REPEATABLE READ snapshot may predate the lock.
    # Visitors who share one time of a group page have the same seat_group, and a seat each.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (user_id WITH =, seat_group WITH <>, tsrange(start, stop) WITH &&) WHERE (blocks)",
        "The host already has a booking at this time.",
    )
    _seat_uniq = models.UniqueIndex("(seat_group, user_id, seat) WHERE blocks")
    _one_reason = models.Constraint("CHECK (num_nonnulls(booking_id, hold_id) = 1)")
    _period_sane = models.Constraint("CHECK (start < stop)")
