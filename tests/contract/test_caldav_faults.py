"""RELIABILITY.md, fault catalogue 76-89 and the common ones: real servers behind a transport that bends answers."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from providers import caldav_event
from providers.base import Attendee, Draft, Period, Role
from providers.caldav import CalDAVProvider
from providers.errors import (
    AuthenticationFailed,
    Conflict,
    InvalidResponse,
    NotFound,
    SyncTokenExpired,
    Unavailable,
    Untrusted,
)
from providers.tokens import seal
from providers.transport import Response, Transport
from tests.contract.world import WINDOW, Mirror, at
from tests.contract.world_caldav import ADDRESS, PASSWORD

DRAFT = Draft(start=at(4), end=at(4, 10), summary="Demo", revision="r1")


class Bent(Transport):
    """bend(method, url, body, answer) → the answer as it arrives; calls: what was asked."""

    def __init__(self):
        super().__init__()
        self.calls, self.bend = [], None

    def request(self, method, url, headers=None, body=b""):
        self.calls.append((method, url, headers or {}))
        answer = super().request(method, url, headers, body)
        return self.bend(method, url, body, answer) if self.bend else answer


@pytest.fixture
def bent(caldav):
    transport = Bent()
    clock = lambda: datetime.now(timezone.utc)  # noqa: E731
    caldav.provider = CalDAVProvider(caldav.url, ADDRESS, PASSWORD, transport, clock, zone=caldav.zone)
    caldav.bent = transport
    yield caldav
    transport.close()


def status(code, body=b"", **headers):
    return Response(code, "", {name.replace("_", "-"): value for name, value in headers.items()}, body)


def instead(answer, word):
    """Every report that asks for `word` gets that answer."""

    def bend(method, url, body, real):
        return answer if method == "REPORT" and word in body else real

    return bend


def changed_meanwhile(bent, event_id):
    """Somebody else's change arrives between our reading the event and our writing it."""

    def bend(method, url, body, answer):
        if method == "GET":
            bent.bent.bend = None
            bent.change(bent.main, event_id, summary="Their words")
        return answer

    return bend


def test_23_changed_between_reading_and_writing(bent):
    made = bent.provider.put_event(bent.main, DRAFT, key="booking/1")
    bent.bent.bend = changed_meanwhile(bent, made.id)
    moved = replace(DRAFT, start=at(5), end=at(5, 10), revision="r2")
    with pytest.raises(Conflict):
        bent.provider.put_event(bent.main, moved, key="booking/1", event_id=made.id, etag=made.etag)
    assert bent.provider.get_event(bent.main, made.id).summary == "Their words"


def without_sync(method, url, body, answer):
    """A server that knows neither sync-collection nor a sync token."""
    text = answer.body.replace(b"sync-token>", b"something-else>")
    return replace(answer, body=text) if method == "PROPFIND" else answer


def test_wrong_password_is_tried_once(servers):
    """RELIABILITY.md 66, for CalDAV too: no lockout."""
    transport = Bent()
    provider = CalDAVProvider(servers["radicale"], ADDRESS, "wrong", transport, lambda: datetime.now(timezone.utc))
    with pytest.raises(AuthenticationFailed):
        provider.list_calendars()
    assert len(transport.calls) == 1
    transport.close()


def test_reset_is_not_tried_again(bent):
    def bend(method, url, body, answer):
        raise Unavailable("reset", "network")

    bent.bent.calls.clear()
    bent.bent.bend = bend
    with pytest.raises(Unavailable):
        bent.provider.account()
    assert len(bent.bent.calls) == 1


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"<d:multistatus xmlns:d='DAV:'><d:resp", b"\x00"])
def test_11_12_answer_that_is_no_webdav(bent, body):
    bent.add(bent.main, start=at(4), end=at(4, 10), summary="x")
    mirror = Mirror().read(bent.provider, bent.main)
    bent.bent.bend = lambda method, url, asked, answer: status(200, body, content_type="text/html")
    with pytest.raises(InvalidResponse):
        mirror.read(bent.provider, bent.main)
    assert isinstance(bent.provider.free_busy([bent.main], WINDOW)[bent.main], InvalidResponse)
    with pytest.raises(InvalidResponse):
        bent.provider.list_calendars()


def test_answer_with_a_document_type_is_refused(bent):
    bent.provider.account()
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa">]><d:multistatus xmlns:d="DAV:">&a;</d:multistatus>'
    bent.bent.bend = lambda method, url, asked, answer: status(207, bomb)
    with pytest.raises(InvalidResponse):
        bent.provider.list_calendars()


