from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from time import perf_counter
from zoneinfo import ZoneInfo

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

from meetings_scheduler.providers.base import Attendee, ChangePage, Reply, Status, Tombstone, Unreadable
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
    hidden = replace(link_of(event), etag="0", is_private=True)
    assert decided(event, hidden) == Follow(1, event), "hidden by somebody in Odoo, who knows it"
    assert decided(replace(event, is_private=False), hidden) == Follow(1, replace(event, is_private=False))


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


def occurrences(*starts, series="s", **values):
    """Of one series: named by when they start, as Google does it."""
    return [
        an_event(
            f"{series}_{start:%Y%m%dT%H%M}",
            uid=f"{series}@x",
            series_id=series,
            recurrence_id=start,
            **{"start": start, "end": start + timedelta(hours=1), **values},
        )
        for start in starts
    ]


def told(old, new):
    """The page on which a series' occurrences are told as others than they were."""
    kept = {event.id for event in new}
    gone = tuple(Tombstone(event.id, series_id=event.series_id) for event in old if event.id not in kept)
    changed = tuple(replace(event, etag="2") for event in new)
    return ChangePage(events=changed, removed=gone, sync_token="t")


def followed(old, new, **changes):
    """:return: [(number of the old occurrence, of the new one)], [numbers of the old that end], how many begin"""
    links = [link_of(event, number) for number, event in enumerate(old)]
    made = plan(links, [told(old, new)], replace(SETTINGS, live=len(old), **changes))
    numbers = {event.id: number for number, event in enumerate(new)}
    return (
        sorted((one.link_id, numbers[one.event.id]) for one in made.actions if isinstance(one, Follow)),
        [one.link_id for one in made.actions if isinstance(one, Cancel)],
        sum(isinstance(one, Create) for one in made.actions),
    )


DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.mark.parametrize(
    ("rhythm", "span"),
    [
        (DAY, timedelta(hours=2)),
        (DAY, timedelta(hours=-2)),
        (DAY, timedelta(hours=12)),
        (WEEK, DAY),
        (WEEK, -DAY),
        (WEEK, timedelta(days=2, hours=-3)),
    ],
)
def test_series_moved_as_a_whole(rhythm, span):
    """B2: all occurrences of a series are moved: each meeting goes on at its new time, none is made anew."""
    old = occurrences(*(NOW + 2 * DAY + number * rhythm for number in range(8)))
    new = occurrences(*(event.start + span for event in old))
    assert followed(old, new) == ([(number, number) for number in range(8)], [], 0)


def test_series_moved_over_the_change_of_clocks():
    """B2, P16: nine on Sundays becomes nine on Mondays, over the last Sunday of March: by the clock on the wall."""
    rome = ZoneInfo("Europe/Rome")
    old = occurrences(*(datetime(2026, 3, day, 9, tzinfo=rome) for day in (8, 15, 22, 29)), zone="Europe/Rome")
    new = occurrences(*(event.start + DAY for event in old), zone="Europe/Rome")
    assert followed(old, new)[0] == [(number, number) for number in range(4)]


def test_series_moved_to_whole_days():
    old = occurrences(*(NOW + day * DAY for day in (2, 3, 4)))
    days = [(NOW + day * DAY).date() for day in (2, 3, 4)]
    new = [replace(event, id=f"s_{day}", start=day, end=day + DAY, recurrence_id=day) for event, day in zip(old, days)]
    assert followed(old, new)[0] == [(0, 0), (1, 1), (2, 2)]


def test_series_moved_at_the_edges():
    """B2: what has no partner ends, or begins: the series is shorter, or longer, than it was read before."""
    old = occurrences(*(NOW + day * DAY for day in range(2, 8)))
    shorter, longer = (
        occurrences(*(NOW + day * DAY + timedelta(hours=1) for day in days)) for days in (range(4, 8), range(2, 10))
    )
    assert followed(old, shorter) == ([(number, number - 2) for number in range(2, 6)], [0, 1], 0)
    assert followed(old, longer) == ([(number, number) for number in range(6)], [], 2)


def test_series_moved_while_the_token_was_lost():
    """B2, P8: a full read has no tombstones: what is missing of a series that is there at other times was moved."""
    old = occurrences(*(NOW + day * DAY for day in range(2, 8)))
    new = occurrences(*(event.start + timedelta(hours=3) for event in old))
    page = replace(told(old, new), removed=(), is_full=True)
    links = [link_of(event, number) for number, event in enumerate(old)]
    made = plan(links, [page], SETTINGS)
    assert sorted((one.link_id, one.event.start) for one in made.actions) == [
        (number, event.start) for number, event in enumerate(new)
    ]


def test_series_with_another_rule():
    """B2: other days, not moved ones: what stays where it was is the same, of the rest none is taken for another."""
    old = occurrences(*(NOW + day * DAY for day in range(2, 30)))
    new = occurrences(*(NOW + (2 + 7 * number) * DAY for number in range(4)))
    pairs, ended, made = followed(old, new)
    assert (pairs, len(ended), made) == ([(7 * number, number) for number in range(4)], 24, 0)
    irregular = occurrences(*(NOW + day * DAY + timedelta(hours=day) for day in (3, 5, 8, 13, 21)))
    assert followed(old[:5], irregular) == ([], [0, 1, 2, 3, 4], 5)


def test_series_moved_is_no_other_series():
    """B2: occurrences of another series, single events and those without a contact are not mixed up with it."""
    old = occurrences(NOW + 2 * DAY, NOW + 3 * DAY)
    assert followed(old, occurrences(NOW + 2 * DAY, NOW + 3 * DAY, series="t")) == ([], [0, 1], 2)
    assert followed(old, [an_event("single", days=2)]) == ([], [0, 1], 1)
    cancelled = occurrences(NOW + 2.5 * DAY, NOW + 3.5 * DAY, status=Status.CANCELLED)
    assert followed(old, cancelled) == ([], [0, 1], 0)
    private = occurrences(NOW + 2.5 * DAY, NOW + 3.5 * DAY, is_private=True)
    made = plan([link_of(event, n) for n, event in enumerate(old)], [told(old, private)], SETTINGS)
    assert [one.link_id for one in made.actions] == [0, 1] and all(isinstance(one, KeepBusy) for one in made.actions)


def test_long_series_is_moved_in_time():
    """P15: a thousand occurrences find their places in a blink."""
    old = occurrences(*(NOW + number * timedelta(hours=1) for number in range(1000)))
    new = occurrences(*(event.start + timedelta(minutes=15) for event in old))
    begun = perf_counter()
    assert len(followed(old, new)[0]) == 1000
    assert perf_counter() - begun < 2


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


def test_unreadable():
    """P14: an event that makes no sense in a full read is there: neither gone nor asked for; others follow."""
    known, other = an_event(), an_event("e2")
    page = ChangePage(events=(other,), unreadable=(Unreadable("e1", "no start"),), is_full=True, sync_token="t")
    assert plan([link_of(known)], [page], SETTINGS).changes == (Create(other, ("jane@doe.example",)),)
