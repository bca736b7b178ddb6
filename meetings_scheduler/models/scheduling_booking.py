"""A booking: who meets whom, when, and what became of it. It stays on record when it is cancelled."""

import secrets
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import SlotTaken

STATES = [
    ("requested", "Requested"),
    ("confirmed", "Confirmed"),
    ("declined", "Declined"),
    ("cancelled", "Cancelled"),
]
OUTCOMES = [
    ("scheduled", "Scheduled"),
    ("completed", "Completed"),
    ("rescheduled", "Rescheduled"),
    ("no_show", "No-show"),
    ("cancelled", "Cancelled"),
]
OPEN_OUTCOMES = ("scheduled", "rescheduled")  # until the meeting is over


class SchedulingBooking(models.Model):
    _name = "scheduling.booking"
    _description = "Booking"
    _inherit = ["scheduling.reservation", "mail.thread", "utm.mixin"]
    _order = "start desc, id desc"
    _taken_by = "booking_id"
    _mail_post_access = "read"  # hosts write notes; the booking itself changes by its buttons only

    reference = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: secrets.token_urlsafe(12), index=True
    )
    page_id = fields.Many2one("scheduling.page", required=True, ondelete="restrict", index=True)
    user_id = fields.Many2one("res.users", "Host", required=True, index=True)
    company_id = fields.Many2one("res.company", required=True)
    host_ids = fields.One2many("scheduling.booking.host", "booking_id", "Hosts")

    choice_reason = fields.Char(
        "Why this host", readonly=True, help="How the host was chosen among those who were free."
    )
    link_id = fields.Many2one("scheduling.link", "Private link", readonly=True, index="btree_not_null")
    link_single_use = fields.Boolean(readonly=True)
    holds_time = fields.Boolean(
        readonly=True, help="The time of this request is kept free until it is answered; an offline page's isn't."
    )

    state = fields.Selection(STATES, required=True, default="confirmed", tracking=True, index=True)
    outcome = fields.Selection(OUTCOMES, required=True, default="scheduled", tracking=True)
    reason = fields.Char(help="Why the meeting was moved, cancelled or declined.", tracking=True)
    changed_by = fields.Selection([("visitor", "Visitor"), ("host", "Host")], "Changed by", readonly=True)

    start = fields.Datetime(required=True, tracking=True, index=True)
    stop = fields.Datetime("End", required=True)
    duration = fields.Integer("Minutes", compute="_compute_duration", store=True)
    buffer_before = fields.Integer(default=0, required=True)
    buffer_after = fields.Integer(default=0, required=True)
    timezone = fields.Char("Visitor's time zone", required=True)
    lang = fields.Char("Visitor's language")
    lead_time = fields.Float(
        "Lead time (days)", compute="_compute_lead_time", store=True, aggregator="avg", help="From booking to meeting."
    )

    first_name = fields.Char(required=True)
    last_name = fields.Char()
    visitor_name = fields.Char("Visitor", compute="_compute_visitor_name", store=True)
    email = fields.Char("E-mail", required=True)
    email_normalized = fields.Char(index=True)
    phone = fields.Char()
    guest_emails = fields.Char("Guests", help="Addresses that get the invitation too.")
    answer_ids = fields.One2many("scheduling.answer", "booking_id", "Answers")
    consent_text = fields.Text("Agreed to", readonly=True)
    consent_version = fields.Char(readonly=True)

    partner_id = fields.Many2one("res.partner", "Contact", index="btree_not_null")
    lead_id = fields.Many2one("crm.lead", "Opportunity", index="btree_not_null")
    event_id = fields.Many2one("calendar.event", "Calendar Event", index="btree_not_null", copy=False)
    location_type = fields.Char()
    location = fields.Char("Where")

    uid = fields.Char("iCalendar UID", required=True, readonly=True, copy=False)
    invite_sequence = fields.Integer("iCalendar SEQUENCE", default=0, required=True, readonly=True, copy=False)
    idempotency_key = fields.Char(readonly=True, copy=False)
    request_digest = fields.Char(readonly=True, copy=False)

    _reference_uniq = models.UniqueIndex("(reference)")
    _idempotency_uniq = models.UniqueIndex("(page_id, idempotency_key) WHERE idempotency_key IS NOT NULL")
    _single_use_uniq = models.UniqueIndex(
        "(link_id) WHERE link_single_use AND state IN ('requested', 'confirmed')", "This link was used already."
    )
    _period_sane = models.Constraint("CHECK (start < stop)", "A meeting ends after it starts.")
    _open_idx = models.Index("(stop) WHERE state = 'confirmed' AND outcome IN ('scheduled', 'rescheduled')")

    @api.depends("start", "stop")
    def _compute_duration(self):
        for booking in self:
            booking.duration = (booking.stop - booking.start).total_seconds() // 60 if booking.stop else 0

    @api.depends("start")
    def _compute_lead_time(self):
        for booking in self:
            booked_at = booking.create_date or fields.Datetime.now()
            booking.lead_time = max((booking.start - booked_at).total_seconds() / 86400, 0) if booking.start else 0

    @api.depends("first_name", "last_name")
    def _compute_visitor_name(self):
        for booking in self:
            booking.visitor_name = " ".join(filter(None, (booking.first_name, booking.last_name)))

    @api.depends("page_id.name", "visitor_name")
    def _compute_display_name(self):
        for booking in self:
            booking.display_name = f"{booking.page_id.name}: {booking.visitor_name}"

    @api.model
    def _new_uid(self):
        return f"{uuid4()}@meetings-scheduler"

    # ------------------------------------------------------------ what happens to a booking

    def _accept(self):
        """The host grants a request: the event is made and the visitor told.

        :raises UserError: it isn't a request any more
        :raises SlotTaken: the host has another booking then
        """
        self.ensure_one()
        if self.state != "requested":
            raise UserError(self.env._("This request has been answered already."))
        self.write({"state": "confirmed", "changed_by": "host"})
        self._take_time()
        self._create_event()
        self._notify("booked")

    def _decline(self, reason=""):
        """The host refuses a request; the visitor is told.

        :raises UserError: it isn't a request any more
        """
        self.ensure_one()
        if self.state != "requested":
            raise UserError(self.env._("This request has been answered already."))
        self.write({"state": "declined", "outcome": "cancelled", "reason": reason, "changed_by": "host"})
        self.host_ids.write({"blocks": False})
        self._notify("declined")

    def _cancel(self, reason="", by="host"):
        """Ends the booking, frees its time, takes the event out of the calendar and tells everybody.

        :param by: "visitor" or "host"
        :raises UserError: it is over or cancelled already
        """
        self.ensure_one()
        if self.state not in ("requested", "confirmed"):
            raise UserError(self.env._("This meeting is cancelled already."))
        self.write(
            {
                "state": "cancelled",
                "outcome": "cancelled",
                "reason": reason,
                "changed_by": by,
                "invite_sequence": self.invite_sequence + 1,
            }
        )
        self.host_ids.write({"blocks": False})
        self._leave_event()
        self._notify("cancelled")

    def _move(self, start, stop, reason="", by="host"):
        """Gives the booking another time; its UID stays, its SEQUENCE rises.

        :param start: naive UTC
        :param stop: naive UTC
        :raises SlotTaken: the host has another booking then
        """
        self.ensure_one()
        self.write(
            {
                "start": start,
                "stop": stop,
                "outcome": "rescheduled" if stop > fields.Datetime.now() else self.outcome,
                "reason": reason,
                "changed_by": by,
                "invite_sequence": self.invite_sequence + 1,
            }
        )
        self._take_time()
        self._move_event()
        self._notify("moved")

    def _follow_event_moved(self):
        """The event was moved in Odoo's calendar: the booking and its visitor follow."""
        confirmed = self.filtered(lambda booking: booking.state == "confirmed")
        moved = confirmed.filtered(
            lambda booking: (booking.event_id.start, booking.event_id.stop) != (booking.start, booking.stop)
        )
        for event, bookings in moved.grouped("event_id").items():
            try:
                bookings._move_together(event.start, event.stop)
            except SlotTaken as error:
                raise UserError(bookings[0]._clash_text()) from error

    def _follow_event_cancelled(self):
        """The event was archived or deleted in Odoo's calendar: the booking is cancelled, the visitor told."""
        for booking in self.filtered(lambda booking: booking.state == "confirmed"):
            booking._cancel(by="host")

    # ------------------------------------------------------------ buttons

    def action_accept(self):
        for booking in self:
            booking.check_access("read")
            try:
                booking.sudo()._accept()
            except SlotTaken as error:
                raise UserError(booking._clash_text()) from error

    def _clash_text(self):
        """:return: what a host reads where a visitor would be offered other times"""
        return self.env._("%(host)s has another booking at this time, buffers included.", host=self.user_id.name)

    def action_decline(self):
        for booking in self:
            booking.check_access("read")
            booking.sudo()._decline()

    def action_cancel(self):
        for booking in self:
            booking.check_access("read")
            booking.sudo()._cancel(by="host")

    def action_no_show(self):
        self._set_outcome("no_show")

    def action_completed(self):
        self._set_outcome("completed")

    def _set_outcome(self, outcome):
        """:raises AccessError: a booking is somebody else's; :raises UserError: it isn't confirmed"""
        self.check_access("read")
        if self.filtered(lambda booking: booking.state != "confirmed"):
            raise UserError(self.env._("Only a confirmed meeting can have an outcome."))
        self.sudo().outcome = outcome

    def _set_reason(self, reason):
        """:raises AccessError: a booking is somebody else's"""
        self.check_access("read")
        self.sudo().reason = reason

    def _outcome_together(self):
        """:return: the outcome of the meeting of these bookings: a group met if anybody came"""
        outcomes = set(self.mapped("outcome"))
        for outcome in ("completed", "scheduled", "rescheduled", "no_show"):
            if outcome in outcomes:
                return outcome
        return "cancelled"

    def action_open_event(self):
        """Opens the meeting in Odoo's calendar."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.event_id.id,
            "views": [(False, "form")],
        }
