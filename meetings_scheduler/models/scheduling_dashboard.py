"""What the dashboard shows, read in one call."""

from datetime import timedelta

from odoo import api, fields, models

from .scheduling_booking import UNANSWERED

UPCOMING_DAYS = 14
UPCOMING_LIMIT = 30
REQUEST_LIMIT = 40


class SchedulingDashboard(models.AbstractModel):
    """The first screen of a user: their calendar, requests, next bookings and pages."""

    _name = "scheduling.dashboard"
    _description = "Meetings Dashboard"

    @api.model
    @api.readonly
    def get_data(self):
        """Reads everything the dashboard of the current user shows.

        :return: JSON-ready dict of ``calendars`` (one for each connected account, the main one first), ``providers``
            (what can be connected, while nothing is), ``import_offer`` (or None), ``requests``, ``suggested`` (requests
            whose visitors are choosing another time), ``bookings``, ``pages``, ``hosted`` (colleagues' pages the user
            hosts), ``all_off`` (the user's pages), ``has_bookings`` (whether there ever was one) and ``alarms``
            (sentences); datetimes are UTC as the web client's ``deserializeDateTime`` reads them
        """
        connections = self._connections()
        return {
            "calendars": [self._calendar(connection) for connection in connections],
            "providers": [] if connections else self.env["scheduling.settings"]._providers(connections),
            "import_offer": self.env["scheduling.import"]._offer(connections),
            **self._requests(),
            "bookings": self._upcoming(),
            "pages": self._pages(),
            "hosted": self.env["scheduling.host"]._hosted(),
            "all_off": self.env["scheduling.preference"]._of_user(self.env.user).pages_off,
            "has_bookings": bool(self.env["scheduling.booking"].search_count(self._mine(), limit=1)),
            "alarms": self.env["scheduling.connection"]._alarms(),
        }

    def _connections(self):
        """:return: the current user's connections, read by their own rights, the main one first"""
        own = self.env["scheduling.connection"].search([("user_id", "=", self.env.uid)])
        return own._of_user(self.env.user).with_env(self.env) & own

    def _calendar(self, connection):
        return {
            "id": connection.id,
            "account": connection.account,
            "provider": dict(connection._fields["provider"]._description_selection(self.env))[connection.provider],
            "purpose": connection.purpose,
            "light": self._light(connection),
            "lost_reason": self._lost_reason(connection),
            "reconnect_url": connection._reconnect_path() if connection.state == "lost" else None,
            "live": connection.provider == "odoo",
            "age": int((fields.Datetime.now() - connection.checked_at).total_seconds())
            if connection.checked_at
            else None,
        }

    def _light(self, connection):
        """:return: "green", "amber" (read too long ago to be believed by itself) or "red" (visitors can't book)"""
        if connection.state != "connected" or self._lost_calendars(connection):
            return "red"
        # Odoo's own calendar is followed in the transaction that changes it: it never grows old.
        return "green" if connection.provider == "odoo" or connection._is_cache_fresh() else "amber"

    def _lost_calendars(self, connection):
        """:return: the calendars for which visitors can't book; one for calendar sync only stands in nobody's way"""
        if connection.purpose == "sync":
            return connection.calendar_ids.browse()
        return connection.calendar_ids._lost()

    def _lost_reason(self, connection):
        """:return: why the calendar, or one that counts as busy, can't be read; in words, may be empty"""
        if connection.state != "connected":
            return connection.lost_reason or ""
        return ", ".join(
            f"{calendar.name}: {calendar.lost_reason}" if calendar.lost_reason else calendar.name
            for calendar in self._lost_calendars(connection)
        )

    def _mine(self):
        uid = self.env.uid
        return ["|", "|", ("user_id", "=", uid), ("page_id.user_id", "=", uid), ("host_ids.user_id", "=", uid)]

    def _requests(self):
        """The requests without an answer, the nearest first; also those whose time has passed, marked so.

        :return: dict of ``requests``, which nobody has answered, and ``suggested``, whose visitors are choosing
        """
        unanswered = self.env["scheduling.booking"].search(
            [*self._mine(), ("state", "in", UNANSWERED)], order="start, id", limit=REQUEST_LIMIT
        )
        suggested = unanswered.filtered(lambda booking: booking.state == "suggested")
        return {
            "requests": [self._booking(booking) for booking in unanswered - suggested],
            "suggested": [self._booking(booking) for booking in suggested],
        }

    def _upcoming(self):
        now = fields.Datetime.now()
        bookings = self.env["scheduling.booking"].search(
            [
                *self._mine(),
                ("state", "=", "confirmed"),
                ("stop", ">", now),
                ("start", "<", now + timedelta(days=UPCOMING_DAYS)),
            ],
            order="start, id",
            limit=UPCOMING_LIMIT,
        )
        return [self._booking(booking) for booking in bookings]

    def _booking(self, booking):
        link = booking.location or ""
        return {
            "id": booking.id,
            "visitor": booking.visitor_name,
            "email": booking.email,
            "page": booking.page_id.name,
            "start": fields.Datetime.to_string(booking.start),
            "stop": fields.Datetime.to_string(booking.stop),
            "past": booking.is_past,
            "suggested": booking._suggested_words() if booking.state == "suggested" else "",
            "where": booking._where_text() or "",
            "video_url": link if link.startswith(("https://", "http://")) else None,
        }

    def _pages(self):
        pages = self.env["scheduling.page"].search([("user_id", "=", self.env.uid)])
        counts = self._month_counts(pages)
        types = dict(pages._fields["page_type"]._description_selection(self.env))
        return [
            {
                "id": page.id,
                "name": page.name,
                "type": types[page.page_type],
                "durations": page.duration_ids.mapped("display_name"),
                "where": page._location_label() or "",
                "url": page.url,
                "online": page.is_published,
                "month_count": counts.get(page.id, 0),
            }
            for page in pages.sorted(lambda page: not page.is_published)
        ]

    def _month_counts(self, pages):
        """:return: dict of page id to its meetings in this month of the user's calendar, in one query"""
        today = fields.Date.context_today(self)
        first = today.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        rows = self.env["scheduling.booking"]._read_group(
            [
                ("page_id", "in", pages.ids),
                ("state", "in", ("requested", "confirmed")),
                ("start", ">=", first),
                ("start", "<", following),
            ],
            ["page_id"],
            ["__count"],
        )
        return {page.id: count for page, count in rows}
