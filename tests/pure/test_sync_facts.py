from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sync_world import ANNA, BOB, JANE, ME, NOW, STRANGER, an_event

from meetings_scheduler.providers.base import Attendee
from meetings_scheduler.sync.facts import Facts, Merged, facts_of, merge, people
from meetings_scheduler.sync.text import as_html, for_calendar, html_text, plain_text

law = settings(max_examples=200, deadline=None, derandomize=True)
BASE = Facts(summary="Demo", start=NOW, end=NOW + timedelta(hours=1), location="Rome", guests=frozenset({"a", "b"}))

some_facts = st.builds(
    lambda summary, start, length, location, description, guests, is_busy, is_private: Facts(
        summary=summary,
        start=NOW + timedelta(hours=start) if start < 4 else NOW.date(),
        end=NOW + timedelta(hours=start + length) if start < 4 else NOW.date() + timedelta(days=length),
        location=location,
        description=description,
        guests=guests,
        is_busy=is_busy,
        is_private=is_private,
    ),
    st.sampled_from(["", "Demo", "Call"]),
    st.integers(0, 4),
    st.integers(1, 2),
    st.sampled_from(["", "Rome"]),
    st.sampled_from(["", "a\nb"]),
    st.frozensets(st.sampled_from("abcd")),
    st.booleans(),
    st.booleans(),
)


def test_one_side_changed():
    """B2: what only one side changed is taken from there, and nobody lost anything."""
    ours, theirs = replace(BASE, summary="Call"), replace(BASE, location="Milan")
    for newer in (True, False):
        merged = merge(BASE, ours, theirs, ours_is_newer=newer)
        assert merged.facts == replace(BASE, summary="Call", location="Milan")
        assert merged.lost == ()


def test_newest_wins():
    """B2: both changed the same: the later edit wins, the other is named."""
    ours, theirs = replace(BASE, summary="Call"), replace(BASE, summary="Visit")
    newer, older = (merge(BASE, ours, theirs, ours_is_newer=newer) for newer in (True, False))
    assert (newer.facts.summary, newer.lost, newer.ours_lost) == ("Call", ("summary",), False)
    assert (older.facts.summary, older.lost, older.ours_lost) == ("Visit", ("summary",), True)


def test_time_is_one():
    """B2: start and end are never taken from two sides."""
    ours, theirs = replace(BASE, start=NOW - timedelta(hours=1)), replace(BASE, end=NOW + timedelta(hours=3))
    assert merge(BASE, ours, theirs, ours_is_newer=True).facts.time == ours.time


def test_guests_are_merged_one_by_one():
    """B2: a guest added here and one taken away there: both happen."""
    ours, theirs = replace(BASE, guests=frozenset("abc")), replace(BASE, guests=frozenset("b"))
    assert merge(BASE, ours, theirs, ours_is_newer=False).facts.guests == frozenset("bc")


def test_read_only():
    """B2: an event that others organize is right, whatever we said, and we are told."""
    ours = replace(BASE, summary="Mine", guests=frozenset())
    merged = merge(BASE, ours, BASE, ours_is_newer=True, may_write=False)
    assert (merged.facts, merged.lost, merged.ours_lost) == (BASE, ("summary",), True)
    invited = replace(BASE, guests=BASE.guests | {"c"})
    assert merge(BASE, invited, BASE, ours_is_newer=True, may_write=False) == Merged(BASE, ("guests",), True)


@law
@given(some_facts, some_facts, some_facts, st.booleans())
def test_merging_ends(base, ours, theirs, newer):
    """Both sides made equal stay so; a side that changed nothing never wins; merging again is no change."""
    merged = merge(base, ours, theirs, ours_is_newer=newer)
    assert merge(merged.facts, merged.facts, merged.facts, ours_is_newer=newer).facts == merged.facts
    assert merge(theirs, merged.facts, theirs, ours_is_newer=newer).facts == merged.facts, "then it is ours to write"
    assert merge(base, base, theirs, ours_is_newer=True).facts == theirs
    assert merge(base, ours, base, ours_is_newer=False).facts == ours
    assert set(merged.lost) <= {"summary", "time", "location", "description", "is_busy", "is_private"}


@law
@given(some_facts, some_facts, some_facts, st.booleans())
def test_merging_has_no_side(base, ours, theirs, newer):
    """B2: which of the two is Odoo makes no difference, only which edit is newer."""
    merged = merge(base, ours, theirs, ours_is_newer=newer)
    swapped = merge(base, theirs, ours, ours_is_newer=not newer)
    assert (merged.facts, merged.lost) == (swapped.facts, swapped.lost)
    assert not merged.lost or merged.ours_lost is not swapped.ours_lost


