"""A user's connection with the calendar they live in."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

STATES = [("connected", "Connected"), ("lost", "Access lost"), ("disconnected", "Disconnected")]


class SchedulingConnection(models.Model):
    _name = "scheduling.connection"
    _description = "Calendar Connection"
    _order = "user_id, id"
    _rec_name = "account"

    user_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="user_id.company_id", store=True)
    provider = fields.Selection(
        [("odoo", "Odoo calendar"), ("google", "Google Calendar")], required=True, default="odoo"
    )
    account = fields.Char(required=True, help="The address that the calendar belongs to.")
    state = fields.Selection(STATES, required=True, default="connected")
    lost_reason = fields.Char(readonly=True, help="Why the calendar can't be read any more, in words for its owner.")
    lost_at = fields.Datetime(readonly=True)
    needs_setup = fields.Boolean(
        readonly=True, help="Lost for what an administrator mends. It is tried again, and comes back by itself."
    )
    use_pages = fields.Boolean(
        "Scheduling pages", default=True, help="Visitors book free time; bookings land in the main calendar."
    )
    connected_at = fields.Datetime(default=fields.Datetime.now, readonly=True)
    checked_at = fields.Datetime("Last check", readonly=True)
    calendar_ids = fields.One2many("scheduling.calendar", "connection_id", "Calendars")
    main_calendar_id = fields.Many2one("scheduling.calendar", compute="_compute_main_calendar_id")

    _one_user = models.UniqueIndex(
        "(provider, account) WHERE state <> 'disconnected' AND provider <> 'odoo'",
        "Another user has connected this account already.",
    )

    @api.depends("calendar_ids.is_main")
    def _compute_main_calendar_id(self):
        for connection in self:
            connection.main_calendar_id = connection.calendar_ids.filtered("is_main")[:1]

    @api.model
    def _readable_users(self, users):
        """The active users whose free time is known: connected for pages, every account and linked calendar read.

        A calendar that counts and can't be read makes its user unavailable, even if all others work. An account for
        calendar sync only has no say.

        :return: a subset of ``users``
        """
        if not users:
            return users
        self.flush_model(["user_id", "state", "purpose", "use_pages", "checked_at"])
        self.env["scheduling.calendar"].flush_model(["connection_id", "state", "counts"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT booked.user_id
                  FROM scheduling_connection booked
                  JOIN res_users owner ON owner.id = booked.user_id AND owner.active
                 WHERE booked.user_id = ANY(%s) AND booked.state = 'connected' AND booked.use_pages
                   AND booked.purpose IN ('all', 'pages')
                   AND NOT EXISTS (
                       SELECT FROM scheduling_connection connection
                         LEFT JOIN scheduling_calendar calendar
                                ON calendar.connection_id = connection.id AND calendar.counts
                               AND calendar.state <> 'active'
                        WHERE connection.user_id = booked.user_id
                          AND connection.state <> 'disconnected' AND connection.purpose <> 'sync'
                          AND (connection.state <> 'connected' OR connection.checked_at IS NULL
                               OR calendar.id IS NOT NULL))
                """,
                users.ids,
            )
        )
        return users.browse([user_id for (user_id,) in rows])

    # ------------------------------------------------------------ life cycle

    @api.model
    def action_connect_odoo(self):
        """Connects the current user's own Odoo calendar: one click, nothing outside is asked.

        A user without a page gets a first one, so that there is something to share.

        :raises AccessError: a portal user's
        """
        self.check_access("read")
        self._connect_odoo(self.env.user)
        return self.env["ir.actions.client"]._for_xml_id("meetings_scheduler.action_dashboard")

    @api.model
    def _connect_odoo(self, user):
        """
        :return: the user's connection with their Odoo calendar, its busy time read
        :raises UserError: they have connected another one, and only one can be
        """
        connection = self._of_user(user).filtered(lambda account: account.provider == "odoo")
        if not connection:
            connection = self._add_account(user, self._odoo_values(user))
        connection._refresh_busy()
        connection._ensure_page()
        return connection

    @api.model
    def _odoo_values(self, user):
        """:return: values of a new connection with the user's Odoo calendar"""
        return {
            "account": user.email_normalized or user.login,
            "calendar_ids": [fields.Command.create({"name": user.name, "remote_id": "odoo", "is_main": True})],
        }

    def _ensure_page(self):
        """Who connects a calendar for scheduling pages has one to share."""
        pages = self.env["scheduling.page"].sudo()
        for user in self.filtered("use_pages").user_id:
            if not pages.search_count([("user_id", "=", user.id)], limit=1):
                pages.with_user(user).sudo().create({"user_id": user.id})

    def action_disconnect(self):
        """Takes the connection away: meetings stay where they are.

        Another account of the user takes over; without one pages take requests from now on.
        """
        self._check_may_disconnect()
        self._take_turns(self.sudo().user_id)
        self.sudo()._disconnect()

    def _check_may_disconnect(self):
        """:raises AccessError: it is somebody else's"""
        for connection in self:
            if connection.user_id != self.env.user and not self.env.is_system():
                raise AccessError(
                    self.env._("Only %(name)s can disconnect this calendar.", name=connection.user_id.name)
                )

    def _disconnect(self):
        self.calendar_ids.busy_ids.unlink()
        self.write({"state": "disconnected", "lost_reason": False, "lost_at": False, "needs_setup": False})
        self.flush_recordset()  # the next connection is inserted before Odoo would write this
        self._settle()

    # ------------------------------------------------------------ busy time

    def _refresh_busy(self):
        """Reads the busy time of every calendar that counts and remembers when."""
        for connection in self:
            connection.calendar_ids.filtered("counts")._read_odoo_busy()
        self.write({"checked_at": fields.Datetime.now()})

    @api.model
    def _cron_refresh_busy(self):
        """Nightly full read of Odoo's calendars, which mends what no hook saw (database cascades, restored rows)."""
        connections = self.search([("state", "=", "connected"), ("provider", "=", "odoo")])
        self.env["ir.cron"]._commit_progress(remaining=len(connections))
        for connection in connections:
            connection._refresh_busy()
            if not self.env["ir.cron"]._commit_progress(1):
                break
