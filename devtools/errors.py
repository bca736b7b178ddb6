"""The one kind of failure ./dev shows: a line that says what is wrong and what cures it."""

import errno
import re

NO_SPACE = re.compile(r"no space left on device|disk quota exceeded|could not extend file", re.IGNORECASE)
NO_NETWORK = re.compile(
    r"temporary failure (in name resolution|resolving)|could not resolve|name or service not known"
    r"|network is unreachable|no route to host|connection (refused|timed out)|failed to establish a new connection"
    r"|max retries exceeded|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|unable to connect to|could not connect to",
    re.IGNORECASE,
)


class Problem(Exception):
    """What is wrong, and the cure, in one line."""

    def __init__(self, what, cure=""):
        super().__init__(f"{what}; {cure}" if cure else what)


def disk_full(where):
    return Problem(
        f"no space left on the disk of {where}",
        "free some (3 GB are enough) or set XDG_CACHE_HOME to a folder on another disk, then run the same again",
    )


def no_network(what):
    return Problem(f"no network while {what}", "connect this machine to its package servers, then run the same again")


def from_os_error(error):
    """The Problem behind an OSError, or None if it is a bug of ours."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(error.filename or "the cache")
    if error.errno in (errno.EACCES, errno.EROFS) and error.filename:
        return Problem(
            f"may not write {error.filename}", "give your user the right to, or set XDG_CACHE_HOME elsewhere"
        )
    return None


def explain(what, output, cure, network=False):
    """The Problem behind the output of a program that failed while doing `what`, with or without the `network`."""
    if NO_SPACE.search(output):
        return disk_full("the cache")
    if network and NO_NETWORK.search(output):
        return no_network(what)
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wrong = [line for line in lines if re.match(r"(E:|ERROR|error|npm error|fatal|FATAL|\w+: error:)", line)]
    raised = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Violation|Warning)\b", line)]
    last = (wrong or raised or lines or ["it said nothing"])[-1]
    return Problem(f"{what} failed: {last[:300]}", cure)