def test_busy_and_private_are_merged():
    """B2: whether it keeps busy and who sees it are parts like the title, each for itself."""
    ours, theirs = replace(BASE, is_busy=False), replace(BASE, is_private=True)
    merged = merge(BASE, ours, theirs, ours_is_newer=False)
    assert (merged.facts.is_busy, merged.facts.is_private, merged.lost) == (False, True, ())
    assert merge(BASE, theirs, ours, ours_is_newer=False).facts == merged.facts


@law
@given(some_facts)
def test_stored_and_read(facts):
    assert Facts.load(facts.dump()) == facts


@law
@given(some_facts, some_facts, some_facts, st.booleans())
def test_stored_before_it_was_part_of_it(base, ours, theirs, newer):
    """P13: what was stored without busy and private differs in neither from anything; no side is said to have lost
    them, the calendar is told of nothing but what is private here, and what was private on either side is.
    """
    stored = {name: value for name, value in base.dump().items() if not name.startswith("is_")}
    old = Facts.load(stored)
    assert not old.differs(replace(base, is_busy=ours.is_busy, is_private=ours.is_private))
    assert old.differs(replace(base, summary="Other"))
    merged = merge(old, ours, theirs, ours_is_newer=newer)
    assert not {"is_busy", "is_private"} & set(merged.lost)
    assert (merged.facts.is_busy, merged.facts.is_private) == (theirs.is_busy, theirs.is_private or ours.is_private)
    read_only = merge(old, ours, theirs, ours_is_newer=newer, may_write=False)
    assert (read_only.facts.is_busy, read_only.facts.is_private) == (theirs.is_busy, theirs.is_private)


@law
@given(some_facts, some_facts)
def test_what_guests_are_told(one, other):
    """P13: that only the host's busy time or privacy changed is nothing to mail guests about."""
    assert not replace(one, is_busy=other.is_busy, is_private=other.is_private).tells_guests(one)
    same = replace(other, is_busy=one.is_busy, is_private=one.is_private)
    assert other.tells_guests(one) is (same != one)


def test_facts_of_event():
    """M21: rooms, oneself and unknown people are no guests; the call link is no place; times stay dates or instants."""
    event = an_event(
        attendees=(JANE, ME, STRANGER, Attendee("room@x.example", is_resource=True)),
        organizer=BOB,
        is_organizer=False,
        summary=" Two \n lines ",
        location="https://meet.example/x",
        conference_url="https://meet.example/x",
        start=date(2026, 3, 3),
        end=date(2026, 3, 5),
    )
    assert set(people(event)) == {JANE.email, STRANGER.email, BOB.email}
    facts = facts_of(event, {JANE.email, BOB.email, ANNA.email})
    assert (facts.summary, facts.location, facts.guests) == ("Two lines", "", frozenset({JANE.email, BOB.email}))
    assert facts.time == (date(2026, 3, 3), date(2026, 3, 5))


# ------------------------------------------------------------ text

PIECES = (
    [
        "a",
        " ",
        "\n",
        "\n\n\n",
        "\t",
        "\r\n",
        "  b",
        "é",
        "\u2028",
        "&",
        "&lt;",
        "&amp;lt;",
        "&#60;i&#62;",
        "<",
        ">",
        "<1",
    ],
    ["<b>", "</b>", "<br>", "<p>", "</p>", "</", "<!-- x", "<script>", "</script>", "<a href='x'>"],
)
pieces = st.lists(st.sampled_from([*PIECES[0], *PIECES[1]])).map("".join)


@law
@given(pieces)
def test_text_travels(text):
    """What was read is written so that it reads the same, on both sides, whatever characters are in it."""
    for reader in (plain_text, html_text):
        known = reader(text)
        assert plain_text(for_calendar(known)) == known
        assert html_text(as_html(known)) == known


def test_html_from_outside():
    """Descriptions from outside are plain text: no tag, no script, no link target."""
    html = "<div>One<br>two &amp; <a href='http://evil.example'>three</a></div><p>four</p><script>evil()</script>"
    assert plain_text(html) == "One\ntwo & three\nfour"
    assert plain_text("1 < 2 and\n3 > 2") == "1 < 2 and\n3 > 2"
