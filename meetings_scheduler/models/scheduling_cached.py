from odoo import api, models


class SchedulingCached(models.AbstractModel):
    """A record that what is cached of a page is made of: any change empties the cache, on every server."""

    _name = "scheduling.cached"
    _inherit = ["scheduling.part"]
    _description = "Part of a Page's Definition"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _update_field_translations(self, *args, **kwargs):
        self.env.registry.clear_cache()
        return super()._update_field_translations(*args, **kwargs)
