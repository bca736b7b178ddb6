"""The public page against an empty website page, the slots route against an empty JSON route: same server, same run.

Requests alternate, so that whatever else the machine does meets both sides. Each side is asked as its users do: the
page by a browser that keeps its cookies, the route by a program without any. Odoo closes every connection itself, so
each figure holds a new connection over loopback.
"""

import argparse
import http.client
import statistics
import time
from dataclasses import dataclass

from devtools import places, processes, temporary
from devtools.errors import Problem


@dataclass(frozen=True)
class Comparison:
    name: str
    path: str
    base: str
    goal: float | None
    cookies: bool


# Odoo keeps the finished HTML of a website page for an hour, unless the address has a query. Both are measured: what
# rendering our page costs beside rendering an empty one, and, without a goal, beside one that is not rendered at all.
COMPARISONS = [
    Comparison("public page / empty website page, rendered", "/meetings/demo", "/bench/empty?a=b", 1.4, cookies=True),
    Comparison("public page / empty website page, kept", "/meetings/demo", "/bench/empty", None, cookies=True),
    Comparison(
        "slots route / empty JSON route",
        "/meetings/api/v1/pages/demo/slots",
        "/bench/empty.json",
        2.5,
        cookies=False,
    ),
]


def main(argv):
    options = argparse.ArgumentParser(prog="./dev bench http", description=__doc__)
    options.add_argument("--requests", type=int, default=400, metavar="N", help="of each kind (default: %(default)s)")
    arguments = options.parse_args(argv)
    addons = [places.CHECKOUT / "bench" / "addons"]
    parameters = {"meetings_scheduler.rate_limit": "0"}
    with (
        processes.ended_by_signals(),
        temporary.server("bench", workers=2, parameters=parameters, extra_addons=addons) as running,
    ):
        print(f"\n{arguments.requests} requests of each kind, alternating, 2 workers\n")
        reached = [compare(running.port, comparison, arguments.requests) for comparison in COMPARISONS]
    return 0 if all(reached) else 1


def compare(port, comparison, count):
    """Measure, print, and tell whether the goal is reached."""
    cookie = visit(port, comparison.path)[1] if comparison.cookies else ""
    times = {comparison.path: [], comparison.base: []}
    # Both workers must have filled their caches before anything counts.
    for number in range(-40, count):
        for path in sorted(times, reverse=bool(number % 2)):
            elapsed, _cookie = visit(port, path, cookie)
            if number >= 0:
                times[path].append(elapsed)
    for path, measured in times.items():
        cuts = statistics.quantiles(measured, n=20)
        print(f"  {path:<36} median {1000 * statistics.median(measured):6.2f} ms   p95 {1000 * cuts[-1]:6.2f} ms")
    ratio = statistics.median(times[comparison.path]) / statistics.median(times[comparison.base])
    if comparison.goal is None:
        print(f"  {comparison.name}: {ratio:.2f}x\n")
        return True
    reached = ratio <= comparison.goal
    print(f"  {comparison.name}: {ratio:.2f}x, goal {comparison.goal}x {'reached' if reached else 'MISSED'}\n")
    return reached


def visit(port, path, cookie=""):
    """Seconds a GET took until its body was read, and the cookies it set."""
    headers = {"Cookie": cookie} if cookie else {}
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    elapsed = time.perf_counter() - began
    connection.close()
    if answer.status != 200:
        raise Problem(f"{path} answered {answer.status}", "the measurement needs a working page: try ./dev run")
    set_cookies = answer.headers.get_all("Set-Cookie") or []
    return elapsed, "; ".join(line.split(";")[0] for line in set_cookies)
