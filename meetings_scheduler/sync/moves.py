"""A series that is moved as a whole stays the same meetings (RFC 5545, 3.8.4.4).

An occurrence is named by when it was meant to start, so that the calendar tells such a series as all its occurrences
gone and others there. Those that are the old ones moved by one span of wall-clock time are found here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..providers.base import Event
from .moments import Moment, moment_of

if TYPE_CHECKING:
    from .planner import Link


def same_at_new_time(gone: Iterable[Link], new: Iterable[Event]) -> dict[str, Link]:
    """gone: known occurrences that are no longer there. new: events that nobody knows. Returns {id of event: link}."""
    links, events = defaultdict(list), defaultdict(list)
    for link in gone:
        if link.series_id and link.recurrence_id:
            links[link.series_id].append(link)
    for event in new:
        if event.series_id in links and event.recurrence_id:
            events[event.series_id].append(event)
    found = {}
    for series_id, fresh in events.items():
        found.update(_pairs(links[series_id], fresh))
    return found


def _pairs(links, events):
    zone = _zone(events[0].zone)
    before = {_wall(moment_of(link.recurrence_id), zone): link for link in links}
    after = {_wall(event.recurrence_id, zone): event for event in events}
    spans = Counter(new - old for old in before for new in after)
    # By one day or by the week and a day: of those that fit as many, the short way.
    span, fitting = max(spans.items(), key=lambda item: (item[1], -abs(item[0]), item[0]))
    # At the edges of what was read some have no partner; if most have none, the rule is another one.
    if 2 * fitting < min(len(before), len(after)):
        return {}
    return {after[old + span].id: link for old, link in before.items() if old + span in after}


def _wall(moment: Moment, zone: ZoneInfo) -> datetime:
    """Nine o'clock stays nine o'clock when the clocks change; a day is its midnight."""
    if isinstance(moment, datetime):
        return moment.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(moment, time())


def _zone(name):
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")
