"""RELIABILITY.md, fault catalogue 1-26 (those all providers share), each with its outcome at Google's adapter.

Here an outcome is the error raised and what did not happen: no retry by itself, nothing written twice, no token given,
nothing called deleted. What is then done about it (wait, full read, tell the owner) is decided above the adapter.
"""

import socket
import threading
import time

import pytest

from providers.errors import (
    AuthenticationFailed,
    Conflict,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    SyncTokenExpired,
    Unavailable,
)
from providers.google import GoogleProvider
from providers.oauth import RefreshingToken
from providers.transport import Transport
from tests.contract.faults import DRAFT, MOVED, READS, WRITES, create, fails, reads, writes
from tests.contract.world import WINDOW, Mirror, at
from tests.contract.world_google import GoogleWorld


def test_1_name_that_does_not_resolve(google):
    def resolve(*args, **options):
        raise socket.gaierror("no such name")

    provider = GoogleProvider(google.credentials, Transport(resolve=resolve), google.now)
    with pytest.raises(Unavailable):
        provider.account()


@pytest.mark.parametrize("method", READS)
def test_3_hang(servers, method):
    """Also fault 2 as far as the adapter can tell: no answer within the deadline."""
    world = GoogleWorld(servers["google"], deadline=0.4)
    world.fault(method, "hang", seconds=1)
    start = time.monotonic()
    error = fails(world, method, reads(world)[method], Unavailable)
    assert time.monotonic() - start < 3
    assert error.is_temporary and error.code == "timeout"
    world.check()


def test_4_one_byte_at_a_time(servers):
    world = GoogleWorld(servers["google"], deadline=0.5)
    world.fault("calendarList.list", "drip", seconds=0.05)
    fails(world, "calendarList.list", world.provider.list_calendars, Unavailable)
    world.check()


@pytest.mark.parametrize("method", READS + WRITES)
def test_6_reset_before_it_was_done(google, method):
    calls = {**reads(google), **writes(google)}
    before = google.writes()
    google.fault(method, "reset")
    fails(google, method, calls[method], Unavailable)
    assert google.writes() == before


def test_7_answer_lost_after_create(google):
    """P5: a hundred lost answers, a hundred repeats, one event each."""
    for number in range(100):
        google.fault("events.insert", "lose")
        key = f"booking/{number}"
        with pytest.raises(Unavailable):
            google.provider.put_event(google.main, DRAFT, key=key)
        assert google.provider.put_event(google.main, DRAFT, key=key).key == key
    assert google.remote_events(google.main) == google.writes() == 100
    assert len(google.mails()) == 100


def test_8_answer_lost_after_update(google):
    made = create(google)
    google.fault("events.patch", "lose")
    change = {"key": "booking/1", "event_id": made.id, "etag": made.etag}
    with pytest.raises(Unavailable):
        google.provider.put_event(google.main, MOVED, **change)
    assert google.provider.put_event(google.main, MOVED, **change).start == at(5)
    assert google.writes() == 2 and len(google.mails()) == 2


def test_9_answer_lost_after_delete(google):
    made = create(google)
    google.fault("events.delete", "lose")
    with pytest.raises(Unavailable):
        google.provider.delete_event(google.main, made.id, etag=made.etag)
    google.provider.delete_event(google.main, made.id, etag=made.etag)
    assert google.writes() == 2 and google.remote_events(google.main) == 0


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("method", READS + WRITES)
def test_10_server_errors(google, method, status):
    calls = {**reads(google), **writes(google)}
    before = google.writes()
    google.fault(method, "status", status=status, reason="backendError", headers={"Retry-After": "7"})
    error = fails(google, method, calls[method], Unavailable)
    assert error.is_temporary and error.retry_after == 7
    assert google.writes() == before


@pytest.mark.parametrize("method", READS + WRITES)
def test_11_login_page(google, method):
    calls = {**reads(google), **writes(google)}
    google.fault(method, "html")
    fails(google, method, calls[method], InvalidResponse)


@pytest.mark.parametrize("action", ["truncate", "cut"])
@pytest.mark.parametrize(
    "method", ["calendarList.get", "calendarList.list", "freebusy.query", "events.list", "events.insert"]
)
def test_12_half_an_answer(google, method, action):
    google.add(google.main, start=at(4), end=at(4, 10), summary="x")
    calls = {**reads(google), "events.insert": lambda: create(google)}
    google.fault(method, action)
    fails(google, method, calls[method], InvalidResponse)


