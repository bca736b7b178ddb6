"""Guests of an event that two sides write: ours come and go with their bookings, the host adds and uninvites there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..providers.base import Attendee


def merge_guests(ours: Iterable[Attendee], invited: Collection[str], there: Iterable[Attendee]) -> tuple[Attendee, ...]:
    """Who is to be a guest now.

    ours: who comes by a booking. invited: the addresses written there last; whom of them the host has taken out there
    is not asked again. there: the guests the event has; those who were never ours stay.
    """
    there = {guest.email: guest for guest in there}
    wanted = {guest.email.lower(): guest for guest in ours}
    kept = [guest for email, guest in wanted.items() if email in there or email not in invited]
    others = [guest for email, guest in there.items() if email not in wanted and email not in invited]
    return (*kept, *others)
