"""A linked meeting and its remote event: what each of them says, and how it is written into the meeting, silently."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.fields import Command

from ..providers.base import Reply
from ..sync import planner
from ..sync.facts import Facts, facts_of, people
from ..sync.moments import moment_text
from ..sync.text import as_html, html_text, one_line
from .scheduling_booking_record import OWN_WRITE
from .scheduling_page_slots import aware, naive

# Nobody is mailed and nothing is written back. dont_notify and no_calendar_sync are for Odoo's own calendar sync.
SILENT = {
    **OWN_WRITE,
    "dont_notify": True,
    "no_calendar_sync": True,
    "mail_create_nolog": True,
    "tracking_disable": True,
    "active_test": False,
}
NO_TITLE = "(No title)"  # Odoo wants a name; not translated, so that it is told from a title in every language
STATES = {
    Reply.NEEDS_ACTION: "needsAction",
    Reply.ACCEPTED: "accepted",
    Reply.DECLINED: "declined",
    Reply.TENTATIVE: "tentative",
}
HIDDEN = ("private", "confidential")  # Odoo's kinds of privacy that a calendar has one word for
ALL_DAY_HOURS = time(8), time(18)  # Odoo's convention for the datetimes of all-day events


def is_link(location):
    """:return: whether a place of a meeting is the address of a call"""
    return location.startswith(("http://", "https://"))


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    def _planner_link(self):
        return planner.Link(
            id=self.id,
            remote_id=self.remote_id or "",
            etag=self.etag or "",
            uid=self.uid or "",
            recurrence_id=self.recurrence_key or "",
            series_id=self.series_id or "",
            key=self.key or "",
            state=self.state,
            is_foreign=self.origin == "remote",
            is_private=bool(self.agreed and self._agreed_facts().is_private),
            start=aware(self.start) if self.start else None,
        )

    def _meeting(self):
        """:return: the meeting, to be written as its host without anybody being told"""
        return self.event_id.with_user(self.user_id).sudo().with_context(**SILENT)

    # ------------------------------------------------------------ what each side says

    def _own_facts(self):
        """:return: :class:`sync.facts.Facts` of the meeting in Odoo"""
        meeting = self.event_id.sudo()
        if meeting.allday:
            start, end = meeting.start_date, meeting.stop_date + timedelta(days=1)
        else:
            start, end = aware(meeting.start), aware(meeting.stop)
        name = one_line(meeting.name or "")
        call = meeting.videocall_location or ""
        # What the form shows: Odoo makes no attendee for who joins a whole series of which he was in one occurrence.
        addresses = self._everybody().filtered("email_normalized").mapped("email_normalized")
        return Facts(
            summary="" if name == NO_TITLE else name,
            start=start,
            end=end,
            location=one_line(meeting.location or ("" if call == self.conference_url else call)),
            description=html_text(str(meeting.description or "")),
            guests=frozenset(addresses) - self._own_address(),
            is_busy=meeting.show_as == "busy",
            is_private=self._is_private(),
        )

    def _everybody(self):
        """:return: the contacts of the meeting; archiving one takes nobody from it"""
        return self.event_id.sudo().with_context(active_test=False).partner_ids

    def _own_address(self):
        """:return: the address that the user has in Odoo, as a set; as a guest it is the user, too"""
        return frozenset({self.user_id.partner_id.email_normalized})

    def _is_private(self):
        """:return: whether the meeting is hidden in the calendar, too

        What somebody else invites to can be hidden in Odoo alone. Odoo's default is for what is made in Odoo.
        """
        meeting = self.event_id.sudo()
        privacy = meeting.privacy if self.origin == "remote" else meeting.effective_privacy
        return self.is_organizer and privacy in HIDDEN

    def _agree_on_marks(self):
        """Before a person changes them: what links of old don't remember is what the meeting says by now."""
        for link in self.filtered("agreed"):
            link.agreed = {**link._own_facts().dump(), **link.agreed}

    def _agreed_facts(self):
        return Facts.load(self.agreed) if self.agreed else None

    def _remote_facts(self, event):
        """:return: :class:`sync.facts.Facts` of the remote event, without guests whom Odoo doesn't know"""
        partners = self._partners_of(self.calendar_id, people(event))
        visible = set(partners)
        if self.event_id:
            visible |= self._own_facts().guests
        if self.agreed:
            visible |= self._agreed_facts().guests
        facts = facts_of(event, visible - self._own_address())
        if self.agreed and not event.has_all_guests:
            return replace(facts, guests=self._agreed_facts().guests)
        return facts

    @api.model
    def _partners_of(self, calendar, named):
        """
        :param named: {address: name} of people in an event
        :return: {address: partner} of those who may be written down; contacts are made if the administrator says so
        """
        contacts, colleagues = calendar._known_addresses(named)
        settings = planner.Settings(now=None, window=None, **calendar._who_counts(contacts, colleagues))
        found = {address: partner for address, partner in contacts.items() if settings.counts(address)}
        unknown = [address for address in named if settings.counts(address) and address not in contacts]
        if unknown:
            made = self.env["mail.thread"]._partner_find_from_emails_single(
                unknown, additional_values={address: {"name": named[address] or address} for address in unknown}
            )
            found.update({partner.email_normalized: partner for partner in made})
        return {**found, **colleagues}

    # ------------------------------------------------------------ written into the meeting

    def _apply(self, facts, event):
        """Writes into the meeting what differs from it, and what the guests answered."""
        ours = self._own_facts()
        values = {}
        if facts.summary != ours.summary:
            values["name"] = facts.summary or NO_TITLE
        if facts.time != ours.time:
            values.update(self._time_values(facts))
        if facts.description != ours.description:
            values["description"] = as_html(facts.description)
        if facts.location != ours.location:
            values.update(self._place_values(facts.location))
        if facts.is_busy != ours.is_busy:
            values["show_as"] = "busy" if facts.is_busy else "free"
        if facts.is_private != ours.is_private:
            values["privacy"] = "private" if facts.is_private else self._open_privacy()
        if event.conference_url and event.conference_url != self.conference_url:
            self.conference_url = event.conference_url
            if not self.event_id.videocall_location:
                values["videocall_location"] = event.conference_url
        values.update(self._guest_values(facts, ours, event))
        meeting = self._meeting()
        if values:
            meeting.write(values)
        self._apply_replies(event)

    @api.model
    def _time_values(self, facts):
        if not isinstance(facts.start, datetime):
            last = facts.end - timedelta(days=1)
            opens, closes = ALL_DAY_HOURS
            return {
                "allday": True,
                "start_date": facts.start,
                "stop_date": last,
                "start": datetime.combine(facts.start, opens),
                "stop": datetime.combine(last, closes),
            }
        return {"allday": False, "start": naive(facts.start), "stop": naive(facts.end)}

    def _place_values(self, location):
        """A link is a call, anything else a place; the calendar's own call link is no part of it."""
        call = self.event_id.videocall_location
        if is_link(location):
            return {"location": False, "videocall_location": location}
        values = {"location": location or False}
        if not location and call and call != self.conference_url:
            values["videocall_location"] = self.conference_url or False
        return values

    def _open_privacy(self):
        """:return: the privacy of a meeting that isn't hidden: none of its own, unless the host's default hides it"""
        is_by_default = self.origin != "remote" and self.event_id.sudo().user_id.calendar_default_privacy in HIDDEN
        return "public" if is_by_default else False

    def _guest_values(self, facts, ours, event):
        added, removed = facts.guests - ours.guests, ours.guests - facts.guests
        if not added and not removed:
            return {}
        names = people(event)
        partners = self._partners_of(self.calendar_id, {address: names.get(address, "") for address in added})
        gone = self._everybody().filtered(
            lambda partner: partner.email_normalized in removed and partner != self.user_id.partner_id
        )
        commands = [Command.link(partner.id) for partner in partners.values()]
        commands += [Command.unlink(partner.id) for partner in gone]
        return {"partner_ids": commands} if commands else {}

    def _apply_replies(self, event):
        replies = {guest.email: guest.reply for guest in event.attendees if not guest.is_self}
        own = next((guest.reply for guest in event.attendees if guest.is_self and not self.reply), None)
        for attendee in self.event_id.sudo().attendee_ids:
            if attendee.partner_id == self.user_id.partner_id:
                reply = own
            else:
                reply = replies.get(attendee.partner_id.email_normalized)
            if reply and attendee.state != STATES[reply]:
                attendee.with_context(**SILENT).state = STATES[reply]

    def _remember(self, event, theirs=None):
        """The link names this version of the event, and what it says."""
        self.write({**self._version_values(self.calendar_id, event), "state": "live"})
        if theirs:
            self.agreed = theirs.dump()

    @api.model
    def _version_values(self, calendar, event):
        start, stop = (self._edge(calendar, moment) for moment in (event.start, event.end))
        return {
            "remote_id": event.id,
            "etag": event.etag,
            "uid": event.uid,
            "recurrence_key": moment_text(event.recurrence_id) or False,
            "series_id": event.series_id or False,
            "start": start,
            "stop": stop,
            "web_url": event.web_url if event.web_url.startswith("https://") else False,
            "is_organizer": event.is_organizer,
        }

    @api.model
    def _edge(self, calendar, moment):
        """:return: naive UTC; a day begins at midnight where the owner lives"""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time(), ZoneInfo(calendar.user_id.tz or "UTC"))
        return naive(moment)
