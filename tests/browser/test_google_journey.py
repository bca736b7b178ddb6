"""From a Google account to a booked meeting in it, clicked through at the stand-in for Google."""

import json
import time
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    call,
    choose_day,
    choose_time,
    complaints,
    fill_details,
    heading,
    manage_link,
    open_next_month,
    send,
)
from tests.browser.views import DESK

ACCOUNT = "admin@bianchi.example"


class StandIn:
    def __init__(self, root):
        self.root = root

    def control(self, verb, **given):
        body = json.dumps(given).encode()
        ask = urllib.request.Request(f"{self.root}/control/{verb}", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(ask, timeout=10) as answer:
            return json.load(answer)

    def events(self):
        calendar = self.control("state")["calendars"][ACCOUNT]
        return [event for event in calendar["events"] if event["status"] != "cancelled"]


@pytest.fixture
def google(server):
    return StandIn(server.google)


def wait_for(found, what, seconds=90):
    """:return: what ``found`` returns as soon as it is something"""
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.3)
    return result


def slots(page, slug):
    now = datetime.now(timezone.utc)
    query = {"from": now.date().isoformat(), "to": (now + timedelta(days=20)).date().isoformat(), "tz": "UTC"}
    answer = page.request.get(f"/meetings/api/v1/pages/{slug}/slots?{urllib.parse.urlencode(query)}")
    return [slot["start"] for slot in answer.json()["slots"]]


@pytest.mark.parametrize("view", [DESK], indirect=True, ids=str)
def test_connect_block_book(page, open_page, login, google, mails, shot, view):
    """M1, M2, M10, M11, M12, M13, M33, B2: disclosure, consent, dashboard; what Google blocks vanishes; a booking is
    in Google with its guest and a Meet link; Google alone invites; what is moved in Google moves in Odoo."""
    login(page, "admin")
    page.goto("/meetings/connect/google")
    expect(page.get_by_text("every calendar reachable through this account")).to_be_visible()
    shot(page, "disclosure")
    page.get_by_role("button", name="Continue to Google").click()
    page.get_by_label(ACCOUNT).check()
    shot(page, "consent")
    page.get_by_role("button", name="Allow").click()
    expect(page.locator(".o_meetings_calendar")).to_contain_text(ACCOUNT)
    shot(page, "dashboard")

    slug = f"google-talk-{uuid.uuid4().hex[:6]}"
    call(page, "scheduling.page", "create", {"name": "Google talk", "slug": slug, "location_type": "meet"})
    visitor = open_page(view)
    wished = slots(visitor, slug)[5]
    start = datetime.fromisoformat(wished)
    times = {
        edge: {"dateTime": (start + timedelta(minutes=minutes)).isoformat()}
        for edge, minutes in (("start", 0), ("end", 30))
    }
    google.control("event", calendar=ACCOUNT, body={"summary": "Dentist", **times})
    wait_for(lambda: google.control("state")["channels"], "a push channel")
    wait_for(lambda: wished not in slots(visitor, slug), "the push of a blocked time")

    email = f"ada-{uuid.uuid4().hex[:8]}@lovelace.example"
    open_next_month(visitor, view, f"/meetings/{slug}")
    choose_day(visitor, view)
    choose_time(visitor)
    fill_details(visitor, email)
    send(visitor)
    expect(heading(visitor)).to_contain_text("You're booked")
    shot(visitor, "booked")

    def written():
        return [
            event for event in google.events() if any(guest["email"] == email for guest in event.get("attendees", []))
        ]

    (event,) = wait_for(written, "the event in Google")
    meet = next(entry["uri"] for entry in event["conferenceData"]["entryPoints"] if entry["entryPointType"] == "video")
    (ours,) = mails.wait(1, to=email, subject="Google talk with")
    assert meet in mails.part(ours, "text/html")
    assert not [part for part in ours.walk() if part.get_content_type() == "text/calendar"], "one invitation, Google's"
    mails.wait(2, to=email)
    page.goto(f"{google.root}/?account={ACCOUNT}&week={start.date() - timedelta(days=start.weekday())}")
    shot(page, "google")

    # The host drags it to another time in Google: the booking, Odoo's calendar and the visitor follow.
    moved = {
        edge: {"dateTime": (datetime.fromisoformat(event[edge]["dateTime"]) + timedelta(hours=3)).isoformat()}
        for edge in ("start", "end")
    }
    google.control("change", calendar=ACCOUNT, id=event["id"], body=moved)
    (told,) = mails.wait(1, to=email, subject="Moved: Google talk", seconds=120)
    assert manage_link(mails.part(told, "text/html"))
    wished = datetime.fromisoformat(moved["start"]["dateTime"]).astimezone(timezone.utc)
    page.goto("/odoo/meetings")
    (booking,) = call(page, "scheduling.booking", "search_read", [["email", "=", email]], ["start", "event_id"])
    assert booking["start"] == wished.strftime("%Y-%m-%d %H:%M:%S")
    (in_odoo,) = call(page, "calendar.event", "read", [booking["event_id"][0]], ["start"])
    assert in_odoo["start"] == booking["start"]
    assert complaints(visitor) == []
