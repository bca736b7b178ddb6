from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sync_world import (
    ANNA,
    BOB,
    EVE,
    JANE,
    ME,
    NOW,
    SETTINGS,
    STRANGER,
    Calendar,
    Mirror,
    an_event,
    link_of,
    wanted,
)

from meetings_scheduler.providers.base import Attendee, ChangePage, Reply, Status, Tombstone
from meetings_scheduler.sync.planner import Cancel, Confirm, Create, Follow, Ignore, Join, KeepBusy, plan

law = settings(max_examples=80, deadline=None, derandomize=True)


def decided(event, link=None, **changes):
    made = plan([link] if link else [], [ChangePage(events=(event,), sync_token="t")], replace(SETTINGS, **changes))
    (action,) = made.actions
    return action


@pytest.mark.parametrize(
    "reason, event",
    [
        ("own", an_event(key="meeting:1", is_integration=True)),
        ("cancelled", an_event(status=Status.CANCELLED)),
        ("past", an_event(days=-2)),
        ("far", an_event(days=101)),
        ("declined", an_event(attendees=(JANE, replace(ME, reply=Reply.DECLINED)))),
        ("no_guest", an_event(attendees=())),
        ("no_guest", an_event(attendees=(ME, Attendee("room@x.example", is_resource=True)))),
        ("integration", an_event(is_integration=True)),
        ("internal", an_event(attendees=(ANNA, Attendee("ben@own.example")))),
        ("blocked", an_event(attendees=(EVE, ANNA))),
        ("no_contact", an_event(attendees=(STRANGER, ANNA))),
    ],
)
def test_not_a_meeting(reason, event):
    """M21, M22: what doesn't become a meeting, each with its reason."""
    assert decided(event) == Ignore(event.id, reason)


def test_a_meeting():
    """M21: any contact among the guests, or as the one who invites, makes an event a meeting."""
    event = an_event(attendees=(STRANGER, BOB, JANE, EVE, ME))
    assert decided(event) == Create(event, ("bob@ray.example", "jane@doe.example"))
    invited = an_event(organizer=JANE, is_organizer=False, attendees=(ME,))
    assert decided(invited) == Create(invited, ("jane@doe.example",))
    everybody = an_event(attendees=(STRANGER, ANNA, EVE))
    assert decided(everybody, creates_contacts=True) == Create(everybody, (STRANGER.email,))


def test_private():
    """M21: private events keep the time busy and nothing else; one that was a meeting is one no more."""
    event = an_event(is_private=True)
    assert decided(event) == KeepBusy("e1")
    assert decided(event, replace(link_of(event), etag="0")) == KeepBusy("e1", 1)
    own = replace(link_of(event), etag="0", is_foreign=False)
    assert decided(event, own) == Follow(1, event), "made in Odoo: its title is Odoo's own"


def test_known_from_a_colleague():
    event = an_event(is_integration=True)
    assert decided(event, elsewhere={("e1@x", ""): 7}) == Join(event, 7)
    assert decided(replace(event, is_private=True), elsewhere={("e1@x", ""): 7}) == KeepBusy("e1")


@pytest.mark.parametrize(
    "state, expected",
    [("live", Follow), ("pending", Follow), ("ended", Follow), ("ending", Ignore), ("ignored", Ignore)],
)
def test_known(state, expected):
    """B2: a known event is followed, unless it was taken away here; gone and back again, it is back."""
    event = an_event(etag="2")
    action = decided(event, replace(link_of(event), etag="1", state=state))
    assert isinstance(action, expected)
    assert getattr(action, "is_back", False) is (state == "ended")
    assert decided(event, link_of(event, state=state)).__class__ is Ignore, "an echo of our own write is nothing new"


def test_found_by_key_after_a_lost_answer():
    """P5: our own event, whose creation was never confirmed, is recognised by its key."""
    event = an_event(key="meeting:1", is_integration=True)
    link = replace(link_of(event), remote_id="", uid="", etag="", key="meeting:1", state="pending")
    assert decided(event, link) == Follow(1, event)


