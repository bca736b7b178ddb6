from odoo import api, models


class SchedulingTaskLink(models.Model):
    _inherit = "scheduling.task.link"

    @api.model
    def _sources(self):
        return [*super()._sources(), "project.task"]
