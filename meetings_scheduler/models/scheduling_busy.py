"""Busy periods, cached: the one table that free time is computed from, whatever calendar they come from."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models

from .scheduling_page_slots import naive


class SchedulingBusy(models.Model):
    _name = "scheduling.busy"
    _description = "Busy Period"
    _order = "start"

    calendar_id = fields.Many2one("scheduling.calendar", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(required=True)
    event_id = fields.Many2one("calendar.event", "Odoo event", ondelete="cascade", index="btree_not_null")

    _period_idx = models.Index("USING gist (user_id, tsrange(start, stop))")
    _period_sane = models.Constraint("CHECK (start < stop)")

    # ------------------------------------------------------------ filled from Odoo's calendar

    @api.model
    def _read_odoo_calendar(self, calendar):
        """Fills the cache of an Odoo calendar from its user's events that have not ended yet."""
        partner = calendar.user_id.partner_id
        events = (
            self.env["calendar.event"]
            .sudo()
            .with_context(active_test=True)
            .search([("partner_ids", "in", partner.ids), ("stop", ">=", fields.Datetime.now())])
        )
        self._remember(events, calendar)

    @api.model
    def _follow_events(self, events):
        """Brings the cache in line with ``events`` of Odoo's calendar, in the same transaction that changed them."""
        users = events.partner_ids.user_ids
        calendars = (
            self.env["scheduling.calendar"]
            .sudo()
            .search(
                [
                    ("connection_id.provider", "=", "odoo"),
                    ("connection_id.state", "=", "connected"),
                    ("counts", "=", True),
                    ("user_id", "in", users.ids),
                ]
            )
        )
        self.sudo().search([("event_id", "in", events.ids)]).unlink()
        self._remember(events, calendars)

    @api.model
    def _hold(self, links):
        """A meeting that its outside calendar doesn't know yet keeps its host busy until it is read from there.

        :param links: scheduling.event.link
        """
        links = links.filtered("event_id")
        self.sudo().search(
            [("event_id", "in", links.event_id.ids), ("calendar_id", "in", links.calendar_id.ids)]
        ).unlink()
        unwritten = links.filtered(lambda link: link.calendar_id.counts and link._is_unwritten())
        for calendar, held in unwritten.grouped("calendar_id").items():
            self._remember(held.event_id, calendar)

    @api.model
    def _remember(self, events, calendars):
        values = []
        for calendar in calendars:
            for event in events:
                if self._blocks(event, calendar.user_id):
                    start, stop = self._event_period(event, calendar.user_id)
                    values.append(
                        {
                            "calendar_id": calendar.id,
                            "user_id": calendar.user_id.id,
                            "start": start,
                            "stop": stop,
                            "event_id": event.id,
                        }
                    )
        self.sudo().create(values)

    @api.model
    def _blocks(self, event, user):
        """:return: whether ``event`` keeps ``user`` busy by itself (bookings block by their own rows)"""
        if not event.active or event.show_as != "busy" or event.start >= event.stop:
            return False
        if user in event.scheduling_booking_ids.host_ids.user_id:
            return False
        attendee = event.attendee_ids.filtered(lambda attendee: attendee.partner_id == user.partner_id)
        return bool(attendee) and attendee[0].state != "declined"

    @api.model
    def _event_period(self, event, user):
        """:return: (start, stop) naive UTC; an all-day event lasts from midnight to midnight where ``user`` lives"""
        if not event.allday:
            return event.start, event.stop
        zone = ZoneInfo(user.partner_id.tz or "UTC")  # the user's own tz can't be read while it is being written
        first = datetime.combine(event.start_date, time(), zone)
        last = datetime.combine(event.stop_date + timedelta(days=1), time(), zone)
        return naive(first), naive(last)
