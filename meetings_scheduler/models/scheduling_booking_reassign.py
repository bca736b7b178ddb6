"""Another host of the page takes a booked meeting over: the time stays, calendars, invitation and turns follow."""

from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .. import availability
from ..exceptions import SlotTaken
from ..providers import ical
from .scheduling_page_slots import aware

# What a visitor may not do, but who hands a meeting over decides: it is booked already.
NOT_ASKED = {"notice", "window", "grid"}


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    handover = fields.Json(
        "Last change of host",
        readonly=True,
        copy=False,
        help="from, by: ids of users; organizer: id of who had invited; uid: of the invitation our mails had sent.",
    )
    can_reassign = fields.Boolean(compute="_compute_can_reassign", help="Whether the user may give it to another host.")

    @api.depends("state", "stop", "page_id.page_type", "page_id.user_id")
    @api.depends_context("uid")
    def _compute_can_reassign(self):
        is_manager = self.env.user.has_group("meetings_scheduler.group_manager")
        now = fields.Datetime.now()
        for booking in self:
            page = booking.sudo().page_id
            booking.can_reassign = (
                booking.state == "confirmed"
                and booking.stop > now
                and page.page_type in ("round_robin", "fixed_plus_one")
                and (is_manager or page.user_id == self.env.user)
            )

    def _check_may_reassign(self):
        """
        :raises AccessError: the user neither owns the page nor is a manager
        :raises UserError: it can't be handed over
        """
        self.check_access("read")
        for booking in self.filtered(lambda booking: not booking.can_reassign):
            page = booking.sudo().page_id
            if page.user_id != self.env.user and not self.env.user.has_group("meetings_scheduler.group_manager"):
                raise AccessError(
                    self.env._(
                        "Only %(owner)s or a manager can change the host of this meeting.", owner=page.user_id.name
                    )
                )
            raise UserError(
                self.env._(
                    "Only a confirmed meeting to come, on a page that chooses among hosts, can get another host."
                )
            )

    def _replaceable_host(self):
        """:return: the host whose place another one can take; those who always take part stay"""
        fixed = self.page_id.host_ids.filtered("is_fixed").user_id
        if self.page_id.page_type != "fixed_plus_one":
            fixed = fixed.browse()
        return (self.host_ids.user_id - fixed)[:1] or self.user_id

    def _free_colleagues(self):
        """Who could take the meeting over: by the engine that offers times, but for what is past with the booking.

        :return: users, in the page's order
        """
        self.ensure_one()
        page = self.page_id
        users = page._hosts() - self.host_ids.user_id
        users &= self.env["scheduling.connection"].sudo()._readable_users(users)
        rules = replace(page._rules(self.duration), policy="single")
        calendars = page._host_calendars(aware(self.start), aware(self.stop), self, users)
        return users.filtered(
            lambda user: any(
                calendar.id == str(user.id)
                and not {
                    reason.code
                    for reason in availability.check(rules, [calendar], aware(self.start), now=page._now()).reasons
                }
                - NOT_ASKED
                for calendar in calendars
            )
        )

    def _reassign(self, newcomer, reason="", lead_too=False):
        """Gives the meeting to ``newcomer``; visitor, guests and both hosts are told once.

        :param newcomer: a user who hosts the page
        :param reason: the visitor reads it
        :param lead_too: the opportunity follows, if it was the former host's
        :raises UserError: the newcomer isn't free, or can't be asked now
        :raises SlotTaken: another booking was faster
        """
        self.ensure_one()
        page = self.page_id
        if newcomer not in self._free_colleagues():
            raise UserError(self._not_free_text(newcomer))
        known = page._ask_live(newcomer, aware(self.start), self.duration)
        if known == "busy":
            raise UserError(self._not_free_text(newcomer))
        if known == "unknown":
            raise UserError(
                self.env._(
                    "%(host)s's calendar doesn't answer right now. Try again in a minute, or choose somebody else.",
                    host=newcomer.name,
                )
            )
        former = self._replaceable_host()
        self._withdraw_from(former)
        self.write(self._handover_values(former, newcomer, reason))
        self._take_time((self.host_ids.user_id - former) | newcomer)
        self.env["scheduling.token"].search([("booking_id", "=", self.id), ("role", "=", "host")]).unlink()
        self._hand_over_event(former, newcomer)
        if lead_too and self.lead_id.user_id == former:
            self.lead_id.with_context(mail_auto_subscribe_no_notify=True).user_id = newcomer
        self._message_log(
            body=self.env._(
                "Host changed from %(former)s to %(host)s. %(reason)s",
                former=former.name,
                host=newcomer.name,
                reason=reason,
            )
        )
        self._notify("reassigned")
        former._bus_send("meetings_scheduler/changed", {})

    def _handover_values(self, former, newcomer, reason):
        """:return: what the booking says from now on

        Between our mails the UID stays and the new organizer's SEQUENCE is higher (RFC 5546, 3.2.2.4). An event in
        another calendar outside of Odoo is another event, with a UID of its own.
        """
        values = {
            "handover": {
                "from": former.id,
                "by": self.env.uid,
                "organizer": self.user_id.id,
                "uid": self.uid if self.invited_by == "odoo" else None,
            },
            "reason": reason,
            "changed_by": "host",
            "invite_sequence": self.invite_sequence + 1,
            "choice_reason": self.env._("%(name)s chose %(host)s.", name=self.env.user.name, host=newcomer.name),
        }
        if self.user_id == former:
            provider_invites = self.page_id._provider_of(newcomer)
            values.update(user_id=newcomer.id, invited_by="provider" if provider_invites else "odoo")
            if provider_invites or self.invited_by == "provider":
                values["uid"] = self._new_uid()
            if self.location_type == "meet":
                values["location"] = False  # the call was the former host's
        return values

    def _hand_over_event(self, former, newcomer):
        """In Odoo's calendar the newcomer takes the former host's place, as organizer and in the activities too."""
        event = self._own_event()
        if not event:
            return
        values = {"partner_ids": [Command.unlink(former.partner_id.id), Command.link(newcomer.partner_id.id)]}
        if self.user_id == newcomer:
            values["user_id"] = newcomer.id
            if self.location_type == "meet":
                values["videocall_location"] = False
        event = event.with_context(mail_activity_quick_update=True)  # the newcomer gets the booking's own mail
        event.write(values)
        event.attendee_ids.filtered(lambda one: one.partner_id == newcomer.partner_id).state = "accepted"
        event.activity_ids.filtered(lambda activity: activity.user_id == former).user_id = newcomer

    def _not_free_text(self, host):
        return self.env._("%(host)s isn't free at this time. Please choose somebody else.", host=host.name)

    # ------------------------------------------------------------ what people are told

    def _organizer_facts(self):
        """:return: who invites to what, as of now, for letters that leave later"""
        return {"user_id": self.user_id.id, "uid": self.uid, "invited_by": self.invited_by, "handover": self.handover}

    def _former_host(self):
        """:return: who hosted the meeting before the last change of host, or an empty recordset"""
        return self.env["res.users"].browse((self.handover or {}).get("from"))

    def _reassigned_ics(self, audience):
        """The new organizer's invitation, or where another calendar sends that, the withdrawal of ours.

        :return: bytes, or None
        """
        if not self.event_id:
            return None
        if audience != "former" and self.invited_by == "odoo":
            return self._ics("REQUEST")
        uid = self.handover["uid"]
        if not uid:
            return None  # the former host's calendar withdraws what it had sent
        organizer = self.env["res.users"].browse(self.handover["organizer"])
        meeting = replace(
            self._meeting(),
            uid=uid,
            organizer=ical.Person(organizer.name, organizer.email_normalized or organizer.login),
        )
        return ical.invitation(meeting, "CANCEL", aware(fields.Datetime.now()))

    def _reassigned_note(self):
        """:return: what happens in the visitor's calendar, where more than one entry is seen to change"""
        if self.handover["uid"] == self.uid or self.handover["organizer"] == self.user_id.id:
            return None
        return self.env._(
            "The time stays. Your calendar gets a new entry; the one with %(former)s is taken out.",
            former=self._former_host().name,
        )

    # ------------------------------------------------------------ buttons

    def action_reassign(self):
        """Opens the choice of another host. :raises AccessError, UserError: see :meth:`_check_may_reassign`"""
        self.ensure_one()
        self._check_may_reassign()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change host"),
            "res_model": "scheduling.reassign",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_booking_id": self.id, "dialog_size": "medium"},
        }

    def _reassign_or_explain(self, newcomer, reason, lead_too):
        """As :meth:`_reassign`, for a person at the screen. :raises UserError: what went wrong, in words"""
        self._check_may_reassign()
        try:
            self.sudo()._reassign(newcomer, reason, lead_too)
        except SlotTaken as error:
            raise UserError(self._not_free_text(newcomer)) from error
