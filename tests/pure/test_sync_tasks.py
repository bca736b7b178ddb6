"""Laws of tasks in the calendar, on a calendar that does as it is told and a person who moves and deletes in it."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from meetings_scheduler.sync.tasks import (
    DONE_MARK,
    Add,
    Link,
    Placement,
    Remove,
    Settings,
    Task,
    Write,
    decide,
    entry,
    follow,
    hide,
    plan,
)

law = settings(max_examples=200, deadline=None, derandomize=True)
NOW = datetime(2030, 3, 20, 12, tzinfo=timezone.utc)
TODAY = NOW.date()
SETTINGS = Settings(now=NOW, zone="Europe/Rome")

# Beirut's clocks go forward at midnight, so that the day has no 00:00.
zones = st.sampled_from(["UTC", "Europe/Rome", "Asia/Beirut", "Pacific/Kiritimati", "America/New_York"])
some_settings = st.builds(
    lambda zone, hour, keeps_done, moves: Settings(now=NOW, zone=zone, hour=hour, keeps_done=keeps_done, moves=moves),
    zones,
    st.sampled_from([None, 0, 2.5, 9.0, 23.99]),
    st.booleans(),
    st.booleans(),
)
days = st.integers(-60, 60).map(lambda number: TODAY + timedelta(days=number))
done_moments = st.sampled_from([None, None, NOW - timedelta(hours=1), NOW - timedelta(days=2)])
some_tasks = st.builds(
    lambda number, summary, due, done_at: Task(
        ref=("mail.activity", number), summary=summary, due=due, done_at=done_at
    ),
    st.integers(1, 8),
    st.sampled_from(["Call", "Write"]),
    days,
    done_moments,
)
lists = st.lists(some_tasks, max_size=8, unique_by=lambda task: task.ref)
places = st.one_of(
    st.builds(lambda day, length: Placement(day, day + timedelta(days=length)), days, st.integers(1, 3)),
    st.builds(
        lambda day, minute, length: Placement(*_timed(day, minute, length)),
        days,
        st.integers(0, 1439),
        st.integers(5, 300),
    ),
)


def _timed(day, minute, length):
    start = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) + timedelta(minutes=minute)
    return start, start + timedelta(minutes=length)


class Calendar:
    """links, and what stands in the calendar for each, by link id."""

    def __init__(self):
        self.links, self.entries, self.number = {}, {}, 0

    def bring_in_line(self, tasks, choices):
        """:return: the actions that were needed"""
        known = {task.ref: task for task in tasks}
        actions = plan(tasks, self.links.values(), choices)
        for action in actions:
            if isinstance(action, Remove):
                self.links.pop(action.link_id)
                self.entries.pop(action.link_id, None)
                continue
            if isinstance(action, Add):
                self.number += 1
                self.links[self.number] = Link(id=self.number, ref=action.ref)
            link_id = action.link_id if isinstance(action, Write) else self.number
            link = self.links[link_id]
            wanted = entry(known[link.ref], link, choices)
            self.entries[link_id] = wanted
            self.links[link_id] = replace(link, written=wanted.digest, placed=wanted.place, is_hidden=False)
        return actions

    def shown(self):
        return sorted(self.links[link_id].ref for link_id in self.entries)


@law
@given(lists, lists, some_settings)
def test_brought_in_line_once_is_enough(before, after, choices):
    """M26: whatever changed, one round shows exactly the open tasks, and a second one finds nothing to do."""
    calendar = Calendar()
    calendar.bring_in_line(before, choices)
    was_there = set(calendar.shown())
    calendar.bring_in_line(after, choices)
    assert calendar.bring_in_line(after, choices) == []
    stays = {
        task.ref
        for task in after
        if not task.done_at or (task.ref in was_there and choices.keeps_done and NOW - task.done_at < timedelta(days=1))
    }
    assert calendar.shown() == sorted(stays)
    by_ref = {task.ref: task for task in after}
    for link_id, shown in calendar.entries.items():
        task = by_ref[calendar.links[link_id].ref]
        assert shown.place.day(choices.zone) == task.due
        assert shown.summary == (DONE_MARK if task.done_at else "") + task.summary


@law
@given(lists, some_settings)
def test_order_does_not_matter(tasks, choices):
    """M26: in whatever order tasks are read, the same entries come out."""
    one, other = Calendar(), Calendar()
    one.bring_in_line(tasks, choices)
    other.bring_in_line(list(reversed(tasks)), choices)
    assert one.shown() == other.shown()


@law
@given(some_tasks, places, some_settings, days)
def test_moved_by_hand(task, seen, choices, later):
    """M26: a move moves the due date or is taken back, by the user's choice, and both sides then say the same."""
    calendar = Calendar()
    calendar.bring_in_line([replace(task, done_at=None)], choices)
    (link,) = calendar.links.values()
    followed = follow(task, link, seen, choices)
    moved = replace(task, due=followed.due or task.due)
    wanted = entry(moved, followed.link, choices)
    if seen == link.placed:
        assert followed.link == link and followed.due is None
    elif choices.moves and not task.done_at:
        assert moved.due == seen.day(choices.zone)
        assert wanted.place == seen and decide(moved, followed.link, choices) is None
        again = entry(replace(moved, due=later), followed.link, choices).place
        assert again.day(choices.zone) == later
        assert again.end - again.start == seen.end - seen.start, "its length stays"
    else:
        assert followed.due is None
        assert decide(task, followed.link, choices), "it is put back, or removed"
        assert wanted.place.day(choices.zone) == task.due


