"""Sync in: the main calendar is read, the planner decides (sync/planner.py), and what it says is done here, silently.

The token is saved with the data of its last page, in one transaction, or not at all.
"""

import logging
from datetime import timedelta

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import str2bool

from ..providers import errors
from ..providers.base import Period
from ..sync import planner
from ..sync.facts import people
from .scheduling_page_slots import aware, naive

_logger = logging.getLogger(__name__)

# How far ahead events are read, and after which time the window moves on: a full read then.
AHEAD = timedelta(days=366)
WINDOW_AGE = timedelta(days=30)


class SchedulingCalendar(models.Model):
    _inherit = "scheduling.calendar"

    sync_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    sync_from = fields.Datetime(groups=fields.NO_ACCESS, help="The window that the token is for.")
    sync_until = fields.Datetime(groups=fields.NO_ACCESS)
    sync_read_at = fields.Datetime("Last sync", readonly=True)
    sync_error = fields.Char(readonly=True, help="Why the last sync didn't happen, in words for its owner.")
    held_removals = fields.Integer(readonly=True, help="So many events went at once that their owner is asked first.")
    held_links = fields.Json(groups=fields.NO_ACCESS, help="Ids of the links of these events.")
    removals_allowed = fields.Boolean(groups=fields.NO_ACCESS)

    # ------------------------------------------------------------ reading

    def _sync_in(self):
        """Brings meetings in line with this calendar.

        :raises ProviderError: nothing was changed
        """
        self.ensure_one()
        if not self.sync_token:
            self._take_over_links()
        with self.connection_id._adapter() as adapter:
            pages, window = self._read_changes(adapter)
            settings = self._planner_settings(pages, window)
            plan = planner.plan(self._planner_links(pages), pages, settings)
            refused = self._carry_out_what_goes(plan, adapter)
        self._hold(plan.held)
        values = {"sync_read_at": fields.Datetime.now(), "sync_error": refused or False}
        if not plan.held and not refused:  # else the same is read again, until the owner has answered or it is mended
            values.update(sync_token=pages[-1].sync_token, removals_allowed=False)
            values.update(sync_from=naive(window.start), sync_until=naive(window.end))
        self.write(values)

    def _read_changes(self, adapter):
        """:return: (all pages, :class:`providers.base.Period` that they are about)"""
        fresh = self._sync_window()
        if self.sync_token and self.sync_from and fresh.start - aware(self.sync_from) < WINDOW_AGE:
            window = Period(aware(self.sync_from), aware(self.sync_until))
            try:
                return list(adapter.changes(self.remote_id, self.sync_token, window)), window
            except errors.SyncTokenExpired as error:
                _logger.info("Calendar %s is read in full: %s", self.id, error)
        return list(adapter.changes(self.remote_id, None, fresh)), fresh

    def _sync_window(self):
        """:return: :class:`providers.base.Period` of a full read that starts now; history is not imported"""
        start = aware(fields.Datetime.now().replace(second=0, microsecond=0))
        return Period(start, start + AHEAD)

    def _take_over_links(self):
        """Connected anew, the same calendar goes on with what it knew: nothing comes in twice."""
        earlier = self.search(
            [
                ("id", "!=", self.id),
                ("remote_id", "=", self.remote_id),
                ("user_id", "=", self.user_id.id),
                ("connection_id.provider", "=", self.connection_id.provider),
                ("connection_id.state", "=", "disconnected"),
            ]
        )
        links = self.env["scheduling.event.link"]
        known = links.search([("calendar_id", "=", self.id)])
        taken = links.search(
            [
                ("calendar_id", "in", earlier.ids),
                ("remote_id", "not in", known.mapped("remote_id")),
                ("booking_id", "not in", known.booking_id.ids),
            ]
        )
        taken.calendar_id = self
        taken.own_series_id.calendar_id = self
        taken._catch_up()

    def _planner_links(self, pages, named_only=False):
        """:return: list of :class:`sync.planner.Link`: those the pages name, all live ones of a full or rebuilt read

        :param named_only: the plan isn't asked who is missing
        """
        events = [event for page in pages for event in page.events]
        ids = {event.id for event in events} | {tombstone.id for page in pages for tombstone in page.removed}
        series = {series for page in pages for series in page.rebuilt}
        told = {tombstone.series_id for page in pages for tombstone in page.removed if tombstone.series_id}
        named = (
            Domain("remote_id", "in", list(ids))
            | Domain("series_id", "in", list(ids | series | told))
            | Domain("uid", "in", list({event.uid for event in events} - {""}))
            | Domain("key", "in", list({event.key for event in events} - {""}))
        )
        if not named_only and any(page.is_full for page in pages):
            named |= Domain("state", "=", "live")
        links = self.env["scheduling.event.link"].search(Domain("calendar_id", "=", self.id) & named)
        return [link._planner_link() for link in links]

    def _planner_settings(self, pages, window):
        events = [event for page in pages for event in page.events]
        addresses = {address for event in events for address in people(event)}
        contacts, colleagues = self._known_addresses(addresses)
        return planner.Settings(
            now=aware(fields.Datetime.now()),
            window=window,
            **self._who_counts(contacts, colleagues),
            elsewhere=self._known_elsewhere(events),
            series_keys=self._series_keys(),
            # Without those of the past: however many were imported, they must not make a loss look small.
            live=self.env["scheduling.event.link"].search_count(
                [("calendar_id", "=", self.id), ("state", "=", "live"), ("stop", ">=", naive(window.start))]
            ),
            removals_allowed=self.removals_allowed,
        )

    def _who_counts(self, contacts, colleagues):
        """
        :param contacts: addresses, as :meth:`_known_addresses` tells them; colleagues too
        :return: dict of what :class:`sync.planner.Settings` says of people
        """
        return {
            "contacts": frozenset(contacts),
            "colleagues": frozenset(colleagues),
            "internal_domains": self._address_list("internal_domains"),
            "blocked": self._address_list("sync_blocked"),
            "creates_contacts": self._creates_contacts(),
        }

    def _series_keys(self):
        """:return: the keys of series made in Odoo of which every occurrence that Odoo made is known here"""
        series = self.env["scheduling.series"].search(
            [("calendar_id", "=", self.id), ("state", "=", "live"), ("is_planned", "=", True)]
        )
        return frozenset(series.mapped("key"))

    def _address_list(self, name):
        text = self.env["ir.config_parameter"].sudo().get_param(f"meetings_scheduler.{name}", "")
        return frozenset(entry.strip().lstrip("@").lower() for entry in text.split(",") if entry.strip())

    def _creates_contacts(self):
        return str2bool(
            self.env["ir.config_parameter"].sudo().get_param("meetings_scheduler.sync_creates_contacts", ""), False
        )

    def _known_addresses(self, addresses):
        """:return: ({address: partner} of contacts, {address: partner} of the own users), of the user's company"""
        companies = [False, *self.user_id.company_ids.ids]
        partners = self.env["res.partner"].search(
            [("email_normalized", "in", list(addresses)), ("company_id", "in", companies)], order="id desc"
        )
        mine = partners.filtered(lambda partner: partner._is_colleague())
        return (
            {partner.email_normalized: partner for partner in partners - mine},
            {partner.email_normalized: partner for partner in mine},
        )

    def _known_elsewhere(self, events):
        """:return: {(UID, recurrence): id of the meeting} of what is linked with another calendar or with a booking"""
        links = self.env["scheduling.event.link"].search(
            [
                ("uid", "in", list({event.uid for event in events} - {""})),
                ("calendar_id", "!=", self.id),
                ("leads", "=", True),
                ("state", "=", "live"),
                ("calendar_id.user_id.company_ids", "in", self.user_id.company_ids.ids),
            ]
        )
        return {(link.uid, link.recurrence_key or ""): (link.booking_id.event_id or link.event_id).id for link in links}

    # ------------------------------------------------------------ carrying out

    def _carry_out_what_goes(self, plan, adapter):
        """As :meth:`_carry_out`, but an event that Odoo refuses, by a rule of another addon say, stops no other.

        :return: why one was refused, in words for the owner, or ""
        """
        try:
            with self.env.cr.savepoint():
                self._carry_out(plan, adapter)
            return ""
        except (errors.ProviderError, OperationalError):
            raise  # no matter of an event
        except Exception as error:
            if len(plan.changes) <= 1:
                _logger.exception("Calendar %s has an event that Odoo refuses", self.id)
                return self.connection_id._error_in_words(error)
        words = [self._carry_out_what_goes(planner.Plan((change,)), adapter) for change in plan.changes]
        return next(filter(None, words), "")

    def _carry_out(self, plan, adapter, tells_contacts=True):
        """
        :param tells_contacts: whether each contact's record gets a note of each new meeting
        :raises ProviderError: the calendar doesn't answer when asked for one event
        """
        links = self.env["scheduling.event.link"]
        creations = [action for action in plan.actions if isinstance(action, planner.Create)]
        links._make_meetings(self, creations, tells_contacts)
        for action in plan.actions:
            match action:
                case planner.Follow():
                    links.browse(action.link_id)._follow(action.event, is_back=action.is_back)
                case planner.Cancel():
                    links.browse(action.link_id)._follow_removal()
                case planner.Confirm():
                    links.browse(action.link_id)._confirm(adapter)
                case planner.Join():
                    links._join_meeting(self, action.event, self.env["calendar.event"].browse(action.meeting_id))
                case planner.KeepBusy(link_id=int() as link_id):
                    links.browse(link_id)._forget_meeting()

    # ------------------------------------------------------------ many at once

    def _hold(self, link_ids):
        """More events went at once than a person deletes: nothing is cancelled until the owner says so."""
        if link_ids and not self.held_removals:
            user = self.user_id
            calendar = self.with_context(lang=user.lang)
            self.env["mail.thread"].with_context(lang=user.lang).message_notify(
                partner_ids=user.partner_id.ids,
                subject=calendar.env._("%(count)s meetings have gone from your calendar", count=len(link_ids)),
                body=Markup("<p>%s</p>")
                % calendar.env._(
                    "%(count)s events that are meetings in Odoo are missing in “%(calendar)s” all at once. Nothing was "
                    "cancelled. %(link)s",
                    count=len(link_ids),
                    calendar=self.name,
                    link=Markup('<a href="%s/odoo/calendar-settings?details=%s">%s</a>')
                    % (
                        self.get_base_url(),
                        self.connection_id.id,
                        calendar.env._("Say whether to cancel or to keep these meetings."),
                    ),
                ),
            )
        if self.held_removals != len(link_ids):
            self.write({"held_removals": len(link_ids), "held_links": list(link_ids)})

    def action_cancel_removed(self):
        """The owner's answer: yes, these meetings are cancelled."""
        self.check_access("read")
        self.sudo().write({"removals_allowed": True})
        self.connection_id.sudo()._refresh_soon()

    def action_keep_removed(self):
        """The owner's answer: the meetings stay in Odoo, without an event in the calendar."""
        self.check_access("read")
        for calendar in self.sudo():
            with calendar.connection_id._adapter() as adapter:
                pages, window = calendar._read_changes(adapter)
            plan = planner.plan(calendar._planner_links(pages), pages, calendar._planner_settings(pages, window))
            self.env["scheduling.event.link"].sudo().browse(plan.held).write({"state": "ignored"})
            calendar.held_removals = 0
        self.connection_id.sudo()._refresh_soon()
