"""What an import of past events would do, counted from the plan that the import itself will make (MISSION.md, B5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..providers.base import ChangePage, Period
from .planner import Action, Create, Follow, Ignore, Join, KeepBusy, Plan, instant

# Why an event is left out, in the order a person wants to read it, and which reasons of the planner that is.
LEFT_OUT = {
    "private": (),
    "integration": ("integration",),
    "internal": ("internal", "blocked"),
    "no_contact": ("no_contact",),
    "no_guest": ("no_guest",),
    "declined": ("declined",),
    "other": ("cancelled", "past", "far"),
}


@dataclass(frozen=True)
class Tally:
    """counts: {word: number of events}, "read" and "meetings" and "known" and those of LEFT_OUT, without the zeros.

    people: {address: number of meetings} of those who make an event a meeting.
    """

    counts: dict[str, int]
    people: dict[str, int]

    def plus(self, counts: dict[str, int], people: dict[str, int]) -> Tally:
        """Together with what was counted before."""
        return Tally(dict(Counter(counts) + Counter(self.counts)), dict(Counter(people) + Counter(self.people)))


def starting_in(pages: Iterable[ChangePage], window: Period) -> list[ChangePage]:
    """The pages with only those events that begin in the window: read window by window, each event comes once."""
    return [
        replace(page, events=tuple(one for one in page.events if window.start <= instant(one.start) < window.end))
        for page in pages
    ]


def additions(plan: Plan, limit: int) -> tuple[Plan, bool]:
    """Only what an import carries out: what is new here. Changes and removals are the business of the ordinary sync.

    :return: (plan with at most `limit` actions, whether some are left)
    """
    new = [action for action in plan.actions if isinstance(action, Create | Join)]
    return Plan(tuple(new[:limit])), len(new) > limit


def tally(plan: Plan) -> Tally:
    counts, people = Counter(), Counter()
    for action in plan.actions:
        word = _word(action)
        if word:
            counts["read"] += 1
            counts[word] += 1
        if isinstance(action, Create):
            people.update(action.guests)
    return Tally(dict(counts), dict(people))


def _word(action: Action) -> str | None:
    match action:
        case Create() | Join():
            return "meetings"
        case KeepBusy(link_id=None):
            return "private"
        case Ignore():
            words = (word for word, reasons in LEFT_OUT.items() if action.reason in reasons)
            return next(words, "known")
        case Follow() | KeepBusy():
            return "known"
    return None  # about a meeting that is here, not about an event that was read
