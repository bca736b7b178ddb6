"""Why a time is not offered: the engine's reasons, in words, each with the setting that can be changed."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

from .. import availability
from ..formatting import clock, long_date
from .scheduling_page_slots import naive

# Where the owner changes what stands in the way: the tab of the page's form and the field on it.
SETTINGS = {
    "notice": ("when", "min_notice_hours"),
    "window": ("when", "window_type"),
    "grid": ("when", "increment"),
    "hours": ("when", "hours_ids"),
    "override": ("when", "override_ids"),
    "buffer": ("when", "buffer_before"),
    "limit_count": ("when", "limit_ids"),
    "limit_minutes": ("when", "limit_ids"),
    "seats": ("what", "seats"),
    "no_host": ("who", "host_ids"),
}


@dataclass(frozen=True)
class Source:
    """What keeps a host busy: its period in epoch seconds, what to call it, and the record to open."""

    start: int
    end: int
    text: str
    record: tuple | None


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    @api.readonly
    def explain(self, day, duration_min=None, visitor_email=None):
        """Every start time of a day that one may expect, with all the reasons why it is not offered.

        The same engine that offers the times answers: a time is offered exactly when it has no reason.

        :param day: ISO date, in the page's time zone
        :param duration_min: one of the page's durations; the default one if None
        :param visitor_email: as whom to ask; decides who would host on a page that several people host
        :return: JSON-ready dict: ``timezone``, ``day`` in words, ``times``: list of ``start`` (ISO 8601), ``clock``,
            ``offered``, ``host`` (who would take it and why, or None) and ``reasons``: list of ``code``, ``text``,
            ``tab`` and ``field`` of the page's form, and ``record`` ([model, id] to open, or None)
        :raises AccessError: the page is somebody else's
        """
        self.ensure_one()
        self.check_access("read")
        page = self.sudo()
        zone = ZoneInfo(page.timezone)
        start = datetime.combine(fields.Date.to_date(day), time(), zone)
        end = datetime.combine(start.date() + timedelta(days=1), time(), zone)
        rules = page._rules(duration_min or page._duration_minutes()[0])
        sources = page._sources(naive(start) - timedelta(days=1), naive(end) + timedelta(days=1))
        hosts = [
            replace(host, busy=[(source.start, source.end, key) for key, source in sources[int(host.id)].items()])
            for host in page._host_calendars(start, end)
        ]
        contact = page._contact_of(email_normalize(visitor_email or "") or "")
        span = {"now": page._now(), "start": start, "end": end}
        offered = {slot.start: slot for slot in availability.slots(rules, hosts, **span)}
        explained = availability.explain(rules, hosts, **span)
        if not hosts:  # the times one would expect are the owner's, then
            owner = availability.HostCalendar("0", hours=page._hours_between(page.user_id, start, end)[page.user_id.id])
            nobody = (availability.Reason("no_host"),)
            explained = [(moment, nobody) for moment, _reasons in availability.explain(rules, [owner], **span)]
        return {
            "timezone": page.timezone,
            "day": long_date(start, self.env.lang),
            "times": [
                {
                    "start": moment.astimezone(zone).isoformat(),
                    "clock": clock(moment.astimezone(zone), self.env.lang),
                    "offered": not reasons,
                    "host": page._who_would_host(offered[moment].host_ids, contact) if not reasons else None,
                    "reasons": [page._reason_in_words(reason, sources) for reason in reasons],
                }
                for moment, reasons in explained
            ],
        }

    def _who_would_host(self, able, contact):
        users, choices = self._choose_hosts(able, contact)[0]
        names = ", ".join(users.mapped("name"))
        return {"name": names, "reason": self._explain_choice(choices) or ""}

    # ------------------------------------------------------------ what keeps the hosts busy

    def _sources(self, start, end):
        """
        :param start: naive UTC
        :param end: naive UTC
        :return: dict of user id to a dict of key to :class:`Source`; what is in a calendar is named to its owner only
        """
        users = self._hosts()
        sources = {user_id: {} for user_id in users.ids}
        for busy in self.env["scheduling.busy"].search(
            [("user_id", "in", users.ids), ("start", "<", end), ("stop", ">", start)]
        ):
            own = busy.user_id == self.env.user
            text = busy.event_id.name if own and busy.event_id else self.env._("Busy")
            where = f" · {busy.calendar_id.name}" if own else ""
            sources[busy.user_id.id][f"busy:{busy.id}"] = Source(
                *_epochs(busy.start, busy.stop),
                f"{text}{where}",
                ("calendar.event", busy.event_id.id) if own and busy.event_id else None,
            )
        for user_id, leave_id in self.env.execute_query(
            SQL("SELECT user_id, leave_id FROM (%s) days_off", self._days_off_query(users, start, end))
        ):
            leave = self.env["resource.calendar.leaves"].browse(leave_id)
            own = not leave.resource_id or leave.resource_id.user_id == self.env.user
            text = (leave.name if own else None) or self.env._("Day off")
            kind = self.env._("Public holiday") if not leave.resource_id else self.env._("Day off")
            sources[user_id][f"leave:{leave_id}"] = Source(
                *_epochs(leave.date_from, leave.date_to),
                f"{kind}: {text}" if text != kind else kind,
                ("resource.calendar.leaves", leave_id) if own else None,
            )
        return sources

    # ------------------------------------------------------------ words

    def _reason_in_words(self, reason, sources):
        tab, field = SETTINGS.get(reason.code, (None, None))
        source = sources.get(int(reason.host_id or 0), {}).get(reason.label)
        record = source.record if source else None
        if reason.code in ("booking", "seats", "hold") and reason.label.isdecimal():
            record = ("scheduling.booking", int(reason.label))
        return {
            "code": reason.code,
            "text": self._reason_text(reason, source),
            "tab": tab,
            "field": field,
            "record": list(record) if record else None,
        }

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
            "unreadable": lambda: self.env._("Calendar can't be read: %(why)s", why=reason.label),
            "busy": lambda: name,
            "buffer": lambda: self.env._("Buffer next to %(event)s", event=name or self.env._("another booking")),
            "booking": lambda: self.env._("Booked"),
            "seats": lambda: self.env._("All seats are taken"),
            "limit_count": lambda: self.env._("Limit of meetings a %(period)s", period=period),
            "limit_minutes": lambda: self.env._("Limit of minutes a %(period)s", period=period),
        }
        text = texts[reason.code]()
        if reason.host_id and self.page_type in ("round_robin", "collective", "fixed_plus_one"):
            host = self.env["res.users"].browse(int(reason.host_id))
            return f"{host.name}: {text}"
        return text


def _epochs(start, stop):
    """:return: two naive UTC datetimes as epoch seconds"""
    return tuple(int((moment - datetime(1970, 1, 1)).total_seconds()) for moment in (start, stop))
