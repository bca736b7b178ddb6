from odoo import api, fields, models

from ..sync.moments import moment_text

STATES = [
    ("pending", "To be written"),
    ("live", "Linked"),
    ("single", "As single events"),
    ("ended", "Cancelled"),
]


class SchedulingSeries(models.Model):
    """A recurring meeting made in Odoo as one series of an outside calendar, with one invitation.

    Each occurrence has its link; what the series is changes only where that of most occurrences changes.
    """

    _name = "scheduling.series"
    _description = "Linked Series"
    _rec_name = "remote_id"

    recurrence_id = fields.Many2one("calendar.recurrence", ondelete="set null", index="btree_not_null")
    calendar_id = fields.Many2one("scheduling.calendar", required=True, ondelete="cascade", index=True)
    link_ids = fields.One2many("scheduling.event.link", "own_series_id", "Occurrences")
    state = fields.Selection(STATES, required=True, default="pending")
    is_planned = fields.Boolean(help="The rule is that of the occurrences; else it is made anew when it is written.")

    remote_id = fields.Char(help="The provider's own name of the series, empty until it is written.")
    key = fields.Char(required=True, help="Names the series at the provider, so that it is made once.")
    uid = fields.Char("iCalendar UID")
    etag = fields.Char(help="The version that was read or written last.")
    plan = fields.Json(help="When the first occurrence starts and ends, the zone, and the lines of the rule.")
    agreed = fields.Json(help="What both sides said last of the occurrences that were not changed alone.")
    version = fields.Integer(default=0, required=True, help="Counts what was asked for in Odoo.")

    _key_uniq = models.UniqueIndex("(calendar_id, key)")

    # ------------------------------------------------------------ in the transaction of a person's change

    @api.model
    def _of_recurrence(self, recurrence, calendar):
        return self.sudo().search(
            [
                ("recurrence_id", "=", recurrence.id),
                ("calendar_id", "=", calendar.id),
                ("state", "!=", "ended"),
            ],
            limit=1,
        )

    @api.model
    def _take_in(self, event, calendar):
        """An occurrence goes out as part of its series."""
        links = self.env["scheduling.event.link"].sudo()
        series = self._of_recurrence(event.recurrence_id, calendar) or self.sudo().create(
            {"recurrence_id": event.recurrence_id.id, "calendar_id": calendar.id, "key": links._new_key()}
        )
        if series.state == "single":
            event._link_with(calendar)
            return
        link = links.create({**links._own_values(event, calendar), "own_series_id": series.id})
        link.recurrence_key = moment_text(link._own_facts().start)
        link.changed_at = fields.Datetime.now()
        series.is_planned = False
        series._ask_to_write()

    @api.model
    def _follow_recurrence(self, link):
        """Odoo has put a linked meeting into another recurrence: into a new one, or into what it made of the old one.

        :return: whether ``link`` goes on to stand for its meeting
        """
        event, calendar, series = link.event_id.sudo(), link.calendar_id, link.own_series_id
        known = self._of_recurrence(event.recurrence_id, calendar)
        if series and not series.recurrence_id and not known:
            # All were edited: Odoo makes the recurrence anew, and it stays the same series for its guests.
            series.write({"recurrence_id": event.recurrence_id.id, "is_planned": False})
            return True
        if series:
            link._leave_series()
            series._ask_to_write()
            self._take_in(event, calendar)
            return False
        if not known:
            # A single meeting begins to recur: its event becomes the series.
            own = self.sudo().create(
                {
                    "recurrence_id": event.recurrence_id.id,
                    "calendar_id": calendar.id,
                    "state": "live" if link.remote_id else "pending",
                    "key": link.key,
                    "remote_id": link.remote_id,
                    "uid": link.uid,
                    "agreed": link.agreed,
                }
            )
            link.write(
                {
                    "own_series_id": own.id,
                    "key": link._new_key(),
                    "recurrence_key": moment_text(link._own_facts().start),
                    "state": "pending",
                    "remote_id": False,
                    "etag": False,
                    "agreed": False,
                }
            )
        return True

    def _ask_to_write(self):
        """Once a transaction: Odoo changes a recurrence in many steps."""
        operations = self.env["scheduling.operation"].sudo()
        for series in self.sudo():
            lane = f"series:{series.id}"
            if operations.search_count(
                [("lane", "=", lane), ("state", "=", "pending"), ("create_date", "=", self.env.cr.now())], limit=1
            ):
                continue
            series.version += 1
            operations._enqueue(
                "write_series",
                f"{lane}:{series.version}",
                lane,
                connection=series.calendar_id.connection_id,
                series_id=series.id,
            )

    @api.autovacuum
    def _gc_ended(self):
        """What has neither a recurrence nor an occurrence that is remembered."""
        self.search([("recurrence_id", "=", False), ("link_ids", "=", False)], limit=10_000).unlink()
