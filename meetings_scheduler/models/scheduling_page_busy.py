"""What is in the way of a page's hosts, read by one query for any number of hosts and days."""

from dataclasses import dataclass, field
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .. import availability
from ..availability.intervals import intersect, merge
from ..availability.schedule import open_ranges
from ..availability.zones import to_datetime
from .scheduling_page_slots import aware


@dataclass
class Occupied:
    """One host: ``busy`` merged (start, end) periods in epoch seconds, ``bookings`` each with its own buffers."""

    busy: list = field(default_factory=list)
    bookings: list = field(default_factory=list)


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    def _occupied(self, users, start, end, moved=None):
        """
        :param start: naive UTC
        :param end: naive UTC
        :param moved: the booking that is being moved; it doesn't stand in its own way
        :return: dict of user id to :class:`Occupied`
        """
        self.env["scheduling.busy"].flush_model(["user_id", "start", "stop"])
        self.env["scheduling.booking.host"].flush_model()
        for model in ("scheduling.booking", "scheduling.hold"):
            self.env[model].flush_model(["start", "stop", "buffer_before", "buffer_after", "page_id"])
        self.env["scheduling.hold"].flush_model(["holder", "expires_at"])
        self.env["resource.calendar.leaves"].flush_model()
        occupied = {user_id: Occupied() for user_id in users.ids}
        for user_id, period_start, period_end, *taken in self.env.execute_query(
            self._occupied_query(users, start, end, moved)
        ):
            before, after, same_page, key, holder, until = taken
            if key is None:
                occupied[user_id].busy.append((period_start, period_end))
            else:
                occupied[user_id].bookings.append(
                    availability.Booking(
                        period_start,
                        period_end,
                        buffer_before=before,
                        buffer_after=after,
                        same_page=same_page,
                        key=(key, holder),
                        label="" if holder else str(key),
                        hold_owner=holder,
                        hold_until=until,
                    )
                )
        return occupied

    def _occupied_query(self, users, start, end, moved):
        reach = timedelta(days=self._blueprint().reach)
        return SQL(
            """
            SELECT host.user_id, extract(epoch FROM lower(period))::bigint, extract(epoch FROM upper(period))::bigint,
                   NULL::int, NULL::int, NULL::bool, NULL::int, NULL::text, NULL::bigint
              FROM unnest(%(users)s::int[]) host (user_id)
             CROSS JOIN LATERAL (
                  SELECT unnest(range_agg(tsrange(start, stop))) AS period
                    FROM (
                        SELECT start, stop
                          FROM scheduling_busy
                         WHERE user_id = host.user_id AND tsrange(start, stop) && %(open)s::tsmultirange
                         ORDER BY start, stop  -- range_agg sorts ranges slowly, but sees that they are in order
                    ) periods
              ) merged
             UNION ALL
            SELECT user_id, extract(epoch FROM lower(period))::bigint, extract(epoch FROM upper(period))::bigint,
                   NULL, NULL, NULL, NULL, NULL, NULL
              FROM (%(days_off)s) days_off
             UNION ALL
            SELECT host.user_id,
                   extract(epoch FROM COALESCE(booking.start, hold.start))::bigint,
                   extract(epoch FROM COALESCE(booking.stop, hold.stop))::bigint,
                   COALESCE(booking.buffer_before, hold.buffer_before) * 60,
                   COALESCE(booking.buffer_after, hold.buffer_after) * 60,
                   COALESCE(booking.page_id, hold.page_id) = %(page)s,
                   COALESCE(booking.id, hold.id), hold.holder, extract(epoch FROM hold.expires_at)::bigint
              FROM scheduling_booking_host host
              LEFT JOIN scheduling_booking booking ON booking.id = host.booking_id
              LEFT JOIN scheduling_hold hold ON hold.id = host.hold_id
             WHERE host.blocks AND host.user_id = ANY(%(users)s) AND host.booking_id IS DISTINCT FROM %(moved)s
               AND tsrange(host.start, host.stop) && tsrange(%(count_from)s, %(count_to)s)
            """,
            users=users.ids,
            open=self._open_periods(users, start, end),
            days_off=self._days_off_query(users, start, end),
            page=self.id,
            moved=moved.id if moved else 0,
            count_from=start - reach,
            count_to=end + reach,
        )

    def _open_periods(self, users, start, end):
        """When a meeting may be under way, buffers included: what is busy at any other time takes nothing away.

        :return: a PostgreSQL multirange, as text
        """
        rules = self._blueprint().rules
        low, high = (int(aware(moment).timestamp()) for moment in (start, end))
        weeks = []
        for hours in self._hours_between(users, start, end).values():
            if hours not in weeks:  # those of a team are mostly the same
                weeks.append(hours)
        periods = (
            (opens - rules.buffer_before, closes + rules.buffer_after)
            for hours in weeks
            for opens, closes in open_ranges(hours, low, high)
        )
        ranges = (
            "[{:%Y-%m-%d %H:%M:%S},{:%Y-%m-%d %H:%M:%S})".format(*(to_datetime(edge) for edge in period))
            for period in intersect(merge(periods), [(low, high)])
        )
        return "{" + ",".join(ranges) + "}"

    def _days_off_query(self, users, start, end):
        """Days off and public holidays that Odoo knows: a person's own, and those of their working hours or company.

        :return: SQL of rows (user_id, period, leave_id)
        """
        return SQL(
            """
            SELECT users.id AS user_id, tsrange(leave.date_from, leave.date_to) AS period, leave.id AS leave_id
              FROM res_users users
              JOIN res_company company ON company.id = users.company_id
              LEFT JOIN resource_resource resource
                     ON resource.user_id = users.id AND resource.company_id = company.id AND resource.active
              JOIN resource_calendar_leaves leave
                ON leave.time_type = 'leave' AND leave.date_from < leave.date_to
               AND leave.date_to > %(start)s AND leave.date_from < %(end)s
               AND (leave.resource_id = resource.id
                    OR leave.resource_id IS NULL
                   AND (leave.company_id IS NULL OR leave.company_id = company.id)
                   AND (leave.calendar_id IS NULL
                        OR leave.calendar_id = COALESCE(resource.calendar_id, company.resource_calendar_id)))
             WHERE users.id = ANY(%(users)s)
            """,
            users=users.ids,
            start=start,
            end=end,
        )
