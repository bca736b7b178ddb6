"""What is written into an event: all that Odoo knows of a new one, and of one that is there only what Odoo changed."""

from odoo import models

from ..providers import errors
from ..providers.base import Attendee, Draft
from ..sync.facts import facts_of, people
from ..sync.text import for_calendar, plain_text


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    def _new_draft(self):
        meeting, facts = self.event_id.sudo(), self._own_facts()
        return Draft(
            start=facts.start,
            end=facts.end,
            summary=facts.summary,
            description=for_calendar(facts.description),
            location=facts.location,
            zone=meeting.event_tz or self.user_id.tz or "UTC",
            attendees=tuple(self._guest(address) for address in sorted(facts.guests)),
            is_busy=facts.is_busy,
            is_private=facts.is_private,
        )

    def _changed_draft(self, event, wanted, theirs):
        """What Odoo doesn't know of the event stays as it is: further guests, rooms, a description in HTML.

        :raises Rejected: guests changed whom the calendar doesn't show
        """
        if wanted.guests != theirs.guests and not event.has_all_guests:
            raise errors.Rejected(
                "The calendar shows only some of the guests of this event; change its guests in the calendar.",
                "guests_left_out",
            )
        kept = [guest for guest in event.attendees if guest.email not in theirs.guests - wanted.guests]
        added = wanted.guests - facts_of(event, people(event)).guests
        moved = wanted.time != theirs.time
        described = plain_text(event.description) == wanted.description
        return Draft(
            start=wanted.start,
            end=wanted.end,
            summary=wanted.summary if wanted.summary != theirs.summary else event.summary,
            description=event.description if described else for_calendar(wanted.description),
            location=wanted.location if wanted.location != theirs.location else event.location,
            zone=event.zone or self.event_id.sudo().event_tz or "UTC",
            attendees=(*kept, *(self._guest(address) for address in sorted(added))),
            is_busy=wanted.is_busy,
            is_private=wanted.is_private,
            status=event.status,
            recurrence=event.recurrence,
            sequence=event.sequence + 1 if moved else event.sequence,
        )

    def _guest(self, address):
        partners = self._everybody()
        return Attendee(address, partners.filtered(lambda partner: partner.email_normalized == address)[:1].name or "")