@law
@given(some_tasks, places, some_settings, days)
def test_later_choice_of_a_day_holds(task, seen, choices, ours):
    """M26: moved on both sides, the later choice holds; if that is Odoo's, the calendar is written again."""
    task = replace(task, done_at=None)
    calendar = Calendar()
    calendar.bring_in_line([task], choices)
    (link,) = calendar.links.values()
    moved_here = replace(task, due=ours)
    followed = follow(moved_here, link, seen, choices, ours_is_newer=True)
    assert followed.due is None
    place = entry(moved_here, followed.link, choices).place
    assert place.day(choices.zone) == ours
    if place != seen and seen != link.placed:
        assert decide(moved_here, followed.link, choices) == Write(link.id)


@law
@given(some_tasks, some_settings, days)
def test_deleted_in_the_calendar(task, choices, later):
    """M26: deleted there, an entry stays away; once the task changes it is shown again; done, it is forgotten."""
    task = replace(task, done_at=None)
    calendar = Calendar()
    calendar.bring_in_line([task], choices)
    (link,) = calendar.links.values()
    hidden = hide(task, link, choices)
    assert decide(task, hidden, choices) is None
    assert decide(replace(task, summary="Another"), hidden, choices) == Write(link.id)
    if later != task.due:
        assert decide(replace(task, due=later), hidden, choices) == Write(link.id)
    assert decide(replace(task, done_at=NOW), hidden, choices) == Remove(link.id)
    assert decide(None, hidden, choices) == Remove(link.id)


def test_all_day_or_at_an_hour():
    """M26: all day on the due date, or half an hour from the hour that was chosen, by the user's clock."""
    task = Task(ref=("mail.activity", 1), summary="Call", due=date(2030, 3, 28))
    assert entry(task, None, SETTINGS).place == (date(2030, 3, 28), date(2030, 3, 29))
    begin, end = entry(task, None, replace(SETTINGS, hour=9.5)).place
    assert (begin, end - begin) == (datetime(2030, 3, 28, 8, 30, tzinfo=timezone.utc), timedelta(minutes=30))
    summer = replace(task, due=date(2030, 4, 2))
    assert entry(summer, None, replace(SETTINGS, hour=9.5)).place.start.hour == 7


def test_done():
    """M26: done, a task is marked for a day and then removed; without that choice it is removed at once."""
    task = Task(ref=("mail.activity", 1), summary="Call", due=TODAY)
    link = Link(id=7, ref=task.ref, written=entry(task, None, SETTINGS).digest)
    done = replace(task, done_at=NOW)
    assert decide(done, link, SETTINGS) == Write(7)
    assert entry(done, link, SETTINGS).summary == "✓ Call"
    assert decide(done, link, replace(SETTINGS, keeps_done=False)) == Remove(7)
    assert decide(done, link, replace(SETTINGS, now=NOW + timedelta(days=1))) == Remove(7)


def test_time_of_day_given_by_hand_stays():
    """M26: an hour given in the calendar stays when the due date changes in Odoo, over the change of clocks."""
    task = Task(ref=("mail.activity", 1), summary="Call", due=date(2030, 3, 28))
    link = Link(id=7, ref=task.ref, placed=entry(task, None, SETTINGS).place)
    rome = ZoneInfo("Europe/Rome")
    begin = datetime(2030, 3, 28, 14, tzinfo=rome).astimezone(timezone.utc)
    followed = follow(task, link, Placement(begin, begin + timedelta(hours=1)), SETTINGS)
    assert followed.due is None, "the same day"
    later = entry(replace(task, due=date(2030, 4, 2)), followed.link, SETTINGS).place
    assert later.start.astimezone(rome) == datetime(2030, 4, 2, 14, tzinfo=rome)
    assert later.end - later.start == timedelta(hours=1)
