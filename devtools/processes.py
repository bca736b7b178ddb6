"""Programs that ./dev starts: each in a process group of its own, all ended when ./dev ends, however it ends."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

from .errors import Problem, explain

PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Linux ends the child when ./dev is killed without a chance to clean up (kill -9, a closed terminal)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(command, what, cure="", network=False, **options):
    """Run to the end and return the output; raise the Problem behind a failure while doing `what`."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **options,
        )
    except FileNotFoundError as error:
        raise Problem(f"{what} failed: {error.filename} is missing", cure) from None
    if done.returncode:
        raise explain(what, done.stdout, cure, network)
    return done.stdout


def follow(command, what, on_line, cure="", network=False, log=None, **options):
    """Run to the end, handing each line of output to `on_line` as it comes; raise the Problem behind a failure."""
    process = start(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if log:
                log.write(line)
            on_line(line.rstrip("\n"))
        process.wait()
    finally:
        stop(process)
    if process.returncode:
        raise explain(what, "".join(lines), cure, network)
    return "".join(lines)


def start(command, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        [str(word) for word in command], start_new_session=True, preexec_fn=die_with_parent, **options
    )


def stop(process, patience=8.0):
    """End a process and its children: politely, then not."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def ended_by_signals():
    """Turn SIGTERM and SIGHUP into the same orderly end as Ctrl-C; a second one does not disturb the ending."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(_signum, _frame):
        for number in numbers:
            # Not SIG_IGN: the programs that are run to end things would inherit it.
            signal.signal(number, lambda *_: None)
        with suppress(OSError):
            print("\n  ending", file=sys.stderr, flush=True)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(first=None):
    """`first` or the next free one after it; without `first`, any free port of the machine."""
    if first:
        for port in range(first, min(first + 200, 65536)):
            if port_is_free(port):
                return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(ready, process, seconds, what, log):
    """Poll until ready() is true; raise if the process ends or time is up."""
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            tail = log.read_text(errors="replace")[-4000:] if log.exists() else ""
            raise explain(f"starting {what}", tail, f"its log is {log}")
        if time.monotonic() > end:
            raise Problem(f"{what} did not answer in {seconds:.0f} s", f"its log is {log}")
        time.sleep(0.1)
