"""The engine's reasons in words, each with what the owner opens to change it."""

from odoo import models

from .scheduling_page_hosts import SHARED

# Where the owner changes what stands in the way: the tab of the page's form and the field on it.
SETTINGS = {
    "notice": ("when", "min_notice_hours"),
    "window": ("when", "window_type"),
    "grid": ("when", "increment"),
    "hours": ("when", "hours_ids"),
    "override": ("when", "override_ids"),
    "restriction": ("when", "restriction_ids"),
    "limit_count": ("when", "limit_ids"),
    "limit_minutes": ("when", "limit_ids"),
    "seats": ("what", "seats"),
    "hold": ("form", "hold_minutes"),
    "no_host": ("who", "host_ids"),
}
CALENDAR_SETTINGS = "meetings_scheduler.calendar_settings"


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    def _reason_in_words(self, reason, start, sources):
        """
        :param reason: :class:`availability.Reason`
        :param start: the start it speaks of, aware
        :param sources: what :meth:`_sources` returns
        :return: JSON-ready dict: ``code``, ``text``, and where it leads: ``record`` ([model, id]), or ``action`` (tag
            of a client action), or ``tab`` and ``field`` of the page's form; the others are None
        """
        source = sources.get(int(reason.host_id or 0), {}).get(reason.label)
        link = {"record": None, "action": None, "tab": None, "field": None}
        return {
            "code": reason.code,
            "text": self._reason_text(reason, source),
            **link,
            **self._reason_link(reason, start, source),
        }

    def _reason_link(self, reason, start, source):
        if reason.code == "buffer":
            later = reason.start >= start
            return {"tab": "when", "field": "buffer_after" if later else "buffer_before"}
        if reason.code == "hours" and self.hours_mode == "working":
            return self._working_hours_link(int(reason.host_id))
        record = source.record if source else None
        if reason.code == "booking":
            record = self._readable("scheduling.booking", int(reason.label))
        if record:
            return {"record": list(record)}
        if reason.code in ("busy", "booking", "unreadable"):
            return self._calendar_link(int(reason.host_id))
        tab, field = SETTINGS[reason.code]
        if field == "host_ids" and self.page_type not in SHARED:
            tab, field = "what", "page_type"
        return {"tab": tab, "field": field}

    def _calendar_link(self, user_id):
        """What is in a calendar, and whether it can be read, is its owner's to change; others see who it is."""
        if user_id == self.env.uid:
            return {"action": CALENDAR_SETTINGS}
        if self.page_type in SHARED:
            return {"tab": "who", "field": "host_ids"}
        return {"tab": "sharing", "field": "user_id"}

    def _working_hours_link(self, user_id):
        user = self.env["res.users"].browse(user_id)
        calendar = user.resource_calendar_id or self.company_id.resource_calendar_id
        record = self._readable("resource.calendar", calendar.id)
        return {"record": list(record)} if record else {"tab": "when", "field": "hours_mode"}

    def _readable(self, model, record_id):
        """:return: (model, id) if the user who asks may open it, else None; the page itself is read as superuser"""
        return (model, record_id) if self.sudo(False).env[model].browse(record_id).has_access("read") else None

    # ------------------------------------------------------------ words

    def _reason_text(self, reason, source):
        name = source.text if source else ""
        limits = {
            "day": self.env._("day"),
            "week": self.env._("week"),
            "month": self.env._("month"),
            "year": self.env._("year"),
        }
        period = limits.get(reason.label.removeprefix("host "), "")
        texts = {
            "no_host": lambda: self.env._("The page has no host"),
            "notice": lambda: self.env._("Notice: %(hours)g h", hours=self.min_notice_hours),
            "window": lambda: self.env._("Outside of the window"),
            "grid": lambda: self.env._("Between two start times"),
            "hours": lambda: self.env._("Outside of the weekly hours"),
            "override": lambda: self.env._("Other hours on this date"),
            "restriction": lambda: self.env._("Outside of the hours the page is limited to"),
            "unreadable": lambda: self.env._("Calendar can't be read: %(why)s", why=reason.label),
            "busy": lambda: name,
            "buffer": lambda: self.env._("Buffer next to %(event)s", event=name or self.env._("another booking")),
            "booking": lambda: self.env._("Booked"),
            "hold": lambda: self.env._("A visitor is filling in the form"),
            "seats": lambda: self.env._("All seats are taken"),
            "limit_count": lambda: self.env._("Limit of meetings a %(period)s", period=period),
            "limit_minutes": lambda: self.env._("Limit of minutes a %(period)s", period=period),
        }
        text = texts[reason.code]()
        if reason.host_id and self.page_type in SHARED:
            host = self.env["res.users"].browse(int(reason.host_id))
            return f"{host.name}: {text}"
        return text
