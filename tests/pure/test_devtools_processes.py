"""What ./dev does with programs that fail, ports that are taken and mails that come in."""

import errno
import socket
import time

import pytest

from devtools import processes
from devtools.errors import Problem, explain, from_os_error


def test_a_failed_program_is_one_line_with_the_cure():
    with pytest.raises(Problem) as caught:
        processes.run(["sh", "-c", "echo working; echo 'E: broken pipe'; exit 3"], "installing", "run it again")
    assert str(caught.value) == "installing failed: E: broken pipe; run it again"


def test_a_missing_program_is_named():
    with pytest.raises(Problem, match="no-such-program is missing; install it"):
        processes.run(["no-such-program"], "looking", "install it")


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("tar: write error: No space left on device", "no space left on the disk of the cache"),
        ("Temporary failure resolving 'mirror.example'", "no network while downloading"),
        ("npm error code ENOTFOUND", "no network while downloading"),
        ("File x\nValueError: wrong\n", "downloading failed: ValueError: wrong"),
        ("", "downloading failed: it said nothing"),
    ],
)
def test_known_causes_are_told_apart(output, says):
    assert str(explain("downloading", output, "do this", network=True)).startswith(says)


def test_a_refused_connection_on_this_machine_is_not_the_network():
    said = "psql: error: connection to server on socket failed: Connection refused\n\tIs the server running?"
    assert str(explain("asking", said, "check PGHOST")).startswith("asking failed: psql: error: connection to server")


def test_a_full_disk_is_recognised_wherever_it_happens():
    assert "no space left" in str(from_os_error(OSError(errno.ENOSPC, "full", "/cache/file")))
    assert from_os_error(OSError(errno.EINVAL, "a bug of ours")) is None


def test_a_taken_port_is_skipped():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not processes.port_is_free(port)
        assert processes.free_port(port) > port


def test_stop_ends_the_children_too(tmp_path):
    mark = tmp_path / "alive"
    script = f"trap '' TERM; (while true; do touch {mark}; sleep 0.1; done) & wait; wait"
    process = processes.start(["sh", "-c", script])
    end = time.monotonic() + 30
    while not mark.exists() and time.monotonic() < end:
        time.sleep(0.05)
    processes.stop(process, patience=0.2)
    mark.unlink()
    time.sleep(0.4)
    assert not mark.exists()
