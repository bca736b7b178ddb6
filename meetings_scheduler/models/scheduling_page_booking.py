"""Booking a page: one short transaction, nothing sent from inside it."""

import hashlib
import json
from datetime import timedelta

import psycopg2.errors

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Command

from ..exceptions import PublicError, SlotTaken
from .scheduling_page_slots import naive


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    def _book(self, request):
        """Books, or on an offline page asks for, a time.

        The same key with the same data is the same booking again (a double click); the host's time is reserved before
        anything else is written, so that of many visitors all but one are turned away early.

        :param request: :class:`forms.BookingRequest`
        :return: the booking (sudo), ``confirmed`` or ``requested``
        :raises SlotTaken: the time isn't free or was never offered; carries the three nearest free times
        :raises PublicError: the key was used for something else
        """
        self.ensure_one()
        page = self.with_company(self.company_id)
        booking = page._repeated(request)
        if booking:
            return booking
        decision = page._require_free(request.start, request.duration_min, holder=request.holder)
        booking = page._reserve(request, decision.host_ids)
        booking._find_or_create_contact()
        if booking.state == "confirmed":
            booking._create_opportunity()
            booking._create_event()
        booking._notify("booked" if booking.state == "confirmed" else "requested")
        return booking

    def _reserve(self, request, able):
        """Writes the booking with the time of the hosts whose turn it is; of several, the next one if they lose a race.

        :param able: ids (str) of the users who are free
        :raises SlotTaken: nobody is any more
        :raises ConcurrencyError: the same form, or a single-use link, is being used at this very moment; Odoo tries
            again and then sees by whom
        """
        lost = None
        for hosts, choices in self._choose_hosts(able, self._contact_of(request.email_normalized)):
            known = self._ask_live(hosts, request.start, request.duration_min)
            if known == "busy":
                continue
            try:
                with self.env.cr.savepoint():  # whoever is turned away leaves nothing behind
                    self.env["scheduling.hold"]._of(self, request.holder).unlink()
                    values = self._booking_values(request, hosts, choices, promised=known == "free")
                    booking = self.env["scheduling.booking"].create(values)
                    booking._take_time(hosts)
                    return booking
            except SlotTaken as error:
                lost = error
            except psycopg2.errors.UniqueViolation:
                raise ConcurrencyError("form or link in use") from None
        message = lost.message if lost else self._taken_message()
        nearest = self._nearest_free_now(request.start, request.duration_min, holder=request.holder)
        raise SlotTaken(message, nearest) from None

    def _contact_of(self, email_normalized):
        """:return: the contact of a visitor's address if its salesperson may go first, else an empty recordset"""
        if self.page_type not in ("round_robin", "fixed_plus_one") or not self.owner_first or not email_normalized:
            return self.env["res.partner"]
        return self.env["res.partner"].search(
            [
                ("email_normalized", "=", email_normalized),
                ("user_id", "!=", False),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            limit=1,
        )

    def _needs_approval(self, start):
        """:return: whether a meeting at ``start`` (aware) waits for the owner's yes"""
        short = start - self._now() < timedelta(hours=self.approval_notice_hours)
        return self.approval == "always" or (self.approval == "short" and short)

    def _reschedule(self, booking, start, duration_min, reason, by):
        """Moves ``booking`` to another free time of the page.

        The hosts' own calendars are asked as for a new meeting. What a visitor asked for only stays a request, and a
        host knows their own time: neither needs the promise that a visitor's confirmed meeting does.

        :param start: aware
        :raises SlotTaken: as in :meth:`_book`
        :raises PublicError: a visitor may not move there without asking the owner, or nobody knows if the time is free
        """
        self.ensure_one()
        self._check_can_move(booking, by)
        if by == "visitor" and booking.state == "confirmed" and self._needs_approval(start):
            # Else a meeting far ahead would be the way around the owner's yes to one at short notice.
            raise PublicError(
                409,
                "needs_approval",
                self.env._(
                    "%(host)s confirms such times in person. Cancel this meeting and ask for the new time.",
                    host=booking.user_id.name,
                ),
                field="start",
            )
        self._require_free(start, duration_min, booking)
        known = self._ask_live(booking.host_ids.user_id, start, duration_min)
        if known == "busy":
            raise SlotTaken(self._taken_message(), self._nearest_free_now(start, duration_min, booking))
        if known == "unknown" and self._needs_promise(booking, by):
            raise self._cannot_move(booking)
        stop = start + timedelta(minutes=duration_min)
        try:
            with self.env.cr.savepoint():
                booking._move(naive(start), naive(stop), reason, by)
        except SlotTaken as error:
            raise SlotTaken(error.message, self._nearest_free_now(start, duration_min, booking)) from None

    @api.model
    def _needs_promise(self, booking, by):
        return by == "visitor" and booking.state == "confirmed"

    def _check_can_move(self, booking, by):
        """:raises PublicError: 409, no new time can be promised to the visitor, as a calendar can't be read now"""
        hosts = booking.host_ids.user_id
        known = hosts <= self.env["scheduling.connection"].sudo()._readable_users(hosts)
        if self._needs_promise(booking, by) and (self._blueprint().owner_left or not known):
            raise self._cannot_move(booking)

    def _cannot_move(self, booking):
        return PublicError(
            409,
            "calendar_unknown",
            self.env._(
                "%(host)s's calendar can't be read right now, so nobody can promise another time. Your meeting stays "
                "as it is. Please try again later, or cancel it and ask for a new one.",
                host=booking._host_names(),
            ),
            field="start",
        )

    def _require_free(self, start, duration_min, booking=None, holder=None):
        """:return: the engine's :class:`availability.Decision`; :raises SlotTaken: it says no"""
        decision = self._check_slot(start, duration_min, booking, holder)
        if not decision.ok:
            raise SlotTaken(
                self._why_not(decision.reasons),
                self._nearest_free(start, duration_min, booking=booking, holder=holder),
                code="not_free",
            )
        return decision

    def _why_not(self, reasons):
        """:return: the sentence a visitor reads; it never tells what the host does at that time"""
        codes = {reason.code for reason in reasons}
        if "notice" in codes:
            return self.env._("This time is too soon. Please choose a later one.")
        if "window" in codes:
            return self.env._("This time is too far ahead. Please choose an earlier one.")
        if codes & {"busy", "booking", "buffer", "hold", "seats"}:
            return self._taken_message()
        return self.env._("This time isn't offered. Please choose another one.")

    @api.model
    def _taken_message(self):
        return self.env._("Someone just took this time. Please choose another one.")

    def _nearest_free_now(self, start, duration_min, booking=None, holder=None):
        """The nearest free times as the database stands now.

        Who lost a race looks at a snapshot from before it; a second, read-only look sees the winner.
        """
        with self.env.registry.cursor(readonly=True) as cr:
            page = self.with_env(self.env(cr=cr))
            return page._nearest_free(
                start, duration_min, booking=booking and booking.with_env(page.env), holder=holder
            )

    def _repeated(self, request):
        """:return: the booking this request made already, or an empty recordset"""
        bookings = self.env["scheduling.booking"]
        if not request.idempotency_key:
            return bookings
        booking = bookings.search(
            [("page_id", "=", self.id), ("idempotency_key", "=", request.idempotency_key)], limit=1
        )
        if booking and booking.request_digest != self._request_digest(request):
            raise PublicError(
                409,
                "key_reused",
                self.env._("This form was sent before with other data. Please reload the page and try again."),
            )
        return booking

    def _request_digest(self, request):
        facts = [
            request.start.isoformat(),
            request.duration_min,
            request.first_name,
            request.last_name,
            request.email,
            request.phone,
            sorted(request.answers),
            sorted(request.guests),
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    def _booking_values(self, request, hosts, choices, promised):
        """:param promised: False if a host's calendar can't be asked now: the visitor asks, nobody says it is booked"""
        online = promised and self.is_connected
        waits = online and self._needs_approval(request.start)
        link = self._link()
        questions = {question.id: question for question in self.question_ids}
        return {
            "page_id": self.id,
            "user_id": (self.user_id if self.user_id in hosts else hosts[0]).id,
            "company_id": self.company_id.id,
            "state": "confirmed" if online and not waits else "requested",
            "holds_time": waits,
            # Its owner reads it, not the visitor.
            "choice_reason": self.with_context(lang=self.user_id.lang or self.env.lang)._explain_choice(choices),
            "link_id": link.id,
            "link_single_use": link.single_use,
            "invited_by": "provider" if self._provider_of(hosts) else "odoo",
            "start": naive(request.start),
            "stop": naive(request.start) + timedelta(minutes=request.duration_min),
            "buffer_before": self.buffer_before,
            "buffer_after": self.buffer_after,
            "timezone": request.timezone,
            "lang": request.lang,
            "first_name": request.first_name,
            "last_name": request.last_name,
            "email": request.email,
            "email_normalized": request.email_normalized,
            "phone": request.phone,
            "guest_emails": ", ".join(request.guests),
            "answer_ids": [
                Command.create({"question_id": question_id, "label": questions[question_id].label, "value": value})
                for question_id, value in request.answers
            ],
            "consent_text": self.consent_text if request.consent_version else False,
            "consent_version": request.consent_version,
            "location_type": self.location_type,
            "location": self.location if self.location_type in ("link", "place") else False,
            "uid": self.env["scheduling.booking"]._new_uid(),
            "idempotency_key": request.idempotency_key or False,
            "request_digest": self._request_digest(request),
            **self._utm_values(request.utm),
        }

    def _provider_of(self, hosts):
        """:return: whether the calendar of the host who invites is outside of Odoo, and so sends the invitation"""
        main = self.user_id if self.user_id in hosts else hosts[:1]
        return self.env["scheduling.connection"]._for_pages(main).provider not in (False, "odoo")

    def _utm_values(self, utm):
        """:return: the ids of the campaign words a link carried; unknown ones are kept as new ones, as Odoo does"""
        values = {}
        for name, model in (("campaign", "utm.campaign"), ("medium", "utm.medium"), ("source", "utm.source")):
            word = (utm or {}).get(f"utm_{name}")
            if word:
                values[f"{name}_id"] = self.env["utm.mixin"]._find_or_create_record(model, word).id
        return values
