"""Free times of a page: records become the engine's dataclasses, the engine answers, nothing is decided here."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.meetings_scheduler import availability
from odoo.tools import SQL

# No question reaches further ahead, whatever the window: bounds the work of one request.
HORIZON = timedelta(days=731)


def aware(moment):
    """:return: a naive UTC datetime of the ORM, or an aware one, as aware UTC"""
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def naive(moment):
    """:return: an aware datetime as the ORM's naive UTC"""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    def _free_slots(self, start, end, duration_min, booking=None):
        """Every time a visitor may book.

        :param start: aware; the first instant a meeting may start
        :param end: aware; meetings start before it
        :param duration_min: one of the page's durations
        :param booking: the booking that is being moved; it doesn't stand in its own way
        :return: list of :class:`availability.Slot`, sorted
        """
        rules = self._rules(duration_min)
        return availability.slots(
            rules, self._host_calendars(start, end, booking), now=self._now(), start=start, end=end
        )

    def _next_free(self, after, duration_min, booking=None):
        """:return: the first free :class:`availability.Slot` at or after ``after`` (aware), or None"""
        rules = self._rules(duration_min)
        hosts = self._host_calendars(after, self._window_end(), booking)
        return availability.next_free(rules, hosts, now=self._now(), after=after)

    def _nearest_free(self, start, duration_min, count=3, booking=None):
        """:return: the ``count`` free :class:`availability.Slot` nearest to ``start`` (aware), nearest first"""
        rules = self._rules(duration_min)
        hosts = self._host_calendars(self._now(), self._window_end(), booking)
        return availability.nearest(rules, hosts, start, now=self._now(), count=count)

    def _check_slot(self, start, duration_min, booking=None):
        """:return: :class:`availability.Decision` for one start (aware), by the code that shows the slots"""
        rules = self._rules(duration_min)
        hosts = self._host_calendars(start, start + timedelta(minutes=duration_min), booking)
        return availability.check(rules, hosts, start, now=self._now())

    # ------------------------------------------------------------ records to dataclasses

    @api.model
    def _now(self):
        return aware(fields.Datetime.now())

    def _rules(self, duration_min):
        """:return: :class:`availability.PageRules`, lengths in seconds"""
        self.ensure_one()
        return availability.PageRules(
            duration=duration_min * 60,
            increment=int(self.increment) * 60 or None,
            buffer_before=self.buffer_before * 60,
            buffer_after=self.buffer_after * 60,
            notice=round(self.min_notice_hours * 3600),
            window=self._window(),
            timezone=self.timezone,
        )

    def _window(self):
        if self.window_type == "dates":
            return availability.Window("dates", start=self.window_start, end=self.window_end)
        kind, count = {
            "rolling": ("rolling", "calendar"),
            "business": ("rolling", "business"),
            "bookable": ("rolling_window", "calendar"),
        }[self.window_type]
        return availability.Window(kind, days=self.window_days, count=count)

    def _window_dates(self):
        """:return: (first, last) dates in the page's zone that could have free time; generous for "days with free time" """
        today = self._now().astimezone(ZoneInfo(self.timezone)).date()
        if self.window_type == "dates":
            return max(self.window_start, today), self.window_end
        days = {"rolling": self.window_days, "business": self.window_days * 2 + 2, "bookable": HORIZON.days}
        return today, today + timedelta(days=min(days[self.window_type], HORIZON.days))

    def _window_end(self):
        """:return: aware; after the last instant that may be booked, for one query to read all that matters"""
        last = self._window_dates()[1]
        return datetime.combine(last, time(), ZoneInfo(self.timezone)) + timedelta(days=2)

    def _host_calendars(self, start, end, booking=None):
        """The page's hosts with what is in their way between two instants.

        A host whose calendar isn't connected is asked on request pages only ("offline"): nothing is promised there, so
        what is known counts and what isn't can't.

        :return: list of :class:`availability.HostCalendar`
        """
        users = self.user_id
        if self.window_type == "bookable":  # which days count depends on all the free time before them
            start = self._now()
        margin = timedelta(minutes=self.buffer_before + self.buffer_after) + timedelta(days=1)
        start, end = naive(start - margin), naive(end + margin)
        busy = self.env["scheduling.busy"]._periods(users, start, end)
        booked = self._booked(users, start, end, booking)
        return [
            availability.HostCalendar(
                id=str(user.id), hours=self._weekly_hours(user), busy=busy[user.id], bookings=booked[user.id]
            )
            for user in users
        ]

    def _booked(self, users, start, end, booking=None):
        """The bookings that take time from ``users``, each with the buffers it was made with.

        :return: dict of user id to a list of :class:`availability.Booking`
        """
        self.env["scheduling.booking.host"].flush_model()
        self.env["scheduling.booking"].flush_model(["start", "stop", "buffer_before", "buffer_after", "page_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT host.user_id, extract(epoch FROM booking.start)::bigint, extract(epoch FROM booking.stop)::bigint,
                       booking.buffer_before * 60, booking.buffer_after * 60,
                       booking.page_id = %(page)s, booking.id
                  FROM scheduling_booking_host host
                  JOIN scheduling_booking booking ON booking.id = host.booking_id
                 WHERE host.blocks AND host.user_id = ANY(%(users)s) AND host.booking_id <> %(moved)s
                   AND tsrange(host.start, host.stop) && tsrange(%(start)s, %(end)s)
                """,
                page=self.id,
                users=users.ids,
                moved=booking.id if booking else 0,
                start=start,
                end=end,
            )
        )
        booked = {user_id: [] for user_id in users.ids}
        for user_id, meeting_start, meeting_end, before, after, same_page, key in rows:
            booked[user_id].append(
                availability.Booking(
                    meeting_start, meeting_end, buffer_before=before, buffer_after=after, same_page=same_page, key=key
                )
            )
        return booked

    def _weekly_hours(self, user):
        """:return: :class:`availability.WeeklyHours` in minutes of the wall clock, Monday first"""
        if self.hours_mode == "working":
            calendar = user.resource_calendar_id or self.company_id.resource_calendar_id
            zone = user.tz or calendar.tz
            rows = [
                (line.dayofweek, line.hour_from, line.hour_to)
                for line in calendar.attendance_ids
                if line.day_period != "lunch" and not line.display_type
            ]
        else:
            zone = self.timezone
            rows = [(line.day, line.hour_from, line.hour_to) for line in self.hours_ids]
        days = [[] for _ in range(7)]
        for day, hour_from, hour_to in sorted(rows):
            days[int(day)].append((round(hour_from * 60), round(hour_to * 60)))
        return availability.WeeklyHours(timezone=zone, days=tuple(tuple(day) for day in days))
