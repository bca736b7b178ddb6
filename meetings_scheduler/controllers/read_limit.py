"""A limit for reading, kept in the process: the routes that read may run on a replica, where nothing can be counted."""

import threading
import time

from odoo.http import request

from ..exceptions import PublicError
from ..models.scheduling_counter import network

BURST = 240
PER_SECOND = 8.0
MAX_SENDERS = 10_000


class TokenBuckets:
    """One bucket a sender: full at first, refilled steadily, one token a call."""

    def __init__(self, burst, per_second, clock=time.monotonic):
        self.burst, self.per_second, self.clock = burst, per_second, clock
        self._lock = threading.Lock()
        self._buckets = {}

    def clear(self):
        with self._lock:
            self._buckets.clear()

    def take(self, sender):
        """:return: 0, or after how many seconds there will be a token again"""
        now = self.clock()
        with self._lock:
            if len(self._buckets) >= MAX_SENDERS:
                self._buckets.clear()  # forgetting all is cheaper than finding the oldest, and happens in a flood only
            tokens, seen = self._buckets.get(sender, (self.burst, now))
            tokens = min(self.burst, tokens + (now - seen) * self.per_second)
            wait = 0 if tokens >= 1 else (1 - tokens) / self.per_second
            self._buckets[sender] = (tokens - (0 if wait else 1), now)
            return wait


buckets = TokenBuckets(BURST, PER_SECOND)


def wait_of(address):
    """:return: how many seconds the visitor at ``address`` has to wait, 0 for none"""
    return buckets.take(network(address))


def check_read_limit():
    """:raises PublicError: 429; never if the administrator has switched the limits off"""
    if not request.env["scheduling.counter"]._limit():
        return
    if wait := wait_of(request.httprequest.remote_addr):
        seconds = int(wait) + 1
        message = request.env._("Too many questions at once. Please try again in %(seconds)s seconds.", seconds=seconds)
        raise PublicError(429, "rate_limited", message, retry_after=seconds)
