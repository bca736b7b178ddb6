"""Moments as text: one text for one instant, whatever its zone (RFC 5545, 3.3.4 and 3.3.5)."""

from __future__ import annotations

from datetime import date, datetime, timezone

Moment = datetime | date


def moment_text(moment: Moment | None) -> str:
    """:return: in UTC, or a date; "" for None"""
    if isinstance(moment, datetime):
        return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    return moment.strftime("%Y%m%d") if moment else ""


def moment_of(text: str) -> Moment:
    """What `moment_text` wrote."""
    if "T" in text:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    return datetime.strptime(text, "%Y%m%d").date()
