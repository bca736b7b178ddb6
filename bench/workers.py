"""The two sides of a storm: a client that never waits for a keep-alive, and a killer of Odoo's workers."""

import http.client
import json
import os
import random
import signal
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CRON_DEATHS = 2


@dataclass(frozen=True)
class Answer:
    """`status` is None if the connection broke; then nobody was promised anything."""

    status: int | None
    body: dict
    seconds: float


def post(port, path, body):
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        status, found = answer.status, json.loads(answer.read() or b"{}")
    except (OSError, http.client.HTTPException, ValueError):
        status, found = None, {}
    finally:
        connection.close()
    return Answer(status, found, time.perf_counter() - began)


@contextmanager
def killer(master, every):
    """Kill -9 a random worker of the server now and then, and give the list of the killed, which grows.

    The one that runs the crons dies twice at most: after three deaths in a row Odoo itself puts a cron off to its next
    round. Not the websocket process: no booking passes through it.
    """
    killed = []
    done = threading.Event()

    def kill():
        while not done.wait(every):
            children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
            workers = {child: kind(child) for child in children}
            spared = {None} | ({"cron"} if list(killed).count("cron") >= CRON_DEATHS else set())
            victims = [child for child, its_kind in workers.items() if its_kind not in spared]
            if victims:
                victim = random.choice(victims)
                with suppress(ProcessLookupError):
                    os.kill(int(victim), signal.SIGKILL)
                    killed.append(workers[victim])

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()


def kind(pid):
    """ "http" or "cron", which Odoo runs at a lower priority; None for the websocket process and for one just ended."""
    with suppress(OSError):
        if b"\0gevent\0" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return "cron" if os.getpriority(os.PRIO_PROCESS, int(pid)) > 0 else "http"
    return None