def test_identity_before_id():
    """The server's id may change; UID and RECURRENCE-ID name the event, one occurrence among the others."""
    event = an_event("new-id", uid="e1@x")
    link = link_of(an_event("old-id", uid="e1@x"))
    assert decided(event, replace(link, etag="0")) == Follow(1, event)
    first = an_event("s_1", uid="s@x", series_id="s", recurrence_id=NOW)
    second = an_event("s_2", uid="s@x", series_id="s", recurrence_id=NOW + timedelta(days=1))
    assert isinstance(decided(second, link_of(first)), Create)


def test_absence_is_no_deletion():
    """P14: who is missing in a full read is asked for; one that is missing elsewhere, or out of sight, is not."""
    here = link_of(an_event("a"))
    past, far = link_of(an_event("b", days=-1), 2), link_of(an_event("c", days=200), 3)
    full = ChangePage(is_full=True, sync_token="t")
    assert plan([here, past, far], [full], SETTINGS).actions == (Confirm(1),)
    assert plan([here], [ChangePage(sync_token="t")], SETTINGS).actions == ()
    assert plan([here], [ChangePage(is_full=True)], SETTINGS).actions == (), "not all pages have come"
    unnamed = replace(here, remote_id="", series_id="s")
    assert plan([unnamed], [full], SETTINGS).actions == (Confirm(1),), "of its series the name is known"
    unwritten = replace(here, remote_id="", series_id="", state="pending")
    assert plan([unwritten], [full], SETTINGS).actions == (), "nothing was ever there"


def test_tombstones():
    """B1: a tombstone ends an event, one of a series all its occurrences, a rebuilt series those it has no more."""
    days = [
        an_event(f"s_{day}", days=day, uid="s@x", series_id="s", recurrence_id=NOW + timedelta(day)) for day in (3, 4)
    ]
    links = [link_of(one, number) for number, one in enumerate(days, 1)]
    assert plan(links, [ChangePage(removed=(Tombstone("s_4"),))], SETTINGS).actions == (Cancel(2),)
    assert plan(links, [ChangePage(removed=(Tombstone("s"),))], SETTINGS).actions == (Cancel(1), Cancel(2))
    rebuilt = ChangePage(events=(days[0],), rebuilt=frozenset({"s"}))
    assert plan(links, [rebuilt], SETTINGS).changes == (Cancel(2),)
    both = ChangePage(events=(replace(days[0], etag="9"),), removed=(Tombstone("s_3"),))
    assert plan(links, [both], SETTINGS).actions == (Confirm(1),), "a contradiction is asked about"


@pytest.mark.parametrize("gone, live, held", [(10, 10, 0), (11, 11, 11), (11, 100, 0), (20, 100, 0), (21, 100, 21)])
def test_too_many_at_once(gone, live, held):
    """P14: more than max(10, 20 %) gone at once is held back until the owner says so."""
    links = [link_of(an_event(f"e{number}"), number) for number in range(1, gone + 1)]
    page = ChangePage(removed=tuple(Tombstone(link.remote_id) for link in links), sync_token="t")
    made = plan(links, [page], replace(SETTINGS, live=live))
    assert (len(made.held), len(made.actions)) == (held, gone - held)
    assert len(plan(links, [page], replace(SETTINGS, live=live, removals_allowed=True)).actions) == gone


def test_a_series_is_one():
    """B1: deleting a series of 50 is one decision of one person."""
    links = [
        replace(link_of(an_event(f"s_{number}")), id=number, series_id="s", recurrence_id=str(number), uid="s@x")
        for number in range(50)
    ]
    assert len(plan(links, [ChangePage(removed=(Tombstone("s"),))], replace(SETTINGS, live=50)).actions) == 50


def test_all_day():
    event = an_event(start=NOW.date(), end=NOW.date() + timedelta(days=1))
    assert isinstance(decided(event), Create), "today's all-day event is not past"
    assert decided(replace(event, start=date(2026, 3, 1), end=date(2026, 3, 2))).reason == "past"


