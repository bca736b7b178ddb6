from odoo import api, fields, models


class SchedulingReason(models.TransientModel):
    """Asks a host why, before a meeting is cancelled or a request declined; the visitor reads the answer."""

    _name = "scheduling.reason"
    _description = "Cancel or Decline"

    booking_id = fields.Many2one("scheduling.booking", required=True, ondelete="cascade")
    kind = fields.Selection([("cancel", "Cancel"), ("decline", "Decline")], required=True, default="cancel")
    reason = fields.Char(help="The visitor reads it in the mail that tells them.")

    @api.constrains("booking_id")
    def _check_booking(self):
        """Whoever has the wizard reads the name of its booking, which is the visitor's."""
        self.booking_id.sudo(False).check_access("read")

    def action_apply(self):
        """Cancels or declines. :raises AccessError: the booking is somebody else's"""
        self.ensure_one()
        self.booking_id.check_access("read")
        booking = self.booking_id.sudo()
        if self.kind == "decline":
            booking._decline(self.reason or "")
        else:
            booking._cancel(self.reason or "", by="host")
        return {"type": "ir.actions.act_window_close"}
