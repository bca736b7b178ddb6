"""Optimistic concurrency (RFC 9110, 13.1.1): a write names the version it was made for, nothing is ever locked.

Where another version is there by then, the write is decided anew from what is there now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..providers.errors import Conflict

ATTEMPTS = 3  # so often in a row somebody may be quicker; after that the outbox waits before it goes on

Written = TypeVar("Written")


def retry_on_conflict(write: Callable[[], Written]) -> Written:
    """Calls ``write``, anew at once as long as another version is there.

    :param write: one attempt as a whole: reads what it needs, decides, writes; what a lost attempt has learnt it keeps
        itself before it lets the Conflict pass
    :return: what the attempt returns that went through
    :raises Conflict: of the last of :data:`ATTEMPTS` attempts
    :raises ProviderError: any other, at once
    """
    for _lost in range(ATTEMPTS - 1):
        try:
            return write()
        except Conflict:
            continue
    return write()
