"""Workers killed with -9 at twelve exact places, from a visitor's form to the last page of a calendar.

Each step of P6 is run with several seeds, which decide how many bookings there are and at which of them the worker
dies. Then the next worker does what it would do anyway, and everything is counted: bookings, events on both sides,
invitations, mails. Nothing may be lost, nothing double.
"""

import argparse
import email
import email.policy
from collections import Counter
from datetime import datetime, timedelta

from bench import shell
from devtools import google, mail, processes, temporary
from devtools.progress import step

STEPS = (
    "hold",
    "commit",
    "claim",
    "sent",
    "reply",
    "store",
    "mail",
    "page",
    "cursor",
    "refresh",
    "cancel",
    "swap",
)
# The steps in which nobody books: meetings come out of the calendar.
READING = ("page", "cursor")


def main(argv):
    options = argparse.ArgumentParser(prog="./dev bench deaths", description=__doc__)
    options.add_argument("--seeds", type=int, default=20, metavar="N", help="runs of each step (default: %(default)s)")
    options.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS, metavar="STEP", help=", ".join(STEPS))
    arguments = options.parse_args(argv)
    with processes.ended_by_signals(), temporary.instance("deaths", demo=False) as instance:
        wrong = report(run(instance, arguments.steps, arguments.seeds))
    print(f"\n  {'WRONG' if wrong else 'nothing lost, nothing double'}")
    return 1 if wrong else 0


def run(instance, steps, seeds):
    """
    :return: {step: list of (seed, what is wrong with it)}
    """
    found = {}
    with (
        mail.catcher(instance, processes.free_port()) as mailbox,
        google.stand_in(instance, "http://127.0.0.1", mailbox.smtp_port, processes.free_port()) as stand_in,
    ):
        options = {"smtp_port": mailbox.smtp_port, "meetings_scheduler_key": stand_in.key}
        for number, name in enumerate(steps, 1):
            with step(f"{name} ({number}/{len(steps)})"):
                results = shell.call(instance, "deaths", "deaths", [name], seeds, stand_in.address, **options)
            mails = caught(mailbox.folder)
            found[name] = [(result["seed"], what_is_wrong(result, mails)) for result in results]
    return found


def report(found):
    print(f"\n| {'killed at':<10} | {'runs':>4} | {'right':>5} |")
    print(f"|{'-' * 12}|{'-' * 6}|{'-' * 7}|")
    for name, results in found.items():
        print(f"| {name:<10} | {len(results):>4} | {sum(not wrong for _seed, wrong in results):>5} |")
    complaints = [(name, seed, wrong) for name, results in found.items() for seed, wrong in results if wrong]
    for name, seed, wrong in complaints:
        print(f"\n  {name}, seed {seed}: {'; '.join(wrong)}")
    return bool(complaints)


def caught(folder):
    """:return: Counter of (recipient, subject), each mail once: one whose delivery is repeated keeps its Message-ID"""
    seen = set()
    for path in folder.glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for address in message["X-Envelope-To"].split(","):
            seen.add((address.strip(), message["Subject"], message["Message-ID"]))
    return Counter((address, subject) for address, subject, _message_id in seen)


def what_is_wrong(result, mails):
    """:return: list of what was lost or doubled in one run, empty if nothing"""
    found, count, name = result["found"], result["count"], result["step"]
    starts = result["starts"]
    if name == "swap":
        starts = [(datetime.fromisoformat(start) + timedelta(hours=1)).isoformat() for start in starts]
    booked = 0 if name in READING else count
    live = 0 if name == "cancel" else count
    letters = {"cancel": 4, "swap": 4}.get(name, 2)  # visitor and host, of each fact
    mine = {key: times for key, times in mails.items() if f"{name}-{result['seed']}@" in key[0]}
    invitations = Counter(kind for kind, *_to in found["invitations"])
    checks = {
        "the worker was not killed": result["killed"],
        f"bookings: {found['states']}": found["states"] == ["cancelled" if name == "cancel" else "confirmed"] * booked,
        f"meetings: {found['meetings']}": len(found["meetings"]) == live,
        f"events in the calendar: {found['events']}": found["events"] == found["meetings"],
        f"times: {found['starts']}": name in READING or found["starts"] == starts,
        f"contacts: {found['contacts']}": found["contacts"] == count,
        "a time sold twice": not found["overlaps"],
        f"operations left: {found['open']}": not found["open"],
        f"the connection is {found['connection']}": found["connection"] == "connected",
        f"requests Google doesn't know: {found['violations']}": not found["violations"],
        f"removals held: {found['removals_held']}": not found["removals_held"],
        f"invitations: {found['invitations']}": invitations
        == Counter(
            {
                kind: booked
                for kind in ("invitation", *{"cancel": ["cancellation"], "swap": ["update"]}.get(name, ()))
                if booked
            }
        ),
        f"mails: {mine}": sum(mine.values()) == letters * booked and all(times == 1 for times in mine.values()),
    }
    return [what for what, right in checks.items() if not right]
