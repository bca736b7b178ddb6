"""The hosts' calendars, asked while the visitor waits: what was cached may have changed a minute ago."""

from datetime import timedelta

from odoo import models
from odoo.http import request as http_request

from ..providers.base import Period


class SchedulingPage(models.Model):
    _inherit = "scheduling.page"

    def _ask_live(self, hosts, start, duration_min):
        """Whether the hosts are free, by their own calendars' word; however many there are, the visitor waits once.

        :param start: aware
        :return: "free", "busy", or "unknown": a calendar didn't answer and what is cached of it is too old
        """
        window = Period(
            start - timedelta(minutes=self.buffer_before),
            start + timedelta(minutes=duration_min + self.buffer_after),
        )
        connections = (
            self.env["scheduling.connection"]
            .sudo()
            .search(
                [
                    ("user_id", "in", hosts.ids),
                    ("provider", "!=", "odoo"),
                    ("state", "=", "connected"),
                    ("purpose", "!=", "sync"),
                ]
            )
        )
        until = connections._live_until()
        answers = {self._ask_once(connection, window, until) for connection in connections}
        return next((answer for answer in ("busy", "unknown") if answer in answers), "free")

    def _ask_once(self, connection, window, until):
        """Odoo repeats a request whose transaction failed; the calendar isn't asked again for that (fault 27)."""
        memory = {}
        if http_request:
            memory = http_request.__dict__.setdefault("meetings_scheduler_live", memory)
        question = (connection.id, window)
        if question not in memory:
            memory[question] = connection._is_free_live(window, until)
        return memory[question]
