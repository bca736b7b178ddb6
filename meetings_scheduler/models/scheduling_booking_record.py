"""What a booking leaves in Odoo: the host's time, the contact, the calendar event, the opportunity."""

from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.fields import Command

# The booking sends its own invitation, and it knows of the change already.
OWN_WRITE = {
    "scheduling_own_write": True,
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "skip_contact_description": True,
    "mail_create_nosubscribe": True,
    "mail_notify_author": False,
}


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    def _blocks_time(self):
        return self.state == "confirmed" or self.holds_time

    def _find_or_create_contact(self):
        """The contact of the visitor's address. One that exists already is never changed from a public form."""
        self.ensure_one()
        partners = self.env["mail.thread"]._partner_find_from_emails_single(
            [self.email_normalized],
            additional_values={
                self.email_normalized: {
                    "name": self.visitor_name,
                    "phone": self.phone or False,
                    "lang": self.lang if self.lang in dict(self.env["res.lang"].get_installed()) else False,
                    "tz": self.timezone,
                    "company_id": False,
                }
            },
        )
        self.partner_id = partners[:1]

    def _create_opportunity(self):
        """Makes an opportunity, or joins the open one of the contact, as the page's setting says."""
        self.ensure_one()
        policy = self.page_id.opportunity_policy
        if policy == "none":
            return
        leads = self.env["crm.lead"].sudo()
        if policy == "missing":
            open_lead = leads.search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("type", "=", "opportunity"),
                    ("won_status", "=", "pending"),
                    ("company_id", "in", (False, self.company_id.id)),
                ],
                limit=1,
            )
            if open_lead:
                self.lead_id = open_lead
                return
        # The host gets the booking's own mail; "You have been assigned" would be a second one.
        self.lead_id = leads.with_context(mail_create_nosubscribe=True, mail_auto_subscribe_no_notify=True).create(
            {
                "name": f"{self.page_id.name}: {self.visitor_name}",
                "type": "opportunity",
                "partner_id": self.partner_id.id,
                "contact_name": self.visitor_name,
                "email_from": self.email,
                "phone": self.phone or False,
                "user_id": self.user_id.id,
                "team_id": self.page_id.team_id.id,
                "company_id": self.company_id.id,
                "campaign_id": self.campaign_id.id,
                "medium_id": self.medium_id.id,
                "source_id": self.source_id.id,
                "description": self._answers_html(),
            }
        )

    def _create_event(self):
        """Puts the meeting into the hosts' Odoo calendar, and the activity on the opportunity or contact.

        Visitors of a group meet in one event.
        """
        self.ensure_one()
        event = self._group_event()
        if event:
            event.write({"partner_ids": [Command.link(self.partner_id.id)]})
            event.attendee_ids.state = "accepted"
            self.event_id = event
        else:
            event = self.env["calendar.event"].with_user(self.user_id).sudo().with_context(**OWN_WRITE)
            event = event.create(self._event_values())
            event.attendee_ids.state = "accepted"  # who books has accepted
            if self.location_type == "discuss":
                event._set_discuss_videocall_location()
        if self.location_type == "discuss":
            self.location = event.videocall_location
        self._share_event()

    def _event_values(self):
        page = self.page_id
        record = self.lead_id or self.partner_id
        hosts = self.host_ids.user_id or self.user_id
        values = {
            "name": page.name if page.page_type == "group" else f"{page.name}: {self.visitor_name}",
            "start": self.start,
            "stop": self.stop,
            "user_id": self.user_id.id,
            "partner_ids": [Command.set((hosts.partner_id | self.partner_id).ids)],
            "description": self._answers_html(),
            "location": self.location if self.location_type == "place" else False,
            "videocall_location": self.location if self.location_type == "link" else False,
            "scheduling_booking_ids": [Command.link(self.id)],
        }
        if page.page_type != "group":
            values.update(
                opportunity_id=self.lead_id.id,
                res_model_id=self.env["ir.model"]._get_id(record._name),
                res_id=record.id,
            )
        return values

    def _own_event(self):
        """:return: the booking's event, to be written without Odoo telling anybody"""
        return self.event_id.with_user(self.user_id).sudo().with_context(**OWN_WRITE)

    def _group_event(self):
        """:return: the event of the visitors who sit at the same time already, or an empty recordset"""
        if self.page_id.page_type != "group":
            return self.env["calendar.event"]
        seat_group = self.host_ids[:1].seat_group
        others = self.env["scheduling.booking.host"].search(
            [("seat_group", "=", seat_group), ("blocks", "=", True), ("booking_id", "!=", self.id)]
        )
        event = others.booking_id.event_id.filtered("active")[:1]
        return event.with_user(self.user_id).sudo().with_context(**OWN_WRITE)

    def _move_event(self):
        event = self._own_event()
        if not event or (event.start, event.stop) == (self.start, self.stop):
            return
        if self._others_in_event() or self._group_event():
            former = self.group_key
            self._leave_event()
            self._create_event()
            self._enqueue_write(f"left:{self.invite_sequence}", former)
        else:
            event.write({"start": self.start, "stop": self.stop})

    def _leave_event(self):
        """Takes the meeting out of the calendar and its activity off the list; both records stay.

        One visitor of a group leaves the others their event.
        """
        event = self._own_event()
        if self._others_in_event():
            event.write({"partner_ids": [Command.unlink(self.partner_id.id)]})
            return
        event.activity_ids.action_archive()
        if event.active:
            event.active = False

    def _others_in_event(self):
        return (self.event_id.scheduling_booking_ids - self).filtered(lambda other: other.state == "confirmed")

    def _answers_html(self):
        """:return: what the visitor wrote, escaped, for the event and the opportunity"""
        rows = [(answer.label, answer.value) for answer in self.answer_ids if answer.value]
        if self.phone:
            rows.append((self.env._("Phone"), self.phone))
        if self.guest_emails:
            rows.append((self.env._("Guests"), self.guest_emails))
        return Markup().join(Markup("<p><b>%s</b><br/>%s</p>") % row for row in rows)

    def _can_change_until(self):
        """:return: naive UTC instant until which the visitor may move or cancel"""
        return self.start - timedelta(hours=self.page_id.change_limit_hours)

    def _can_change(self):
        return self.state in ("requested", "confirmed") and fields.Datetime.now() < self._can_change_until()
