"""What the product writes to visitor, host and guests: one mail a fact, one invitation a mail."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from odoo import fields, models
from odoo.tools.i18n import format_list
from odoo.tools.mail import formataddr

from ..formatting import clock, long_date, short_date, zone_name
from ..providers import ical, links
from .scheduling_page_slots import aware

# Which facts of a booking are told to whom.
AUDIENCES = {
    "booked": ("visitor", "host", "guest"),
    "moved": ("visitor", "host", "guest"),
    "cancelled": ("visitor", "host", "guest"),
    "reassigned": ("visitor", "host", "guest", "former"),
    "requested": ("visitor", "host"),
    "declined": ("visitor",),
}
# Who reads a mail in the zone and language of a user, and of the visitor's side nothing but the visitor.
HOSTS = ("host", "former")
MEET_WAIT = timedelta(minutes=1)
# The iTIP method (RFC 5546) of the facts that carry an invitation.
METHODS = {"booked": "REQUEST", "moved": "REQUEST", "cancelled": "CANCEL"}


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    def _notify(self, notice):
        """Asks the outbox for the mails of a fact, in the transaction that made it one.

        The facts of this moment go along: a mail that leaves late, after a further change, still tells what it was to
        tell, with the SEQUENCE of its time.
        """
        self.ensure_one()
        outbox = self.env["scheduling.operation"]
        facts = {
            "start": fields.Datetime.to_string(self.start),
            "stop": fields.Datetime.to_string(self.stop),
            "invite_sequence": self.invite_sequence,
            "reason": self.reason or "",
            "changed_by": self.changed_by,
            **self._organizer_facts(),
        }
        recipients_of = {
            "visitor": [None],
            "host": [str(user_id) for user_id in (self.host_ids.user_id or self.user_id).ids],
            "guest": self._guest_list(),
            "former": [str(self._former_host().id)],
        }
        for audience in AUDIENCES[notice]:
            for recipient in recipients_of[audience]:
                lane = f"booking:{self.id}:{recipient or audience}"
                key = self._notice_key(notice, audience, lane)
                letter = {"notice": notice, "audience": audience, "recipient": recipient, "facts": facts}
                outbox._enqueue("notify", key, lane, booking=self, after=self._mail_waits(notice), **letter)
        self._log(notice)

    def _notice_key(self, notice, audience, lane):
        """:return: what makes a mail one and the same: the fact, or for the owner of a page that can't promise a time,
        the visitor and the day, however often they try
        """
        if notice == "requested" and audience == "host" and not self.holds_time:
            today = fields.Date.context_today(self)
            return f"asked:{self.page_id.id}:{self.user_id.id}:{self.email_normalized}:{today}"
        return f"{lane}:{notice}:{self.invite_sequence}"

    def _mail_waits(self, notice):
        """:return: how long a mail waits for the call link that the host's calendar makes; None if there is none"""
        return (
            MEET_WAIT
            if self.location_type == "meet" and notice in ("booked", "moved", "reassigned") and not self.location
            else None
        )

    def _log(self, notice):
        """Writes the fact on the contact and the opportunity, with a link to the booking."""
        for record in filter(None, (self.partner_id, self.lead_id)):
            lang = self.user_id.lang
            when = self._when(self.user_id.tz or self.page_id.timezone, lang)
            record.with_context(lang=lang)._message_log(
                author_id=self.partner_id.id,
                body=Markup("%s<br/>%s") % (self._headline(notice, "host"), when["sentence"]),
            )

    def _host_names(self):
        """:return: the names of everybody who hosts the meeting, as the language joins them"""
        return format_list(self.env, (self.host_ids.user_id or self.user_id).mapped("name"))

    def _guest_list(self):
        return [email.strip() for email in (self.guest_emails or "").split(",") if email.strip()]

    # ------------------------------------------------------------ the mail

    def _create_mail(self, notice, audience, recipient=None, facts=None):
        """Writes one mail, in its reader's language and time zone.

        :param notice: key of :data:`AUDIENCES`
        :param audience: "visitor", "host", "guest" or "former" (who hosted it before)
        :param recipient: address of the guest, id (str) of the host's user; None for the visitor and the first host
        :param facts: what the booking said when the mail was asked for, see :meth:`_notify`; None for now
        :return: mail.mail, not sent yet
        """
        self.ensure_one()
        told = self.new(facts, origin=self) if facts else self
        to_host = audience in HOSTS
        host = self.env["res.users"].browse(int(recipient)) if to_host and recipient else self.user_id
        reader_zone = host.tz or self.page_id.timezone if to_host else self.timezone
        lang = (host.lang if to_host else self.lang) or self.env.lang or "en_US"
        booking = told.with_context(lang=lang, tz=reader_zone)
        values = booking._mail_values(notice, audience, reader_zone, lang)
        attachments = []
        if invitation := booking._invitation(notice, audience):
            attachments.append(
                fields.Command.create(
                    {
                        "name": "invite.ics",
                        "raw": invitation,
                        "mimetype": "text/calendar",
                        "res_model": "mail.compose.message",
                        "res_id": 0,
                    }
                )
            )
        return (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": values["subject"],
                    "body_html": self.env["ir.qweb"]
                    .with_context(lang=lang)
                    ._render("meetings_scheduler.mail_booking", values),
                    **self._mail_addresses(recipient, host if to_host else host.browse()),
                    "attachment_ids": attachments,
                    "auto_delete": True,
                }
            )
        )

    def _mail_addresses(self, recipient, host):
        """
        :param recipient: address of a guest; None for the visitor
        :param host: the user who reads it as a host, empty for the visitor's side
        :return: dict of mail.mail's addresses: an answer goes to the other side
        """
        visitor = formataddr((self.visitor_name, self.email))
        if host:
            sender = self.company_id.email_formatted or host.email_formatted
            return {"email_to": host.email_formatted, "email_from": sender, "reply_to": visitor}
        sender = self.user_id.email_formatted
        return {"email_to": recipient or visitor, "email_from": sender, "reply_to": sender}

    def _invitation(self, notice, audience):
        """:return: the .ics a mail carries, bytes; None besides an invitation that the host's calendar sends"""
        if notice == "reassigned":
            return self._reassigned_ics(audience)
        method = METHODS.get(notice)
        return self._ics(method) if method and self.event_id and self.invited_by == "odoo" else None

    def _mail_values(self, notice, audience, timezone, lang):
        """:return: what the template shows; every text in the reader's language"""
        when = self._when(timezone, lang)
        title = self._title(audience)
        takes_place = notice not in ("cancelled", "declined")
        # What a stranger writes isn't mailed to addresses a stranger typed.
        trusted = audience in HOSTS or self.changed_by == "host"
        manage_url = None
        if audience in ("visitor", "host"):
            manage_url = f"{self.page_id._base_url()}/meetings/manage/{self._origin._mint_token(audience)}"
        return {
            "subject": self._subject(notice, audience, title, when["short"]),
            "headline": self._headline(notice, audience),
            "title": title,
            "when": when["sentence"],
            "zone": zone_name(timezone),
            "where": self._where_text(),
            "where_url": self.location if takes_place and (self.location or "").startswith("http") else None,
            "reason": self.reason if notice in ("moved", "reassigned", "cancelled", "declined") and trusted else None,
            "note": self._reassigned_note() if notice == "reassigned" and audience in ("visitor", "guest") else None,
            "answers": [(answer.label, answer.value) for answer in self.answer_ids if answer.value],
            "visitor": {"name": self.visitor_name, "email": self.email, "phone": self.phone},
            "audience": audience,
            "notice": notice,
            "manage_url": manage_url,
            "trouble": self._trouble(notice, audience),
            "page_url": self.page_id.url,
            "lang": lang,
            "company": self.company_id.name,
        }

    def _trouble(self, notice, audience):
        """:return: why the host's visitors can only ask, and the cure; None for others, and as soon as it is mended"""
        if audience == "host" and notice == "requested" and not self.holds_time:
            return self.page_id._trouble() or self.env["scheduling.connection"]._trouble(self.user_id)
        return None

    def _subject(self, notice, audience, title, when):
        facts = {"title": title, "when": when}
        if notice == "moved":
            return self.env._("Moved: %(title)s, %(when)s", **facts)
        if notice == "reassigned" and audience == "former":
            return self.env._("Handed over: %(title)s, %(when)s", **facts)
        if notice == "reassigned":
            return self.env._("New host: %(title)s, %(when)s", **facts)
        if notice == "cancelled":
            return self.env._("Cancelled: %(title)s, %(when)s", **facts)
        if notice == "declined":
            return self.env._("Not possible: %(title)s, %(when)s", **facts)
        if notice == "requested" and audience == "host":
            return self.env._("Please answer: %(title)s, %(when)s", **facts)
        if notice == "requested":
            return self.env._("Request sent: %(title)s, %(when)s", **facts)
        return self.env._("%(title)s, %(when)s", **facts)

    def _headline(self, notice, audience):
        """:return: the first line of the mail: the fact"""
        names = {"host": self._host_names(), "visitor": self.visitor_name, "former": self._former_host().name}
        if audience == "former":
            return self.env._(
                "The meeting with %(visitor)s is hosted by %(host)s now. It leaves your calendar.", **names
            )
        if audience == "host":
            return {
                "booked": self.env._("%(visitor)s booked a meeting with you.", **names),
                "moved": self.env._("The meeting with %(visitor)s has a new time.", **names),
                "reassigned": self.env._(
                    "The meeting with %(visitor)s is hosted by %(host)s now, no longer by %(former)s.", **names
                ),
                "cancelled": self.env._("The meeting with %(visitor)s is cancelled.", **names),
                "requested": self.env._("%(visitor)s asks for a meeting. Please accept or decline.", **names)
                if self.holds_time
                else self.env._("%(visitor)s tried to book you and asks for a meeting.", **names),
                "declined": self.env._("The request of %(visitor)s is declined.", **names),
            }[notice]
        return {
            "booked": self.env._("You're booked with %(host)s.", **names),
            "moved": self.env._("Your meeting with %(host)s has a new time.", **names),
            "reassigned": self.env._("Your meeting is with %(host)s now, instead of %(former)s.", **names),
            "cancelled": self.env._("Your meeting with %(host)s is cancelled.", **names),
            "requested": self.env._(
                "You asked %(host)s for this time. It isn't booked yet: you'll get an answer by e-mail.", **names
            ),
            "declined": self.env._("%(host)s can't meet you at this time.", **names),
        }[notice]

    def _title(self, audience):
        """:return: what the meeting is called in its reader's mailbox and calendar"""
        other = self.visitor_name if audience in HOSTS else self._host_names()
        return self.env._("%(page)s with %(name)s", page=self.page_id.name, name=other)

    def _when(self, timezone, lang):
        """:return: dict of ``sentence`` (the whole date, "15:30 to 16:00") and ``short`` ("Tue, Nov 24 15:30")"""
        zone = ZoneInfo(timezone)
        start, end = (aware(moment).astimezone(zone) for moment in (self.start, self.stop))
        return {
            "sentence": self.env._(
                "%(date)s, %(start)s to %(end)s",
                date=long_date(start, lang),
                start=clock(start, lang),
                end=clock(end, lang),
            ),
            "short": f"{short_date(start, lang)} {clock(start, lang)}",
        }

    def _where_text(self):
        """:return: where the meeting takes place, in words"""
        if self.location_type == "place":
            return self.location
        if self.location_type == "phone" and self.phone:
            return self.env._("Phone call: %(number)s", number=self.phone)
        return self.page_id._location_label()

    # ------------------------------------------------------------ the invitation

    def _meeting(self):
        """:return: :class:`ical.Meeting`, times in UTC"""
        host = self.user_id
        people = [ical.Person(self.visitor_name, self.email)]
        people += [ical.Person(email, email) for email in self._guest_list()]
        return ical.Meeting(
            uid=self.uid,
            sequence=self.invite_sequence,
            start=aware(self.start),
            end=aware(self.stop),
            summary=self.env._(
                "%(page)s: %(visitor)s and %(host)s",
                page=self.page_id.name,
                visitor=self.visitor_name,
                host=self._host_names(),
            ),
            description="\n".join(filter(None, (self._where_text(), self.location))),
            location=self.location or self._where_text() or "",
            organizer=ical.Person(host.name, host.email_normalized or host.login),
            attendees=tuple(people),
        )

    def _ics(self, method="PUBLISH"):
        """:return: the meeting as an .ics file, bytes; ``method`` as in :func:`ical.invitation`"""
        return ical.invitation(self._meeting(), method, aware(fields.Datetime.now()))

    def _calendar_links(self):
        """:return: dict of ``google``, ``outlook``, ``office365`` to the address that adds the meeting there"""
        return links.add_to_calendar(self._meeting())
