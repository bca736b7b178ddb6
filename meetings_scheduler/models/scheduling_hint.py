from odoo import api, fields, models


class SchedulingHint(models.Model):
    """A calendar changed, or a person waits: an account is to be read before its turn, whatever a push claims.

    Each is a row of its own, so that who asks never changes the row of an account that is being read at that moment.
    """

    _name = "scheduling.hint"
    _description = "Hint to Read an Account"
    _rec_name = "connection_id"

    connection_id = fields.Many2one("scheduling.connection", required=True, ondelete="cascade", index=True)

    @api.model
    def _give(self, connections):
        """The poll reads these connections as soon as this transaction is over."""
        self.sudo().create([{"connection_id": connection.id} for connection in connections])
        self.env.ref("meetings_scheduler.ir_cron_poll").sudo()._trigger()
