"""What the mails about suggested times say."""

from odoo import models

NOTICES = ("suggested", "reminded", "refused", "expired")


class SchedulingBooking(models.Model):
    _inherit = "scheduling.booking"

    def _notice_key(self, notice, audience, lane):
        if notice in NOTICES:  # a request may be answered by suggestions twice
            return f"{lane}:{notice}:{min(self.suggestion_ids.ids)}"
        return super()._notice_key(notice, audience, lane)

    def _mail_values(self, notice, audience, timezone, lang):
        values = super()._mail_values(notice, audience, timezone, lang)
        if notice in NOTICES:
            values["where_url"] = None  # nothing takes place yet
            values["reason"] = self.reason if notice == "refused" else None
        if notice in ("suggested", "reminded"):
            values["suggestions"] = [
                {
                    "label": self._when(timezone, lang, slot)["sentence"],
                    "url": f"{values['manage_url']}?start={slot.start:%Y-%m-%dT%H:%M:%SZ}",
                }
                for slot in self._coming_suggestions()
            ]
            values["suggestion_note"] = self.suggestion_note
        return values

    def _subject(self, notice, audience, title, when):
        facts = {"title": title, "when": when}
        if notice == "suggested":
            return self.env._("Other times for %(title)s", **facts)
        if notice == "reminded":
            return self.env._("Please choose a time: %(title)s", **facts)
        if notice == "refused":
            return self.env._("No time suits: %(title)s", **facts)
        if notice == "expired":
            return self.env._("No time was chosen: %(title)s", **facts)
        return super()._subject(notice, audience, title, when)

    def _headline(self, notice, audience):
        if notice not in NOTICES:
            return super()._headline(notice, audience)
        names = {"host": self._host_names(), "visitor": self.visitor_name}
        if audience == "host":
            return {
                "suggested": self.env._("Other times are suggested to %(visitor)s.", **names),
                "reminded": self.env._("%(visitor)s is reminded of the suggested times.", **names),
                "refused": self.env._("None of the times you suggested suits %(visitor)s.", **names),
                "expired": self.env._(
                    "%(visitor)s chose none of the times you suggested. They have passed, so the request is closed.",
                    **names,
                ),
            }[notice]
        return {
            "suggested": self.env._("%(host)s can't at the time you asked for. Does another one suit you?", **names),
            "reminded": self.env._("%(host)s suggested other times to you. Does one of them suit you?", **names),
            "expired": self.env._("The times that %(host)s suggested have passed.", **names),
        }[notice]

    def _suggested_words(self):
        """:return: the suggested times in words for the host, in their zone"""
        zone = self.user_id.tz or self.page_id.timezone
        lang = self.user_id.lang or self.env.lang or "en_US"
        booking = self.with_context(lang=lang)
        return "; ".join(booking._when(zone, lang, slot)["sentence"] for slot in self._coming_suggestions())