@pytest.mark.parametrize("code", [500, 502, 503])
def test_10_server_errors(bent, code):
    bent.provider.list_calendars()
    bent.bent.bend = lambda method, url, asked, answer: status(code, retry_after="7")
    for call in (
        lambda: bent.provider.free_busy([bent.main], WINDOW),
        lambda: list(bent.provider.changes(bent.main, None, WINDOW)),
        lambda: bent.provider.put_event(bent.main, DRAFT, key="k"),
    ):
        bent.bent.calls.clear()
        with pytest.raises(Unavailable) as caught:
            call()
        assert caught.value.retry_after == 7 and len(bent.bent.calls) == 1


def test_7_answer_lost_after_create(bent):
    def lose(method, url, body, answer):
        if method == "PUT":
            raise Unavailable("lost", "network")
        return answer

    bent.bent.bend = lose
    with pytest.raises(Unavailable):
        bent.provider.put_event(bent.main, DRAFT, key="booking/1")
    bent.bent.bend = None
    assert bent.provider.put_event(bent.main, DRAFT, key="booking/1").key == "booking/1"
    assert bent.remote_events(bent.main) == 1


def test_13_listing_without_events_is_no_deletion(bent):
    """Without sync-collection: what is missing is asked for by itself before it counts as gone."""
    kept = bent.add(bent.main, start=at(4), end=at(4, 10), summary="kept")
    gone = bent.add(bent.main, start=at(5), end=at(5, 10), summary="gone")
    bent.bent.bend = without_sync
    mirror = Mirror().read(bent.provider, bent.main)
    assert mirror.titles() == ["gone", "kept"]
    bent.remove(bent.main, gone)

    def hide(method, url, body, answer):
        answer = without_sync(method, url, body, answer)
        if method == "PROPFIND" and b"getetag" in body:
            return status(207, b"<d:multistatus xmlns:d='DAV:'/>")
        return answer

    bent.bent.bend = hide
    removed = [one.id for page in bent.provider.changes(bent.main, mirror.token, WINDOW) for one in page.removed]
    assert removed == [gone]
    mirror.read(bent.provider, bent.main)
    bent.bent.bend = without_sync
    bent.change(bent.main, kept, summary="changed")
    assert mirror.read(bent.provider, bent.main).titles() == ["changed"]


def test_76_token_the_server_does_not_know(caldav):
    with pytest.raises(SyncTokenExpired):
        list(caldav.provider.changes(caldav.main, seal("shttp://nobody.example/1", caldav.main, WINDOW), WINDOW))


@pytest.mark.parametrize("sealed", ["x", "vnot-base64", "v" + "AAAA"])
def test_76_token_that_is_damaged(caldav, sealed):
    with pytest.raises(SyncTokenExpired):
        list(caldav.provider.changes(caldav.main, seal(sealed, caldav.main, WINDOW), WINDOW))


def test_77_cut_off_report_goes_on_from_its_token(bent):
    mirror = Mirror().read(bent.provider, bent.main)
    bent.add(bent.main, start=at(4), end=at(4, 10), summary="x")
    cut = [True]

    def bend(method, url, body, answer):
        if method == "REPORT" and b"sync-collection" in body and cut:
            cut.pop()
            more = (
                f'<d:response xmlns:d="DAV:"><d:href>{bent.main}</d:href>'
                "<d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
            )
            at_end = answer.body.rindex(b"</")
            return replace(answer, body=answer.body[:at_end] + more.encode() + answer.body[at_end:])
        return answer

    bent.bent.bend = bend
    bent.bent.calls.clear()
    mirror.read(bent.provider, bent.main)
    assert mirror.titles() == ["x"] and not cut
    assert [method for method, _, _ in bent.bent.calls].count("REPORT") == 3


def test_78_without_sync_collection(bent):
    """Versions are compared; an unchanged ctag costs one small request."""
    bent.bent.bend = without_sync
    moved = bent.add(bent.main, start=at(4), end=at(4, 10), summary="moved")
    gone = bent.add(bent.main, start=at(5), end=at(5, 10), summary="gone")
    mirror = Mirror().read(bent.provider, bent.main)
    bent.bent.calls.clear()
    mirror.read(bent.provider, bent.main)
    assert [method for method, _, _ in bent.bent.calls] == ["PROPFIND"]
    bent.change(bent.main, moved, start=at(6), end=at(6, 10))
    bent.remove(bent.main, gone)
    bent.add(bent.main, start=at(7), end=at(7, 10), summary="new")
    mirror.read(bent.provider, bent.main)
    assert mirror.starts() == [at(6), at(7)]


