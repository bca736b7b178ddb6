"""Sync out: a meeting's event is brought in line by the outbox, and the calendar invites, updates and cancels.

Whatever was asked for, an operation reads the event first and then makes both sides say the same: repeated, it finds
nothing to do.
"""

from odoo import api, fields, models

from ..sync import planner
from ..sync.conflict import retry_on_conflict
from .scheduling_page_slots import aware


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    # ------------------------------------------------------------ asked for in the user's transaction

    def _changed_here(self):
        """A person changed, archived or brought back the meeting in Odoo."""
        for link in self:
            values = link._state_after_change()
            if values is None:
                continue
            link.write({**values, "changed_at": fields.Datetime.now(), "doubt": False})
            link._ask_to_write()

    def _state_after_change(self):
        """:return: values of the link, or None: there is nothing to tell"""
        meeting = self.event_id.sudo()
        if not meeting.active:
            if self.state in ("ending", "ended", "ignored"):
                return None
            return {"state": "ending"} if self._cancels_there() else {"state": "ignored"}
        if self.state == "ignored" or (self.state == "ending" and (self.remote_id or self.own_series_id)):
            return {"state": "live", "etag": False}
        if self.state in ("ending", "ended"):
            return {**self._unwritten(), "key": self._new_key()}  # deleted there for good: it is made anew
        return {} if not self.agreed or self._own_facts().differs(self._agreed_facts()) else None

    def _cancels_there(self):
        """:return: whether the event is to be cancelled when the meeting is; what others organize, and what the user
        made there and is over, is left alone
        """
        return self.is_organizer and (self.origin != "remote" or self._is_coming())

    def _is_unwritten(self):
        """:return: whether the calendar is still to be told when the meeting is, or that it keeps its host busy"""
        if self.state not in ("pending", "live"):
            return False
        if not self.agreed:
            return True
        ours, agreed = self._own_facts(), self._agreed_facts()
        return ours.time != agreed.time or (ours.is_busy and agreed.is_busy is False)

    def _deleted_here(self):
        """The meeting's record is gone. What isn't cancelled in the calendar doesn't come back."""
        for link in self.filtered(lambda link: link.state in ("pending", "live")):
            cancels = link._cancels_there()
            link.write({"state": "ending" if cancels else "ignored", "changed_at": fields.Datetime.now()})
            if cancels:
                link._ask_to_write()

    @api.model
    def _unwritten(self):
        """:return: values of a link whose event is still to be made, as one of its own"""
        names = ("remote_id", "etag", "uid", "recurrence_key", "series_id", "own_series_id", "agreed")
        return {**dict.fromkeys(names, False), "state": "pending"}

    @api.model
    def _own_values(self, meeting, calendar):
        """:return: values of a link of a meeting made in Odoo, whose event has no name at the provider yet"""
        return {
            "event_id": meeting.id,
            "calendar_id": calendar.id,
            "origin": "odoo",
            "state": "pending",
            "key": self._new_key(),
            "start": meeting.start,
            "stop": meeting.stop,
        }

    def _ask_to_write(self):
        """Not while sync is off: what the links remember by then is told when it is on again, see :meth:`_catch_up`."""
        for link in self.filtered(lambda link: link.calendar_id.connection_id._syncs()):
            if link.own_series_id:
                link.own_series_id._ask_to_write()
            else:
                link._enqueue_write()

    def _is_handed_over(self):
        """:return: whether the meeting was made in Odoo, and somebody else organizes it now"""
        return self.origin == "odoo" and bool(self.event_id) and self.event_id.sudo().user_id != self.user_id

    def _catch_up(self):
        """Sync is on again: writes what differs because of a person, and what was still to be written when it ended.

        A meeting that no hook saw go is left to the nightly comparison, which asks its owner.
        """
        coming = self.filtered(lambda link: not link.booking_id and link._is_coming())
        coming.filtered("reply")._enqueue_reply()
        coming.filtered(lambda link: link.state == "ending")._ask_to_write()
        led = coming.filtered(lambda link: link.leads and not link.doubt and link.event_id.sudo().active)
        led.filtered(lambda link: link._state_after_change() is not None)._ask_to_write()
        # Other organizers, other recurrences, occurrences that were added.
        moved = led.filtered(lambda link: link._is_handed_over() or link._is_in_other_recurrence()).event_id
        (moved | (led.own_series_id.recurrence_id.calendar_event_ids - led.event_id))._tell_calendar()

    def _is_coming(self):
        """:return: whether the meeting is not over, as Odoo or as the calendar last said it"""
        now = fields.Datetime.now()
        return any(stop and stop > now for stop in (self.stop, self.event_id.sudo().stop))

    def _are_coming(self):
        """:return: whether one of them is not over: else nobody is to hear of it any more"""
        return any(link._is_coming() for link in self)

    def _lane(self):
        return f"series:{self.own_series_id.id}" if self.own_series_id else f"meeting:{self.id}"

    def _enqueue_write(self):
        self._enqueue("write_meeting", "meeting")

    def _enqueue(self, kind, name):
        """:param name: what the keys of such operations begin with"""
        for link in self:
            link.version += 1
            link.env["scheduling.operation"]._enqueue(
                kind,
                f"{name}:{link.id}:{link.version}",
                link._lane(),
                connection=link.calendar_id.connection_id,
                link_id=link.id,
            )

    # ------------------------------------------------------------ carried out by the outbox

    def _write_remote(self, adapter):
        """Makes the event what the meeting is now: created, changed, cancelled, or left as it is.

        :raises ProviderError: to be tried again, or not, as it says
        """
        retry_on_conflict(lambda: self._write_once(adapter))

    def _write_once(self, adapter):
        self.ensure_one()
        if self.state in ("ended", "ignored"):
            return
        if self.own_series_id and not self.remote_id:
            self._find_occurrence(adapter)
        event = self._read_event(adapter) if self.remote_id else None
        if self.state == "ending":
            self._cancel_remote(adapter, event or self._find_unknown(adapter))
        elif event is None and self.remote_id:
            self._follow_removal()
        elif event and planner.is_withdrawn(event, self._planner_link()):
            self._forget_meeting()
        elif not self.event_id.sudo().active:
            self._cancel_remote(adapter, event or self._find_unknown(adapter))
        else:
            if event is None:
                event = self._put(adapter, self._new_draft())
                self._absorb_twins()
            wanted = self._reconcile(event)
            theirs = self._agreed_facts()
            if wanted != theirs and event.is_organizer:
                draft = self._changed_draft(event, wanted, theirs)
                event = self._put(adapter, draft, event, tells=wanted.tells_guests(theirs))
                # The calendar's version of what we wrote is right: nothing is left to write.
                self._apply(self._agreed_facts(), event)

    def _put(self, adapter, draft, event=None, tells=True):
        """:param tells: whether guests are to hear of it, unless the meeting is over"""
        written = adapter.put_event(
            self.calendar_id.remote_id,
            draft,
            key=self.key,
            event_id=event.id if event else None,
            etag=event.etag if event else None,
            notify=tells and self._is_coming(),
        )
        self._remember(written, self._remote_facts(written))
        return written

    def _find_unknown(self, adapter):
        """:return: the event of a write whose answer was lost, or None"""
        if self.remote_id or self.own_series_id:
            return None
        return adapter.find_event(self.calendar_id.remote_id, self.key)

    def _cancel_remote(self, adapter, event):
        if event is None:
            self.state = "ended"
        elif not event.is_organizer:
            self.state = "ignored"
        elif (self.event_id or not self.own_series_id) and self._is_newer_there(event):
            self._bring_back(event)
        else:
            adapter.delete_event(self.calendar_id.remote_id, event.id, etag=event.etag, notify=self._is_coming())
            self.write({"state": "ended", "remote_id": event.id, "etag": event.etag})

    def _is_newer_there(self, event):
        """:return: whether somebody changed the event after it was cancelled here"""
        known = not self.etag or event.etag == self.etag
        return not known and bool(event.updated_at) and event.updated_at > aware(self.changed_at)

    def _bring_back(self, event):
        """Cancelled here, but changed there after that: it takes place, as a new record if the old one was deleted."""
        if planner.is_withdrawn(event, self._planner_link()):
            self._forget_meeting()
            return
        link = self
        if self.event_id:
            self._reconcile(event, is_back=True)
        else:
            calendar = self.calendar_id
            self.unlink()
            link = self._make_meetings(calendar, [planner.Create(event, ())])
        link._log_on_meeting(
            self.env._(
                "Cancelled in Odoo, but changed in the calendar of %(account)s after that: it takes place.",
                account=link._account(),
            )
        )