def test_12_half_an_answer_to_a_create_is_repaired(google):
    google.fault("events.insert", "cut")
    with pytest.raises(InvalidResponse):
        create(google)
    assert create(google).key == "booking/1"
    assert google.writes() == 1


def test_13_empty_list(google):
    """No deletion follows from it, no token, and no free time."""
    google.add(google.main, start=at(4), end=at(4, 10), summary="x")
    mirror = Mirror().read(google.provider, google.main)
    google.fault("events.list", "change", fields={"items": []})
    mirror.read(google.provider, google.main)
    assert mirror.titles() == ["x"]
    google.fault("events.list", "change", fields={"items": None, "nextSyncToken": None})
    with pytest.raises(InvalidResponse):
        mirror.read(google.provider, google.main)
    assert mirror.titles() == ["x"]
    google.fault("calendarList.list", "change", fields={"items": []})
    fails(google, "calendarList.list", google.provider.list_calendars, InvalidResponse)
    google.fault("freebusy.query", "change", fields={"calendars": {}})
    assert isinstance(google.provider.free_busy([google.main], WINDOW)[google.main], InvalidResponse)
    google.fault("freebusy.query", "change", fields={"calendars": {google.main: {}}})
    assert isinstance(google.provider.free_busy([google.main], WINDOW)[google.main], InvalidResponse)


def test_14_third_page_of_five_fails(google):
    for number in range(10):
        google.add(google.main, start=at(4 + number), end=at(4 + number, 10), summary=f"{number}")
    google.small_pages()
    google.fault("events.list", "status", status=503, skip=2)
    pages = []
    with pytest.raises(Unavailable):
        pages += google.provider.changes(google.main, None, WINDOW)
    reading = google.provider.changes(google.main, None, WINDOW)
    pages = list(reading)
    assert len(pages) == 5 and [page.sync_token is None for page in pages] == [True] * 4 + [False]


def test_14_no_token_before_the_failing_page(google):
    for number in range(10):
        google.add(google.main, start=at(4 + number), end=at(4 + number, 10), summary=f"{number}")
    google.small_pages()
    google.fault("events.list", "status", status=503, skip=2)
    reading = google.provider.changes(google.main, None, WINDOW)
    assert [next(reading).sync_token, next(reading).sync_token] == [None, None]
    with pytest.raises(Unavailable):
        next(reading)


def test_15_item_repeated_across_pages(google):
    for number in range(4):
        google.add(google.main, start=at(4 + number), end=at(4 + number, 10), summary=f"{number}")
    google.small_pages()
    google.fault("events.list", "repeat")
    assert Mirror().read(google.provider, google.main).titles() == ["0", "1", "2", "3"]


def test_16_own_write_is_recognised(google):
    mirror = Mirror().read(google.provider, google.main)
    made = create(google)
    mirror.read(google.provider, google.main)
    assert [(event.key, event.revision, event.etag) for event in mirror.events.values()] == [
        ("booking/1", "r1", made.etag)
    ]


def test_17_cursor_rejected(google):
    google.add(google.main, start=at(4), end=at(4, 10), summary="x")
    mirror = Mirror().read(google.provider, google.main)
    google.fault("events.list", "status", status=410, reason="fullSyncRequired")
    fails(
        google,
        "events.list",
        lambda: list(google.provider.changes(google.main, mirror.token, WINDOW)),
        SyncTokenExpired,
    )
    again = Mirror().read(google.provider, google.main)
    assert again.events == mirror.events


def test_17_cursor_that_google_calls_invalid(google):
    mirror = Mirror().read(google.provider, google.main)
    google.fault("events.list", "status", status=400, reason="invalid")
    fails(
        google,
        "events.list",
        lambda: list(google.provider.changes(google.main, mirror.token, WINDOW)),
        SyncTokenExpired,
    )


def test_18_rejected_again_in_the_full_read(google):
    google.fault("events.list", "status", status=410, reason="fullSyncRequired")
    error = fails(google, "events.list", reads(google)["events.list"], SyncTokenExpired)
    assert not error.is_temporary


