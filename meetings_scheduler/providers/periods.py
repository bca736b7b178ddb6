"""Busy time as the servers give it, made comparable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from .base import Period


def clip_and_merge(periods: Iterable[Period], window: Period) -> list[Period]:
    """Sorted, disjoint, inside the window; what touches is joined."""
    merged: list[Period] = []
    for start, end in sorted(periods):
        start, end = max(start, window.start), min(end, window.end)
        if start >= end:
            continue
        if merged and start <= merged[-1].end:
            merged[-1] = Period(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Period(start, end))
    return merged


def split(window: Period, longest: timedelta) -> Iterator[Period]:
    """The window in pieces a server will answer."""
    start = window.start
    while start < window.end:
        end = min(start + longest, window.end)
        yield Period(start, end)
        start = end
