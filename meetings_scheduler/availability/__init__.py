"""Which times a page offers, which host takes one, and why not: pure functions over plain values (ARCHITECTURE.md).

Nothing here imports Odoo or reads a clock. Start with `slots`, `check` and `explain`; `types` says what they are asked.
"""

from .assignment import Candidate, Choice, choose_host, kept_turns, opening_credit, shortfalls
from .explain import explain
from .slots import check, nearest, next_free, slots
from .types import (
    Booking,
    Decision,
    HostCalendar,
    InvalidRules,
    Limits,
    PageRules,
    Reason,
    Slot,
    WeeklyHours,
    Window,
    always,
)

__all__ = [
    "Booking",
    "Candidate",
    "Choice",
    "Decision",
    "HostCalendar",
    "InvalidRules",
    "Limits",
    "PageRules",
    "Reason",
    "Slot",
    "WeeklyHours",
    "Window",
    "always",
    "check",
    "choose_host",
    "explain",
    "kept_turns",
    "nearest",
    "next_free",
    "opening_credit",
    "shortfalls",
    "slots",
]
