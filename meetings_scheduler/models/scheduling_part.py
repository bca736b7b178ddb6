from odoo import models

# What decides who may change a record of these models.
OWNER_FIELDS = {"page_id", "user_id", "company_id"}


class SchedulingPart(models.AbstractModel):
    """A page, or what belongs to one: it can't be moved to where its user may change nothing.

    Odoo asks whether one may write before it writes, not whether one still may afterwards: without this, a private
    link or a question made for one's own page could be put onto a colleague's.
    """

    _name = "scheduling.part"
    _description = "Part of a Page"

    def write(self, vals):
        result = super().write(vals)
        if OWNER_FIELDS & set(vals):
            self.check_access("write")
        return result
