"""What a visitor may see and do with a booking through its manage link."""

from zoneinfo import ZoneInfo

from odoo import models

from .scheduling_page_slots import aware


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    def _mint_token(self, role):
        """:return: a fresh manage token for "visitor" or "host"; it can be read this once"""
        self.ensure_one()
        return self.env["scheduling.token"]._mint(self, role)

    def _reschedule(self, start, duration_min, reason="", by="visitor"):
        """Moves the booking to another free time (aware ``start``); of suggested times, the visitor's choice books it.

        :raises SlotTaken: it isn't free
        :raises PublicError: it wasn't suggested, or isn't the host's to choose
        """
        if self.state == "suggested":
            self._choose(start, by)
            return
        self.page_id._reschedule(self, start, duration_min, reason, by)

    def _public_info(self, timezone=None):
        """What the holder of a manage link may know, JSON-ready.

        :param timezone: IANA name the times are given in; the one the visitor booked in if None
        """
        self.ensure_one()
        zone = ZoneInfo(timezone or self.timezone)
        visible = self.state in ("requested", "confirmed")
        return {
            "id": self.reference,
            "state": self.state,
            "page": {"slug": self.page_id.slug, "name": self.page_id.name, "url": self.page_id.url},
            "start": aware(self.start).astimezone(zone).isoformat(),
            "end": aware(self.stop).astimezone(zone).isoformat(),
            "timezone": zone.key,
            "duration": self.duration,
            "host": self._host_names(),
            "location": {
                "type": self.location_type,
                "label": self._where_text(),
                "url": self.location if visible and (self.location or "").startswith("http") else None,
            },
            "visitor": {"first_name": self.first_name, "last_name": self.last_name or "", "email": self.email},
            "answers": [{"label": answer.label, "value": answer.value or ""} for answer in self.answer_ids],
            "reason": "" if self.outcome in ("completed", "no_show") else self.reason or "",  # the host's own note then
            "suggestions": [slot.start.astimezone(zone).isoformat() for slot in self._free_suggestions()],
            "note": self.suggestion_note or "",
            "can_change": self._can_change(),
            "change_until": aware(self._can_change_until()).astimezone(zone).isoformat(),
            "contact": {"name": self.user_id.name, "email": self.user_id.email or ""},
        }
