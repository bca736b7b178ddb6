"""The stand-in for Google as such: that it can complain, and that a person can use its page."""

import email
import re
import socket
import time

import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from providers.base import Attendee, Draft, Reply
from tests.contract.world import WINDOW, Mirror, at
from tests.contract.world_caldav import free_port


def authorized(google):
    return {"Authorization": f"Bearer {google.credentials.token()}"}


def complains(google, word):
    violations = google.state()["violations"]
    assert len(violations) == 1 and word in violations[0]
    google.control("reset")


EVENT = {"start": {"dateTime": "2030-03-04T09:00:00Z"}, "end": {"dateTime": "2030-03-04T10:00:00Z"}}


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("GET", "/calendars/primary/events?singleEvent=true", None, "unknown parameter singleEvent"),
        ("GET", "/calendars/primary/events?singleEvents=yes", None, "no boolean"),
        ("GET", "/calendars/primary/events?maxResults=0", None, "out of range"),
        ("GET", "/calendars/primary/events?timeMin=tomorrow", None, "no date-time"),
        ("GET", "/calendars/primary/event", None, "no such method"),
        ("POST", "/calendars/primary/events", {**EVENT, "title": "x"}, "unknown field title"),
        ("POST", "/calendars/primary/events", {**EVENT, "sequence": "1"}, "no integer"),
        ("POST", "/calendars/primary/events", {"summary": "x"}, "is required"),
        ("POST", "/calendars/primary/events", {**EVENT, "attendees": [{"mail": "x"}]}, "unknown field mail"),
        ("POST", "/calendars/primary/events?sendUpdates=yes", EVENT, "is none of"),
        ("POST", "/calendars/primary/events", {**EVENT, "start": {"date": "4 March"}}, "no date"),
        ("PATCH", "/calendars/primary/events/abcde", {"recurrence": "RRULE"}, "no list"),
    ],
)
def test_what_google_does_not_know_is_refused_and_kept(google, method, path, body, word):
    url = f"{google.root}/calendar/v3{path}"
    answer = requests.request(method, url, json=body, headers=authorized(google), timeout=10)
    assert answer.status_code == 400
    complains(google, word)


def test_token_used_with_another_query_is_kept(google):
    url = f"{google.root}/calendar/v3/calendars/primary/events"
    first = requests.get(url, params={"singleEvents": "true"}, headers=authorized(google), timeout=10).json()
    requests.get(url, params={"syncToken": first["nextSyncToken"]}, headers=authorized(google), timeout=10)
    complains(google, "the sync token came from")


def test_without_a_token_nothing_is_told(google):
    answer = requests.get(f"{google.root}/calendar/v3/users/me/calendarList", timeout=10)
    assert answer.status_code == 401


def test_listens_on_the_loopback_only(google):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Sends nothing; tells which address this machine would speak from.
        probe.connect(("192.0.2.1", 9))
        outside = probe.getsockname()[0]
    port = int(google.root.rpartition(":")[2])
    with socket.socket() as probe:
        assert outside == "127.0.0.1" or probe.connect_ex((outside, port)) != 0


