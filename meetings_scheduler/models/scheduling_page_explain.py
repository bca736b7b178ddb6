"""Why a time is not offered: a day's start times, each with the engine's reasons and what is behind them."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from .. import availability
from ..availability.intervals import merge, subtract
from ..exceptions import PublicError
from ..form_fields import check_email
from ..formatting import clock, long_date
from .scheduling_page_slots import naive


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
        :param visitor_email: as whom to ask; decides who would host on a page that several people host, and whether
            that address is taken at all
        :return: JSON-ready dict: ``timezone``, ``day`` in words, ``duration`` and ``durations`` (minutes), ``visitor``
            (what is known of that address, in words, or None), ``times``: list of ``start`` (ISO 8601), ``clock``,
            ``offered``, ``host`` (who would take it and why, or None) and ``reasons``, as :meth:`_reason_in_words`
            returns them
        :raises AccessError: the page is somebody else's
        :raises UserError: what was typed is no e-mail address, or the page has no such duration
        """
        self.ensure_one()
        self.check_access("read")
        page = self.sudo()
        email = page._check_visitor(visitor_email)
        duration_min = duration_min or page._duration_minutes()[0]
        if duration_min not in page._duration_minutes():
            raise UserError(self.env._("The page doesn't offer this duration any more. Choose another one."))
        zone = ZoneInfo(page.timezone)
        start = datetime.combine(fields.Date.to_date(day), time(), zone)
        end = datetime.combine(start.date() + timedelta(days=1), time(), zone)
        contact = page._contact_of(email)
        return {
            "timezone": page.timezone,
            "day": long_date(start, self.env.lang),
            "duration": duration_min,
            "durations": page._duration_minutes(),
            "visitor": page._visitor_in_words(email, contact) if email else None,
            "times": page._explained_times(start, end, duration_min, contact),
        }

    def _explained_times(self, start, end, duration_min, contact):
        """:return: the list of times that :meth:`explain` answers, of a day from ``start`` to ``end`` (aware)"""
        rules = self._rules(duration_min)
        named = naive(start) - timedelta(days=1), naive(end) + timedelta(days=1)
        sources = self._sources(*named)
        hosts = [
            replace(host, busy=_named(host.busy, sources[int(host.id)], _epochs(*named)))
            for host in self._host_calendars(start, end)
        ]
        span = {"now": self._now(), "start": start, "end": end}
        offered = {slot.start: slot for slot in availability.slots(rules, hosts, **span)}
        explained = availability.explain(rules, hosts, **span)
        if not hosts:  # the times one would expect are the owner's, then
            owner = availability.HostCalendar("0", hours=self._hours_between(self.user_id, start, end)[self.user_id.id])
            nobody = (availability.Reason("no_host"),)
            explained = [(moment, nobody) for moment, _reasons in availability.explain(rules, [owner], **span)]
        zone = start.tzinfo
        return [
            {
                "start": moment.astimezone(zone).isoformat(),
                "clock": clock(moment.astimezone(zone), self.env.lang),
                "offered": not reasons,
                "host": self._who_would_host(offered[moment].host_ids, contact) if not reasons else None,
                "reasons": [self._reason_in_words(reason, moment, sources) for reason in reasons],
            }
            for moment, reasons in explained
        ]

    def _who_would_host(self, able, contact):
        users, choices = self._choose_hosts(able, contact)[0]
        names = ", ".join(users.mapped("name"))
        return {"name": names, "reason": self._explain_choice(choices) or ""}

    # ------------------------------------------------------------ as whom one asks

    def _check_visitor(self, email):
        """:return: the normalized address, empty if none was given; :raises UserError: it is none"""
        if not email:
            return ""
        try:
            return email_normalize(check_email(self.env, email, "visitor")) or ""
        except PublicError as error:
            raise UserError(error.message) from error

    def _visitor_in_words(self, email, contact):
        """:return: what the page makes of that address, before any time is looked at"""
        _local, _at, domain = email.rpartition("@")
        if domain in self._refused_email_domains():
            return self.env._("Nobody can book with an address of %(domain)s: an administrator says so.", domain=domain)
        if email in self._hosts().mapped("email_normalized"):
            return self.env._("This is a host's own address. Nobody can book with it.")
        if contact.user_id and contact.user_id in self._hosts():
            return self.env._("%(visitor)s can book. %(host)s goes first.", visitor=email, host=contact.user_id.name)
        return self.env._("%(visitor)s can book the times that are offered.", visitor=email)

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


def _named(busy, sources, span):
    """Names what is busy around the day; "days with free time" also depends on all that lies before it.

    :param busy: list of (start, end) in epoch seconds
    :param sources: dict of key to :class:`Source`, all within ``span`` (start, end in epoch seconds)
    :return: list of (start, end), and within ``span`` of (start, end, key)
    """
    return [*subtract(merge(busy), [span]), *((source.start, source.end, key) for key, source in sources.items())]


def _epochs(start, stop):
    """:return: two naive UTC datetimes as epoch seconds"""
    return tuple(int((moment - datetime(1970, 1, 1)).total_seconds()) for moment in (start, stop))
