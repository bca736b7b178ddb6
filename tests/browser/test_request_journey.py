"""A page whose host has no calendar connected: asking, accepting, declining."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Mails
from tests.browser.steps import (
    call,
    choose_day,
    choose_time,
    complaints,
    fill_details,
    heading,
    manage_link,
    open_picker,
    send,
)
from tests.browser.views import EVERYWHERE

OWNER = "boss@bianchi.example"
SLUG = "ask-the-boss"


@pytest.fixture
def offline_page(open_page, login):
    """A page of somebody who has connected no calendar."""
    backend = open_page()
    login(backend, "admin")
    if not call(backend, "scheduling.page", "search_count", [["slug", "=", SLUG]]):
        boss = call(backend, "res.users", "create", {"name": "The boss", "login": "boss", "email": OWNER})
        call(backend, "scheduling.page", "create", {"name": "Ask the boss", "slug": SLUG, "user_id": boss})
    return f"/meetings/{SLUG}"


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_ask_and_answer(page, view, mails, shot, open_page, offline_page, answer):
    """M3, M4: a visitor asks for a time, nobody calls it booked; the owner answers, the visitor is told."""
    visitor = f"{answer}.{view}@visitors.example"
    turn = EVERYWHERE.index(view) + (4 if answer == "accept" else 0)
    open_picker(page, view, offline_page)
    expect(page.locator(".o_ms_band")).to_contain_text("calendar isn't connected right now")
    shot(page, "offline")
    page.get_by_label("Next month").click()
    choose_day(page, view, turn)
    choose_time(page, 1)
    expect(page.get_by_role("button", name="Book this time")).to_have_count(0)
    fill_details(page, visitor)
    send(page)
    expect(heading(page)).to_have_text("Request sent")
    expect(page.locator("#wrap")).not_to_contain_text("booked")
    expect(page.locator("#wrap")).to_contain_text("Nothing is fixed until then")
    shot(page, "sent")
    [told] = mails.wait(to=visitor)
    assert "text/calendar" not in [part.get_content_type() for part in told.walk()]

    [asked] = mails.wait(to=OWNER, subject="Please answer")
    owner = open_page(view)
    owner.goto(manage_link(Mails.part(asked, "text/html")))
    expect(heading(owner)).to_have_text("Ada asks for a meeting")
    if answer == "accept":
        owner.get_by_role("button", name="Accept").click()
        expect(heading(owner)).to_have_text("Your meeting with Ada")
        told = mails.wait(2, to=visitor)[1]
        assert "METHOD:REQUEST" in Mails.part(told, "text/calendar")
    else:
        owner.get_by_label("Reason, if you decline").fill("On leave")
        owner.get_by_role("button", name="Decline").click()
        expect(heading(owner)).to_have_text("This request was declined")
        told = mails.wait(2, to=visitor)[1]
        assert "On leave" in Mails.part(told, "text/html")
    shot(owner, f"{answer}ed")
    assert not complaints(page, owner)
