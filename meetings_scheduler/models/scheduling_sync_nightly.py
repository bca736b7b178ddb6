"""Every night the links are compared with both sides: what no hook and no push told is mended, or asked about.

Hooks don't see what PostgreSQL does by itself: a row that goes with another one by cascade, a restored table. Nothing
that guests would hear of is done without a person: such links are in doubt until their owner has answered.
"""

import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

DOUBTS = [
    ("gone", "The meeting is gone from Odoo"),
    ("archived", "The meeting is archived in Odoo"),
    ("guests", "The guests are not the same"),
    ("left", "Left as it is"),
]


class SchedulingConnection(models.Model):
    _inherit = "scheduling.connection"

    @api.model
    def _cron_reconcile(self):
        """Compares all links, one connection a transaction."""
        due = self.sudo().search([("state", "=", "connected"), ("provider", "!=", "odoo")])._syncs()
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for connection in due:
            try:
                connection._reconcile_meetings()
            except Exception:  # one broken connection stops no other
                self.env.cr.rollback()
                _logger.exception("Connection %s could not be compared", connection.id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _reconcile_meetings(self):
        """The calendar is read in full, after what its token still tells; then Odoo's side is compared."""
        self.ensure_one()
        self._sync_in()
        self.main_calendar_id.sync_token = False
        self._sync_in()
        links = self.env["scheduling.event.link"].search(
            [
                ("calendar_id.connection_id", "=", self.id),
                ("booking_id", "=", False),
                ("leads", "=", True),
                ("state", "in", ("pending", "live", "ending")),
                ("stop", ">", fields.Datetime.now()),
            ]
        )
        links._join_twins()
        links.filtered("leads")._compare_with_odoo()


class SchedulingEventLink(models.Model):
    _inherit = "scheduling.event.link"

    doubt = fields.Selection(DOUBTS, help="What the nightly comparison found, until the owner of the calendar answers.")

    def _compare_with_odoo(self):
        """Writes again what a person's change should have brought about, and marks what nobody has decided."""
        operations = self.env["scheduling.operation"].search(
            [("lane", "in", [link._lane() for link in self]), ("state", "in", ("pending", "running", "failed"))]
        )
        busy = set(operations.mapped("lane"))
        found = defaultdict(self.browse)
        for link in self.filtered(lambda link: link._lane() not in busy):
            found[link._difference()] |= link
        unwritten = found.pop("unwritten", self.browse()).filtered(lambda link: link.doubt != "left")
        for doubt, links in found.items():
            links.filtered(lambda link, doubt=doubt: link.doubt != "left" or not doubt).doubt = doubt
        # Written as a whole, a series would take along the occurrence that its owner is still asked about.
        unclear = self.filtered(lambda link: link.doubt).own_series_id
        unwritten.filtered(lambda link: link.own_series_id not in unclear)._ask_to_write()

    def _difference(self):
        """:return: a doubt, "unwritten" (nobody hears of it but the calendar), or False: both sides say the same"""
        if self.state == "ending":
            return "unwritten"
        if not self.event_id:
            return "gone"
        if not self.event_id.sudo().active:
            return "archived"
        if not self.agreed:
            # An occurrence of a series that was written is known in full only once it was read.
            return "unwritten" if self.state == "pending" else False
        ours, agreed = self._own_facts(), self._agreed_facts()
        if ours.guests != agreed.guests:
            return "guests"
        return "unwritten" if ours.differs(agreed) else False

    def _title(self):
        """:return: what the owner knows the meeting by, even if it is gone from Odoo"""
        return self.event_id.sudo().name or (self._agreed_facts().summary if self.agreed else "") or ""

    def _follow_odoo(self):
        """The calendar is told what Odoo says, as if somebody had just done it here."""
        self.doubt = False
        gone = self.filtered(lambda link: not link.event_id)
        gone._deleted_here()
        (self - gone)._changed_here()

    @api.model
    def _left_domain(self):
        """:return: domain of the links of meetings to come that their owner left different on both sides"""
        ours = Domain("is_organizer", "=", True) | Domain("event_id.active", "=", True)
        left = Domain("doubt", "=", "left") | Domain("state", "=", "ignored") & ours
        return left & Domain("booking_id", "=", False) & Domain("stop", ">", fields.Datetime.now())

    def _leave(self):
        """Both sides stay as they are: nothing is written until somebody changes the meeting again."""
        for link in self:
            is_over = link.state in ("pending", "ending") or not link.event_id.sudo().active
            link.write({"state": "ignored", "doubt": False} if is_over else {"doubt": "left"})
