"""What became of a meeting with somebody from outside, and why."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .scheduling_booking import OPEN_OUTCOMES, OUTCOMES


class CalendarEvent(models.Model):
    """The outcome of a booked meeting is its bookings'; of any other, the meeting's own."""

    _inherit = "calendar.event"

    scheduling_outcome = fields.Selection(
        OUTCOMES,
        "Outcome",
        compute="_compute_scheduling_outcome",
        store=True,
        tracking=True,
        help="Kept for meetings with a contact or an opportunity.",
    )
    scheduling_outcome_reason = fields.Char(
        "Reason", compute="_compute_scheduling_outcome_reason", store=True, readonly=False, copy=False, tracking=True
    )
    scheduling_contact_id = fields.Many2one(
        "res.partner", "Contact", compute="_compute_scheduling_contact_id", store=True, index="btree_not_null"
    )
    scheduling_has_begun = fields.Boolean(compute="_compute_scheduling_has_begun")

    _scheduling_open_idx = models.Index("(stop) WHERE scheduling_outcome IN ('scheduled', 'rescheduled')")

    @api.depends("scheduling_booking_ids.partner_id", "partner_ids.partner_share", "opportunity_id.partner_id")
    def _compute_scheduling_contact_id(self):
        """The one the meeting is counted for in the report; a group's is its first visitor."""
        for event in self:
            booked = event.scheduling_booking_ids.partner_id
            guests = event.partner_ids.filtered("partner_share")
            event.scheduling_contact_id = (booked or guests or event.opportunity_id.partner_id)[:1]

    @api.depends("scheduling_booking_ids.outcome", "partner_ids.partner_share", "opportunity_id", "active")
    def _compute_scheduling_outcome(self):
        for event in self:
            bookings = event.scheduling_booking_ids
            if bookings:
                event.scheduling_outcome = bookings._outcome_together()
            elif not event.opportunity_id and not event.partner_ids.filtered("partner_share"):
                event.scheduling_outcome = False
            elif not event.active:
                event.scheduling_outcome = "cancelled"
            elif event.scheduling_outcome in (False, "cancelled"):
                event.scheduling_outcome = "scheduled"
            else:
                event.scheduling_outcome = event.scheduling_outcome

    @api.depends("scheduling_booking_ids.reason")
    def _compute_scheduling_outcome_reason(self):
        for event in self:
            bookings = event.scheduling_booking_ids
            reasons = dict.fromkeys(booking.reason for booking in bookings if booking.reason)
            event.scheduling_outcome_reason = "; ".join(reasons) if bookings else event.scheduling_outcome_reason

    @api.depends("start")
    def _compute_scheduling_has_begun(self):
        now = fields.Datetime.now()
        for event in self:
            event.scheduling_has_begun = bool(event.start) and event.start <= now

    # ------------------------------------------------------------ what happens to a meeting

    def write(self, vals):
        if "scheduling_outcome_reason" in vals or "scheduling_outcome" in vals:
            booked = self._booked()
            if booked:
                return booked._write_to_bookings(vals) and (self - booked).write(vals)
        before = {event: event.start for event in self} if "start" in vals else {}
        result = super().write(vals)
        if before and not self.env.context.get("is_calendar_event_new"):
            self._note_moved(before)
        return result

    def _note_moved(self, before):
        """A meeting that got another time and is still to come is rescheduled, whatever was said of it before."""
        now = fields.Datetime.now()
        moved = self.exists().filtered(
            lambda event: (
                event.start != before[event]
                and event.stop > now
                and event.scheduling_outcome not in (False, "cancelled", "rescheduled")
            )
        )
        moved -= moved._booked()
        if moved:
            moved.write({"scheduling_outcome": "rescheduled", "scheduling_outcome_reason": False})

    def _booked(self):
        """:return: those of these meetings that have a booking, whoever may see it"""
        return self.filtered(lambda event: event.sudo().scheduling_booking_ids)

    def _write_to_bookings(self, vals):
        """The reason of a booked meeting is written to its bookings, the rest to the meeting.

        :raises AccessError: a booking is somebody else's
        :raises UserError: the outcome is written past the buttons, or all bookings are cancelled
        """
        if "scheduling_outcome" in vals:
            raise UserError(self.env._("Somebody booked this meeting: use the buttons to say what became of it."))
        self.check_access("write")
        bookings = self._own_bookings()
        if not bookings:
            raise UserError(self.env._("This meeting was cancelled; its visitor has read the reason already."))
        bookings._set_reason(vals["scheduling_outcome_reason"])
        return self.write({name: value for name, value in vals.items() if name != "scheduling_outcome_reason"})

    def _own_bookings(self):
        """:return: all confirmed bookings of these meetings, with the rights of the user: not theirs, not changed"""
        bookings = self.sudo().scheduling_booking_ids.filtered(lambda booking: booking.state == "confirmed")
        return bookings.sudo(self.env.su)

    # ------------------------------------------------------------ buttons

    def action_scheduling_completed(self):
        self._mark_outcome("completed")

    def action_scheduling_no_show(self):
        self._mark_outcome("no_show")

    def _mark_outcome(self, outcome):
        """Says what became of these meetings; of a group's visitors, only of those nobody said anything about yet.

        :raises AccessError: the user may not change the meeting
        :raises UserError: it is cancelled, or with nobody from outside
        """
        self.check_access("write")
        if self.filtered(lambda event: event.scheduling_outcome in (False, "cancelled")):
            raise UserError(
                self.env._("Please choose meetings with a contact or an opportunity that aren't cancelled.")
            )
        booked = self._booked()
        for event in booked:
            bookings = event._own_bookings()
            still_open = bookings.filtered(lambda booking: booking.sudo().outcome in OPEN_OUTCOMES)
            (still_open or bookings)._set_outcome(outcome)
        (self - booked).write({"scheduling_outcome": outcome})
