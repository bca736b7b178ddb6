import pytest

from meetings_scheduler.providers.base import Attendee, Reply
from meetings_scheduler.sync.guests import merge_guests


def people(names):
    return [Attendee(f"{name}@doe.example") for name in names]


@pytest.mark.parametrize(
    ("ours", "invited", "there", "then"),
    [
        pytest.param("ab", "", "", "ab", id="the first ones come"),
        pytest.param("abc", "ab", "ab", "abc", id="one more comes"),
        pytest.param("b", "ab", "ab", "b", id="one leaves"),
        pytest.param("ab", "a", "ax", "abx", id="whom the host has added stays"),
        pytest.param("abc", "ab", "b", "bc", id="whom the host has taken out stays out"),
        pytest.param("a", "", "a", "a", id="nobody comes twice"),
        pytest.param("", "a", "ax", "x", id="the last one leaves the host's own guests alone"),
    ],
)
def test_who_is_a_guest(ours, invited, there, then):
    """B2: guests follow the bookings, and what the host did in the calendar stands."""
    merged = merge_guests(people(ours), {f"{name}@doe.example" for name in invited}, people(there))
    assert [guest.email[0] for guest in merged] == list(then)


def test_capitals_and_replies():
    """An address is the same in capitals; who was added there keeps what they answered."""
    boss = Attendee("boss@doe.example", reply=Reply.ACCEPTED)
    assert merge_guests([Attendee("Ada@Doe.example")], {"ada@doe.example"}, [Attendee("ada@doe.example"), boss]) == (
        Attendee("Ada@Doe.example"),
        boss,
    )
