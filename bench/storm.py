"""A booking storm over HTTP: what is sold once stays sold once, and nothing that was promised is lost.

Plain: 200 clients ask for one slot at the same moment, of 4 workers. One gets it, 199 are told so with other times.
--kill: many slots, several clients each, while workers are killed with -9. Whatever was answered 201 is in the database
exactly once; whatever is in the database has one event, one contact and its mails once.
"""

import argparse
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from bench import ledger, workers
from devtools import processes, temporary
from devtools.errors import Problem
from devtools.instance import get
from devtools.progress import step

API = "/meetings/api/v1/pages/demo"


def main(argv):
    options = argparse.ArgumentParser(prog="./dev bench storm", description=__doc__)
    options.add_argument("--kill", action="store_true", help="kill workers during a storm over many slots")
    options.add_argument("--clients", type=int, default=200, help="for the one slot (default: %(default)s)")
    options.add_argument("--slots", type=int, default=80, help="with --kill (default: %(default)s)")
    options.add_argument("--workers", type=int, default=4, help="of Odoo (default: %(default)s)")
    arguments = options.parse_args(argv)
    parameters = {"meetings_scheduler.rate_limit": "0"}
    with (
        processes.ended_by_signals(),
        temporary.server("storm", arguments.workers, parameters) as running,
    ):
        instance, port = running.instance, running.port
        before = ledger.marks(instance)
        if arguments.kill:
            answers, kills = kill_storm(running, free_slots(port)[: arguments.slots])
        else:
            answers, kills = one_slot_storm(port, free_slots(port)[0], arguments.clients), []
        with step("the outbox runs dry") as progress:
            ledger.wait_for_outbox(instance, progress)
        found = ledger.read(instance, running.mailbox.folder, before)
    report(answers, found, kills)
    checks = check_kill_storm(answers, found, kills) if arguments.kill else check_one_slot(answers, found)
    wrong = [what for what, holds in checks.items() if not holds]
    print("\n  " + (f"WRONG: {'; '.join(wrong)}" if wrong else f"holds: {'; '.join(checks)}"))
    return 1 if wrong else 0


def free_slots(port):
    first = date.today() + timedelta(days=1)
    text = get(port, f"{API}/slots?from={first}&to={first + timedelta(days=27)}&duration=30")
    slots = [slot["start"] for slot in json.loads(text or "{}").get("slots", [])]
    if not slots:
        raise Problem("the demo page offers no slot", f"look at GET {API}/slots: {text}")
    return slots


def one_slot_storm(port, start, count):
    """All clients wait at a barrier, then ask at once."""
    barrier = threading.Barrier(count)

    def client(number):
        barrier.wait()
        return workers.post(port, f"{API}/bookings", wish(start, f"visitor{number}@storm.example"))

    with step(f"{count} clients, one slot"), ThreadPoolExecutor(count) as pool:
        return list(pool.map(client, range(count)))


def kill_storm(running, slots, clients_a_slot=3, at_once=24):
    """The clients' answers, and how many workers were killed meanwhile."""
    wishes = [
        wish(start, f"visitor{number}-{attempt}@storm.example")
        for number, start in enumerate(slots)
        for attempt in range(clients_a_slot)
    ]
    with step(f"{len(wishes)} clients, {len(slots)} slots, workers killed"):
        with workers.killer(running.process, every=0.4) as kills, ThreadPoolExecutor(at_once) as pool:
            answers = list(pool.map(lambda body: workers.post(running.port, f"{API}/bookings", body), wishes))
        return answers, kills


def wish(start, address):
    return {
        "start": start,
        "duration": 30,
        "timezone": "Europe/Rome",
        "first_name": "Storm",
        "last_name": address.partition("@")[0],
        "email": address,
        "answers": {},
    }


def check_one_slot(answers, found):
    statuses = Counter(answer.status for answer in answers)
    refused = [answer.body for answer in answers if answer.status == 409]
    return {
        "one success": statuses[201] == 1,
        f"{len(answers) - 1} clear 409": statuses[409] == len(answers) - 1,
        "each 409 with other times": all(body.get("error", {}).get("alternatives") for body in refused),
        "no 5xx, no broken answer": not any(status is None or status >= 500 for status in statuses),
        "one booking": len(found.bookings) == 1,
        "one event": found.events == 1,
        "one contact": found.contacts == 1,
        "at most one opportunity": found.leads <= 1,
        **check_records(answers, found),
    }


def check_kill_storm(answers, found, kills):
    return {
        "workers were killed": len(kills) >= 5,
        "the storm did book": len(found.bookings) >= 5,
        "as many events as bookings": found.events == len(found.bookings),
        "as many contacts as bookings": found.contacts == len(found.bookings),
        **check_records(answers, found),
    }


def check_records(answers, found):
    """What must hold in any storm."""
    promised = [answer.body["id"] for answer in answers if answer.status == 201]
    stored = Counter(booking.reference for booking in found.bookings)
    expected = {(booking.uid, address) for booking in found.bookings for address in (booking.email, booking.host_email)}
    return {
        "everything promised is stored once": all(stored[reference] == 1 for reference in promised),
        "no time sold twice": found.overlaps == 0,
        "each booking has its event and contact": all(booking.event and booking.contact for booking in found.bookings),
        "no mail missing": expected <= set(found.mails),
        "no mail twice": all(count == 1 for count in found.mails.values()),
        "no mail to anybody else": set(found.mails) <= expected,
    }


def report(answers, found, kills):
    statuses = Counter(str(answer.status or "no answer") for answer in answers)
    seconds = sorted(answer.seconds for answer in answers)
    print(f"\n  answers: {dict(sorted(statuses.items()))}, workers killed: {dict(Counter(kills))}")
    print(f"  answered within: median {seconds[len(seconds) // 2]:.2f} s, last {seconds[-1]:.2f} s")
    print(f"  new in the database: {len(found.bookings)} bookings, {found.events} events, {found.contacts} contacts,")
    print(f"    {found.leads} opportunities, {found.overlaps} overlaps")
    print(f"  mails caught: {sum(found.mails.values())}, of which repeated: {found.repeated}")