# ------------------------------------------------------------ laws


def change_calendar(random, calendar, count):
    """As people do it: make, move, rename, invite, hide, decline, cancel, bring back."""
    for _time in range(count):
        known = sorted(calendar.events)
        if known and random.random() < 0.25:
            calendar.remove(random.choice(known))
            continue
        number = random.randrange(40)
        series = f"s{number % 4}" if number % 3 == 0 else ""
        calendar.put(
            an_event(
                f"{series}e{number}",
                days=random.choice([-5, 1, 2, 3, 50, 99]),
                uid=f"{series or f'e{number}'}@x",
                series_id=series,
                recurrence_id=NOW + timedelta(days=number) if series else None,
                attendees=tuple(random.sample([JANE, BOB, EVE, ANNA, STRANGER, ME], random.randrange(4))),
                is_private=random.random() < 0.1,
                is_integration=random.random() < 0.1,
                status=random.choice([Status.CONFIRMED, Status.CONFIRMED, Status.TENTATIVE]),
            )
        )


@law
@given(st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(random):
    """P7: the same items in other pages, another order, some twice: the same plan."""
    calendar, mirror = Calendar(), Mirror(replace(SETTINGS, removals_allowed=True))
    for _round in range(3):
        change_calendar(random, calendar, 12)
        is_full = random.random() < 0.3
        plans = [mirror.plan(calendar.pages(Random(seed), is_full)) for seed in range(4)]
        assert plans[0] == plans[1] == plans[2] == plans[3]
        mirror.carry_out(plans[0], calendar)
        calendar.was_read()


@law
@given(st.randoms(use_true_random=False))
def test_applied_twice_changes_nothing(random):
    """P7, P8: a plan that was carried out, made again from the same pages, holds nothing to do; a full read neither."""
    calendar, mirror = Calendar(), Mirror(replace(SETTINGS, removals_allowed=True))
    for _round in range(4):
        change_calendar(random, calendar, 10)
        pages = calendar.pages(random)
        mirror.carry_out(mirror.plan(pages), calendar)
        before = dict(mirror.links)
        assert mirror.plan(pages).changes == ()
        calendar.was_read()
        again = mirror.plan(calendar.pages(random, is_full=True))
        assert all(isinstance(action, Confirm) for action in again.changes), again.changes
        mirror.carry_out(again, calendar)
        assert mirror.links == before


@law
@given(st.randoms(use_true_random=False))
def test_every_meeting_is_there(random):
    """M21, P7: whatever happened, whatever was lost of the token: every event that should be a meeting is one."""
    calendar, mirror = Calendar(), Mirror(replace(SETTINGS, removals_allowed=True))
    for _round in range(4):
        change_calendar(random, calendar, 10)
        mirror.carry_out(mirror.plan(calendar.pages(random, is_full=random.random() < 0.3)), calendar)
        calendar.was_read()
        live = mirror.live()
        for identity, etag in wanted(calendar).items():
            assert live.get(identity) == etag
        there = {event.id for event in calendar.events.values()}
        for link in mirror.links.values():
            in_sight = link.start > NOW + timedelta(days=1) and link.start < SETTINGS.window.end - timedelta(days=1)
            assert link.state != "live" or link.remote_id in there or not in_sight


@law
@given(st.randoms(use_true_random=False))
def test_nothing_goes_by_itself(random):
    """P14: without a tombstone, and whatever else a page holds or lacks, no link is cancelled."""
    calendar, mirror = Calendar(), Mirror()
    change_calendar(random, calendar, 30)
    mirror.carry_out(mirror.plan(calendar.pages(random)), calendar)
    pages = [
        replace(page, removed=(), events=page.events[1:]) for page in calendar.pages(random, random.random() < 0.5)
    ]
    assert not any(isinstance(action, Cancel) for action in mirror.plan(pages).actions)
