"""A calendar of a connected account, linked or only known."""

from datetime import datetime, timezone

from odoo import fields, models
from odoo.exceptions import UserError

from ..availability.zones import to_datetime
from .scheduling_page_slots import naive

ROLES = [("owner", "Yours"), ("writer", "Can edit"), ("reader", "Can see all details"), ("free_busy", "Free/busy only")]


class SchedulingCalendar(models.Model):
    _name = "scheduling.calendar"
    _description = "Linked Calendar"
    _order = "is_main desc, name, id"

    connection_id = fields.Many2one("scheduling.connection", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one(related="connection_id.user_id", store=True, index=True)
    name = fields.Char(required=True)
    remote_id = fields.Char(required=True, help="The provider's own name of the calendar.")
    color = fields.Char()
    role = fields.Selection(ROLES, required=True, default="owner")
    is_main = fields.Boolean(
        "Main calendar", help="What is written into the account is written to this calendar, never to another one."
    )
    counts = fields.Boolean("Counts as busy", default=True)
    state = fields.Selection([("active", "Active"), ("lost", "Access lost")], required=True, default="active")
    lost_reason = fields.Char()
    lost_at = fields.Datetime()
    write_refused = fields.Boolean(
        groups=fields.NO_ACCESS, help="Lost while it can be read: only a write that works shows that it is mended."
    )
    busy_ids = fields.One2many("scheduling.busy", "calendar_id")
    channel_ids = fields.One2many("scheduling.channel", "calendar_id")

    _remote_uniq = models.UniqueIndex("(connection_id, remote_id)")
    _one_main = models.UniqueIndex("(connection_id) WHERE is_main", "An account has one main calendar.")

    def _read_odoo_busy(self):
        """Reads an Odoo calendar's busy periods anew into :model:`scheduling.busy`."""
        for calendar in self:
            calendar.busy_ids.unlink()
            calendar.env["scheduling.busy"]._read_odoo_calendar(calendar)

    def _remember_busy(self, periods):
        """Replaces what was known of the calendar by what the provider says; unchanged rows stay as they are.

        :param periods: list of :class:`providers.base.Period`, merged
        """
        self.ensure_one()
        wanted = _moments(self.connection_id._foreign(periods))
        held = self.busy_ids.filtered("event_id")
        known = {(busy.start, busy.stop): busy for busy in self.busy_ids - held}
        self.env["scheduling.busy"].union(*(busy for key, busy in known.items() if key not in wanted)).unlink()
        self.env["scheduling.busy"]._hold(
            self.env["scheduling.event.link"].search(
                [("calendar_id", "=", self.id), ("event_id", "in", held.event_id.ids)]
            )
        )
        self._create_busy(wanted - known.keys())

    def _add_busy(self, periods):
        """Adds what was learnt between two readings; the next one puts it in order.

        :param periods: list of (start, end) in epoch seconds
        """
        self.ensure_one()
        self._create_busy(_moments(periods) - {(busy.start, busy.stop) for busy in self.busy_ids})

    def _create_busy(self, periods):
        self.env["scheduling.busy"].create(
            [
                {"calendar_id": self.id, "user_id": self.user_id.id, "start": start, "stop": stop}
                for start, stop in sorted(periods)
            ]
        )

    def _is_written_to(self):
        """:return: whether bookings land in this calendar, so that it always counts"""
        self.ensure_one()
        return self.is_main and self.connection_id.purpose in ("all", "pages")

    def _lose_access(self, reason, write_refused=False):
        """The calendar can't be used any more: its user, who is told once, can't be booked until it is mended.

        :param write_refused: that is all that is known; else reading shows by itself when it can be used again
        """
        self.write_refused = write_refused
        for calendar in self.filtered(lambda calendar: calendar.state == "active"):
            calendar.write({"state": "lost", "lost_reason": reason, "lost_at": fields.Datetime.now()})
            connection = calendar.connection_id
            if connection.purpose != "sync":
                self.env["scheduling.operation"]._enqueue(
                    "tell_owner",
                    f"lost:{connection.id}:{calendar.id}:{datetime.now(timezone.utc).isoformat()}",
                    f"connection:{connection.id}",
                    connection_id=connection.id,
                )

    def _regain_access(self):
        """What was lost can be used again: bookings work at once, and what waited to be written is written.

        A refused write is tried again by the outbox, and stays the last word while it waits there.
        """
        back = self.filtered(lambda calendar: calendar.state == "lost" and not calendar._awaits_write())
        back.write({"state": "active", "lost_reason": False, "lost_at": False, "write_refused": False})
        for connection in back.connection_id:
            self.env["scheduling.operation"]._resume(connection)

    def _awaits_write(self):
        """:return: whether a refused write of a booking is going to be tried again"""
        return self.write_refused and bool(self.env["scheduling.operation"]._waiting_writes(self.connection_id))

    def _refuse_write(self):
        """A booking may not be written (fault 36), though the calendar can be read."""
        for calendar in self:
            calendar._lose_access(
                calendar.connection_id._for_owner().env._(
                    "Bookings can't be written into this calendar: it refuses. Check there that you may change its "
                    "events, then press “Check again”."
                ),
                write_refused=True,
            )

    def _accept_write(self):
        """A booking could be written."""
        accepted = self.filtered("write_refused")
        accepted.write_refused = False
        accepted._regain_access()

    def _can_be_read(self):
        return self.state == "active" or self.sudo().write_refused

    def _lost(self):
        """:return: the calendars that keep visitors from booking their user"""
        return self.filtered(lambda calendar: calendar.counts and calendar.state == "lost")

    def _cure(self):
        """:return: what the button that leads to a lost calendar says; the one that is written to can't be removed"""
        return self.env._("Check again") if self._is_written_to() else self.env._("Check again or remove it")

    def _settings_url(self):
        """:return: where its owner finds the cures; opening it changes nothing"""
        return f"{self.get_base_url()}/odoo/calendar-settings?calendar={self.id}"

    def action_link(self):
        """Makes the calendar count as busy, from now on.

        :raises UserError: only free/busy is shared, so a refusal couldn't be told from a free day; or it can't be read
        """
        self.check_access("read")
        for calendar in self:
            if calendar.role == "free_busy":
                raise UserError(
                    self.env._(
                        "Only free/busy of “%(calendar)s” is shared with you. Ask its owner to share “See all event "
                        "details”.",
                        calendar=calendar.name,
                    )
                )
        self.sudo().counts = True
        self.connection_id.sudo()._read_now()
        self.sudo()._renew_channels()
        for calendar in self.filtered(lambda calendar: calendar.state == "lost"):
            raise UserError(
                self.env._("“%(calendar)s”: %(reason)s", calendar=calendar.name, reason=calendar.lost_reason or "")
            )
        return True

    def action_remove(self):
        """Removes a calendar from those that count, so that booking works again at once.

        :raises UserError: it is the main one, which bookings are written to
        """
        self.check_access("read")
        if self.filtered(lambda calendar: calendar._is_written_to()):
            raise UserError(
                self.env._("Bookings are written to your main calendar, so it always counts. You can disconnect it.")
            )
        self.sudo().busy_ids.unlink()
        self.sudo().write({"counts": False, "state": "active", "lost_reason": False, "lost_at": False})
        for connection in self.connection_id.filtered(lambda connection: connection.provider != "odoo"):
            connection._refresh_soon()  # one that has vanished at the provider then leaves the list as well
        return True

    def action_check_again(self):
        """Asks the provider now whether the calendar can be used again; if it refused a write, by trying that one."""
        self.check_access("read")
        connection = self.connection_id.sudo()
        connection._refresh_busy()
        for calendar in connection.calendar_ids.filtered("write_refused"):
            self.env["scheduling.operation"]._try_write(calendar.connection_id)
        return True


def _moments(periods):
    """:return: set of periods in epoch seconds as (start, stop), naive UTC"""
    return {tuple(naive(to_datetime(edge)) for edge in period) for period in periods}
