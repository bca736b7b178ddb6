"""Google, set up by an administrator: the client of this installation, and whether Google knows it."""

from odoo import fields, models
from odoo.exceptions import UserError

from .. import vault
from ..providers import errors
from ..providers.transport import Transport

SECRET = "meetings_scheduler.google_client_secret"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    scheduling_google_client_id = fields.Char("Client id", config_parameter="meetings_scheduler.google_client_id")
    scheduling_google_client_secret = fields.Char(
        "New client secret", help="Kept encrypted; what is stored is never shown. Empty: leave it as it is."
    )
    scheduling_google_has_secret = fields.Boolean(compute="_compute_scheduling_google")
    scheduling_google_redirect_uri = fields.Char("Redirect address", compute="_compute_scheduling_google")
    scheduling_has_key = fields.Boolean(compute="_compute_scheduling_google")
    scheduling_key_help = fields.Char(compute="_compute_scheduling_google")

    def _compute_scheduling_google(self):
        connections = self.env["scheduling.connection"]
        for settings in self:
            settings.scheduling_google_has_secret = bool(self.env["ir.config_parameter"].sudo().get_param(SECRET))
            settings.scheduling_google_redirect_uri = connections._redirect_uri("google")
            settings.scheduling_has_key = vault.is_ready()
            settings.scheduling_key_help = vault.HOW_TO

    def set_values(self):
        result = super().set_values()
        if self.scheduling_google_client_secret:
            secret = vault.seal(self.scheduling_google_client_secret.strip())
            self.env["ir.config_parameter"].sudo().set_param(SECRET, secret)
        return result

    def action_test_google(self):
        """Asks Google about this client, with a code that can't be right: which refusal comes tells what Google knows.

        :raises UserError: with what is wrong and where to mend it
        """
        self.set_values()
        connections = self.env["scheduling.connection"]
        try:
            with Transport() as transport:
                connections._oauth_client(transport).exchange("test", connections._redirect_uri("google"), "test")
        except errors.ProviderError as error:
            # A known client with a wrong code: "invalid_grant" (RFC 6749, 5.2) is what we hope for.
            if error.code != "invalid_grant":
                raise UserError(connections._error_in_words(error)) from None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Google knows this client id and secret."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
