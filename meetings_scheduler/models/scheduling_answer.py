from odoo import fields, models


class SchedulingAnswer(models.Model):
    """What a visitor answered; the question's wording of that day is kept with it."""

    _name = "scheduling.answer"
    _description = "Answer"
    _order = "id"
    _rec_name = "label"

    booking_id = fields.Many2one("scheduling.booking", required=True, ondelete="cascade", index=True)
    question_id = fields.Many2one("scheduling.question", "Form question", ondelete="set null", index=True)
    label = fields.Char("Question", required=True)
    value = fields.Text("Answer")
