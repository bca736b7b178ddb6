"""`./dev slots`: what a case may say, what it answers, and how it refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from devtools import slots as dev_slots
from devtools.slots import answer

ROOT = Path(__file__).resolve().parents[2]
DAY = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-02T00:00:00Z"}
CASE = {
    "id": "x",
    "kind": "slots",
    "timezone_host": "UTC",
    "weekly_hours": {"mon": [["09:00", "11:00"]]},
    "duration_min": 60,
    "query": DAY,
}
NINE, TEN = "2026-06-01T09:00:00Z", "2026-06-01T10:00:00Z"


def of(**fields) -> list:
    given = answer({**CASE, **fields})
    return next(value for key, value in given.items() if key != "id")


def event(start: str, end: str, **fields) -> dict:
    return {"start": f"2026-06-01T{start}:00Z", "end": f"2026-06-01T{end}:00Z", **fields}


def booked(request: str, **fields) -> dict:
    return {"start": f"2026-06-01T{request}:00Z", **fields}


def test_slots_are_shown_with_the_offset_of_the_invitee():
    assert of() == [NINE, TEN]
    assert of(query={**DAY, "timezone_invitee": "Asia/Kathmandu"}) == [
        "2026-06-01T14:45:00+05:45",
        "2026-06-01T15:45:00+05:45",
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (event("09:00", "10:00"), [TEN]),
        (event("09:00", "10:00", status="cancelled"), [NINE, TEN]),
        (event("09:00", "10:00", status="DECLINED", same_type=True), [NINE, TEN]),
        (event("09:00", "10:00", status="pending"), [TEN]),
        (event("09:00", "10:00", blocks=False), [NINE, TEN]),
        (event("08:00", "08:45", buffer_after_min=30), [TEN]),
        (event("09:00", "10:00", held_by="me"), [NINE, TEN]),
        (event("09:00", "10:00", held_by="you"), [TEN]),
        (event("09:00", "10:00", held_by="you", released_at="2026-05-30T00:00:00Z"), [NINE, TEN]),
        (event("09:00", "10:00", held_by="you", released_at="2026-06-30T00:00:00Z"), [TEN]),
        (event("09:00", "10:00", seats_taken=2), [NINE, TEN]),
        (event("09:00", "10:00", seats_taken=3), [TEN]),
        (event("09:00", "10:00", same_type=True), [NINE, TEN]),
    ],
)
def test_what_is_in_the_way(entry, expected):
    assert of(busy=[entry], seats=3, now="2026-05-31T00:00:00Z", query={**DAY, "invitee_id": "me"}) == expected


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        (event("09:00", "10:00", same_type=True), True),
        (event("09:00", "10:00", same_type=False), False),
        (event("09:00", "10:00"), False),
        (event("09:00", "10:00", same_type=True, blocks=False), False),
        (event("09:00", "10:00", same_type=True, status="rejected"), False),
    ],
)
def test_what_counts_for_a_limit(entry, counts):
    assert (TEN not in of(busy=[entry], limits={"bookings": {"PER_DAY": 1}})) == counts
    assert (TEN not in of(busy=[entry], limits={"minutes": {"PER_WEEK": 60}})) == counts


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"type": "rolling", "days": 0}, []),
        ({"type": "rolling", "days": 1}, [NINE, TEN]),
        ({"type": "rolling", "days": 1, "count": "business"}, [NINE, TEN]),
        ({"type": "rolling_window", "days": 1}, [NINE, TEN]),
        ({"type": "dates", "start": "2026-06-01", "end": "2026-06-01"}, [NINE, TEN]),
        ({"type": "dates", "start": "2026-06-02", "end": "2026-06-03"}, []),
        ({"type": "until", "until": NINE}, [NINE]),
        ({"type": "until", "end": "2026-05-31"}, []),
    ],
)
def test_windows(window, expected):
    """Today is Sunday."""
    assert of(window=window, now="2026-05-31T00:00:00Z") == expected


def test_hosts_have_the_schedule_of_the_case_unless_they_bring_their_own():
    hosts = [{"id": "a"}, {"id": "b", "weekly_hours": {"mon": [["13:00", "14:00"]]}, "timezone": "Europe/Paris"}]
    assert of(hosts=hosts, host_policy="round_robin") == [NINE, TEN, "2026-06-01T11:00:00Z"]
    assert of(hosts=hosts, host_policy="collective") == []
    assert of(hosts=[{"id": "a", "readable": False}]) == []


def test_ranges_are_merged_whole_and_free():
    overnight = {"mon": [["22:00", "24:00"]], "tue": [["00:00", "02:00"]]}
    assert of(kind="ranges", weekly_hours=overnight) == [["2026-06-01T22:00:00Z", "2026-06-02T02:00:00Z"]]
    assert of(kind="ranges", busy=[event("09:30", "10:00")]) == [
        [NINE, "2026-06-01T09:30:00Z"],
        [TEN, "2026-06-01T11:00:00Z"],
    ]
    assert of(kind="ranges", weekly_hours=None, always=True) == [["2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"]]
    a, b = ({"id": i, "ranges": [[NINE, end]]} for i, end in (("a", TEN), ("b", "2026-06-01T11:00:00Z")))
    assert of(kind="ranges", hosts=[a, b], host_policy="collective", query=None) == [[NINE, TEN]]
    assert of(kind="ranges", hosts=[a, b], host_policy="round_robin", query=None) == [[NINE, "2026-06-01T11:00:00Z"]]


def oks(requests, **fields) -> list:
    return [given["host"] if given["ok"] else None for given in of(kind="bookable", requests=requests, **fields)]


def test_an_accepted_request_becomes_busy_unless_it_says_otherwise():
    nine = booked("09:00")
    assert oks([nine, nine]) == ["host", None]
    assert oks([booked("09:00", book=False), nine]) == ["host", "host"]
    assert oks([booked("09:00", status="cancelled"), nine]) == ["host", "host"]
    assert oks([booked("09:00", blocks=False), nine]) == ["host", "host"]
    assert oks([nine, booked("10:00")], buffer_after_min=15) == ["host", None]
    assert oks([nine, booked("10:00")], limits={"bookings": {"PER_DAY": 1}}) == ["host", None]
    assert oks([nine, nine, nine], seats=2) == ["host", "host", None]
    assert oks([booked("09:00", held_by="me"), booked("09:00", invitee_id="me"), nine]) == ["host", "host", None]


def test_requests_go_to_the_host_whose_turn_it_is():
    hosts = [{"id": "a"}, {"id": "b"}]
    requests = [booked("09:00"), booked("09:00"), booked("09:00"), booked("10:00", host="b"), booked("10:00", host="b")]
    assert oks(requests, hosts=hosts, host_policy="round_robin") == ["a", "b", None, "b", None]
    assert oks([booked("09:00"), booked("09:00")], hosts=hosts, host_policy="collective") == ["a", None]


def test_a_request_off_the_grid_is_not_bookable_where_hours_have_a_start():
    assert oks([booked("09:30"), booked("09:00")]) == [None, "host"]
    assert oks([booked("09:37")], weekly_hours=None, always=True) == ["host"]


def test_the_order_of_hosts():
    def order(*hosts, **fields):
        return answer({"id": "h", "kind": "host", "hosts": list(hosts), **fields})["order"]

    lost, kept = {"created_at": "2026-01-02T00:00:00Z", "status": "cancelled"}, {"created_at": "2026-01-01T00:00:00Z"}
    assert order(
        {"id": "a", "bookings": [kept, kept]}, {"id": "b", "bookings": [kept, lost, lost]}, use_weights=True
    ) == ["b", "a"]
    assert order({"id": "a"}, {"id": 7, "priority": 4}) == ["7", "a"]
    assert order({"id": "a"}, {"id": "b", "priority": 4}, owner="a") == ["a", "b"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"durationn_min": 3}, "durationn_min"),
        ({"duration_min": 0}, "duration_min"),
        ({"duration_min": "30"}, "duration_min"),
        ({"duration_min": 1.5}, "duration_min"),
        ({"duration_min": float("nan")}, "duration_min"),
        ({"duration_min": float("inf")}, "duration_min"),
        ({"duration_min": True}, "duration_min"),
        ({"duration_min": None}, "duration_min"),
        ({"kind": "guess"}, "kind"),
        ({"timezone_host": "Mars/Base"}, "timezone_host"),
        ({"now": "today"}, "now"),
        ({"now": "2026-06-01T00:00:00"}, "now"),
        ({"min_notice_min": -5}, "min_notice_min"),
        ({"host_policy": "raffle"}, "host_policy"),
        ({"min_notice_min": 10**9}, "min_notice_min"),
        ({"seats": 0}, "seats"),
        ({"increment_min": 0}, "increment_min"),
        ({"weekly_hours": {"monday": []}}, "weekly_hours.monday"),
        ({"weekly_hours": {"mon": [["9:00", "10:00"]]}}, "weekly_hours.mon[0]"),
        ({"weekly_hours": {"mon": [["24:00", "10:00"]]}}, "weekly_hours.mon[0]"),
        ({"weekly_hours": {"mon": [["09:00"]]}}, "weekly_hours.mon[0]"),
        ({"weekly_hours": []}, "weekly_hours"),
        ({"date_overrides": {"2026-02-30": []}}, "date_overrides"),
        ({"time_off": ["someday"]}, "time_off[0]"),
        ({"busy": [{"start": NINE}]}, "busy[0].end"),
        ({"busy": [{"start": TEN, "end": NINE}]}, "busy[0].end"),
        ({"busy": [event("09:00", "10:00", color=1)]}, "busy[0].color"),
        ({"busy": [event("09:00", "10:00", status="maybe")]}, "busy[0].status"),
        ({"busy": {}}, "busy"),
        ({"limits": {"bookings": {"PER_HOUR": 1}}}, "limits.bookings.PER_HOUR"),
        ({"limits": {"minutes": {"PER_DAY": -1}}}, "limits.minutes.PER_DAY"),
        ({"window": {"type": "rolling", "days": 3}}, "window"),
        ({"window": {"type": "rolling"}}, "window.days"),
        ({"window": {"type": "soon"}}, "window.type"),
        ({"window": {"type": "dates", "start": "2026-06-01"}}, "window.end"),
        ({"query": None}, "query"),
        ({"query": {"from": TEN, "to": NINE}}, "query.to"),
        ({"query": {**DAY, "zone": 1}}, "query.zone"),
        ({"query": {"from": "0001-01-01T00:00:00Z", "to": NINE}}, "query.from"),
        ({"hosts": [{"id": "a"}, {"id": "a"}]}, "hosts[1].id"),
        ({"hosts": [{}]}, "hosts[0].id"),
        ({"hosts": [{"id": "a", "wieght": 3}]}, "hosts[0].wieght"),
        ({"ranges": [[TEN, NINE]]}, "ranges[0]"),
        ({"restriction": {"timezone": "X/Y"}}, "restriction.timezone"),
        ({"kind": "bookable", "requests": [{"start": NINE, "hots": "a"}]}, "requests[0].hots"),
        ({"kind": "bookable", "requests": None}, "requests"),
    ],
)
def test_a_mistake_is_one_line_naming_case_and_field(change, field, tmp_path, capsys):
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([CASE, {**CASE, "id": "wrong-one", **change}]), encoding="utf-8")
    assert dev_slots.main([str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"error: case wrong-one: field {field}: ")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("content", ["{", "[5]", '[{"kind": "slots"}]', "\ufeff", "null"])
def test_what_is_no_case_at_all(content, tmp_path, capsys):
    file = tmp_path / "cases.json"
    file.write_text(content, encoding="utf-8")
    assert dev_slots.main([str(file)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_missing_file(capsys):
    assert dev_slots.main(["/nowhere/cases.json"]) == 2
    assert "/nowhere/cases.json" in capsys.readouterr().err


def processor_time_of_children() -> float:
    """Seconds of work, which a busy machine does not stretch as it does those of the clock."""
    times = os.times()
    return times.children_user + times.children_system


def test_one_case_on_standard_input_and_a_quick_start():
    command = [sys.executable, "-m", "devtools.slots", "-"]
    took = []
    for _attempt in range(3):
        began = processor_time_of_children()
        done = subprocess.run(command, input=json.dumps(CASE), capture_output=True, text=True, cwd=ROOT, check=True)
        took.append(processor_time_of_children() - began)
    assert json.loads(done.stdout) == [{"id": "x", "slots": [NINE, TEN]}]
    assert min(took) < 0.3
