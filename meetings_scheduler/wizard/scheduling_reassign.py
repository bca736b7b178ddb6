from odoo import api, fields, models


class SchedulingReassign(models.TransientModel):
    """Asks who takes a meeting over, among the hosts of its page who are free then."""

    _name = "scheduling.reassign"
    _description = "Change Host"

    booking_id = fields.Many2one("scheduling.booking", required=True, ondelete="cascade")
    current_host_id = fields.Many2one("res.users", compute="_compute_hosts")
    free_host_ids = fields.Many2many("res.users", compute="_compute_hosts")
    lead_id = fields.Many2one("crm.lead", compute="_compute_hosts")
    host_id = fields.Many2one("res.users", "New host", domain="[('id', 'in', free_host_ids)]")
    lead_too = fields.Boolean("Hand the opportunity over, too", default=True)
    reason = fields.Char(help="The visitor reads it in the mail that tells them.")

    @api.constrains("booking_id")
    def _check_booking(self):
        """Whoever has the wizard reads the booking, and who is free at its time."""
        self.booking_id.sudo(False)._check_may_reassign()

    @api.depends("booking_id")
    def _compute_hosts(self):
        for wizard in self:
            wizard.booking_id.sudo(False)._check_may_reassign()
            booking = wizard.booking_id.sudo()
            wizard.current_host_id = booking._replaceable_host()
            wizard.free_host_ids = booking._free_colleagues()
            wizard.lead_id = booking.lead_id if booking.lead_id.user_id == wizard.current_host_id else False

    def action_apply(self):
        """Hands the meeting over. :raises UserError: nobody was chosen, or who was chosen isn't free any more"""
        self.ensure_one()
        self.booking_id._reassign_or_explain(self.host_id, self.reason or "", self.lead_too)
        return {"type": "ir.actions.act_window_close"}