class Page:
    """The web page, as a browser without JavaScript uses it."""

    def __init__(self, google):
        self.root, self.account = google.root, google.address

    def show(self, week="2030-03-04", calendar=""):
        place = {"account": self.account, "calendar": calendar or self.account, "week": week}
        return requests.get(self.root, params=place, timeout=10).text

    def post(self, action, **form):
        place = {"account": self.account, "calendar": self.account, "week": "2030-03-04"}
        answer = requests.post(f"{self.root}/ui/{action}", data={**place, **form}, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.text


def test_person_makes_moves_and_deletes_an_event(google):
    page, mirror = Page(google), Mirror().read(google.provider, google.main)
    shown = page.post("create", summary="Lunch <b>", start="2030-03-05T12:00", end="2030-03-05T13:00")
    assert "Lunch &lt;b&gt;" in shown and "Tue 05 Mar, 12:00–13:00" in shown
    mirror.read(google.provider, google.main)
    # Noon in Berlin is 11:00 UTC.
    assert mirror.starts() == [at(5, 11)]
    (event_id,) = re.findall(r'data-event="(\w+)"', shown)
    page.post("change", id=event_id, summary="Late lunch", start="2030-03-06T14:00", end="2030-03-06T15:00")
    assert mirror.read(google.provider, google.main).starts() == [at(6, 13)]
    assert mirror.titles() == ["Late lunch"]
    assert "Late lunch" not in page.post("delete", id=event_id)
    assert mirror.read(google.provider, google.main).events == {}


def test_person_makes_a_series_and_cancels_one_day_of_it(google):
    page = Page(google)
    shown = page.post(
        "create", summary="Daily", start="2030-03-04T09:00", end="2030-03-04T09:15", rule="FREQ=DAILY;COUNT=3"
    )
    instances = re.findall(r'data-event="(\w+)"', shown)
    assert len(instances) == 3
    page.post("delete", id=instances[1])
    assert Mirror().read(google.provider, google.main).starts() == [at(4, 8), at(6, 8)]


def test_person_shares_and_takes_back(google):
    page = Page(google)
    page.post("calendar", summary="Team")
    team = next(one.id for one in google.provider.list_calendars() if one.name == "Team")
    page.post("share", calendar=team, email=google.ben, role="reader")
    assert google.state()["calendars"][team]["roles"][google.ben] == "reader"
    page.post("share", calendar=team, email=google.ben, role="")
    assert google.ben not in google.state()["calendars"][team]["roles"]


def test_guest_with_an_account_sees_the_event_and_answers(google):
    draft = Draft(start=at(4), end=at(4, 10), summary="Demo", attendees=(Attendee(google.ben),))
    made = google.provider.put_event(google.main, draft, key="booking/1")
    page = Page(google)
    page.account = google.ben
    assert "Demo" in page.show(calendar=google.ben)
    page.post("answer", calendar=google.ben, id=made.id, answer="declined")
    (guest,) = google.provider.get_event(google.main, made.id).attendees
    assert guest.reply is Reply.DECLINED
    google.provider.delete_event(google.main, made.id)
    assert "Demo" not in page.show(calendar=google.ben)


def test_wrong_times_are_told(google):
    answer = requests.post(
        f"{google.root}/ui/create",
        data={
            "account": google.address,
            "calendar": google.main,
            "start": "2030-03-05T12:00",
            "end": "2030-03-05T11:00",
        },
        timeout=10,
    )
    assert answer.status_code == 400 and "time range is empty" in answer.text


def test_consent_page_offers_accounts_and_permissions(google):
    query = {"client_id": "c", "redirect_uri": "http://x.example/", "response_type": "code", "scope": "openid email"}
    page = requests.get(f"{google.root}/o/oauth2/v2/auth", params=query, timeout=10)
    assert google.address in page.text and 'value="email" checked' in page.text and "Cancel" in page.text


class Letters(Message):
    def __init__(self):
        super().__init__()
        self.received = []

    def handle_message(self, message):
        self.received.append(message)


def test_invitation_arrives_by_mail(google):
    letters = Letters()
    port = free_port()
    controller = Controller(letters, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        google.control("settings", smtp=["127.0.0.1", port])
        draft = Draft(start=at(4), end=at(4, 10), summary="Demo", attendees=(Attendee("carl@example.com"),))
        made = google.provider.put_event(google.main, draft, key="booking/1")
        google.provider.delete_event(google.main, made.id)
        deadline = time.monotonic() + 30
        while len(letters.received) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        controller.stop()
    parts = {}
    for letter in letters.received:
        assert email.utils.parseaddr(letter["To"])[1] == "carl@example.com"
        (calendar,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
        parts[calendar.get_param("method")] = calendar.get_payload(decode=True).decode()
    assert parts.keys() == {"REQUEST", "CANCEL"}
    assert made.uid in parts["REQUEST"] and made.uid in parts["CANCEL"]


def test_free_busy_only_calendar_shows_no_details(google):
    shared = google.foreign_calendar("free_busy")
    google.add(shared, start=at(4), end=at(4, 10), summary="secret")
    assert len(google.provider.free_busy([shared], WINDOW)[shared]) == 1
    url = f"{google.root}/calendar/v3/calendars/{shared}/events"
    assert requests.get(url, headers=authorized(google), timeout=10).status_code == 403