def test_79_85_no_version_after_a_write(bent):
    """The server may have rewritten it: only reading tells what it holds."""

    def bend(method, url, body, answer):
        if method == "PUT":
            return replace(answer, headers={name: value for name, value in answer.headers.items() if name != "etag"})
        return answer

    bent.bent.bend = bend
    made = bent.provider.put_event(bent.main, DRAFT, key="booking/1")
    assert made.etag == bent.provider.get_event(bent.main, made.id).etag
    assert [method for method, _, _ in bent.bent.calls if method in ("PUT", "GET")][:2] == ["PUT", "GET"]


def test_81_error_of_one_member_advances_nothing(bent):
    mirror = Mirror().read(bent.provider, bent.main)
    made = bent.add(bent.main, start=at(4), end=at(4, 10), summary="x")
    body = (
        f'<d:multistatus xmlns:d="DAV:"><d:response><d:href>{made}</d:href><d:status>HTTP/1.1 503 No</d:status>'
        "</d:response><d:sync-token>new</d:sync-token></d:multistatus>"
    ).encode()
    bent.bent.bend = instead(status(207, body), b"sync-collection")
    with pytest.raises(InvalidResponse):
        mirror.read(bent.provider, bent.main)
    bent.bent.bend = None
    assert mirror.read(bent.provider, bent.main).titles() == ["x"]


def test_81_member_left_out(bent):
    mirror = Mirror().read(bent.provider, bent.main)
    bent.add(bent.main, start=at(4), end=at(4, 10), summary="x")
    bent.bent.bend = instead(status(207, b"<d:multistatus xmlns:d='DAV:'/>"), b"calendar-multiget")
    with pytest.raises(InvalidResponse):
        mirror.read(bent.provider, bent.main)


def raw(world, name, *lines):
    """Somebody's object as it is, however odd."""
    body = "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", f"UID:{name}", "DTSTAMP:20300101T000000Z",
         "SUMMARY:odd", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    )  # fmt: skip
    answer = world.session.put(
        world._url(f"{world.main}{name}.ics"), data=body, headers={"Content-Type": "text/calendar; charset=utf-8"}
    )
    if answer.status_code not in (201, 204):
        pytest.skip(f"{world.url} itself refuses such an object: {answer.status_code}")


