"""Many events and guests: how many calls, and that nothing is said to anybody (issue 4; RELIABILITY.md P13)."""

from datetime import timedelta

from tests.contract.world import WINDOW, Mirror, at


def test_five_thousand_events_and_three_hundred_guests(google):
    bodies = []
    for number in range(5000):
        start = at(1) + timedelta(minutes=15 * (number % 5000))
        bodies.append(
            {
                "summary": f"Meeting {number}",
                "start": {"dateTime": start.strftime("%Y-%m-%dT%H:%M:%SZ"), "timeZone": "Europe/Berlin"},
                "end": {"dateTime": (start + timedelta(minutes=15)).strftime("%Y-%m-%dT%H:%M:%SZ"), "timeZone": "UTC"},
                "attendees": [{"email": f"guest{number % 300}@example.com"}],
            }
        )
    google.control("events", calendar=google.main, bodies=bodies)
    mirror = Mirror().read(google.provider, google.main)
    assert len(mirror.events) == 5000
    assert len({guest.email for event in mirror.events.values() for guest in event.attendees}) == 300
    mirror.read(google.provider, google.main)
    state = google.state()
    assert state["calls"].count("events.list") <= 3
    assert state["writes"] == 0 and state["mails"] == []


def test_free_busy_of_fifty_calendars_is_one_call(google):
    calendars = [google.control("calendar", owner=google.address, summary=f"{number}")["id"] for number in range(50)]
    google.add(calendars[49], start=at(4), end=at(4, 10), summary="x")
    found = google.provider.free_busy(calendars, WINDOW)
    assert google.state()["calls"].count("freebusy.query") == 1
    assert [len(found[calendar]) for calendar in calendars] == [0] * 49 + [1]
    assert len(google.provider.free_busy([*calendars, google.main], WINDOW)) == 51
    assert google.state()["calls"].count("freebusy.query") == 3
