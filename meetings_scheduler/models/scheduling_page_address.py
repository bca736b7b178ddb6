"""The address of a scheduling page: unique across all websites, made of the owner's stem and the page's name."""

import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Words of our own routes below /meetings; a page of that name could never be reached.
RESERVED_SLUGS = {"api", "connect", "manage", "webhook"}


def ascii_slug(text):
    """:return: ``text`` as the last part of an address: lower-case ASCII letters, digits and single hyphens"""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    slug = fields.Char(
        "Address",
        compute="_compute_slug",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        copy=False,
        help="The last part of the page's address: lower-case letters, digits and hyphens.",
    )
    url = fields.Char("Link", compute="_compute_url")

    _slug_uniq = models.UniqueIndex("(slug)", "Another page has this address already.")

    @api.depends("name", "user_id")
    def _compute_slug(self):
        for page in self:
            if not page.slug and page.name:
                page.slug = page._free_slug(f"{page._stem(page.user_id)} {page.name}")

    @api.model
    def _free_slug(self, text, taken=()):
        """:return: an unused address made of ``text``, numbered if it must be; ``taken`` are spoken for as well"""
        stem = ascii_slug(text)[:60].strip("-") or "meeting"
        used = self.sudo().with_context(active_test=False).search([("slug", "=like", f"{stem}%")]).mapped("slug")
        taken = RESERVED_SLUGS.union(used, taken)
        number, slug = 1, stem
        while slug in taken:
            number += 1
            slug = f"{stem}-{number}"
        return slug

    @api.constrains("slug")
    def _check_slug(self):
        for page in self:
            if page.slug != ascii_slug(page.slug) or len(page.slug) > 100:
                raise ValidationError(
                    self.env._(
                        "“%(slug)s” can't be an address. Use lower-case letters, digits and hyphens, at most 100: "
                        "for example “%(example)s”.",
                        slug=page.slug[:100],
                        example=page._free_slug(page.slug),
                    )
                )
            if page.slug in RESERVED_SLUGS:
                raise ValidationError(
                    self.env._("The address “%(slug)s” is used by the product itself.", slug=page.slug)
                )

    def _refuse_taken_slug(self, slug):
        """Says whose an address is; before writing, since the unique index only knows that it is somebody's.

        :raises ValidationError: naming the page that has it
        """
        twin = (
            self.sudo()
            .with_context(active_test=False)
            .search([("slug", "=", slug), ("id", "not in", self.ids)], limit=1)
        )
        if twin:
            raise ValidationError(
                self.env._(
                    "The address “%(slug)s” belongs to the page “%(page)s” of %(owner)s. Choose another one.",
                    slug=slug,
                    page=twin.name,
                    owner=twin.user_id.name,
                )
            )

    @api.depends("slug", "website_id")
    def _compute_url(self):
        for page in self:
            page.url = f"{page._base_url()}/meetings/{page.slug}" if page.slug else False

    def _base_url(self):
        """:return: scheme and host of the website the page is on; not its company's other one, if that has no domain"""
        return self.website_id.get_base_url() if self.website_id else self.get_base_url()

    def copy_data(self, default=None):
        return [
            {**vals, "slug": page._free_slug(f"{page._stem(page.user_id)} {page.name}")}
            for page, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model_create_multi
    def create(self, vals_list):
        taken = set()
        for vals in vals_list:
            if not vals.get("slug"):
                host = self.env["res.users"].browse(vals.get("user_id") or self.env.uid)
                vals["slug"] = self._free_slug(f"{self._stem(host)} {vals.get('name') or self._default_name()}", taken)
            self._refuse_taken_slug(vals["slug"])
            taken.add(vals["slug"])
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("slug"):
            self._refuse_taken_slug(vals["slug"])
        return super().write(vals)
