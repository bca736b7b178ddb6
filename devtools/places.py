"""Where things lie: the cache (shared by all checkouts, keyed by version) and the names this checkout goes by.

Nothing heavy lies in the checkout, so a fresh clone finds everything ready.
"""

import fcntl
import hashlib
import os
import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

from .errors import disk_full

CHECKOUT = Path(__file__).resolve().parent.parent


def short_hash(*parts):
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:8]


def cache():
    """The cache folder, made if missing."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base).absolute() / "meetings-scheduler"
    path.mkdir(parents=True, exist_ok=True)
    return path


def checkout_name():
    """A name for databases that two checkouts never share, and that a person recognises."""
    folder = re.sub(r"[^a-z0-9]+", "_", CHECKOUT.name.lower()).strip("_")[:20]
    return f"meetings_{folder}_{short_hash(CHECKOUT)}"


def require_space(megabytes):
    """Say so before a long download rather than at its end."""
    if shutil.disk_usage(cache()).free < megabytes * 1024 * 1024:
        raise disk_full(cache())


@contextmanager
def lock(name):
    """Only one ./dev at a time prepares a thing. The kernel drops the lock of a process that dies: none goes stale."""
    with open(lock_file(name), "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"  another ./dev is at {name}: waiting for it", file=sys.stderr)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def try_lock(name):
    """Whether the lock could be had at once, and the number of the process that has it."""
    with open(lock_file(name), "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            yield False, handle.read()
            return
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield True, str(os.getpid())


def lock_file(name):
    folder = cache() / "locks"
    folder.mkdir(exist_ok=True)
    return folder / name


def remove(path):
    """Remove a file or folder, whatever an interrupted start left there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def building(path, megabytes):
    """An empty folder beside `path` to build in. Only the whole thing gets the name `path`; half of it never counts.

    What a killed start left there is removed first, so that it does not stand in the way on a full disk.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    if unfinished.exists():
        remove(unfinished)
    require_space(megabytes)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        unfinished.rename(path)
    finally:
        if unfinished.exists():
            remove(unfinished)
