"""A page keeps the time a visitor has chosen, while they fill in the form."""

from datetime import timedelta

from odoo import fields, models

from ..exceptions import PublicError, SlotTaken
from .scheduling_page_slots import naive


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    hold_minutes = fields.Integer(
        "Keep a chosen time for",
        default=0,
        required=True,
        help="Minutes in which a visitor who has chosen a time can fill in the form, and nobody else can take it. "
        "0: whoever sends the form first gets the time.",
    )

    _hold_sane = models.Constraint(
        "CHECK (hold_minutes BETWEEN 0 AND 60)", "A chosen time is kept for 0 to 60 minutes. 0: it isn't kept."
    )

    def _hold(self, holder, sender, start, duration_min):
        """Keeps a time for a visitor; what they held on the page before is free again.

        Asked again for the same time, it stays kept until the same moment: nobody holds a time for ever.

        :param holder: what :meth:`scheduling.hold._holder_of` made of the visitor's token
        :param sender: hash of who asks
        :param start: aware
        :return: the hold (sudo)
        :raises SlotTaken: the time isn't free; carries the three nearest free times
        :raises PublicError: the page keeps no times, or as many as it may
        """
        self.ensure_one()
        holds = self.env["scheduling.hold"].sudo()
        held = holds._of(self, holder)
        stop = start + timedelta(minutes=duration_min)
        alive = held.expires_at and held.expires_at > fields.Datetime.now()
        if alive and (held.start, held.stop) == (naive(start), naive(stop)):
            return held
        if not self.hold_minutes or not self.is_connected:
            message = self.env._("This page keeps no times. Send the form, and the time is yours if it is still free.")
            raise PublicError(409, "not_held", message)
        if not holds._has_room(self, sender, holder):
            message = self.env._("So many times are being kept already that this one can't be. You can still book it.")
            raise PublicError(429, "too_many_holds", message, retry_after=self.hold_minutes * 60)
        decision = self._require_free(start, duration_min, holder=holder)
        for hosts, _choices in self._choose_hosts(decision.host_ids, self.env["res.partner"]):
            try:
                with self.env.cr.savepoint():
                    holds._of(self, holder).unlink()
                    hold = holds.create(self._hold_values(holder, sender, start, stop))
                    hold._take_time(hosts)
                    return hold
            except SlotTaken:
                continue
        raise SlotTaken(self._taken_message(), self._nearest_free_now(start, duration_min, holder=holder))

    def _hold_values(self, holder, sender, start, stop):
        return {
            "page_id": self.id,
            "holder": holder,
            "sender": sender,
            "start": naive(start),
            "stop": naive(stop),
            "buffer_before": self.buffer_before,
            "buffer_after": self.buffer_after,
            "expires_at": fields.Datetime.now() + timedelta(minutes=self.hold_minutes),
        }
