"""A series is brought in line by the outbox: made, cut short, changed as a whole, or cancelled.

What single occurrences say otherwise is written by their own links after that. As with single meetings, an operation
makes both sides say the same whatever was asked for, so that repeating it finds nothing to do.
"""

import hashlib
import uuid
from collections import Counter
from dataclasses import replace

from odoo import api, fields, models

from ..providers.base import Draft
from ..sync import series as series_rules
from ..sync.conflict import retry_on_conflict
from ..sync.facts import Facts
from ..sync.moments import moment_of, moment_text
from ..sync.text import for_calendar


class SchedulingSeries(models.Model):
    _inherit = "scheduling.series"

    def _write_remote(self, adapter):
        """Makes the series what its occurrences in Odoo say now.

        :raises ProviderError: to be tried again, or not, as it says
        """
        retry_on_conflict(lambda: self._write_once(adapter))

    def _write_once(self, adapter):
        self.ensure_one()
        if self.state in ("ended", "single"):
            return
        self._let_go()
        if not self._live():
            self._end(adapter)
            return
        is_new_rule = not self.is_planned
        if is_new_rule and not self._make_plan(adapter):
            return
        event = self._read(adapter, follows=not is_new_rule)
        if event is None and self.remote_id:
            for link in self._live():
                link._follow_removal()
            self.state = "ended"
        elif event is None or event.is_organizer:
            self._bring_in_line(adapter, event, is_new_rule)

    def _live(self):
        return self.link_ids.filtered(lambda link: link.state in ("pending", "live") and link.event_id.active)

    def _let_go(self):
        """Occurrences that Odoo has taken out of the recurrence go on as single meetings."""
        for link in self._live():
            event = link.event_id.sudo()
            if not event.recurrence_id or event.recurrence_id != self.recurrence_id:
                link._leave_series()
                event._link_with(self.calendar_id)

    def _end(self, adapter):
        if self.remote_id:
            adapter.delete_event(self.calendar_id.remote_id, self.remote_id, notify=self.link_ids._are_coming())
        else:
            event = adapter.find_event(self.calendar_id.remote_id, self.key)  # the answer of a write may be lost
            if event:
                adapter.delete_event(self.calendar_id.remote_id, event.id)
        self.state = "ended"
        self.link_ids.filtered(lambda link: link.state != "ignored").state = "ended"

    def _read(self, adapter, follows):
        """:return: :class:`providers.base.Event` of the series, or None: not written yet, or gone"""
        if not self.remote_id:
            return None
        event = self.env["scheduling.event.link"]._read_if_there(adapter, self.calendar_id, self.remote_id)
        if event and follows and event.etag != self.etag:
            # Changed there meanwhile: first the occurrences follow, each merged with what was changed here.
            self.calendar_id._sync_in()
        return event

    # ------------------------------------------------------------ the rule

    def _make_plan(self, adapter):
        """Gives each occurrence its place in a rule that makes just these.

        A series of which occurrences were changed or cancelled alone can't get another rule without losing that; it is
        cancelled and made anew.

        :return: whether there is such a rule; if not, each occurrence goes out as an event of its own
        """
        live = self._live()
        if self.remote_id and not self._is_uniform():
            adapter.delete_event(self.calendar_id.remote_id, self.remote_id)
            # The same each time: should the answer of the new one be lost, the next try finds what this one made.
            key = f"meeting:{uuid.uuid5(uuid.NAMESPACE_OID, self.key).hex}"
            self.write({"key": key, "remote_id": False, "uid": False, "etag": False, "agreed": False})
        zone = self.recurrence_id.event_tz or self.calendar_id.user_id.tz or "UTC"
        plan = series_rules.plan(self.recurrence_id.rrule or "", [link._meant_time() for link in live], zone)
        if plan is None:
            self._end(adapter)
            self.state = "single"
            live._make_single()
            return False
        for link, place in zip(live, plan.places):
            if place is None:
                link._make_single()
            else:
                link.write({"recurrence_key": moment_text(place), "remote_id": False, "etag": False, "agreed": False})
        (self.link_ids - live).unlink()
        start, end = moment_text(plan.start), moment_text(plan.end)
        self.plan = {"start": start, "end": end, "zone": zone, "lines": list(plan.lines)}
        self.is_planned = True
        return True

    def _is_uniform(self):
        """:return: whether no occurrence was changed or cancelled alone"""
        told = self.link_ids.filtered("agreed")
        return not self.link_ids.filtered(lambda link: link.state in ("ended", "ignored")) and not any(
            link._agreed_facts().differs(self._facts_at(link, Facts.load(self.agreed))) for link in told
        )

    def _shortened(self, live):
        """:return: (the links behind the last occurrence that is left, when that starts), where a rule can end there"""
        keys = live.filtered("recurrence_key").mapped("recurrence_key")
        last = max(keys, default="")
        tail = self.link_ids.filtered(lambda link: link.state == "ending" and (link.recurrence_key or "") > last)
        # A single one is cancelled as such.
        return (tail, moment_of(last)) if last and len(tail) > 1 else (tail.browse(), None)

    # ------------------------------------------------------------ what it says

    def _bring_in_line(self, adapter, event, is_new_rule):
        live = self._live()
        wanted = self._wanted(live)
        new = self._new_draft(wanted, live[:1])
        if event is None:
            event = adapter.put_event(self.calendar_id.remote_id, new, key=self.key)
        theirs = live[:1]._remote_facts(event)
        tail, last = self._shortened(live)
        if is_new_rule and event.revision != new.revision:
            ours, recurrence, revision = replace(wanted, start=new.start, end=new.end), new.recurrence, new.revision
        else:
            ours, revision = replace(wanted, start=event.start, end=event.end), ""
            recurrence = series_rules.cut(event.recurrence, last, event.zone or new.zone) if last else event.recurrence
        recurs_otherwise = recurrence != event.recurrence
        if ours != theirs or recurs_otherwise:
            draft = replace(
                live[:1]._changed_draft(event, ours, theirs),
                recurrence=recurrence,
                zone=new.zone if revision else event.zone,
                sequence=event.sequence + (ours.time != theirs.time or recurs_otherwise),
                revision=revision,
            )
            event = adapter.put_event(
                self.calendar_id.remote_id,
                draft,
                key=self.key,
                event_id=event.id,
                etag=event.etag,
                notify=(recurs_otherwise or ours.tells_guests(theirs)) and self.link_ids._are_coming(),
            )
            if not is_new_rule:
                # Which of them were changed alone, only the calendar knows: these are read and merged one by one.
                self.calendar_id._sync_in()
        self.write({"state": "live", "remote_id": event.id, "uid": event.uid, "etag": event.etag})
        tail.unlink()
        self._settle_occurrences(event, live, replace(wanted, start=event.start, end=event.end))

    def _wanted(self, live):
        """:return: :class:`sync.facts.Facts`: what most occurrences say; it is what is not theirs alone"""
        said = Counter(replace(link._own_facts(), start=None, end=None) for link in live)
        before = replace(Facts.load(self.agreed), start=None, end=None) if self.agreed else None
        return max(said, key=lambda facts: (said[facts], bool(before) and not facts.differs(before)))

    def _new_draft(self, facts, link):
        plan = self.plan
        said = (facts.summary, facts.location, facts.description, sorted(facts.guests), facts.is_busy, facts.is_private)
        return Draft(
            start=moment_of(plan["start"]),
            end=moment_of(plan["end"]),
            summary=facts.summary,
            description=for_calendar(facts.description),
            location=facts.location,
            zone=plan["zone"],
            attendees=tuple(link._guest(address) for address in sorted(facts.guests)),
            is_busy=facts.is_busy,
            is_private=facts.is_private,
            recurrence=tuple(plan["lines"]),
            revision=hashlib.sha256(repr((sorted(plan.items()), *said)).encode()).hexdigest()[:16],
        )

    def _settle_occurrences(self, event, live, facts):
        """The occurrences of the series say what it says, but for those that were changed alone."""
        before = Facts.load(self.agreed) if self.agreed else None
        for link in live:
            known = link._agreed_facts()
            if known is None or (before and not known.differs(self._facts_at(link, before))):
                values = {"uid": event.uid, "series_id": event.id, "state": "live", "is_organizer": True}
                link.write({**values, "agreed": self._facts_at(link, facts).dump()})
        self.agreed = facts.dump()
        live._absorb_twins()
        live.filtered(lambda link: link._own_facts() != link._agreed_facts())._enqueue_write()
        self.link_ids.filtered(lambda link: link.state == "ending")._enqueue_write()

    @staticmethod
    def _facts_at(link, facts):
        """:return: :class:`sync.facts.Facts` of an occurrence that is as the series makes it"""
        start = moment_of(link.recurrence_key)
        return replace(facts, start=start, end=start + (facts.end - facts.start))


class SchedulingOperation(models.Model):
    _inherit = "scheduling.operation"

    kind = fields.Selection(
        selection_add=[("write_series", "Write the recurring meeting into the calendar")],
        ondelete={"write_series": "cascade"},
    )

    @api.model
    def _writes(self):
        return {**super()._writes(), "write_series": "main"}

    def _do_write_series(self, series_id):
        """Brings the series in line with the recurring meeting as it is now."""
        self._write_linked(self.env["scheduling.series"].browse(series_id))