@pytest.mark.parametrize(
    ("rule", "blocks"),
    [("FREQ=SECONDLY", False), ("FREQ=MINUTELY;INTERVAL=7", False), ("FREQ=DAILY;COUNT=900000000", True)],
)
def test_hostile_rule_is_set_aside(bent, rule, blocks):
    """P15: told as unreadable, in no time; the calendar is not called free meanwhile, the other events stand."""
    bent.add(bent.main, start=at(20), end=at(20, 10), summary="fine")
    lines = ("DTSTART:20300304T090000Z", "DTEND:20300304T091000Z", f"RRULE:{rule}")
    event = "\r\n".join(["BEGIN:VEVENT", "UID:hostile", "SUMMARY:odd", *lines, "END:VEVENT"])
    data = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{event}\r\nEND:VCALENDAR\r\n"

    def bend(method, url, body, answer):
        if method != "REPORT" or b"calendar-query" not in body:
            return answer
        item = (
            '<d:response xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
            f"<d:href>{bent.main}hostile.ics</d:href><d:propstat><d:prop><d:getetag>1</d:getetag><c:calendar-data>{data}</c:calendar-data></d:prop>"
            "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        ).encode()
        at_end = answer.body.rindex(b"</")
        return replace(answer, body=answer.body[:at_end] + item + answer.body[at_end:])

    bent.bent.bend = bend
    pages = list(bent.provider.changes(bent.main, None, WINDOW))
    assert "fine" in [event.summary for page in pages for event in page.events]
    unreadable = [item.id for page in pages for item in page.unreadable]
    busy = bent.provider.free_busy([bent.main], WINDOW)[bent.main]
    if blocks:
        assert unreadable == [] and len(busy) > 50
    else:
        assert unreadable == [f"{bent.main}hostile.ics"]
        assert isinstance(busy, InvalidResponse)


def test_88_windows_name_of_a_zone(bent):
    raw(bent, "windows", "DTSTART;TZID=W. Europe Standard Time:20300304T100000", "DURATION:PT1H")
    assert bent.provider.free_busy([bent.main], WINDOW)[bent.main] == [Period(at(4, 9), at(4, 10))]


def test_88_zone_nobody_knows_still_blocks(bent):
    raw(bent, "mars", "DTSTART;TZID=Mars/Base:20300304T100000", "DURATION:PT1H")
    found = bent.provider.free_busy([bent.main], WINDOW)[bent.main]
    assert isinstance(found, InvalidResponse) or found == [Period(at(4, 9), at(4, 10))]


def test_89_redirect_to_another_host(bent):
    away = status(302, location="https://evil.example/")
    bent.provider.account()
    bent.bent.bend = lambda method, url, asked, answer: away
    with pytest.raises(Untrusted):
        bent.provider.list_calendars()
    bent.bent.calls.clear()
    fresh = CalDAVProvider(bent.url, ADDRESS, PASSWORD, bent.bent, lambda: datetime.now(timezone.utc))
    with pytest.raises(Untrusted):
        fresh.list_calendars()
    assert not [url for _, url, _ in bent.bent.calls if "evil.example" in url]


def test_89_address_at_another_host_in_an_answer(bent):
    """No credentials go there: the path is taken, and asked of the server we know."""
    bent.provider.account()
    made = bent.add(bent.main, start=at(4), end=at(4, 10), summary="x")
    with pytest.raises(Untrusted):
        bent.provider.get_event(bent.main, f"https://evil.example{made}")


def test_address_that_is_no_calendar_server(servers):
    transport = Bent()
    transport.bend = lambda method, url, body, answer: status(404)
    provider = CalDAVProvider(servers["radicale"], ADDRESS, PASSWORD, transport, lambda: datetime.now(timezone.utc))
    with pytest.raises(NotFound):
        provider.account()
    transport.close()


def listed(href, privileges, kind="<c:calendar/>", components="VEVENT"):
    rights = "".join(f"<d:privilege><d:{name}/></d:privilege>" for name in privileges)
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:resourcetype><d:collection/>{kind}</d:resourcetype>"
        f"<d:displayname>{href}</d:displayname><d:current-user-privilege-set>{rights}</d:current-user-privilege-set>"
        f'<c:supported-calendar-component-set><c:comp name="{components}"/></c:supported-calendar-component-set>'
        "</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )


def test_roles_and_what_is_no_calendar(bent):
    """RFC 3744; row 83: an address book, like a list of tasks, is not offered."""
    bent.provider.account()
    body = (
        '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
        + listed("/all/", ["all"])
        + listed("/writer/", ["read", "write-content"])
        + listed("/reader/", ["read"])
        + listed("/busy/", ["read-free-busy"])
        + listed("/tasks/", ["all"], components="VTODO")
        + listed("/people/", ["all"], kind="")
        + "</d:multistatus>"
    ).encode()
    bent.bent.bend = lambda method, url, asked, answer: status(207, body)
    assert [(one.id, one.role) for one in bent.provider.list_calendars()] == [
        ("/all/", Role.OWNER),
        ("/writer/", Role.WRITER),
        ("/reader/", Role.READER),
        ("/busy/", Role.FREE_BUSY),
    ]


def test_change_without_a_word_to_guests():
    """P13: a guest whom the server has invited stays the server's to tell, or it would tell of a cancellation
    (RFC 6638, 3.2.1.2); the word for how hidden the event is stays, too.
    """
    asked = replace(DRAFT, attendees=(Attendee("carl@example.com"),), is_private=True)
    now = datetime(2030, 3, 1, tzinfo=timezone.utc)
    for notify in (True, False):
        made = caldav_event.write(asked, "booking/1", "digest", ADDRESS, now, notify)
        hidden = made.replace(b"CLASS:PRIVATE", b"CLASS:CONFIDENTIAL")
        free = replace(asked, is_busy=False)
        changed = caldav_event.rewrite(hidden, free, "booking/1", ADDRESS, now, notify=False)
        assert (b"SCHEDULE-AGENT" in changed) is (not notify), "as it was"
        assert b"CLASS:CONFIDENTIAL" in changed and b"TRANSP:TRANSPARENT" in changed
        shown = caldav_event.rewrite(hidden, replace(asked, is_private=False), "booking/1", ADDRESS, now, notify=False)
        assert b"CLASS:PUBLIC" in shown
