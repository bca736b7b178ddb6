from dataclasses import replace
from datetime import timedelta

import pytest
from sync_world import ANNA, BOB, EVE, JANE, ME, NOW, SETTINGS, STRANGER, an_event, link_of

from meetings_scheduler.providers.base import ChangePage, Period, Reply, Status, Tombstone
from meetings_scheduler.sync.planner import Create, Join, plan
from meetings_scheduler.sync.preview import additions, starting_in, tally

PAST = Period(NOW - timedelta(days=100), NOW)
SETTINGS = replace(SETTINGS, window=PAST)


def planned(*events, links=(), removed=(), **changes):
    page = ChangePage(events=events, removed=removed, is_full=True, sync_token="t")
    return plan(links, starting_in([page], PAST), replace(SETTINGS, **changes))


def past(event_id="e1", days=-3, **values):
    return an_event(event_id, days, **values)


@pytest.mark.parametrize(
    "word, event",
    [
        ("meetings", past()),
        ("private", past(is_private=True)),
        ("integration", past(is_integration=True)),
        ("internal", past(attendees=(ANNA,))),
        ("internal", past(attendees=(EVE,))),
        ("no_contact", past(attendees=(STRANGER,))),
        ("no_guest", past(attendees=())),
        ("declined", past(attendees=(JANE, replace(ME, reply=Reply.DECLINED)))),
        ("other", past(status=Status.CANCELLED)),
        ("known", past(key="meeting:1")),
    ],
)
def test_word(word, event):
    """B5: what the preview says of an event."""
    assert tally(planned(event)).counts == {"read": 1, word: 1}


def test_known_ones():
    """B5: what is linked here already is said to be known, changed or not, and is no addition."""
    event = past()
    for link in (link_of(event), replace(link_of(event), etag="0"), replace(link_of(event), state="ended")):
        made = planned(event, links=[link])
        assert tally(made).counts == {"read": 1, "known": 1}
        assert additions(made, 10) == (plan([], [], SETTINGS), False)


def test_people_add_up():
    """B5: contacts are counted by meeting, over all steps; colleagues and strangers are none."""
    first = tally(planned(past("a", attendees=(JANE, BOB, ANNA, STRANGER)), past("b", -4)))
    both = tally(planned(past("c", -5, attendees=(BOB,)))).plus(first.counts, first.people)
    assert both.counts == {"read": 3, "meetings": 3}
    assert both.people == {"jane@doe.example": 2, "bob@ray.example": 2}


def test_read_window_by_window():
    """B5: windows side by side count each event once, the one that reaches over the edge and the series as well."""
    edge = NOW - timedelta(days=50)
    events = [past(f"e{number}", -number * 10) for number in range(11)]
    events.append(past("over", start=edge - timedelta(minutes=30), end=edge + timedelta(minutes=30)))
    events.append(past("day", start=edge.date(), end=edge.date() + timedelta(days=1)))
    page = ChangePage(events=tuple(events), sync_token="t")
    ids = [
        event.id
        for window in (Period(PAST.start, edge), Period(edge, PAST.end))
        for part in starting_in([page], window)
        for event in part.events
    ]
    assert sorted(ids) == sorted({event.id for event in events} - {"e0"}), "e0 starts when the past is over"


def test_additions_only():
    """B5: an import changes and removes nothing of what is here; too much for one step is left for the next."""
    gone = past("gone", -9)
    events = [past(f"e{number}", -number) for number in range(1, 6)]
    known = replace(link_of(gone, 1), state="live")
    shared = past("shared", -8)
    made = planned(*events, shared, links=[known], removed=(Tombstone("gone"),), elsewhere={(shared.uid, ""): 7})
    some, is_partial = additions(made, 4)
    assert (len(some.actions), is_partial) == (4, True)
    everything, is_partial = additions(made, 6)
    assert is_partial is False
    assert [type(one) for one in everything.actions] == [Create] * 5 + [Join]