class SchedulingOperation(models.Model):
    _inherit = "scheduling.operation"

    kind = fields.Selection(
        selection_add=[("write_meeting", "Write the meeting into the calendar")],
        ondelete={"write_meeting": "cascade"},
    )

    @api.model
    def _writes(self):
        return {**super()._writes(), "write_meeting": "main"}

    def _do_write_meeting(self, link_id):
        """Brings the event in line with the meeting as it is now."""
        self._write_linked(self.env["scheduling.event.link"].browse(link_id))

    def _write_linked(self, linked, method="_write_remote"):
        """Nothing happens if sync was turned off meanwhile.

        :param linked: a link or a series, which may be gone
        :param method: its method that writes, given an adapter
        """
        linked, connection = linked.exists(), self.connection_id._syncs()
        if linked and connection:
            with connection._adapter() as adapter:
                getattr(linked, method)(adapter)
            connection._refresh_soon()  # what it was before is no longer busy

    def _subject(self):
        """:return: what an operation is about, for a person to recognise it"""
        link = self._links()[:1]
        return self.booking_id.display_name or link.event_id.display_name or link.remote_id or ""

    def _links(self):
        """:return: the links of the meetings that it writes, all occurrences of a series (sudo)"""
        named = self.arguments or {}
        links = self.env["scheduling.event.link"].sudo().browse(named.get("link_id", [])).exists()
        return links | self.env["scheduling.series"].sudo().browse(named.get("series_id", [])).exists().link_ids

    def _give_up(self):
        """What is to be written, and all that waits behind it, stays as it is until somebody changes it again."""
        self._leave()
        self.search([("lane", "=", self.lane), ("state", "in", ("pending", "running", "failed"))]).unlink()

    def _leave(self):
        """No nightly comparison is to bring it up again."""
        self._links()._leave()
