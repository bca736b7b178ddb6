"""A booking in the host's calendar outside of Odoo: written by the outbox, never from inside the booking."""

from odoo import fields, models

from ..providers import errors
from ..providers.base import Attendee, Draft, Reply
from ..sync.conflict import retry_on_conflict
from .scheduling_page_slots import aware, naive


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    invited_by = fields.Selection(
        [("odoo", "Our mails"), ("provider", "The host's calendar")],
        "Invitation from",
        required=True,
        default="odoo",
        readonly=True,
        help="One party sends the invitation: the host's calendar where it can, else our mails.",
    )
    event_link_ids = fields.One2many("scheduling.event.link", "booking_id", "In the host's calendar")

    def _notify(self, notice):
        """A fact that people are told changes the host's calendar as well, unless it comes from there."""
        result = super()._notify(notice)
        from_there = self.env.context.get("scheduling_from_calendar")
        if notice in ("booked", "moved", "reassigned", "cancelled") and not from_there:
            self._enqueue_write(f"{notice}:{self.invite_sequence}")
        return result

    def _put_back(self):
        """The event was changed in the calendar to what can't be: there it becomes again what the booking says."""
        self.invite_sequence += 1
        self._enqueue_write(f"back:{self.invite_sequence}")

    def _calendar_account(self, group_key):
        """The account outside of Odoo whose calendar the event is in or will be; of a new one, that of the pages.

        An event stays where it is when its host makes another account the main one.

        :param group_key: of the event, if a group shares it
        :return: scheduling.connection (sudo), or an empty recordset
        """
        accounts = self.env["scheduling.connection"]._of_user(self.user_id)
        links, writing = self.sudo().event_link_ids, self._being_written()
        if group_key:
            links = links.search([("key", "=", group_key), ("user_id", "=", self.user_id.id)])
            writing = self.sudo().search([("group_key", "=", group_key)])._being_written()
        there = links.calendar_id.connection_id | writing.connection_id
        account = (accounts & there)[:1] or accounts._for_pages(self.user_id)
        return account.filtered(lambda account: account.provider != "odoo")

    def _withdraw_from(self, user):
        """The outbox takes the event out of the calendar of ``user``, who hosts the meeting no longer."""
        if user == self.user_id:
            self._enqueue_write(f"left:{self.invite_sequence}")

    def _being_written(self):
        """:return: the operations that write these bookings into calendars and aren't done (sudo)"""
        return (
            self.env["scheduling.operation"]
            .sudo()
            .search(
                [("booking_id", "in", self.ids), ("kind", "=", "write_event"), ("state", "in", ("pending", "running"))]
            )
        )

    def _enqueue_write(self, what, group_key=None):
        """:param group_key: of the event that a group shares, if not of the one that the booking is in now"""
        group_key = group_key or self.group_key
        connection = self._calendar_account(group_key)
        if self.invited_by == "provider" and connection:
            # One lane a calendar: a lost one doesn't keep the next host's from being written.
            self.env["scheduling.operation"]._enqueue(
                "write_event",
                f"event:{self.id}:{what}",
                f"event:{group_key or self.id}:{connection.id}",
                booking=self,
                connection=connection,
                **({"group": group_key} if group_key else {"uid": self.uid}),
            )

    def _write_remote_event(self, adapter, calendar, uid=None):
        """Makes the event in ``calendar`` what the booking says now: created, changed, deleted, or left as it is.

        Harmless to repeat: the key of a booking names one event. Who changed the event meanwhile in the calendar itself
        wins: the booking follows.

        :param uid: the booking's when the write was asked for, if it may have become another one
        :raises ProviderError: to be tried again, or not, as it says
        """
        self.ensure_one()
        link = self.event_link_ids.filtered(lambda link: link.calendar_id == calendar)
        if self.state != "confirmed" or calendar.user_id != self.user_id:
            self._remove_remote_event(adapter, calendar, link, f"booking:{uid or self.uid}")
            return
        if link:
            event = retry_on_conflict(lambda: self._change_remote_event(adapter, link))
            if event is None:
                return
        else:
            event = adapter.put_event(calendar.remote_id, self._draft(), key=f"booking:{self.uid}")
        link = self._link_event(calendar, link, event)
        if (naive(event.start), naive(event.end)) != (self.start, self.stop):
            # Written before, the answer was lost, and the host has moved it since (faults 8 and 23).
            self._follow_remote_time(link, event)

    def _change_remote_event(self, adapter, link):
        """:return: :class:`providers.base.Event` as it is now, or None: the booking follows what was done there"""
        try:
            return adapter.put_event(
                link.calendar_id.remote_id,
                self._draft(),
                key=f"booking:{self.uid}",
                event_id=link.remote_id,
                etag=link.etag or None,
            )
        except errors.Conflict:
            if self._follow_remote_change(adapter, link):
                return None
            raise
        except errors.NotFound:
            self._follow_remote_deletion(adapter, link)
            return None

    def _remove_remote_event(self, adapter, calendar, link, key):
        """Takes out what was written, also what the answer to was lost, so that no link tells of it (fault 7)."""
        event = link or adapter.find_event(calendar.remote_id, key)
        if event:
            adapter.delete_event(calendar.remote_id, link.remote_id or event.id)
            link.unlink()

    def _link_event(self, calendar, link, event):
        """
        :param self: the booking, or those of everybody who sits together
        :return: the link, a new one if there was none
        """
        first = self[0]
        values = {
            "remote_id": event.id,
            "etag": event.etag,
            "uid": event.uid,
            "start": first.start,
            "stop": first.stop,
            "web_url": event.web_url,
        }
        if link:
            link.write(values)
        else:
            link = link.create({"booking_id": first.id, "calendar_id": calendar.id, **values})
        for booking in self:
            if booking.location_type == "meet" and event.conference_url and booking.location != event.conference_url:
                booking.location = event.conference_url
                booking._own_event().videocall_location = event.conference_url
                booking._send_waiting_mails()
        return link

    def _send_waiting_mails(self):
        """The mails of a booking whose call link has just arrived need not wait any longer."""
        waiting = self.env["scheduling.operation"].search(
            [("booking_id", "=", self.id), ("kind", "=", "notify"), ("state", "=", "pending")]
        )
        waiting.next_attempt = fields.Datetime.now()

    def _follow_remote_change(self, adapter, link):
        """Another version is there (faults 23 and 40): its time wins if it was moved.

        :return: whether it was; else ours is to be written over it
        """
        remote = adapter.get_event(link.calendar_id.remote_id, link.remote_id)
        link.etag = remote.etag
        is_moved = (naive(remote.start), naive(remote.end)) != (link.start, link.stop)
        if is_moved:
            self._follow_remote_time(link, remote)
        return is_moved

    def _follow_remote_time(self, link, remote):
        link.write({"start": naive(remote.start), "stop": naive(remote.end)})
        self._move_together(naive(remote.start), naive(remote.end))

    def _follow_remote_deletion(self, adapter, link):
        """The host deleted the event in the calendar: the meeting is cancelled, once the provider confirms it."""
        try:
            adapter.get_event(link.calendar_id.remote_id, link.remote_id)
        except errors.NotFound:
            link.unlink()
            self._follow_event_cancelled()
            return
        raise errors.Unavailable("The calendar contradicts itself about an event.", "contradiction")

    def _draft(self):
        """:return: :class:`providers.base.Draft` of the meeting, as the provider invites to it"""
        meeting = self._meeting()
        hosts = (self.host_ids.user_id - self.user_id).filtered("email_normalized")
        guests = [Attendee(person.email, person.name) for person in meeting.attendees]
        guests += [Attendee(host.email_normalized, host.name, reply=Reply.NEEDS_ACTION) for host in hosts]
        return Draft(
            start=aware(self.start),
            end=aware(self.stop),
            summary=meeting.summary,
            description=meeting.description,
            location="" if self.location_type == "meet" else meeting.location,
            zone=self.user_id.tz or self.page_id.timezone,
            attendees=tuple(guests),
            sequence=self.invite_sequence,
            uid=self.uid,
            wants_conference=self.location_type == "meet",
            revision=str(self.invite_sequence),
        )
