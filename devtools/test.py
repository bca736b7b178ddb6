"""./dev test: lint, pure tests, adapters, Odoo tests, browser journeys, killed workers, ending on one counted line.

A part that could not run, or found no test to run, counts as failed: silence must not look like success.
"""

import argparse
import os
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from bench import deaths

from . import addons, lint, node_env, oca, places, processes, python_env, system, temporary
from .errors import Problem

PYTEST_NO_TESTS = 5
# Community has no dark colours of its own; Enterprise's are not public.
DARK_MODE = ("odoo-addon-web-dark-mode==19.0.1.0.0.6",)


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    @property
    def total(self):
        return self.passed + self.failed + self.skipped


def main(argv):
    options = argparse.ArgumentParser(prog="./dev test", description="Run all tests, or some parts.")
    options.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)} (default: all)")
    options.add_argument("-k", metavar="EXPR", help="only the tests whose names match, as pytest's -k; leaves lint out")
    arguments = options.parse_args(argv)
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        options.error(f"no part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    chosen = [part for part in PARTS if part in arguments.parts or not arguments.parts]
    if arguments.k and not arguments.parts:
        chosen.remove("lint")
    total = Count()
    with processes.ended_by_signals():
        for part in chosen:
            print(f"\n== {part}", flush=True)
            try:
                count = PARTS[part](arguments.k)
            except Problem as problem:
                print(f"error: {part} could not run: {problem}", flush=True)
                count = Count(failed=1)
            if not count.total and not arguments.k:
                print(f"error: {part}: no test was found", flush=True)
                count = Count(failed=1)
            total += count
    if not total.total:
        print(f"error: no test matches {arguments.k!r}", flush=True)
        total = Count(failed=1)
    print(f"\n{total}", flush=True)
    return 1 if total.failed else 0


def run_lint(_expression):
    results = lint.check()
    failed = sum(not result.ok for result in results)
    return Count(len(results) - failed, failed)


def run_pure(expression):
    """Without Odoo on the path: what imports it there fails."""
    python = python_env.find()
    paths = os.pathsep.join(str(places.CHECKOUT / name) for name in ("", "meetings_scheduler"))
    # Odoo's plugin of pytest imports Odoo when it is loaded.
    return pytest(python, ["-p", "no:odoo", "tests/pure"], expression, PYTHONPATH=paths)


def run_contract(expression):
    """Calendar adapters against real servers and stand-ins, which the tests start on the loopback."""
    system.node()
    return pytest(python_env.find(), ["-p", "no:odoo", "tests/contract"], expression, PYTHONPATH=str(places.CHECKOUT))


def run_odoo(expression):
    """Against databases of their own, without demo data: tests make what they need."""
    usual = run_odoo_with("test", addons.usual(), expression)
    return usual + sum((run_odoo_with("apart", [name], expression, apart=[name]) for name in addons.APART), Count())


def run_odoo_with(database, tested, expression, apart=()):
    found = [f"{name}/tests" for name in tested if (places.CHECKOUT / name / "tests").is_dir()]
    if not found:
        return Count()
    system.chromium()
    with temporary.instance(database, demo=False, apart=apart) as instance:
        arguments = [f"--odoo-config={instance.configure()}", f"--odoo-database={instance.database}", "--odoo-http"]
        return pytest(instance.python, [*arguments, *found], expression, **instance.environment)


def run_browser(expression):
    """Against a server with demo data, two workers and a mail catcher, shared by all journeys."""
    system.chromium()
    axe = node_env.find() / "axe-core" / "axe.min.js"
    dark_mode = oca.fetch(python_env.find(), "dark colours", DARK_MODE) / "addons"
    parameters = {"meetings_scheduler.rate_limit": "0"}
    with temporary.server("journeys", workers=2, parameters=parameters, extra_addons=[dark_mode]) as running:
        silence_odoobot(running.instance)
        surroundings = {
            "JOURNEY_URL": f"http://127.0.0.1:{running.port}",
            "JOURNEY_DATABASE": running.instance.database,
            "JOURNEY_MAILS": str(running.mailbox.folder),
            "JOURNEY_GOOGLE": running.google.address,
            "JOURNEY_AXE": str(axe),
            "JOURNEY_LOG": str(running.instance.folder / "server.log"),
            "JOURNEY_PGHOST": running.instance.server.host,
            "JOURNEY_PGUSER": running.instance.server.user,
            "PYTHONPATH": str(places.CHECKOUT),
        }
        return pytest(running.instance.python, ["-p", "no:odoo", "tests/browser"], expression, **surroundings)


def silence_odoobot(instance):
    """OdooBot greets whoever signs in for the first time, in a window that covers a phone's screen at any moment."""
    for query in (
        "UPDATE res_users SET odoobot_state = 'disabled'",
        "ALTER TABLE res_users ALTER odoobot_state SET DEFAULT 'disabled'",
    ):
        instance.server.sql(query, instance.database)


def run_deaths(expression):
    """P6: workers killed with -9 at each of twelve steps, one seed each; `./dev bench deaths` runs more."""
    if expression and "deaths" not in expression:
        return Count()
    with temporary.instance("deaths", demo=False) as instance:
        found = deaths.run(instance, deaths.STEPS, seeds=1)
    deaths.report(found)
    wrong = sum(any(complaints for _seed, complaints in results) for results in found.values())
    return Count(len(found) - wrong, wrong)


PARTS = {
    "lint": run_lint,
    "pure": run_pure,
    "contract": run_contract,
    "odoo": run_odoo,
    "browser": run_browser,
    "deaths": run_deaths,
}


def pytest(python, arguments, expression, **environment_variables):
    """Run pytest and count by its report: its exit code does not tell how many tests there were."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [python, "-m", "pytest", "--color=auto", f"--junit-xml={report}", *arguments]
        if expression:
            command += ["-k", expression]
        variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment_variables}
        process = processes.start(command, cwd=places.CHECKOUT, env=variables)
        try:
            code = process.wait()
        finally:
            processes.stop(process)
        count = read_report(report) if report.exists() else Count()
    if code == PYTEST_NO_TESTS:
        return Count()
    if code and not count.failed:
        print(f"error: pytest ended with {code}", flush=True)
        count.failed += 1
    return count


def read_report(path):
    """Counts of a JUnit report. An error while collecting counts as a failure, an error in a teardown too."""
    count = Count()
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            count.failed += 1
        elif "skipped" in outcomes:
            count.skipped += 1
        else:
            count.passed += 1
    return count
