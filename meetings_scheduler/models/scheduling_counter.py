import hashlib
import hmac
import ipaddress
from datetime import timedelta

from odoo import api, fields, models

from ..exceptions import PublicError

DEFAULT_LIMIT = 20
PERIOD = timedelta(hours=1)


class SchedulingCounter(models.Model):
    """Booking attempts of the last hour, by sender, so that one of them can't fill a calendar.

    Each attempt is a row that is committed before the rows are counted, so of any number of parallel attempts at most
    the allowed number passes. An UPDATE of one shared counter would fail under REPEATABLE READ when two visitors meet.
    Senders are kept as keyed hashes only.
    """

    _name = "scheduling.counter"
    _description = "Booking Attempt"
    _log_access = False

    scope = fields.Char(required=True)
    sender = fields.Char(required=True)
    at = fields.Datetime(required=True)

    _sender_idx = models.Index("(scope, sender, at)")

    @api.model
    def _limit(self):
        """:return: bookings per hour and sender, 0 for any number"""
        value = self.env["ir.config_parameter"].sudo().get_param("meetings_scheduler.rate_limit", DEFAULT_LIMIT)
        try:
            return max(int(value), 0)
        except ValueError:
            return DEFAULT_LIMIT

    @api.model
    def _count(self, scope, sender):
        """Counts one attempt, in a transaction of its own: a refused booking is rolled back, its attempt is not.

        :param scope: ``ip``, or as whom an address is written to: ``email`` (the visitor), ``move``, ``guest``
        :param sender: an address of that kind
        :raises PublicError: 429 with ``retry_after`` in seconds, if it was one attempt too many
        """
        limit = self._limit()
        if not limit:
            return
        key = self._hash(scope, sender)
        with self.env.registry.cursor() as cr:
            cr.execute(
                """INSERT INTO scheduling_counter (scope, sender, at)
                   VALUES (%s, %s, clock_timestamp() AT TIME ZONE 'UTC') RETURNING id""",
                [scope, key],
            )
            (attempt,) = cr.fetchone()
        with self.env.registry.cursor() as cr:
            cr.execute(
                """SELECT count(*), CEIL(EXTRACT(EPOCH FROM MIN(at) + %s - clock_timestamp() AT TIME ZONE 'UTC'))
                     FROM scheduling_counter
                    WHERE scope = %s AND sender = %s AND at > clock_timestamp() AT TIME ZONE 'UTC' - %s""",
                [PERIOD, scope, key, PERIOD],
            )
            count, wait = cr.fetchone()
            if count <= limit:
                return
            # Knocking at a closed door doesn't keep it closed.
            cr.execute("DELETE FROM scheduling_counter WHERE id = %s", [attempt])
        raise self._refusal(int(wait))

    def _refusal(self, seconds):
        minutes = max(1, -(-seconds // 60))
        message = self.env._(
            "That were many bookings in a short time. Please try again in %(minutes)s minutes.", minutes=minutes
        )
        return PublicError(429, "rate_limited", message, retry_after=max(1, seconds))

    def _hash(self, scope, sender):
        if scope == "ip":
            sender = network(sender)
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return hmac.new(secret.encode(), f"{scope}:{sender}".encode(), hashlib.sha256).hexdigest()

    @api.autovacuum
    def _gc_attempts(self):
        """Forgets what no longer counts."""
        self.search([("at", "<", fields.Datetime.now() - PERIOD)]).unlink()


def network(address):
    """:return: the IPv4 address, or the /64 network an IPv6 visitor can change addresses within"""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address or ""
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)
