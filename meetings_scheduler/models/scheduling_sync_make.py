"""Events of the calendar become meetings: many at once, on the contact and its open opportunity, without a word."""

import uuid

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Command

from ..sync.facts import facts_of, people
from ..sync.text import as_html
from .scheduling_sync_meeting import NO_TITLE, SILENT, is_link


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    @api.model
    def _make_meetings(self, calendar, creations, tells_contacts=True):
        """
        :param creations: list of :class:`sync.planner.Create`
        :param tells_contacts: whether each contact's record gets a note of each meeting
        :return: the new links
        """
        if not creations:
            return self.browse()
        host = calendar.user_id
        named = {address: name for creation in creations for address, name in people(creation.event).items()}
        partners = self._partners_of(calendar, named)
        opportunities = self._open_opportunities(host, partners.values())
        events = [creation.event for creation in creations]
        others = partners.keys() - {host.partner_id.email_normalized}
        facts = [facts_of(event, others) for event in events]
        series = [event.series_id for event in events if event.series_id]
        known = self.search([("calendar_id", "=", calendar.id), ("series_id", "in", series)]).mapped("series_id")
        meetings = (
            self.env["calendar.event"]
            .with_user(host)
            .sudo()
            .with_context(**SILENT)
            .create([self._meeting_values(host, event, one, partners) for event, one in zip(events, facts)])
        )
        links = self.create(
            [
                {
                    **self._version_values(calendar, event),
                    "event_id": meeting.id,
                    "calendar_id": calendar.id,
                    "origin": "remote",
                    "key": self._new_key(),
                    "conference_url": event.conference_url or False,
                    "agreed": one.dump(),
                }
                for event, meeting, one in zip(events, meetings, facts)
            ]
        )
        told = set()
        for link, event, one in zip(links, events, facts):
            link._apply_replies(event)
            mine = self.env["res.partner"].union(*(partners[address] for address in one.guests))
            contacts = mine.filtered(lambda partner: not partner._is_colleague())
            # A meeting of last year is no part of a deal of this one.
            lead = opportunities.filtered_domain([("partner_id", "in", contacts.ids), ("create_date", "<=", link.stop)])
            lead = lead if len(lead) == 1 else lead.browse()
            if lead:  # after the creation, which would log it in Odoo's own way once more
                link._meeting().opportunity_id = lead
            if tells_contacts and event.series_id not in known:
                link._tell_origin(contacts, lead, told)
        return links

    @api.model
    def _new_key(self):
        return f"meeting:{uuid.uuid4().hex}"

    @api.model
    def _meeting_values(self, host, event, facts, partners):
        is_call = is_link(facts.location)
        return {
            "name": facts.summary or NO_TITLE,
            "description": as_html(facts.description),
            "user_id": host.id if event.is_organizer else False,
            "partner_ids": [
                Command.set([host.partner_id.id, *(partners[address].id for address in sorted(facts.guests))])
            ],
            "show_as": "busy" if event.is_busy else "free",
            "location": False if is_call else facts.location or False,
            "videocall_location": facts.location if is_call else event.conference_url or False,
            "event_tz": event.zone if event.zone in self._zones() else host.tz,
            **self._time_values(facts),
        }

    @api.model
    def _zones(self):
        return dict(self.env["calendar.event"]._fields["event_tz"]._description_selection(self.env))

    @api.model
    def _open_opportunities(self, host, partners):
        """:return: their opportunities in the host's companies that are neither won nor lost"""
        return self.env["crm.lead"].search(
            [
                ("partner_id", "in", [partner.id for partner in partners]),
                ("type", "=", "opportunity"),
                ("won_status", "=", "pending"),
                ("company_id", "in", [False, *host.company_ids.ids]),
            ]
        )

    def _tell_origin(self, contacts, opportunity, told):
        """The record says where the meeting comes from; a series is told of once.

        :param told: set of what was told already, which this adds to
        """
        # Without the title: should the event become private, it must not stand in a note.
        link = self.event_id._get_html_link(title=self.env._("A meeting"))
        source = Markup(' (<a href="%s">%s</a>)') % (self.web_url, self.env._("open")) if self.web_url else ""
        body = Markup("<p>%s%s</p>") % (
            self.env._(
                "%(meeting)s on %(when)s came in from the calendar of %(account)s.",
                meeting=link,
                when=self._time_text(self._agreed_facts()),
                account=self._account(),
            ),
            source,
        )
        for record in (*contacts, *opportunity):
            key = record._name, record.id, self.series_id or self.remote_id
            if key not in told:
                told.add(key)
                record._message_log(body=body)

    @api.model
    def _join_meeting(self, calendar, event, meeting):
        """The meeting is known from a colleague's calendar or a booking: this is only one more copy of it."""
        if not meeting or self.search_count([("event_id", "=", meeting.id), ("calendar_id", "=", calendar.id)]):
            return self.browse()
        leading = self.search([("event_id", "=", meeting.id), ("leads", "=", True)])
        leads = event.is_organizer and not meeting.scheduling_booking_ids
        if leads:
            leading.leads = False
        link = self.create(
            {
                **self._version_values(calendar, event),
                "event_id": meeting.id,
                "calendar_id": calendar.id,
                "origin": "remote",
                "key": self._new_key(),
                "leads": leads,
                "agreed": leading[:1].agreed,
            }
        )
        own = link._meeting()
        values = {}
        if calendar.user_id.partner_id not in own.partner_ids:
            values["partner_ids"] = [Command.link(calendar.user_id.partner_id.id)]
        if leads and own.user_id != calendar.user_id:
            values["user_id"] = calendar.user_id.id
        if values:
            own.write(values)
        link._apply_replies(event)
        return link

    def _absorb_twins(self):
        """A colleague's calendar was read before these links knew their UID, and made meetings of its own: merged."""
        ours = {(link.uid, link.recurrence_key): link.event_id for link in self}
        twins = self.search(
            [
                ("uid", "in", self.mapped("uid")),
                ("origin", "=", "remote"),
                ("booking_id", "=", False),
                ("event_id", "not in", [False, *self.event_id.ids]),
                ("calendar_id", "not in", self.calendar_id.ids),
            ]
        )
        for twin in twins.filtered(lambda twin: (twin.uid, twin.recurrence_key) in ours):
            twin._go_along_with(ours[twin.uid, twin.recurrence_key])

    def _join_twins(self):
        """Two colleagues' calendars were read at the same moment, and each made a meeting of one event: one goes on."""
        ours = {(link.uid, link.recurrence_key): link for link in self if link.origin == "remote" and link.event_id}
        twins = self.search(
            [
                ("uid", "in", [uid for uid, _recurrence_key in ours if uid]),
                ("origin", "=", "remote"),
                ("booking_id", "=", False),
                ("leads", "=", True),
                ("state", "=", "live"),
                ("event_id", "not in", [False, *self.event_id.ids]),
                ("calendar_id", "not in", self.calendar_id.ids),
                ("calendar_id.user_id.company_ids", "in", self.user_id.company_ids.ids),
            ]
        )
        for twin in twins.filtered(lambda twin: (twin.uid, twin.recurrence_key) in ours):
            link = ours[twin.uid, twin.recurrence_key]
            first, second = sorted(link | twin, key=lambda one: (not one.is_organizer, one.event_id.id))
            second._go_along_with(first.event_id)

    def _go_along_with(self, meeting):
        """This copy of the event goes along with ``meeting``; its own one was none of the meetings that took place."""
        own = self._meeting()
        own.active = False
        own.flush_recordset(["scheduling_outcome"])  # which says by then that it was cancelled
        own.scheduling_outcome = False
        self.write({"event_id": meeting.id, "leads": False})
