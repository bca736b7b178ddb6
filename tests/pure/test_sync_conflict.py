import pytest

from meetings_scheduler.providers.errors import Conflict, Unavailable
from meetings_scheduler.sync.conflict import ATTEMPTS, retry_on_conflict


class Write:
    """Fails with each error in turn, then answers "written"."""

    def __init__(self, *failures):
        self.failures, self.attempts = list(failures), 0

    def __call__(self):
        self.attempts += 1
        if self.failures:
            raise self.failures.pop(0)
        return "written"


def conflicts(count):
    return [Conflict(f"Somebody was quicker, time {number}.") for number in range(1, count + 1)]


@pytest.mark.parametrize("lost", range(ATTEMPTS))
def test_goes_through_in_the_end(lost):
    """Fault 23: what somebody changed meanwhile is decided anew, and once it went through it isn't written again."""
    write = Write(*conflicts(lost))
    assert retry_on_conflict(write) == "written"
    assert write.attempts == lost + 1


def test_gives_up():
    """Fault 23: who is always too late leaves it to the outbox, with the last of the conflicts."""
    failures = conflicts(ATTEMPTS + 1)
    write = Write(*failures)
    with pytest.raises(Conflict) as raised:
        retry_on_conflict(write)
    assert raised.value is failures[ATTEMPTS - 1]
    assert write.attempts == ATTEMPTS


def test_other_errors_pass_at_once():
    """Only a conflict is decided anew: how long to wait for a server that doesn't answer is the outbox's business."""
    write = Write(*conflicts(1), Unavailable("No answer."))
    with pytest.raises(Unavailable):
        retry_on_conflict(write)
    assert write.attempts == 2
