"""Visitors of a group meet in one event of the host's calendar outside of Odoo, as they do in Odoo's own.

Who joins, leaves or moves changes the guests of that event; the last one takes it along.
"""

import hashlib
from dataclasses import replace
from uuid import uuid4

from odoo import api, fields, models

from ..providers import errors
from ..providers.base import Attendee, Draft
from ..sync.conflict import retry_on_conflict
from ..sync.guests import merge_guests
from .scheduling_page_slots import aware


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    group_key = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Names the event in the host's calendar that visitors who sit together share.",
    )

    def _share_event(self):
        """Who has sat down in an event of Odoo's calendar shares the one in the host's calendar, and its call link."""
        if self.page_id.page_type == "group":
            known = filter(None, self._others_in_event().mapped("group_key"))
            self.group_key = next(known, None) or f"group:{uuid4()}"
        if self.location_type == "meet":
            self.location = self.event_id.videocall_location

    def _move_together(self, start, stop, by="host"):
        """Gives the meeting of these bookings another time; who sits together stays together.

        :param start: naive UTC
        :param stop: naive UTC
        :raises SlotTaken: the host has another booking then
        """
        event = self[:1]._own_event() if self else self.event_id
        if (event.start, event.stop) != (start, stop):
            event.write({"start": start, "stop": stop})
        if len(self) > 1:
            self.host_ids.blocks = False  # moved one by one, they would be in each other's way
        for booking in self.sorted("id"):
            booking._move(start, stop, by=by)

    # ------------------------------------------------------------ in the host's calendar

    @api.model
    def _write_group_event(self, adapter, calendar, group_key):
        """Makes the event that a group shares in ``calendar`` what its bookings say now; the last one takes it along.

        Harmless to repeat. Who changed the event meanwhile in the calendar itself wins.

        :raises ProviderError: to be tried again, or not, as it says
        """
        link = self.env["scheduling.event.link"].search([("calendar_id", "=", calendar.id), ("key", "=", group_key)])
        coming = self.search(
            [
                ("group_key", "=", group_key),
                ("state", "=", "confirmed"),
                ("invited_by", "=", "provider"),
                ("user_id", "=", calendar.user_id.id),
            ],
            order="id",
        )
        if not coming:
            self._remove_remote_event(adapter, calendar, link, group_key)
            return
        if not link:
            draft = coming._group_draft()
            event = adapter.put_event(calendar.remote_id, draft, key=group_key)
            link = coming._link_event(calendar, link, event)
            link.write({"key": group_key, "invited": sorted(guest.email for guest in event.attendees)})
            if link._is_moved(event):  # written before, the answer was lost, and the host has moved it since
                coming._follow_remote_time(link, event)
                return
            if event.revision == draft.revision:
                return
        retry_on_conflict(lambda: coming._change_group_event(adapter, link))

    def _change_group_event(self, adapter, link):
        """One attempt to bring the event in line with the bookings; what was moved or deleted there is followed."""
        calendar = link.calendar_id
        try:
            there = adapter.get_event(calendar.remote_id, link.remote_id)
            if link._is_moved(there) and there.etag != link.etag:
                self._follow_remote_time(link, there)
                return
            draft = self._group_draft()
            ours = {guest.email.lower() for guest in draft.attendees}
            draft = replace(draft, attendees=merge_guests(draft.attendees, link.invited or (), there.attendees))
            event = adapter.put_event(calendar.remote_id, draft, key=link.key, event_id=link.remote_id, etag=there.etag)
        except errors.NotFound:
            self._follow_remote_deletion(adapter, link)
            return
        self._link_event(calendar, link, event)
        link.write({"booking_id": self[0].id, "invited": sorted(ours)})

    def _group_draft(self):
        """:return: :class:`providers.base.Draft` of what everybody may read: who comes is told to the host alone"""
        first = self[0]
        where = first.page_id._location_label()
        link = first.location if first.location_type in ("discuss", "link", "place") else ""
        guests = {}
        for booking in self:
            guests.setdefault(booking.email.lower(), Attendee(booking.email, booking.visitor_name))
            for email in booking._guest_list():
                guests.setdefault(email.lower(), Attendee(email, email))
        facts = (first.start, first.stop, sorted(guests), [(one.id, one.invite_sequence) for one in self])
        return Draft(
            start=aware(first.start),
            end=aware(first.stop),
            summary=first.page_id.name,
            description="\n".join(filter(None, (where, link))),
            location="" if first.location_type == "meet" else link or where or "",
            zone=first.user_id.tz or first.page_id.timezone,
            attendees=tuple(guests.values()),
            sequence=max(self.mapped("invite_sequence")),
            wants_conference=first.location_type == "meet",
            hides_guests=True,
            revision=hashlib.sha256(repr(facts).encode()).hexdigest()[:32],
        )
