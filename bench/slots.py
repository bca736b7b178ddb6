"""How fast free times are found: by the engine alone, beside a rival, and in a table that has grown.

1. The engine alone (the same as ./dev bench slots_engine).
2. GET /meetings/api/v1/pages/…/slots of two servers whose databases differ only in the busy periods of other people:
   1,000 rows in the table, and 1,000,000. Requests alternate; both must give the same answer.
3. A month of free times beside OCA's resource_booking 19.0, on the same Odoo, database, users and events, in one
   process: its `_get_available_slots`, our `_free_slots`. Runs alternate; both must give the same answer.

The rival is fetched with pip into the cache, as anybody would install it; nothing of it is kept with this code.
"""

import argparse
import json
import os
import statistics
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bench import shell, slots_engine
from bench.http import visit
from devtools import database, oca, processes, temporary
from devtools.errors import Problem
from devtools.instance import get
from devtools.progress import step
from devtools.run import serving

RIVAL = ("odoo-addon-resource-booking==19.0.1.0.1.2", "odoo-addon-web-calendar-slot-duration==19.0.1.0.0.2")
RIVAL_NEEDS = ("cssselect==1.5.0",)
# Hosts, events of each in the month, how many times as fast as the rival we want to be
CASES = ((1, 400, 1), (5, 400, 1), (5, 2_000, 50))
ROUTE = "/meetings/api/v1/pages/bench-route/slots"
FEW, MANY = 1_000, 1_000_000
ROUTE_GOAL = 1.2


@dataclass(frozen=True)
class Verdict:
    what: str
    measured: str
    goal: str
    reached: bool


def main(argv):
    options = argparse.ArgumentParser(
        prog="./dev bench slots", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--requests", type=int, default=300, metavar="N", help="to each server (default: %(default)s)")
    options.add_argument("--runs", type=int, default=7, metavar="N", help="beside the rival (default: %(default)s)")
    arguments = options.parse_args(argv)
    engine = slots_engine.main([])
    with processes.ended_by_signals(), temporary.instance("slots", demo=False) as instance:
        verdicts = [route_verdict(instance, arguments.requests), *rival_verdicts(instance, arguments.runs)]
    verdicts.insert(0, Verdict("engine alone", "see above", "see above", not engine))
    print(f"\n| {'what':<52} | {'measured':<32} | {'goal':<13} |         |")
    print(f"|{'-' * 54}|{'-' * 34}|{'-' * 15}|---------|")
    for verdict in verdicts:
        reached = "reached" if verdict.reached else "MISSED"
        print(f"| {verdict.what:<52} | {verdict.measured:<32} | {verdict.goal:<13} | {reached:<7} |")
    return 0 if all(verdict.reached for verdict in verdicts) else 1


# ------------------------------------------------------------ the JSON route


def route_verdict(instance, requests):
    with step("users and a page for the JSON route"):
        shell.call(instance, "slots", "prepare_route")
        database.set_parameters(instance, {"meetings_scheduler.rate_limit": "0"})
    large = replace(instance, database=f"{instance.database}_large")
    try:
        with step(f"{FEW:,} busy rows, and {MANY:,} in a copy"):
            fill(instance, FEW, "=")
            database.copy(instance, large)
            fill(large, MANY - FEW, ">")
        with served(instance) as small_port, served(large) as large_port:
            require_same_answer(small_port, large_port)
            few, many = alternate((small_port, large_port), requests)
    finally:
        database.drop(large)
    ratio = statistics.median(many) / statistics.median(few)
    return Verdict(
        f"JSON route, {MANY:,} rows / {FEW:,} rows",
        f"{1000 * statistics.median(many):.2f} ms / {1000 * statistics.median(few):.2f} ms = {ratio:.2f}x",
        f"at most {ROUTE_GOAL}x",
        ratio <= ROUTE_GOAL,
    )


def fill(instance, rows, which):
    """Half-hour busy periods from tomorrow on, for the page's host (`which` is "=") or for everybody else (">")."""
    query = f"""
        WITH hosts AS (
            SELECT id, user_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS hosts
              FROM scheduling_calendar
             WHERE remote_id = 'bench'
               AND user_id {which} (SELECT min(user_id) FROM scheduling_calendar WHERE remote_id = 'bench')
        )
        INSERT INTO scheduling_busy (calendar_id, user_id, start, stop)
        SELECT hosts.id, hosts.user_id, start, start + interval '30 minutes'
          FROM generate_series(0, {rows} - 1) number
          JOIN hosts ON hosts.place = number %% hosts.hosts
          CROSS JOIN LATERAL (
              SELECT date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day'
                   + number / hosts.hosts * interval '90 minutes' AS start
          ) period;
        """.replace("%%", "%")
    instance.server.sql(query, instance.database)
    instance.server.sql("VACUUM ANALYZE scheduling_busy", instance.database)


@contextmanager
def served(instance):
    port = processes.free_port()
    with serving(instance, port, workers=1):
        yield port


def require_same_answer(*ports):
    answers = [json.loads(get(port, ROUTE) or "{}").get("slots") for port in ports]
    if not answers[0] or answers[0] != answers[1]:
        raise Problem("the two servers don't offer the same times", f"look at GET {ROUTE} of both")


def alternate(ports, requests):
    """:return: the seconds of each server's requests"""
    seconds = {port: [] for port in ports}
    for number in range(-30, requests):
        for port in sorted(ports, reverse=bool(number % 2)):
            elapsed, _cookie = visit(port, ROUTE)
            if number >= 0:
                seconds[port].append(elapsed)
    return [seconds[port] for port in ports]


# ------------------------------------------------------------ beside the rival


def rival_verdicts(instance, runs):
    folder = oca.fetch(instance.python, "the rival", RIVAL, RIVAL_NEEDS)
    python_path = os.pathsep.join((str(instance.odoo.python_path), str(folder / "python")))
    both = replace(instance, extra_addons=(folder / "addons",), odoo=replace(instance.odoo, python_path=python_path))
    with step("installing the rival") as progress:
        both.install("installing the rival", progress, install=["resource_booking"])
    with step("a month of free times, side by side"):
        results = shell.call(both, "slots", "race", [case[:2] for case in CASES], runs)
    return [rival_verdict(hosts, events, goal, result) for (hosts, events, goal), result in zip(CASES, results)]


def rival_verdict(hosts, events, goal, result):
    ratio = result["rival"] / result["ours"]
    return Verdict(
        f"a month of {hosts} x {events:,} events ({result['free']} free), rival / us",
        f"{1000 * result['rival']:.1f} ms / {1000 * result['ours']:.1f} ms = {ratio:.0f}x",
        f"at least {goal}x" if goal > 1 else "not slower",
        ratio >= goal,
    )
