"""What is over and wasn't marked is completed by itself, booked or not."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .scheduling_booking import OPEN_OUTCOMES

_logger = logging.getLogger(__name__)

BATCH = 500
# Odoo keeps 18:00 UTC of its last day as the end of an all-day meeting; a day later that day is over in every zone.
ALL_DAY_GRACE = timedelta(days=1)


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _cron_complete_outcomes(self):
        """Completes bookings and meetings; one that can't be is logged and stops no other."""
        now = fields.Datetime.now()
        ended = Domain("allday", "=", False) & Domain("stop", "<=", now)
        ended |= Domain("allday", "=", True) & Domain("stop", "<=", now - ALL_DAY_GRACE)
        not_booked = Domain("scheduling_booking_ids", "=", False)
        confirmed = Domain("state", "=", "confirmed") & Domain("stop", "<=", now)
        for records, outcome, over in (
            (self.env["scheduling.booking"], "outcome", confirmed),
            (self, "scheduling_outcome", ended & not_booked),
        ):
            records = records.sudo().with_context(tracking_disable=True)
            if not self._complete_all(records, outcome, over & Domain(outcome, "in", OPEN_OUTCOMES)):
                break  # the rest has its turn at the next run

    @api.model
    def _complete_all(self, records, outcome, due):
        """Completes the records of ``records``' model that are ``due``, a batch a transaction.

        :param outcome: the name of the field
        :return: whether there is time for more
        """
        last = 0
        while batch := records.search(due & Domain("id", ">", last), order="id", limit=BATCH):
            last = batch[-1].id
            self._complete(batch, outcome)
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                return False
        return True

    @api.model
    def _complete(self, records, outcome):
        try:
            with self.env.cr.savepoint():
                records.write({outcome: "completed"})
        except Exception:
            if len(records) == 1:
                _logger.exception("%s could not be completed", records)
            else:
                for record in records:
                    self._complete(record, outcome)
