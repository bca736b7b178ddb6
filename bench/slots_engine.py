"""How fast the availability engine is on its own: 60 days of half-hour slots, weekdays nine to five.

`python bench/slots_engine.py [--repeat N]` prints a table and fails if a goal is missed. Every run is on
fresh inputs of the same make, so nothing is answered from memory but the zone tables, which a server keeps warm too.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from time import perf_counter

ADDON = Path(__file__).resolve().parent.parent / "meetings_scheduler"
if str(ADDON) not in sys.path:
    sys.path.append(str(ADDON))

from availability import HostCalendar, PageRules, WeeklyHours, slots  # noqa: E402 - the engine lies inside the addon

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
DAYS = 60
# What, hosts, busy periods of each, goal in milliseconds
CASES = (
    ("1 host, 2,000 busy periods", 1, 2_000, 5),
    ("100 hosts, 2,000 busy periods each, round robin", 100, 2_000, 200),
)


def busy(random: Random, count: int) -> list[tuple[int, int]]:
    """Events anywhere in the 60 days, in no order, overlapping as real ones do."""
    first = int(START.timestamp())
    starts = [first + random.randrange(DAYS * 86_400 // 300) * 300 for _event in range(count)]
    return [(start, start + random.choice((900, 1_800, 3_600))) for start in starts]


def hosts(random: Random, count: int, periods: int) -> list[HostCalendar]:
    nine_to_five = (((540, 1_020),),) * 5 + ((), ())
    return [
        HostCalendar(str(n), WeeklyHours("Europe/Paris", nine_to_five), busy=busy(random, periods))
        for n in range(count)
    ]


def measure(count: int, periods: int, repeat: int) -> tuple[list[float], int]:
    """Milliseconds of each run, and how many slots the last one offered."""
    rules = PageRules(1_800, policy="round_robin", timezone="Europe/Paris")
    took = []
    for run in range(repeat + 1):
        calendars = hosts(Random(run), count, periods)
        began = perf_counter()
        found = slots(rules, calendars, now=START, start=START, end=START + timedelta(days=DAYS))
        took.append((perf_counter() - began) * 1_000)
    return took[1:], len(found)  # the first run fills the zone tables


def main(argv: list[str]) -> int:
    """Exit status 0 if every goal is met, else 1."""
    parser = argparse.ArgumentParser(description="Measure the availability engine alone.")
    parser.add_argument("--repeat", type=int, default=15, help="runs of each case (default 15)")
    repeat = max(parser.parse_args(argv).repeat, 1)
    print(f"Python {platform.python_version()} on {platform.machine()}, {DAYS} days, 30-minute slots, {repeat} runs\n")
    print(f"| {'case':<48} | slots | median ms | worst ms | goal ms |")
    print(f"|{'-' * 50}|------:|----------:|---------:|--------:|")
    missed = False
    for name, count, periods, goal in CASES:
        took, found = measure(count, periods, repeat)
        median = statistics.median(took)
        missed |= median > goal
        print(f"| {name:<48} | {found:>5} | {median:>9.2f} | {max(took):>8.2f} | {goal:>7} |")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
