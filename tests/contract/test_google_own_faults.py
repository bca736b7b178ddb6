"""RELIABILITY.md, fault catalogue 35-45: Google's own (46 and 47 are in test_google_oauth)."""

import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from providers.errors import Conflict, NotFound, PermissionDenied, RateLimited, SyncTokenExpired
from providers.google import GoogleProvider, client_id
from providers.transport import Transport
from tests.contract.faults import DRAFT, MOVED, READS, WRITES, create, fails, reads, writes
from tests.contract.world import WINDOW, Mirror, at


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "rateLimitExceeded"), (403, "userRateLimitExceeded"), (403, "quotaExceeded"), (429, "rateLimitExceeded")],
)
@pytest.mark.parametrize("method", READS + WRITES)
def test_35_throttled(google, method, status, reason):
    calls = {**reads(google), **writes(google)}
    before = google.writes()
    google.fault(method, "status", status=status, reason=reason, headers={"Retry-After": "600"})
    error = fails(google, method, calls[method], RateLimited)
    assert error.retry_after == 600 and error.is_temporary
    google.fault(method, "status", status=status, reason=reason)
    assert fails(google, method, calls[method], RateLimited).retry_after is None
    assert google.writes() == before


def test_35_wait_given_as_a_date(google):
    when = (datetime.now(timezone.utc) + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    google.fault("calendarList.list", "status", status=429, reason="rateLimitExceeded", headers={"Retry-After": when})
    error = fails(google, "calendarList.list", google.provider.list_calendars, RateLimited)
    assert 80 < error.retry_after <= 90


@pytest.mark.parametrize(
    "reason", ["forbidden", "forbiddenForNonOrganizer", "insufficientPermissions", "accessNotConfigured"]
)
def test_36_forbidden_is_no_throttling(google, reason):
    google.fault("events.list", "status", status=403, reason=reason)
    error = fails(google, "events.list", reads(google)["events.list"], PermissionDenied)
    assert error.code == reason and not error.is_temporary


def test_37_gone_of_an_event_is_not_gone_of_a_cursor(google):
    made = create(google)
    google.remove(google.main, made.id)
    with pytest.raises(NotFound):
        google.provider.get_event(google.main, made.id)
    google.provider.delete_event(google.main, made.id)
    google.fault("events.get", "status", status=410, reason="deleted")
    fails(google, "events.get", lambda: google.provider.get_event(google.main, made.id), NotFound)


def test_38_duplicate_that_is_ours(google):
    made = create(google)
    assert google.provider.put_event(google.main, DRAFT, key="booking/1").etag == made.etag
    assert google.writes() == 1


def test_38_duplicate_that_is_somebody_elses(google):
    """An event that has our id but not our mark is left alone."""
    google.add(google.main, start=at(9), end=at(9, 10), summary="theirs", id=client_id("booking/1"))
    made = create(google)
    assert made.id == client_id("booking/1", 1) and made.key == "booking/1"
    assert google.provider.get_event(google.main, client_id("booking/1")).summary == "theirs"
    assert create(google).id == made.id


def test_39_id_of_a_deleted_event(google):
    ids = []
    for _ in range(3):
        ids.append(create(google).id)
        google.remove(google.main, ids[-1])
    assert ids == [client_id("booking/1", generation) for generation in range(3)]
    assert google.remote_events(google.main) == 0


def test_39_every_id_used_up(google):
    for _ in range(8):
        google.remove(google.main, create(google).id)
    with pytest.raises(Conflict):
        create(google)


class Interrupting(Transport):
    """After the first GET of an event somebody else changes it."""

    def __init__(self, interrupt):
        super().__init__()
        self.interrupt = interrupt

    def request(self, method, url, headers=None, body=b""):
        answer = super().request(method, url, headers, body)
        if method == "GET" and "/events/" in url and self.interrupt:
            interrupt, self.interrupt = self.interrupt, None
            interrupt()
        return answer


def test_40_stale_version(google):
    """The version changes between our read and our write: Google refuses, and their words stand."""
    made = create(google)
    transport = Interrupting(lambda: google.change(google.main, made.id, summary="Their words"))
    provider = GoogleProvider(google.credentials, transport, google.now, google.root)
    with pytest.raises(Conflict) as caught:
        provider.put_event(google.main, MOVED, key="booking/1", event_id=made.id, etag=made.etag)
    transport.close()
    assert caught.value.code == "conditionNotMet"
    assert google.provider.get_event(google.main, made.id).summary == "Their words"


def test_41_deleted_item_that_is_nothing_but_an_id(google):
    made = google.add(google.main, start=at(4), end=at(4, 10), summary="x")
    mirror = Mirror().read(google.provider, google.main)
    google.remove(google.main, made)
    google.fault("events.list", "bare")
    mirror.read(google.provider, google.main)
    assert mirror.events == {}


def test_41_item_that_makes_no_sense_hurts_no_other(google):
    google.add(google.main, start=at(4), end=at(4, 10), summary="x")
    good = google.state()["calendars"][google.main]["events"]
    odd = [{"id": "odd", "status": "confirmed"}, {"id": "odder", "start": {"dateTime": "soon"}}, {}]
    google.fault("events.list", "change", fields={"items": odd + good})
    (page,) = google.provider.changes(google.main, None, WINDOW)
    assert [event.summary for event in page.events] == ["x"]
    assert [item.id for item in page.unreadable] == ["odd", "odder", ""]
    assert page.sync_token


def test_42_series_by_dates_only(google):
    google.add(
        google.main, start=at(4), end=at(4, 10), summary="x", recurrence=("RDATE:20300306T090000Z,20300308T090000Z",)
    )
    assert Mirror().read(google.provider, google.main).starts() == [at(4), at(6), at(8)]


def test_43_token_is_bound_to_its_query(google):
    """The stand-in complains of a token used with another query; `check` at the end of each test looks for that."""
    mirror = Mirror().read(google.provider, google.main)
    other = google.provider.create_calendar("Other").id
    before = google.state()["calls"].count("events.list")
    with pytest.raises(SyncTokenExpired):
        list(google.provider.changes(other, mirror.token, WINDOW))
    assert google.state()["calls"].count("events.list") == before, "not even asked"


class Hooks(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.seen.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def hooks():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hooks)
    server.seen, server.address = [], f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def arrived(hooks, provider, count):
    deadline = time.monotonic() + 30
    while len(hooks.seen) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return [notification for headers in hooks.seen for notification in provider.read_push(headers, b"")]


def test_44_channel_is_renewed_before_it_ends(google, hooks):
    """Two channels overlap; a change after the first one ended is still told."""
    options = {"token": "secret", "lifetime": 600}
    first = google.provider.subscribe(google.main, hooks.address, channel_id="c-1", **options)
    assert timedelta(seconds=590) < first.expires_at - google.now() <= timedelta(seconds=600)
    google.control("clock", seconds=500)
    second = google.provider.subscribe(google.main, hooks.address, channel_id="c-2", **options)
    assert second.expires_at > first.expires_at
    google.control("clock", seconds=200)
    google.add(google.main, start=at(4), end=at(4, 10), summary="x")
    told = arrived(hooks, google.provider, 3)
    assert sorted((one.channel_id, one.is_handshake) for one in told) == [("c-1", True), ("c-2", False), ("c-2", True)]
    google.provider.unsubscribe(first)
    google.provider.unsubscribe(second)
    google.add(google.main, start=at(5), end=at(5, 10), summary="y")
    assert len(google.state()["pushes"]) == 3


def test_45_forged_call_shows_by_its_token(google, hooks):
    google.provider.subscribe(google.main, hooks.address, channel_id="c-1", token="secret", lifetime=600)
    assert [one.token for one in arrived(hooks, google.provider, 1)] == ["secret"]
    forged = {"X-Goog-Channel-Id": "c-1", "X-Goog-Resource-State": "exists", "X-Goog-Channel-Token": "guess"}
    assert [one.token for one in google.provider.read_push(forged, b"")] == ["guess"]
    without = {name: value for name, value in forged.items() if "Token" not in name}
    assert [one.token for one in google.provider.read_push(without, b"")] == [""]
