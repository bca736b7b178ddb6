"""What a user chose for all of their pages at once."""

from odoo import api, fields, models


class SchedulingPreference(models.Model):
    _name = "scheduling.preference"
    _description = "Choices for All Pages of a User"
    _inherit = ["scheduling.cached"]
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    stem = fields.Char("Address stem", help="How the address of each page made from now on begins. Empty: the name.")
    default_page_id = fields.Many2one(
        "scheduling.page", "Default page", ondelete="set null", help="The page that a meeting link leads to."
    )
    pages_off = fields.Boolean("All pages off", help="No page of the user can be opened; each keeps its own switch.")

    _user_uniq = models.UniqueIndex("(user_id)", "There is one set of choices for each user.")

    @api.model
    def _of_user(self, user):
        """:return: the user's choices (sudo), or an empty recordset"""
        return self.sudo().search([("user_id", "in", user.ids)])

    @api.model
    def _keep(self, user, values):
        """Remembers ``values``, checked already, as the user's choices."""
        known = self._of_user(user)
        if known:
            known.write(values)
        else:
            self.sudo().create({"user_id": user.id, **values})

    @api.model
    def _default_choices(self, user):
        """The pages that may be a user's default: their own and those they host, if an address alone opens them.

        :return: pages (sudo), the ones that are online first
        """
        pages = self.env["scheduling.page"].sudo()
        pages = pages.search(
            [("access", "=", "public"), "|", ("user_id", "=", user.id), ("host_ids.user_id", "=", user.id)]
        )
        mine = pages.filtered(lambda page: page.user_id == user or user in page._hosts())
        return mine.sorted(lambda page: (not page.is_published, page.user_id != user))

    @api.model
    def _default_page(self, user):
        """The page that a meeting link of the user leads to: the chosen one while it is theirs, else their first.

        :return: a page (sudo), or an empty recordset
        """
        choices = self._default_choices(user)
        chosen = self._of_user(user).default_page_id
        return chosen if chosen in choices else choices[:1]


class ResUsers(models.Model):
    _inherit = "res.users"

    scheduling_preference_ids = fields.One2many("scheduling.preference", "user_id", "Choices for all pages")


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    all_off = fields.Boolean(
        compute="_compute_all_off", help="The owner has switched all their pages off, whatever each page's own switch."
    )

    @api.depends("user_id.scheduling_preference_ids.pages_off")
    def _compute_all_off(self):
        for page in self:
            page.all_off = any(page.sudo().user_id.scheduling_preference_ids.mapped("pages_off"))

    @api.model
    def _stem(self, user):
        """:return: what the address of a new page of ``user`` begins with"""
        return self.env["scheduling.preference"]._of_user(user).stem or user.name or ""
