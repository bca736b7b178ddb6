"""The month and the times of a day, as the template draws them and as the script takes them over."""

import calendar
import zoneinfo
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from urllib.parse import urlencode

from babel.dates import format_date, get_day_names
from markupsafe import Markup

from odoo.http import request
from odoo.tools.misc import babel_locale_parse

from ..exceptions import PublicError
from ..form_times import day_start, parse_duration, parse_zone, range_message, unknown_zone_message
from ..formatting import clock, long_date, zone_name
from ..models.scheduling_page_slots import aware, naive
from .common import new_hold, next_free, utc_now
from .words import seats_left


class Picker:
    """Everything the month, the times and the zone need, for one request.

    :param page: the page (sudo)
    :param info: its `_public_info`
    :param args: the query string (``month``, ``day``, ``tz``, ``duration``, ``view``, ``hold``)
    :param base: path the links lead to; empty if this page is at that path
    :param booking: the booking that is being moved, if one is
    """

    def __init__(self, page, info, args, base, booking=None):
        self.env = request.env
        self.page, self.info, self.args, self.base = page, info, args, base
        self.booking = booking
        self.locale = babel_locale_parse(self.env.lang or "en_US")
        self.notices = []
        self.refused = False
        self.zone = self._choose_zone()
        self.tz = zoneinfo.ZoneInfo(self.zone)
        self.duration = self._choose_duration()
        self.hold, self.holder = self._known_hold()
        self.month, self.day = self._choose_month()
        self.slots = self._load()

    # ------------------------------------------------------------ what is shown

    def _choose_zone(self):
        fallback = self._own_zone()
        wanted = self.args.get("tz")
        if wanted is None:
            return parse_zone(request.cookies.get("tz")) or fallback
        zone = parse_zone(wanted)
        if not zone:
            self.notices.append(unknown_zone_message(self.env, fallback))
        return zone or fallback

    def _own_zone(self):
        """:return: the zone of a reader whose browser names none"""
        return self.booking.timezone if self.booking else self.info["timezone"]

    def _choose_duration(self):
        default = self.info["default_duration"]
        if self.booking and self.booking.duration in self.info["durations"]:
            default = self.booking.duration
        try:
            return parse_duration(self.env, self.info, self.args.get("duration") or default)
        except PublicError as error:
            self._refuse(error.message)
            return default

    def _known_hold(self):
        """:return: (token, holder) of the time that is kept for the visitor, if one is; a broken token is none"""
        token = self.args.get("hold")
        try:
            return token, self.env["scheduling.hold"]._holder_of(token)
        except PublicError:
            return None, None

    @property
    def keeps(self):
        """Whether a chosen time is kept while the visitor fills in the form."""
        return bool(self.info["hold_minutes"] and self.info["online"] and not self.booking)

    def kept_until(self, start):
        """:return: until when the page keeps ``start`` (aware) for the visitor, in words, or None"""
        held = self.env["scheduling.hold"]._of(self.page, self.holder)
        alive = held and held.expires_at > naive(utc_now()) and start and held.start == naive(start)
        return self.clock(aware(held.expires_at)) if alive else None

    def _choose_month(self):
        """:return: (first day of the month, chosen day or None)"""
        try:
            day = date.fromisoformat(self.args["day"]) if self.args.get("day") else None
            month = date.fromisoformat(f"{self.args['month']}-01") if self.args.get("month") else day
        except ValueError:
            self._refuse(range_message(self.env, self.info))
            day = month = None
        first, last = self.months
        if month and not first <= month.replace(day=1) <= last:
            self._refuse(range_message(self.env, self.info))
            day = month = None
        if month:
            return month.replace(day=1), day
        # Who moves a meeting looks around its present time first.
        after = aware(self.booking.start).replace(day=1) if self.booking else utc_now()
        slot = self._next_free(after) or self._next_free(utc_now())
        start = self.local(slot.start).date() if slot else first
        return start.replace(day=1), None

    def _refuse(self, message):
        self.refused = True
        self.notices.append(message)

    @cached_property
    def months(self):
        """:return: first days of the first and the last month that could have free time, in the visitor's zone"""
        first, last = (date.fromisoformat(self.info["window"][edge]) for edge in ("from", "to"))
        zone = self.info["timezone"]
        start = self.local(day_start(first, zone))
        end = self.local(day_start(last + timedelta(days=1), zone) - timedelta(seconds=1))
        return start.date().replace(day=1), end.date().replace(day=1)

    def _load(self):
        """Reads a day more on each side: the script may show the same slots in another zone."""
        start = day_start(self.month, self.zone) - timedelta(days=1)
        end = day_start(_next_month(self.month), self.zone) + timedelta(days=1)
        return self.page._free_slots(start, end, self.duration, booking=self.booking, holder=self.holder)

    def _next_free(self, after):
        return next_free(self.page, after, self.duration, self.booking, self.holder)

    # ------------------------------------------------------------ words

    def local(self, moment):
        return moment.astimezone(self.tz)

    def clock(self, moment):
        return clock(self.local(moment), self.env.lang)

    def long_date(self, moment):
        """:param moment: aware datetime, or date"""
        return long_date(self.local(moment) if isinstance(moment, datetime) else moment, self.env.lang)

    def moment(self, start):
        return f"{self.long_date(start)}, {self.clock(start)}"

    @property
    def month_label(self):
        return format_date(self.month, "LLLL y", locale=self.locale)

    @property
    def asks(self):
        """Whether a visitor asks for a time rather than books it."""
        return not self.info["online"] or self.info["approval"] == "always"

    @property
    def offline_note(self):
        return self.env._(
            "%(host)s's calendar isn't connected right now. You can ask for a time and get an answer by e-mail.",
            host=self.info["host"]["name"],
        )

    @property
    def description(self):
        """The page's text; the field has sanitized it."""
        return Markup(self.info["description"])

    def url(self, **changes):
        """:return: the address of this view with other parameters; what is at its default is left out"""
        query = urlencode({key: value for key, value in {**self._kept, **changes}.items() if value})
        # Relative to this very address where it can be: a month is some 60 links, and Odoo looks up the route and the
        # language of every one that names a path.
        return f"{self.base}?{query}"

    def times_url(self, start):
        """:return: the address of the times beside ``start`` (aware), of the month if none is chosen"""
        return self.url(day=self.local(start).date().isoformat()) if start else self.url()

    @cached_property
    def _kept(self):
        return {
            "step": self.args.get("step"),
            "hold": self.hold,
            "tz": self.zone if parse_zone(self.args.get("tz")) else None,
            "duration": self.duration if self.duration != self.info["default_duration"] else None,
        }

    # ------------------------------------------------------------ for the template

    def values(self):
        by_day = {}
        for slot in self.slots:
            by_day.setdefault(self.local(slot.start).date(), []).append(slot)
        in_month = [day for day in by_day if day.replace(day=1) == self.month]
        chosen = self.day if self.day in by_day else min(in_month, default=None)
        first, last = self.months
        week_start = int(self.env["res.lang"]._get_data(code=self.env.lang).week_start or 1) - 1
        previous, following = _previous_month(self.month), _next_month(self.month)
        next_slot = None if in_month else self._next_free(day_start(following, self.zone)) or self._next_free(utc_now())
        return {
            "picker": self,
            "info": self.info,
            "month_label": self.month_label,
            "previous_url": previous >= first and self.url(month=previous.strftime("%Y-%m")),
            "next_url": following <= last and self.url(month=following.strftime("%Y-%m")),
            "weekdays": self._weekdays(week_start),
            "weeks": self._weeks(week_start, by_day, chosen),
            "chosen_label": chosen and self.long_date(chosen),
            "times": [self._time(slot) for slot in by_day.get(chosen, ())],
            # Chosen without the script, a time is posted with this: sent once more, the form is the same visitor's.
            "hold": (self.hold or new_hold()) if self.keeps else None,
            "next_free": next_slot and self._next_free_link(next_slot),
            "durations": [
                {"minutes": minutes, "url": self.url(duration=minutes), "chosen": minutes == self.duration}
                for minutes in self.info["durations"]
            ],
            "zone_label": zone_name(self.zone),
            "zone_now": self.clock(utc_now()),
            "zone_url": self.url(view="zone", month=self.month.strftime("%Y-%m")),
            "zones": sorted(zoneinfo.available_timezones()) if self.args.get("view") == "zone" else None,
            "step": "times" if self.day in by_day else "month",
            "week_start": week_start,
        }

    def _weekdays(self, week_start):
        short = get_day_names("abbreviated", "stand-alone", self.locale)
        wide = get_day_names("wide", "stand-alone", self.locale)
        return [(short[day % 7], wide[day % 7]) for day in range(week_start, week_start + 7)]

    def _weeks(self, week_start, by_day, chosen):
        today = self.local(utc_now()).date()
        return [
            [
                {
                    "day": day,
                    "outside": day.month != self.month.month,
                    "today": day == today,
                    "chosen": day == chosen,
                    **(self._free_day(day) if day.month == self.month.month and day in by_day else {"url": None}),
                }
                for day in week
            ]
            for week in calendar.Calendar(week_start).monthdatescalendar(self.month.year, self.month.month)
        ]

    def _free_day(self, day):
        return {"label": self.long_date(day), "url": self.url(day=day.isoformat())}

    def _time(self, slot):
        start = instant(slot.start)
        return {
            "label": self.clock(slot.start),
            "start": start,
            "url": self.url(start=start),
            "seats": seats_left(self.env, slot.seats_left) if self.is_group else None,
        }

    @property
    def is_group(self):
        return self.info["type"] == "group"

    def seats_note(self, start):
        """:return: how many seats are left at a chosen time (aware), in words; None on other pages and taken times"""
        if not (start and self.is_group):
            return None
        decision = self.page._check_slot(start, self.duration, self.booking, self.holder)
        return seats_left(self.env, decision.seats_left) if decision.seats_left else None

    def _next_free_link(self, slot):
        return {
            "note": self.env._("No times in %(month)s.", month=self.month_label),
            "label": self.env._("Next free: %(day)s", day=self.long_date(slot.start)),
            "url": self.times_url(slot.start),
        }

    def alternatives(self, slots):
        """:return: free times to choose instead, as start (UTC, ISO 8601) and words"""
        return [{"start": instant(slot.start), "label": self.moment(slot.start)} for slot in slots]

    def config(self, values):
        """:return: JSON-ready; with it the script draws the same picture without asking again"""
        return {
            "info": self.info,
            "lang": self.locale.language + (f"-{self.locale.territory}" if self.locale.territory else ""),
            "weekStart": values["week_start"],
            "zone": self.zone,
            "zoneChosen": bool(parse_zone(self.args.get("tz"))),
            "duration": self.duration,
            "month": self.month.strftime("%Y-%m"),
            "months": [month.strftime("%Y-%m") for month in self.months],
            "day": self.day and self.day.isoformat(),
            "slots": [instant(slot.start) for slot in self.slots],
            "seats": {instant(slot.start): slot.seats_left for slot in self.slots} if self.is_group else {},
        }


def _next_month(month):
    return (month + timedelta(days=32)).replace(day=1)


def _previous_month(month):
    return (month - timedelta(days=1)).replace(day=1)


def instant(moment):
    """:return: an aware time as the script and the links say it: UTC, ISO 8601"""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
