"""A linked meeting follows its remote event: changes, removal, and what people read when two edits met."""

from datetime import datetime

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_datetime

from ..exceptions import SlotTaken
from ..providers import errors
from ..sync.facts import Merged, merge
from .scheduling_page_slots import aware, naive
from .scheduling_sync_meeting import NO_TITLE


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    # ------------------------------------------------------------ following

    def _follow(self, event, is_back=False):
        """The remote event is another than it was: the meeting follows, and is written back where it is newer."""
        self.ensure_one()
        self._lead_if_alone()
        if self.booking_id:
            self._follow_booking(event)
        elif not self.leads or not self.event_id:
            self._remember(event)
        elif self._reconcile(event, is_back) != self._agreed_facts() and not self._is_in_doubt():
            self._enqueue_write()

    def _lead_if_alone(self):
        """The meeting of somebody else followed the calendar of a colleague which isn't read any more: now this one."""
        if self.leads or not self.event_id or self.is_organizer:
            return
        leading = self._of_meetings(self.event_id)
        if leading.filtered("is_organizer") or leading.calendar_id.connection_id._syncs():
            return
        leading.leads = False
        self.write({"leads": True, "agreed": leading[:1].agreed or self.agreed})

    def _is_in_doubt(self):
        """A contact that was deleted, merged or got another address changes the guests, and nobody has asked for that:
        nothing is written before the owner has answered.
        """
        if not self.doubt and self._own_facts().guests != self._agreed_facts().guests:
            self._compare_with_odoo()
        return bool(self.doubt)

    def _reconcile(self, event, is_back=False):
        """Merges both sides into the meeting, and remembers what the remote one says.

        :return: :class:`sync.facts.Facts`: what both should say
        """
        theirs = self._remote_facts(event)
        if is_back:
            merged = Merged(theirs)
            self._meeting().active = True
        else:
            merged = merge(
                self._agreed_facts(),
                self._own_facts(),
                theirs,
                ours_is_newer=bool(self.changed_at and event.updated_at) and aware(self.changed_at) > event.updated_at,
                may_write=event.is_organizer,
            )
        dropped = theirs if not merged.ours_lost else self._own_facts()
        self._apply(merged.facts, event)
        self._remember(event, theirs)
        if merged.lost:
            self._tell_loser(merged, dropped)
        return merged.facts

    # ------------------------------------------------------------ gone

    def _confirm(self, adapter):
        """Missing in a full read: gone only if the calendar says so when asked for just this event."""
        event = self._read_event(adapter) if self.remote_id else self._read_occurrence(adapter)
        if event is None:
            self._follow_removal()
        elif event.etag != self.etag:
            self._follow(event)

    def _read_event(self, adapter):
        """:return: :class:`providers.base.Event`, or None: it is gone, by the word of a calendar that is there itself

        :raises ProviderError: nothing follows from it
        """
        return self._read_if_there(adapter, self.calendar_id, self.remote_id)

    @api.model
    def _read_if_there(self, adapter, calendar, remote_id):
        try:
            return adapter.get_event(calendar.remote_id, remote_id)
        except errors.NotFound:
            if any(one.id == calendar.remote_id for one in adapter.list_calendars()):
                return None
            raise

    def _follow_removal(self):
        """The event was cancelled in the calendar: so is the meeting. Both records stay."""
        self.ensure_one()
        if self.booking_id:
            bookings, hosts = self._bookings().with_context(scheduling_from_calendar=True), self._hosts_booking()
            self.unlink()
            if hosts:
                bookings._follow_event_cancelled()
            return
        self._lead_if_alone()
        heir = self.browse()
        if self.leads and not self.is_organizer:
            # Only this user left; the meeting goes on for a colleague.
            others = [("event_id", "=", self.event_id.id), ("id", "!=", self.id), ("state", "=", "live")]
            heir = self.search(others).filtered(lambda link: link.calendar_id.connection_id._may_sync())[:1]
        if heir:
            heir.write({"leads": True, "agreed": self.agreed})
            self._meeting().write({"partner_ids": [Command.unlink(self.user_id.partner_id.id)]})
        elif self.leads and self.event_id.active:
            self._meeting().active = False
            self._log_on_meeting(self.env._("Cancelled in the calendar of %(account)s.", account=self._account()))
        self.write({"state": "ended", "leads": self.leads and not heir})

    def _forget_meeting(self):
        """The event became private: what came in of it is forgotten."""
        meeting = self._meeting()
        if self.leads and meeting:
            meeting.write(
                {
                    "active": False,
                    "name": NO_TITLE,
                    "description": False,
                    "location": False,
                    "videocall_location": False,
                    "opportunity_id": False,
                    "partner_ids": [Command.set(self.user_id.partner_id.ids)],
                }
            )
        self.unlink()

    # ------------------------------------------------------------ bookings

    def _hosts_booking(self):
        """:return: whether the calendar is still that of the booking's host; what becomes of a handed over event isn't
        the meeting's business
        """
        return self.booking_id.user_id == self.user_id

    def _follow_booking(self, event):
        """The host moved a booking's event in the calendar: the booking and its visitor follow, a group as one."""
        bookings = self._bookings().with_context(scheduling_from_calendar=True)
        bookings = bookings.filtered(lambda booking: booking.state == "confirmed")
        self.write({"etag": event.etag, "uid": event.uid})
        if not bookings or not self._hosts_booking():
            return
        if event.is_all_day:
            self._refuse_move(
                self.env._(
                    "The event was made an all-day one in the calendar, which a booking can't be. It is put back; move "
                    "the booking instead."
                )
            )
            return
        start, stop = naive(event.start), naive(event.end)
        if (start, stop) == (self.start, self.stop):
            return
        try:
            with self.env.cr.savepoint():
                bookings._move_together(start, stop)
                self.write({"start": start, "stop": stop})
        except SlotTaken:
            self.invalidate_recordset()
            self._refuse_move(
                self.env._(
                    "The event was moved in the calendar to a time that another booking has. It is put back; move the "
                    "booking instead."
                )
            )

    def _refuse_move(self, why):
        self.booking_id.message_post(body=why)
        self.booking_id._put_back()

    # ------------------------------------------------------------ what people are told

    def _account(self):
        return self.calendar_id.connection_id.account

    def _tell_loser(self, merged, dropped):
        names = {
            "summary": self.env._("title: %(value)s", value=dropped.summary or NO_TITLE),
            "time": self.env._("time: %(value)s", value=self._time_text(dropped)),
            "location": self.env._("place: %(value)s", value=dropped.location or "–"),
            "description": self.env._("description: %(value)s", value=dropped.description[:200] or "–"),
            "guests": self.env._("guests: %(value)s", value=", ".join(sorted(dropped.guests - merged.facts.guests))),
            "is_busy": self.env._("shown as busy") if dropped.is_busy else self.env._("shown as available"),
            "is_private": self.env._("marked private") if dropped.is_private else self.env._("not marked private"),
        }
        lost = "; ".join(names[part] for part in merged.lost)
        if not self.is_organizer:
            text = self.env._("Only who invites can change this meeting. Not kept: %(lost)s", lost=lost)
        elif merged.ours_lost:
            text = self.env._(
                "Changed in Odoo and in the calendar of %(account)s; the calendar's change was later. Not kept from "
                "Odoo: %(lost)s",
                account=self._account(),
                lost=lost,
            )
        else:
            text = self.env._(
                "Changed in Odoo and in the calendar of %(account)s; Odoo's change was later. Not kept from the "
                "calendar: %(lost)s",
                account=self._account(),
                lost=lost,
            )
        self._log_on_meeting(text)

    def _time_text(self, facts):
        if not isinstance(facts.start, datetime):
            return fields.Date.to_string(facts.start)
        return format_datetime(self.env, naive(facts.start), tz=self.user_id.tz or "UTC", lang_code=self.user_id.lang)

    def _log_on_meeting(self, text):
        self._meeting()._message_log(body=Markup("<p>%s</p>") % text)
