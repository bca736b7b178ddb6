from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SchedulingQuestion(models.Model):
    """A question of a page's form."""

    _name = "scheduling.question"
    _inherit = ["scheduling.cached"]
    _description = "Form Question"
    _order = "sequence, id"
    _rec_name = "label"

    page_id = fields.Many2one("scheduling.page", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    label = fields.Char("Question", required=True, translate=True)
    help = fields.Char("Help text", translate=True)
    type = fields.Selection(
        [
            ("text", "Short text"),
            ("textarea", "Long text"),
            ("choice", "One of a list"),
            ("multiple", "Several of a list"),
            ("checkbox", "Checkbox"),
            ("number", "Number"),
            ("date", "Date"),
        ],
        required=True,
        default="text",
    )
    required = fields.Boolean()
    options = fields.Text(translate=True, help="One answer a line, for the two kinds of list.")

    @api.constrains("type", "options")
    def _check_options(self):
        for question in self:
            if question.type in ("choice", "multiple") and not question._option_list():
                raise ValidationError(
                    self.env._("“%(question)s” is a list: write its answers, one a line.", question=question.label)
                )

    def _option_list(self):
        """:return: the answers to choose from, trimmed, in the env's language"""
        return [line.strip() for line in (self.options or "").splitlines() if line.strip()]

    def _public_info(self):
        """:return: the JSON-ready description of the question for the form"""
        return {
            "id": str(self.id),
            "label": self.label,
            "help": self.help or "",
            "type": self.type,
            "required": self.required,
            "options": self._option_list() if self.type in ("choice", "multiple") else [],
        }
