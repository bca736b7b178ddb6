"""What a visitor may see of a page."""

import hashlib

from odoo import api, models
from odoo.tools import ormcache
from odoo.tools.i18n import format_list

from .scheduling_link import SEPARATOR
from .scheduling_page_hosts import SHARED


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    @api.model
    def _find_public(self, slug):
        """The page a visitor may book.

        Unknown, archived, unpublished, of an archived host or one whose pages are all off, of another website, private
        without a working key: all the same, an empty recordset, so that nobody can tell a hidden page from one that
        doesn't exist.

        :param slug: the last part of the address as it came over the wire: the page's, or the page's and a private
            link's key (``intro-call~KEY``)
        :return: a page (sudo), which remembers the link it was opened by, or an empty recordset
        """
        if not slug or len(slug) > 200 or not slug.isascii() or "\x00" in slug:
            return self.browse()
        slug, _separator, key = slug.partition(SEPARATOR)
        page_id, access = self._public_address(slug, self.env.context.get("website_id"))
        page = self.sudo().browse(page_id)
        link = self.env["scheduling.link"]._find(slug, key) if key else self.env["scheduling.link"]
        if (access == "private" or key) and not link:
            return self.browse()
        return page.with_context(scheduling_link_id=link.id) if link else page

    @ormcache("slug", "website_id")
    def _public_address(self, slug, website_id):
        """:return: (id, access) of the page a visitor of that website finds at ``slug``, or (None, None)"""
        domain = [
            ("slug", "=", slug),
            ("is_published", "=", True),
            "|",
            ("page_type", "in", SHARED),
            ("user_id.active", "=", True),
        ]
        if website_id:
            domain.append(("website_id", "in", (False, website_id)))
        page = self.sudo().search(domain, limit=1).filtered(lambda page: not page.all_off)
        return (page.id, page.access) if page else (None, None)

    def _link(self):
        """:return: the private link the visitor came by (sudo), or an empty recordset"""
        return self.env["scheduling.link"].sudo().browse(self.env.context.get("scheduling_link_id") or ())

    def _public_slug(self):
        """:return: the address by which the visitor goes on: with the key of the link they came by"""
        link = self._link()
        return f"{self.slug}{SEPARATOR}{link.key}" if link else self.slug

    @api.model
    def _refused_email_domains(self):
        """:return: the mail domains, in lower case, that the administrator doesn't take bookings from"""
        value = self.env["ir.config_parameter"].sudo().get_param("meetings_scheduler.refused_email_domains") or ""
        return frozenset(value.lower().replace(",", " ").split())

    def _public_info(self):
        """What a visitor may know of the page, JSON-ready, in the env's language."""
        self.ensure_one()
        facts = dict(self._public_facts())
        host_name = facts.pop("host_name")
        slug = self._public_slug()
        return {
            **facts,
            **self._time_facts(),
            "slug": slug,
            "url": self._link().url or self.url,
            "host": {"name": host_name, "photo_url": f"/meetings/{slug}/photo"},
            "online": self.is_connected,
        }

    def _time_facts(self):
        """What a question for free times is checked against, JSON-ready; reads no record."""
        rules = self._blueprint().rules
        first, last = self._window_dates()
        return {
            "timezone": rules.timezone,
            "window": {"from": first.isoformat(), "to": last.isoformat()},
            "durations": self._durations(),
            "default_duration": self._durations()[0],
        }

    @ormcache("self.id")
    def _durations(self):
        return tuple(self.sudo()._duration_minutes())

    @ormcache("self.id", "self.env.lang")
    def _public_facts(self):
        page = self.sudo()
        return {
            "name": page.name,
            "description": str(page.description or ""),
            "company": page.company_id.name,
            "type": page.page_type,
            "approval": page.approval,
            "host_name": page._host_names(),
            "location": {"type": page.location_type, "label": page._location_label()},
            "phone": page.phone,
            "guests": page.allow_guests,
            "questions": [question._public_info() for question in page.question_ids],
            "consent": page._consent(),
            "hold_minutes": page.hold_minutes,
        }

    def _host_names(self):
        """:return: whom the visitor meets: the owner's name, or everybody's where all take part"""
        if self.page_type == "collective":
            return format_list(self.env, self._hosts().mapped("name"))
        if self.page_type == "round_robin":
            return self.company_id.name
        return self.user_id.name

    def _duration_minutes(self):
        return sorted(self.duration_ids.mapped("minutes"))

    def _location_label(self):
        """:return: where the meeting takes place, as a visitor may read it before booking (no link yet)"""
        if self.location_type == "place":
            return self.location
        return dict(self._fields["location_type"]._description_selection(self.env))[self.location_type].split(" (")[0]

    def _consent(self):
        """:return: None, or the sentence to agree to and the version that is kept with the booking"""
        if not self.consent_text:
            return None
        return {"text": self.consent_text, "version": self._consent_version()}

    def _consent_version(self):
        """:return: a short name of today's wording, which changes whenever the wording does"""
        return hashlib.sha256(self.consent_text.encode()).hexdigest()[:12]
