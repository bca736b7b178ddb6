"""What a booking leaves in Odoo: the host's time, the contact, the calendar event, the opportunity."""

from datetime import timedelta

import psycopg2.errors
from markupsafe import Markup

from odoo import fields, models
from odoo.addons.meetings_scheduler.exceptions import SlotTaken
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

    def _take_time(self):
        """Reserves the host's time, buffers included. PostgreSQL decides whether it is still free.

        :raises SlotTaken: another booking has it
        """
        self.ensure_one()
        period = {
            "start": self.start - timedelta(minutes=self.buffer_before),
            "stop": self.stop + timedelta(minutes=self.buffer_after),
            "blocks": self.state == "confirmed",
        }
        try:
            with self.env.cr.savepoint():
                if self.host_ids:
                    self.host_ids.write(period)
                else:
                    self.host_ids = [Command.create({"user_id": self.user_id.id, **period})]
                self.host_ids.flush_recordset()
        except psycopg2.errors.ExclusionViolation:
            raise SlotTaken(self.env._("Someone just took this time. Please choose another one.")) from None

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
        """Puts the meeting into the host's Odoo calendar, and the activity on the opportunity or contact."""
        self.ensure_one()
        host = self.user_id
        record = self.lead_id or self.partner_id
        event = (
            self.env["calendar.event"]
            .with_user(host)
            .sudo()
            .with_context(**OWN_WRITE)
            .create(
                {
                    "name": f"{self.page_id.name}: {self.visitor_name}",
                    "start": self.start,
                    "stop": self.stop,
                    "user_id": host.id,
                    "partner_ids": [Command.set((host.partner_id | self.partner_id).ids)],
                    "description": self._answers_html(),
                    "location": self.location if self.location_type == "place" else False,
                    "videocall_location": self.location if self.location_type == "link" else False,
                    "opportunity_id": self.lead_id.id,
                    "res_model_id": self.env["ir.model"]._get_id(record._name),
                    "res_id": record.id,
                    "scheduling_booking_ids": [Command.link(self.id)],
                }
            )
        )
        event.attendee_ids.state = "accepted"  # who books has accepted
        if self.location_type == "discuss":
            event._set_discuss_videocall_location()
            self.location = event.videocall_location

    def _move_event(self):
        event = self.event_id.with_user(self.user_id).sudo().with_context(**OWN_WRITE)
        if event and (event.start, event.stop) != (self.start, self.stop):
            event.write({"start": self.start, "stop": self.stop})

    def _archive_event(self):
        """Takes the meeting out of the calendar and its activity off the list; both records stay."""
        event = self.event_id.with_user(self.user_id).sudo().with_context(**OWN_WRITE)
        event.activity_ids.action_archive()
        if event.active:
            event.active = False

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
