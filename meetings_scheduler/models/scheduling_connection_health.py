"""Whether everybody's calendars are read and written, for a manager: numbers and times, nothing of what is in them."""

from datetime import timedelta

from odoo import api, fields, models, tools

from .scheduling_connection import STATES
from .scheduling_connection_accounts import PURPOSES
from .scheduling_connection_heartbeat import SILENCE
from .scheduling_connection_poll import POLL_EVERY


class SchedulingConnectionHealth(models.Model):
    """A connection without its content. The connection itself is its owner's alone."""

    _name = "scheduling.connection.health"
    _description = "Health of a Calendar Connection"
    _auto = False
    _order = "trouble desc, user_id, id"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    provider = fields.Selection(
        lambda self: self.env["scheduling.connection"]._fields["provider"]._description_selection(self.env),
        "Calendar",
        readonly=True,
    )
    purpose = fields.Selection(PURPOSES, readonly=True)
    state = fields.Selection(STATES, readonly=True)
    lost_at = fields.Datetime("Lost since", readonly=True)
    checked_at = fields.Datetime("Busy times read", readonly=True)
    read_at = fields.Datetime("Meetings read", readonly=True)
    next_read = fields.Datetime(readonly=True)
    linked = fields.Integer("Meetings linked", readonly=True)
    waiting = fields.Integer(
        readonly=True, help="Meetings, answers and tasks that are about to be written into the calendar."
    )
    failed = fields.Integer(
        readonly=True, help="Meetings, answers and tasks that could not be written. Their owner sees which, and why."
    )
    questions = fields.Integer(
        "To be answered", readonly=True, help="Meetings of which only the owner of the calendar knows what is right."
    )
    trouble = fields.Boolean(readonly=True, help="Somebody should look at it.")
    alarm = fields.Char(compute="_compute_alarm", help="The scheduled jobs don't read the calendar.")

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            """
            CREATE VIEW scheduling_connection_health AS
            SELECT counted.*,
                   counted.state = 'lost' OR counted.failed > 0 OR counted.questions > 0
                   OR COALESCE(counted.reads AND counted.next_read
                               <= clock_timestamp() AT TIME ZONE 'UTC' - interval '%(minutes)s minutes', false)
                   AS trouble
              FROM (
                SELECT owner.active AND connection.provider <> 'odoo' AS reads,
                       connection.id, connection.user_id, connection.company_id, connection.provider, connection.state,
                       connection.purpose, connection.lost_at, connection.checked_at, main.sync_read_at AS read_at,
                       CASE WHEN connection.state = 'connected'
                            THEN GREATEST(connection.refresh_due, connection.paused_until) END AS next_read,
                       (SELECT count(*) FROM scheduling_event_link link
                          JOIN scheduling_calendar calendar ON calendar.id = link.calendar_id
                         WHERE calendar.connection_id = connection.id AND link.state = 'live'
                           AND flows.syncs) AS linked,
                       written.waiting, written.failed,
                       (SELECT count(*) FROM scheduling_event_link link
                          JOIN scheduling_calendar calendar ON calendar.id = link.calendar_id
                         WHERE calendar.connection_id = connection.id AND link.doubt <> 'left'
                           AND flows.syncs)
                       + (flows.syncs AND COALESCE(main.held_removals, 0) > 0)::int AS questions
                  FROM scheduling_connection connection
                  JOIN res_users owner ON owner.id = connection.user_id
                  LEFT JOIN scheduling_calendar main ON main.connection_id = connection.id AND main.is_main
                  CROSS JOIN LATERAL (
                    SELECT connection.use_sync IS TRUE AND connection.purpose <> 'pages' AS syncs) flows
                  CROSS JOIN LATERAL (
                    SELECT count(*) FILTER (WHERE lane.troubles = 0) AS waiting,
                           count(*) FILTER (WHERE lane.troubles > 0) AS failed
                      FROM (SELECT count(last_error) AS troubles
                              FROM scheduling_operation operation
                             WHERE operation.connection_id = connection.id AND operation.state <> 'done'
                               AND operation.kind IN %(writes)s
                               AND (operation.last_error IS NOT NULL
                                    OR operation.next_attempt <= clock_timestamp() AT TIME ZONE 'UTC')
                             GROUP BY operation.lane) lane) written
                 WHERE connection.state <> 'disconnected') counted
            """,
            {
                "minutes": (SILENCE - POLL_EVERY) // timedelta(minutes=1),
                "writes": tuple(self.env["scheduling.operation"]._writes()),
            },
        )

    @api.depends("next_read")
    def _compute_alarm(self):
        connections = self.env["scheduling.connection"].sudo()
        silent = fields.Datetime.now() - SILENCE + POLL_EVERY
        for health in self:
            stands = health.provider != "odoo" and health.sudo().user_id.active and health.next_read
            health.alarm = (
                connections._unread_in_words(health.next_read - POLL_EVERY)
                if stands and health.next_read <= silent
                else False
            )
