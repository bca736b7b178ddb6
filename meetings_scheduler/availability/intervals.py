"""Algebra of half-open integer intervals, and the one question asked of busy time: is this stretch free?

An interval is a pair (start, end) with start < end; a list of them is sorted and disjoint unless said otherwise.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import itemgetter

Interval = tuple[int, int]

_START = itemgetter(0)
_NEVER = -(1 << 62)


def merge(intervals: Iterable[Sequence[int]]) -> list[Interval]:
    """Sorted and disjoint; what touches is joined, what is empty dropped. Any order, overlaps welcome."""
    merged: list[Interval] = []
    current_start = current_end = None
    for start, end in sorted((i[0], i[1]) for i in intervals):
        if start >= end:
            continue
        if current_end is not None and start <= current_end:
            current_end = max(current_end, end)
            continue
        if current_end is not None:
            merged.append((current_start, current_end))
        current_start, current_end = start, end
    if current_end is not None:
        merged.append((current_start, current_end))
    return merged


def intersect(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """What both contain."""
    common = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i][0], right[j][0])
        end = min(left[i][1], right[j][1])
        if start < end:
            common.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return common


def subtract(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """What is in left and not in right."""
    rest = []
    j = 0
    for start, end in left:
        while j < len(right) and right[j][1] <= start:
            j += 1
        k = j
        while k < len(right) and right[k][0] < end:
            if start < right[k][0]:
                rest.append((start, right[k][0]))
            start = max(start, right[k][1])
            k += 1
        if start < end:
            rest.append((start, end))
    return rest


class BusyIndex:
    """Answers "does anything overlap this stretch?" in one bisection, however the periods overlap each other.

    Kept: the starts in order, and beside each the latest end seen so far. Something overlaps [a, b) exactly when the
    latest end among those that start before b lies after a.
    """

    __slots__ = ("_ends", "_starts")

    def __init__(self, periods: Iterable[Sequence], low: int, high: int):
        """periods: (start, end, ...) in any order; those outside [low, high) are never asked about and left out."""
        kept = sorted([p for p in periods if low < p[1] > p[0] < high], key=_START)
        self._starts = [_NEVER]
        self._starts.extend([p[0] for p in kept])
        self._ends = list(accumulate([p[1] for p in kept], max, initial=_NEVER))

    def __bool__(self) -> bool:
        return len(self._starts) > 1

    def free_starts(self, starts: Sequence[int], before: int, after: int) -> Sequence[int]:
        """The starts t for which [t - before, t + after) is free."""
        if not self:
            return starts
        begins, ends, find = self._starts, self._ends, bisect_left
        return [t for t in starts if ends[find(begins, t + after) - 1] <= t - before]