def test_19_access_token_ends_between_two_pages(google):
    for number in range(4):
        google.add(google.main, start=at(4 + number), end=at(4 + number, 10), summary=f"{number}")
    google.small_pages()
    reading = google.provider.changes(google.main, None, WINDOW)
    next(reading)
    google.control("expire_access", email=google.address)
    assert [bool(page.sync_token) for page in reading] == [True]
    assert google.state()["counts"]["refresh"] == 1
    assert [grant.refresh_token != "" for grant in google.stored] == [True]


def test_19_refused_with_the_new_token_too(google):
    google.fault("calendarList.list", "status", status=401, reason="authError", times=0)
    fails(google, "calendarList.list", google.provider.list_calendars, AuthenticationFailed, calls=2)
    assert google.state()["counts"]["refresh"] == 1


def test_20_grant_revoked(google):
    google.revoke()
    error = fails(google, "calendarList.list", google.provider.list_calendars, AuthenticationFailed)
    assert error.code == "invalid_grant" and not error.is_temporary


def test_21_two_workers_refresh_together(google):
    """One asks, the other takes what came."""
    google.control("settings", rotate_refresh_tokens=True)
    google.control("expire_access", email=google.address)
    stale = google.credentials.token()
    got = []
    threads = [threading.Thread(target=lambda: got.append(google.credentials.renew(stale))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1 and stale not in got
    assert google.state()["counts"]["refresh"] == 1 and len(google.stored) == 1


def test_22_new_token_is_stored_before_it_is_used(google):
    """Should storing fail, nobody has seen the token, and the old one is still what everybody holds."""
    google.control("expire_access", email=google.address)

    def store(grant):
        raise OSError("disk full")

    credentials = RefreshingToken(google.oauth, google.credentials._grant, google.now, store)
    provider = GoogleProvider(credentials, google.transport, google.now, google.root)
    before = google.state()["calls"].count("calendarList.get")
    with pytest.raises(OSError, match="disk full"):
        provider.account()
    assert google.state()["calls"].count("calendarList.get") - before == 1
    assert google.provider.account().address == google.address


def test_22_rotated_refresh_token_is_kept(google):
    google.control("settings", rotate_refresh_tokens=True)
    for _ in range(3):
        google.control("expire_access", email=google.address)
        google.provider.account()
    tokens = [grant.refresh_token for grant in google.stored]
    assert len(set(tokens)) == 3


def test_23_edited_by_a_person_at_the_same_time(google):
    made = create(google)
    google.change(google.main, made.id, summary="Their words")
    before = google.writes()
    with pytest.raises(Conflict):
        google.provider.put_event(google.main, MOVED, key="booking/1", event_id=made.id, etag=made.etag)
    assert google.writes() == before
    assert google.provider.get_event(google.main, made.id).summary == "Their words"


def test_24_calendar_deleted(google):
    calendar = google.provider.create_calendar("Second").id
    token = Mirror().read(google.provider, calendar).token
    google.control("delete_calendar", calendar=calendar)
    assert isinstance(google.provider.free_busy([calendar], WINDOW)[calendar], NotFound)
    with pytest.raises(NotFound):
        list(google.provider.changes(calendar, token, WINDOW))


def test_25_read_only(google):
    shared = google.foreign_calendar("reader")
    listed = {calendar.id: calendar for calendar in google.provider.list_calendars()}
    assert not listed[shared].is_writable, "told before the first booking"
    with pytest.raises(PermissionDenied):
        google.provider.put_event(shared, DRAFT, key="booking/1")


@pytest.mark.parametrize("action", ["huge", "bomb"])
def test_26_too_large(google, action):
    size = 6_000_000 if action == "huge" else 100_000_000
    google.fault("calendarList.get", action, bytes=size)
    error = fails(google, "calendarList.get", google.provider.account, InvalidResponse)
    assert error.code == "too_large"


def test_26_page_too_large_is_asked_for_in_smaller_ones(google):
    google.add(google.main, start=at(4), end=at(4, 10), summary="x")
    google.fault("events.list", "huge", bytes=6_000_000)
    assert Mirror().read(google.provider, google.main).titles() == ["x"]
    google.fault("events.list", "huge", bytes=6_000_000, times=2)
    fails(google, "events.list", reads(google)["events.list"], InvalidResponse, calls=2)
