"""Sync tokens that know the question they answer.

A server's token is only good for the very query it came from (Google leaves anything else undefined, Graph keeps the
window inside it), so ours is that token sealed with the calendar and the window.
"""

from __future__ import annotations

import hashlib

from .base import Period
from .errors import SyncTokenExpired


def seal(token: str, calendar_id: str, window: Period) -> str:
    return f"{_question(calendar_id, window)}.{token}"


def unseal(sealed: str, calendar_id: str, window: Period) -> str:
    """The server's token. Raises SyncTokenExpired if it belongs to another calendar or window."""
    question, _, token = sealed.partition(".")
    if question != _question(calendar_id, window) or not token:
        raise SyncTokenExpired("The sync token belongs to another calendar or window.", "other_query")
    return token


def _question(calendar_id, window):
    text = f"{calendar_id}\n{window.start.timestamp():.0f}\n{window.end.timestamp():.0f}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
