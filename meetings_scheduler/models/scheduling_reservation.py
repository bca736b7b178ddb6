"""Taking a host's time: what bookings and the holds of visitors who fill in the form have in common."""

from datetime import timedelta
from itertools import count

import psycopg2.errors

from odoo import models
from odoo.exceptions import ConcurrencyError

from ..exceptions import SlotTaken


class SchedulingReservation(models.AbstractModel):
    """A model with ``page_id``, ``start``, ``stop``, buffers in minutes, and ``host_ids``: the rows that take the time.

    ``_taken_by`` is the field of those rows that leads back to it.
    """

    _name = "scheduling.reservation"
    _description = "Reserved Time"

    _taken_by = ""

    def _blocks_time(self):
        """:return: whether nobody else can have the time"""
        return True

    def _take_time(self, hosts=None):
        """Reserves the hosts' time, buffers included. PostgreSQL decides whether it is still free.

        :param hosts: the users who host the meeting; None for those who do already
        :raises SlotTaken: another booking or an unexpired hold has it
        :raises ConcurrencyError: somebody else sat down in a group at this very moment; tried again, it will be clear
        """
        self.ensure_one()
        hosts = hosts or self.host_ids.user_id
        start = self.start - timedelta(minutes=self.buffer_before)
        stop = self.stop + timedelta(minutes=self.buffer_after)
        self.env["scheduling.hold"]._forget_expired(hosts, start, stop)
        rows = [
            {
                self._taken_by: self.id,
                "user_id": host.id,
                "start": start,
                "stop": stop,
                "blocks": self._blocks_time(),
                **self._seat(host),
            }
            for host in hosts.sorted("id")  # always in this order: two meetings of the same hosts can't deadlock
        ]
        try:
            with self.env.cr.savepoint():
                self.host_ids.unlink()
                self.env["scheduling.booking.host"].create(rows)
        except psycopg2.errors.ExclusionViolation:
            raise SlotTaken(self.env._("Someone just took this time. Please choose another one.")) from None
        except psycopg2.errors.UniqueViolation:
            raise ConcurrencyError("a group's seat was taken") from None

    def _seat(self, host):
        """:return: what visitors of a group share at this time, and the number of this one's seat with ``host``"""
        if self.page_id.page_type != "group":
            return {"seat_group": f"{self._taken_by}:{self.id}", "seat": 1}
        seat_group = f"page:{self.page_id.id}:{self.start}:{self.stop}"
        together = self.env["scheduling.booking.host"].search(
            [
                ("seat_group", "=", seat_group),
                ("user_id", "=", host.id),
                ("blocks", "=", True),
                (self._taken_by, "!=", self.id),
            ]
        )
        taken = set(together.mapped("seat"))
        return {"seat_group": seat_group, "seat": next(seat for seat in count(1) if seat not in taken)}
