"""Who takes a meeting several hosts could take, and why (ARCHITECTURE.md, Several hosts).

The ledger of a host is `taken` (bookings that kept their turn), `credit` (turns put down to it when it joined) and
`last_booked_at`. Everything is compared exactly, in fractions, so a tie is a tie whatever the order of the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol

# A meeting that was called off, or that nobody came to, gives its turn back
TURN_GIVEN_BACK = frozenset({"cancelled", "declined", "rejected", "no_show", "missed"})


class Ledger(Protocol):
    """What is asked of a host; HostCalendar has it, and so has Candidate."""

    id: str
    weight: int
    priority: int
    taken: int
    credit: float
    last_booked_at: int | None


@dataclass(frozen=True)
class Candidate:
    """A host's ledger without its calendar; last_booked_at in epoch seconds."""

    id: str
    weight: int = 100
    priority: int = 2
    taken: int = 0
    credit: float = 0
    last_booked_at: int | None = None


class Choice(NamedTuple):
    """One place in the order.

    reason: what put this host before the next one (the last: what put it behind the one before): "owner",
    "shortfall", "weight", "priority", "least_recent", "order", or "only" when there was nobody else.
    shortfall: how many turns the host is behind its share (negative: ahead), rounded for reading.
    """

    host_id: str
    reason: str
    shortfall: float
    weight: int
    priority: int
    taken: int
    last_booked_at: int | None


_CRITERIA = ("owner", "shortfall", "weight", "priority", "least_recent", "order")


def kept_turns(statuses: Iterable[str]) -> int:
    """How many bookings with these statuses count as a turn taken."""
    return sum(status not in TURN_GIVEN_BACK for status in statuses)


def _turns(host: Ledger) -> Fraction:
    return host.taken + Fraction(host.credit)


def shortfalls(pool: Sequence[Ledger]) -> dict[str, Fraction]:
    """How many turns each host of the pool is behind its weighted share of all turns so far; they add up to zero."""
    weights = sum(max(host.weight, 0) for host in pool)
    total = sum((_turns(host) for host in pool), Fraction(0))
    if weights == 0:
        return {host.id: Fraction(0) for host in pool}
    return {host.id: total * max(host.weight, 0) / weights - _turns(host) for host in pool}


def opening_credit(weight: int, pool: Sequence[Ledger]) -> Fraction:
    """The credit of a host that joins the pool: as if it had had its share so far, so that it need not catch up."""
    weights = sum(max(host.weight, 0) for host in pool)
    if weights == 0:
        return Fraction(0)
    return sum((_turns(host) for host in pool), Fraction(0)) * weight / weights


def choose_host(
    candidates: Sequence[Ledger],
    *,
    pool: Sequence[Ledger] | None = None,
    owner_id: str | None = None,
    use_weights: bool = True,
) -> list[Choice]:
    """The candidates in the order in which they should be asked, each with its reason.

    candidates: those free at the time, in the page's order. pool: all hosts of the page, over whom the shares are
    counted (default: the candidates). owner_id: the contact's owner, who goes first. use_weights: whether shares count.
    """
    behind = shortfalls(candidates if pool is None else pool) if use_weights else {}

    def key(place: int, host: Ledger) -> tuple:
        booked = host.last_booked_at
        return (
            host.id != owner_id if owner_id is not None else False,
            -behind.get(host.id, Fraction(0)),
            -host.weight if use_weights else 0,
            -host.priority,
            (booked is not None, booked or 0),
            place,
        )

    ranked = sorted((key(place, host), host) for place, host in enumerate(candidates))
    keys = [rank for rank, _host in ranked]
    return [
        Choice(
            host.id,
            _deciding(keys, i),
            round(float(behind.get(host.id, 0)), 3),
            host.weight,
            host.priority,
            host.taken,
            host.last_booked_at,
        )
        for i, (_rank, host) in enumerate(ranked)
    ]


def _deciding(keys: Sequence[tuple], place: int) -> str:
    """The first criterion in which this place differs from the next one, or the last from the one before."""
    if len(keys) == 1:
        return "only"
    other = keys[place + 1] if place + 1 < len(keys) else keys[place - 1]
    return next(name for name, mine, theirs in zip(_CRITERIA, keys[place], other) if mine != theirs)
