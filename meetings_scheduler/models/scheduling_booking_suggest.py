"""Another time instead of the one that was asked for: the host suggests up to three, the visitor chooses one.

requested ─ the host suggests ─► suggested ─ the visitor chooses ─► confirmed
                                     └─ the visitor declines, or the times pass ─► cancelled
A suggested time isn't kept free. If a calendar can't be asked when the visitor chooses, the choice is a request again.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import availability
from ..exceptions import PublicError, SlotTaken
from .scheduling_page_slots import aware, naive

_logger = logging.getLogger(__name__)

MOST_TIMES = 3
# The host's word stands above the rules for visitors; whose calendar can't be read is asked once more, see _choose.
NOT_ASKED = {"notice", "window", "unreadable"}
# A visitor who hasn't chosen a day before the first time is reminded once, unless the mail is that young.
REMIND_BEFORE = timedelta(hours=24)
REMIND_AFTER = timedelta(hours=12)


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    suggestion_ids = fields.One2many("scheduling.suggestion", "booking_id", "Suggested times")
    suggestion_note = fields.Char("Note with the suggested times", readonly=True)
    suggested_at = fields.Datetime(readonly=True)
    suggestion_reminded = fields.Boolean(readonly=True, help="The visitor got a second mail about the suggested times.")

    # ------------------------------------------------------------ the host suggests

    def _suggest(self, starts, note=""):
        """Offers other times to the visitor who asked; the time they asked for is free again.

        :param starts: aware, one to three
        :param note: a line the visitor reads
        :raises UserError: it isn't a request any more
        :raises PublicError: none or too many times, or the one that was asked for
        :raises SlotTaken: one of them isn't free, by the engine or by the hosts' own calendars
        """
        self.ensure_one()
        starts = sorted(set(starts))
        self._check_may_suggest(starts)
        for start in starts:
            self.page_id._require_free(start, self.duration, self)
        self._check_live(starts)
        self.host_ids.write({"blocks": False})
        self.write(
            {
                "state": "suggested",
                "holds_time": False,
                "changed_by": "host",
                "suggestion_ids": [
                    Command.clear(),
                    *(Command.create({"start": naive(start)}) for start in starts),
                ],
                "suggestion_note": note,
                "suggested_at": fields.Datetime.now(),
                "suggestion_reminded": False,
            }
        )
        self._message_log(body=self.env._("Suggested instead: %(times)s", times=self._suggested_words()))
        self._notify("suggested")

    def _check_may_suggest(self, starts):
        if self.state != "requested":
            raise UserError(self.env._("This request has been answered already."))
        if not starts:
            raise PublicError(400, "required", self.env._("Please choose a time."), field="start")
        if len(starts) > MOST_TIMES:
            raise PublicError(400, "too_many", self.env._("Please choose three times at most."), field="start")
        if aware(self.start) in starts:
            raise PublicError(
                400,
                "asked_time",
                self.env._(
                    "%(visitor)s asked for this very time. Accept the request instead.", visitor=self.first_name
                ),
                field="start",
            )

    def _check_live(self, starts):
        """:raises SlotTaken: the hosts' calendars know of something at one of ``starts`` that we didn't"""
        for start in starts:
            known = self.page_id._ask_live(self.host_ids.user_id, start, self.duration)
            if known == "busy":
                raise SlotTaken(self.env._("Your calendar has something at this time. Please choose another one."))
            if known == "unknown":
                return  # who doesn't answer once won't within the seconds a person waits

    # ------------------------------------------------------------ the visitor chooses

    def _choose(self, start, by="visitor"):
        """The visitor takes one of the suggested times: the meeting is booked there.

        Choosing the same time twice (a double click) is choosing it once.

        :param start: aware
        :raises PublicError: it wasn't suggested, or is over; or it is the host who chooses
        :raises SlotTaken: it isn't free any more; carries the other suggested times that are
        """
        self.ensure_one()
        if self.state == "confirmed" and aware(self.start) == start:
            return
        self._check_may_choose(start, by)
        free = self._free_suggestions()
        known = None
        if start in [slot.start for slot in free]:
            known = self.page_id._ask_live(self.host_ids.user_id, start, self.duration)
        if known in (None, "busy"):
            raise self._suggestion_taken([slot for slot in free if slot.start != start])
        values = {
            "start": naive(start),
            "stop": naive(start) + timedelta(minutes=self.duration),
            "changed_by": "visitor",
        }
        try:
            with self.env.cr.savepoint():
                if known == "free" and not self._unreadable_hosts():
                    self._confirm(values)
                else:
                    self._ask_again(values)
        except SlotTaken:
            raise self._suggestion_taken([slot for slot in self._free_now() if slot.start != start]) from None

    def _check_may_choose(self, start, by):
        if self.state != "suggested":
            raise PublicError(409, "not_suggested", self.env._("There is nothing to choose here any more."))
        if by != "visitor":
            raise PublicError(
                409,
                "not_yours",
                self.env._("%(visitor)s is choosing among the times you suggested.", visitor=self.first_name),
            )
        if naive(start) not in self.suggestion_ids.mapped("start"):
            raise PublicError(
                409, "not_suggested", self.env._("Please choose one of the suggested times."), field="start"
            )

    def _ask_again(self, values):
        """A calendar can't be asked whether the time is still free: it is kept, and the host answers once more."""
        self.write({**values, "state": "requested", "holds_time": True, "invite_sequence": self.invite_sequence + 1})
        self._take_time()
        self._notify("requested")

    def _unreadable_hosts(self):
        """:return: the hosts who have a calendar for bookings that can't be read; the word of one without counts"""
        hosts = self.host_ids.user_id
        connections = self.env["scheduling.connection"].sudo()
        own = connections.search(
            [
                ("user_id", "in", hosts.ids),
                ("state", "!=", "disconnected"),
                ("purpose", "!=", "sync"),
                ("use_pages", "=", True),
            ]
        )
        return own.user_id - connections._readable_users(hosts)

    def _free_suggestions(self):
        """:return: the suggested times that can still be chosen, as :class:`availability.Slot`, in their order"""
        if self.state != "suggested":
            return []
        return [
            slot
            for slot in self._coming_suggestions()
            if not {reason.code for reason in self.page_id._check_slot(slot.start, self.duration, self).reasons}
            - NOT_ASKED
        ]

    def _coming_suggestions(self):
        """:return: the suggested times that haven't passed, as :class:`availability.Slot`, free or not"""
        length = timedelta(minutes=self.duration)
        starts = [aware(suggestion.start) for suggestion in self.suggestion_ids]
        return [availability.Slot(start, start + length, ()) for start in starts if start > self.page_id._now()]

    def _free_now(self):
        """The same as the database stands now: who lost a race looks at a snapshot from before it."""
        with self.env.registry.cursor(readonly=True) as cr:
            return self.with_env(self.env(cr=cr))._free_suggestions()

    def _suggestion_taken(self, others):
        if others:
            return SlotTaken(self.env._("Someone just took this time."), others)
        return SlotTaken(
            self.env._("Someone just took this time, and no other suggested one is left. Please choose a new time.")
        )

    def _refuse_suggestions(self, reason=""):
        """None of the suggested times suits the visitor: the request is over, and the host is told.

        :raises UserError: there is nothing to refuse any more
        """
        self.ensure_one()
        if self.state != "suggested":
            raise UserError(self.env._("There is nothing to choose here any more."))
        self._close({"reason": reason, "changed_by": "visitor"}, "refused")

    def _close(self, values, notice):
        self.write({**values, "state": "cancelled", "outcome": "cancelled"})
        self._notify(notice)

    # ------------------------------------------------------------ nobody chooses

    @api.model
    def _cron_suggestions(self):
        """Reminds visitors who haven't chosen yet and ends what nobody can choose any more, a booking a transaction."""
        now = fields.Datetime.now()
        waiting = self.sudo().search([("state", "=", "suggested")])
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for booking in waiting:
            booking = booking.try_lock_for_update().filtered(lambda booking: booking.state == "suggested")
            try:
                with self.env.cr.savepoint():
                    if booking:
                        booking._remind_or_expire(now)
            except Exception:  # one that can't be closed stops no other
                _logger.exception("%s: suggested times could not be looked after", booking)
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _remind_or_expire(self, now):
        """:param now: naive UTC"""
        coming = [naive(slot.start) for slot in self._coming_suggestions()]
        if not coming:
            self._close({"changed_by": False}, "expired")
        elif (
            not self.suggestion_reminded
            and min(coming) - now <= REMIND_BEFORE
            and now - self.suggested_at >= REMIND_AFTER
            and self._free_suggestions()
        ):
            self.suggestion_reminded = True
            self._notify("reminded")

    # ------------------------------------------------------------ buttons

    def action_suggest(self):
        """Opens the page on which the host chooses the times, the one that the link in the mail leads to."""
        self.ensure_one()
        self.check_access("read")
        booking = self.sudo()
        if booking.state != "requested":
            raise UserError(self.env._("This request has been answered already."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/meetings/manage/{booking._mint_token('host')}/suggest",
            "target": "self",
        }
