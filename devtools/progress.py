"""A line for each step, with a bar for the long ones. Without a terminal, only the lines."""

import sys
import time
from contextlib import contextmanager

WIDTH = 24


class Step:
    def __init__(self, title):
        self.title = title
        self.began = time.monotonic()
        self.drawn = -1
        self.note = ""

    def bar(self, fraction, note=""):
        """Show how far it is (0 to 1) and what is being done."""
        done = int(max(0.0, min(1.0, fraction)) * WIDTH)
        if sys.stdout.isatty():
            filled = "█" * done + "░" * (WIDTH - done)
            print(f"\r\033[K  {self.title} {filled} {note[:40]}", end="", flush=True)
        elif self.drawn < 0 and done < WIDTH:
            print(f"  {self.title} …", flush=True)
        self.drawn = done

    def end(self, how):
        start = "\r\033[K" if sys.stdout.isatty() else ""
        note = f" ({self.note})" if self.note else ""
        print(f"{start}  {self.title}: {how}{note}", flush=True)


@contextmanager
def step(title):
    """One step of the work: says what it is, and at its end how long it took."""
    current = Step(title)
    if sys.stdout.isatty():
        print(f"  {title} …", end="", flush=True)
    try:
        yield current
    except BaseException:
        current.end("failed")
        raise
    seconds = time.monotonic() - current.began
    current.end(f"done in {seconds:.0f} s" if seconds >= 1 else "ready")
