"""From the public page to a booked, moved and cancelled meeting, as a visitor lives it."""

import re

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
from tests.browser.views import DESK, EVERYWHERE, View


@pytest.fixture
def other_visitor(browser, server):
    """Requests of somebody else, who shares nothing with the visitor of the journey."""
    context = browser.new_context(base_url=server.base_url)
    yield context.request
    context.close()


def test_book_move_cancel(page, view, mails, shot):
    """M28: a visitor books free time, moves the meeting from the mail, and cancels it with a reason."""
    visitor = f"ada.{view}@visitors.example"
    turn = EVERYWHERE.index(view)
    open_picker(page, view, "/meetings/demo")
    expect(page.locator(".o_ms_zone").first).to_contain_text("Europe/Rome")
    page.get_by_label("Next month").click()
    choose_day(page, view, 5 + turn)
    shot(page, "times")
    time = choose_time(page, 2)
    shot(page, "form")
    fill_details(page, visitor)
    send(page)
    expect(heading(page)).to_have_text("You're booked with Laura Bianchi")
    expect(page.locator(".o_ms_summary")).to_contain_text(time)
    expect(page.locator(".o_ms_summary")).to_contain_text("Europe/Rome")
    expect(page.get_by_role("link", name=".ics file")).to_be_visible()
    shot(page, "booked")

    [mail] = mails.wait(to=visitor)
    assert "METHOD:REQUEST" in Mails.part(mail, "text/calendar")
    link = manage_link(Mails.part(mail, "text/html"))

    open_picker(page, view, f"{link}?step=move")
    now = page.locator(".o_ms_band", has_text="Now:")
    expect(now).to_contain_text(time)
    expect(now.get_by_role("link", name="Keep this time")).to_be_visible()
    choose_day(page, view, 1 + turn)
    new_time = choose_time(page, 4)
    page.get_by_label("Why are you moving it?").fill("The train is late")
    page.get_by_role("button", name="Move the meeting").click()
    expect(heading(page)).to_have_text("Your meeting is moved")
    expect(page.locator(".o_ms_summary")).to_contain_text(new_time)
    shot(page, "moved")

    page.goto(link)
    page.get_by_role("link", name="Cancel the meeting").click()
    page.get_by_label("Why are you cancelling?").fill("Found another way")
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(heading(page)).to_have_text("This meeting is cancelled")
    expect(page.locator(".o_ms_summary")).to_contain_text("Found another way")
    shot(page, "cancelled")

    received = mails.wait(3, to=visitor)
    invitations = [Mails.part(mail, "text/calendar") for mail in received]
    assert [re.search(r"METHOD:(\w+)", text).group(1) for text in invitations] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({re.search(r"UID:(\S+)", text).group(1) for text in invitations}) == 1
    assert page.goto(link).status == 410
    assert not complaints(page)


@pytest.mark.parametrize("view", [DESK, View(script=False)], indirect=True, ids=str)
@pytest.mark.parametrize("in_link", [True, False], ids=["link", "earlier"])
def test_where_the_visitor_came_from(page, open_page, login, view, in_link):
    """The source in the link of the page, or of the website's page that led to it, is kept with the booking."""
    visitor = f"source-{in_link}.{view}@visitors.example".lower()
    if not in_link:
        page.goto("/?utm_source=flyer")
    open_picker(page, view, "/meetings/demo" + ("?utm_source=flyer" if in_link else ""))
    page.get_by_label("Next month").click()
    choose_day(page, view, 10)
    choose_time(page, 1)
    fill_details(page, visitor)
    send(page)
    expect(heading(page)).to_contain_text("You're booked")
    host = open_page()
    login(host, "laura")
    [booking] = call(host, "scheduling.booking", "search_read", [["email", "=", visitor]], ["source_id"])
    assert booking["source_id"][1] == "flyer"


def test_mistakes_keep_what_was_typed(page, view):
    """Rows 41, 56: mistakes are shown at their fields, and what was typed stays."""
    open_picker(page, view, "/meetings/demo")
    page.get_by_label("Next month").click()
    choose_day(page, view, 12)
    choose_time(page)
    fill_details(page, "ada@nowhere", last_name="")
    send(page)
    expect(page.get_by_text("Please correct the marked fields.")).to_be_visible()
    expect(page.get_by_text("Please write your last name.")).to_be_visible()
    expect(page.get_by_text("it should look like name@example.com")).to_be_visible()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("ada@nowhere")
    expect(page.get_by_label("First name")).to_have_value("Ada")


def test_taken_meanwhile(page, view, other_visitor):
    """B3: a time that somebody else has just taken is refused, and three others are one click away."""
    turn = EVERYWHERE.index(view)
    open_picker(page, view, "/meetings/demo")
    page.get_by_label("Next month").click()
    choose_day(page, view, 13 + turn)
    if view.script:
        start = page.locator(".o_ms_time").nth(3).get_attribute("data-start")
    else:
        start = re.search(r"start=([^&]+)", page.locator(".o_ms_time").nth(3).get_attribute("href")).group(1)
        start = start.replace("%3A", ":")
    choose_time(page, 3)
    fill_details(page, f"late.{view}@visitors.example")
    first = {"first_name": "First", "last_name": "Comer", "email": "first@visitors.example", "start": start}
    assert other_visitor.post("/meetings/api/v1/pages/demo/bookings", data=first).status == 201
    send(page)
    alternatives = page.locator(".o_ms_alternatives .btn")
    expect(alternatives).to_have_count(3)
    expect(alternatives.first).to_be_in_viewport()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value(f"late.{view}@visitors.example")
    alternatives.first.click()
    if view.script:
        send(page)
    expect(heading(page)).to_have_text("You're booked with Laura Bianchi")


def test_unknown_page(page):
    """Row 1: an address without a page says so."""
    answer = page.goto("/meetings/nowhere")
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("This booking page is not available.")
