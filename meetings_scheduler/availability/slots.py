"""The public questions: which times, is this one free, what is near it, what comes next (ARCHITECTURE.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from .engine import FAR, Offer, Question
from .explain import reasons_at
from .types import DAY, Decision, HostCalendar, PageRules, Reason, Slot
from .zones import EPOCH, to_datetime, to_epoch

_SECOND = timedelta(seconds=1)


def _slots(question: Question, offers: Iterable[Offer]) -> list[Slot]:
    duration = question.rules.duration
    if question.rules.seats == 1:
        return [Slot(to_datetime(start), to_datetime(start + duration), ids) for start, ids in offers]
    return [
        Slot(to_datetime(start), to_datetime(start + duration), ids, question.seats_left(start, ids))
        for start, ids in offers
    ]


def slots(
    rules: PageRules,
    hosts: Sequence[HostCalendar],
    *,
    now: datetime | None,
    start: datetime,
    end: datetime,
    visitor: str | None = None,
    seats: int = 1,
) -> list[Slot]:
    """The offered times that start in [start, end), in order.

    now, start, end: aware datetimes; now None leaves notice and holds' ends out of it. visitor: whose holds do not
    count. seats: how many are wanted. Raises InvalidRules for a naive datetime, an unknown zone or a bad setting.
    """
    low, high = to_epoch(start), to_epoch(end)
    if low >= high:
        return []
    question = Question(rules, hosts, now, visitor, seats, low, high)
    return _slots(question, question.offered(low, high))


def check(
    rules: PageRules,
    hosts: Sequence[HostCalendar],
    start: datetime,
    *,
    now: datetime | None,
    visitor: str | None = None,
    seats: int = 1,
) -> Decision:
    """Whether that start can be booked, by whom, and if not every reason why. Same units and errors as slots."""
    moment = to_epoch(start)
    question = Question(rules, hosts, now, visitor, seats, moment, moment + 1)
    if (start - EPOCH) % _SECOND:
        return Decision(False, (), (Reason("grid"),))
    for _start, ids in question.offered(moment, moment + 1):
        return Decision(True, ids, (), question.seats_left(moment, ids))
    return Decision(False, (), reasons_at(question, moment))


def nearest(
    rules: PageRules,
    hosts: Sequence[HostCalendar],
    start: datetime,
    *,
    now: datetime | None,
    count: int = 3,
    visitor: str | None = None,
    seats: int = 1,
) -> list[Slot]:
    """The offered times nearest to a wished start, at most `count`, in order of time; the wished one is left out.

    Looks a year to either side. Equally near: the earlier one goes first. Same units and errors as slots.
    """
    wished = to_epoch(start)
    question = Question(rules, hosts, now, visitor, seats, wished - FAR, wished + FAR)
    offers: list[Offer] = []
    for reach in (3 * DAY, 21 * DAY, 120 * DAY, FAR):
        offers = [o for o in question.offered(wished - reach, wished + reach) if o[0] != wished]
        if len(offers) >= count:
            break
    closest = sorted(offers, key=lambda offer: (abs(offer[0] - wished), offer[0]))[:count]
    return _slots(question, sorted(closest))


def next_free(
    rules: PageRules,
    hosts: Sequence[HostCalendar],
    *,
    now: datetime | None,
    after: datetime,
    visitor: str | None = None,
    seats: int = 1,
) -> Slot | None:
    """The first offered time at or after `after`, at most a year ahead. Same units and errors as slots."""
    low = to_epoch(after)
    question = Question(rules, hosts, now, visitor, seats, low, low + FAR)
    # Notice may lie far ahead: no need to look before it
    low = max(low, question.earliest or low)
    for until in (7 * DAY, 35 * DAY, 120 * DAY, FAR):
        high = min(low + until, question.high)
        offers = question.offered(low, high)
        if offers:
            return _slots(question, offers[:1])[0]
        low = max(low, high)
    return None
