"""A day without the provider, in virtual time, while thousands of writes come to wait; then it is back.

All of them are drained within an hour of real time, and both sides say the same.
"""

import argparse

from bench import shell
from devtools import google, mail, processes, temporary
from devtools.progress import step

GOAL = 3600


def main(argv):
    options = argparse.ArgumentParser(prog="./dev bench backlog", description=__doc__)
    options.add_argument("--operations", type=int, default=10_000, metavar="N", help="that wait (default: %(default)s)")
    arguments = options.parse_args(argv)
    with (
        processes.ended_by_signals(),
        temporary.instance("backlog", demo=False) as instance,
        mail.catcher(instance, processes.free_port()) as mailbox,
        google.stand_in(instance, "http://127.0.0.1", mailbox.smtp_port, processes.free_port()) as stand_in,
        step(f"24 h without the provider, {arguments.operations:,} operations"),
    ):
        options = {"smtp_port": mailbox.smtp_port, "meetings_scheduler_key": stand_in.key}
        found = shell.call(instance, "backlog", "backlog", arguments.operations, stand_in.address, **options)
    seconds = found["seconds"]
    print(f"\n  waiting after 24 h: {found['waiting']:,}, given up: {found['failed']}")
    print(f"  requests to the provider meanwhile: {found['probes']}")
    print(f"  drained by one worker in {seconds:.0f} s, {found['waiting'] / seconds:.0f} a second")
    checks = {
        "all waited": found["waiting"] >= arguments.operations * 0.9,
        "nothing given up": not found["failed"],
        "every visitor's wish was kept": not found["refused"],
        "drained within the hour": seconds <= GOAL,
        "both sides equal, each guest invited once": not found["wrong"],
    }
    wrong = [what for what, holds in checks.items() if not holds]
    verdict = f"WRONG: {'; '.join([*wrong, *found['wrong']])}" if wrong else f"holds: {'; '.join(checks)}"
    print(f"\n  {verdict}")
    return 1 if wrong else 0
