"""What a salesperson does in the Meetings app, on a desk and on a phone."""

import re
import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from tests.browser.steps import look_often, scroll_to_the_end
from tests.browser.views import DESK, WITH_SCRIPT

on_both = pytest.mark.parametrize("view", WITH_SCRIPT, indirect=True)
on_a_desk = pytest.mark.parametrize("view", [DESK], indirect=True, ids=str)


@pytest.fixture
def laura(page, login):
    login(page, "laura")
    return page


def open_dashboard(page):
    page.goto("/odoo/meetings")
    expect(page.locator(".o_meetings_calendar")).to_be_visible()


def open_explanation(page):
    open_dashboard(page)
    page.locator(".o_meetings_page", has_text="Intro call").get_by_role("button", name="Intro call").click()
    page.locator(".o_notebook a[name=when]").click()
    page.get_by_role("button", name="Why isn't a time offered?").click()
    expect(page.locator(".o_meetings_explained_day")).to_be_visible()


def explain_another_day(page, which):
    """:param which: the button's title; the times of that day are on the screen when this returns"""
    day = page.locator(".o_meetings_explained_day")
    before = day.inner_text().split(" · ")[0]
    page.get_by_title(which).click()
    expect(day).not_to_contain_text(before)


@on_both
def test_dashboard_tells_the_day(laura, shot):
    """M3, B7: calendar, requests, next meetings and pages on the first screen, nothing wider than the screen, all of it
    within reach of a wheel."""
    open_dashboard(laura)
    expect(laura.locator(".o_meetings_calendar")).to_contain_text("laura@bianchi.example")
    expect(laura.locator(".o_meetings_upcoming")).to_contain_text("Anna Keller")
    expect(laura.locator(".o_meetings_page", has_text="Intro call")).to_contain_text("/meetings/demo")
    assert laura.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    content = laura.locator(".o_meetings_dashboard")
    assert content.evaluate("element => element.scrollWidth <= element.clientWidth")
    shot(laura, "dashboard")
    scroll_to_the_end(laura, ".o_meetings_page")


@on_both
def test_page_in_under_a_minute(laura, shot):
    """M3: who has never read a manual types a name, saves, and has a link that works."""
    name = f"Quick chat {uuid.uuid4().hex[:6]}"
    begun = time.monotonic()
    open_dashboard(laura)
    laura.get_by_role("button", name="New page").click()
    laura.locator(".o_field_widget[name=name] :is(input, textarea)").fill(name)
    laura.locator(".o_form_button_save").click()
    link = laura.locator(".o_scheduling_link a")
    expect(link).to_have_attribute("href", re.compile(r"/meetings/laura-bianchi-quick-chat"))
    laura.context.grant_permissions(["clipboard-read", "clipboard-write"])
    laura.locator(".o_scheduling_link .o_clipboard_button").click()
    copied = laura.evaluate("navigator.clipboard.readText()")
    assert copied == link.get_attribute("href")
    assert time.monotonic() - begun < 60
    shot(laura, "saved")
    laura.goto(copied)
    expect(laura.get_by_role("heading", name=name)).to_be_visible()


@on_a_desk
def test_preview_follows_what_is_saved(laura):
    """M48: the preview beside the form shows the page as saved, without a reload by hand."""
    open_dashboard(laura)
    laura.get_by_role("button", name="New page").click()
    title = laura.locator(".o_field_widget[name=name] :is(input, textarea)")
    title.fill(f"Before {uuid.uuid4().hex[:6]}")
    laura.locator(".o_form_button_save").click()
    frame = laura.frame_locator(".o_meetings_preview iframe")
    expect(frame.get_by_role("heading", name="Before")).to_be_visible()
    after = f"After {uuid.uuid4().hex[:6]}"
    title.fill(after)
    laura.locator(".o_form_button_save").click()
    expect(frame.get_by_role("heading", name=after)).to_be_visible()


@on_both
def test_switching_a_page_off_and_on(laura, open_page):
    """M48: the switch of the dashboard counts at once; the visitor reads that the page isn't available."""
    open_dashboard(laura)
    laura.get_by_role("button", name="New page").click()
    laura.locator(".o_field_widget[name=name] :is(input, textarea)").fill(f"Switch {uuid.uuid4().hex[:6]}")
    laura.locator(".o_form_button_save").click()
    address = laura.locator(".o_scheduling_link a").get_attribute("href")
    name = laura.locator(".o_field_widget[name=name] :is(input, textarea)").input_value()
    open_dashboard(laura)
    card = laura.locator(".o_meetings_page", has_text=name)
    visitor = open_page()
    for text, status in (("Off", 404), ("On", 200)):
        card.locator("input[type=checkbox]").click()
        expect(card).to_contain_text(text)
        expect(card.locator("input[type=checkbox]")).to_be_enabled()
        assert visitor.goto(address).status == status


@on_a_desk
def test_three_steps_of_a_newcomer(page, login):
    """M3, M11: an empty dashboard leads to a connected calendar, a page and a copied link, one button each."""
    login(page, "admin")
    page.goto("/odoo/meetings")
    steps = page.locator(".o_meetings_steps")
    expect(steps).to_be_visible()
    if steps.get_by_role("button", name="Use my Odoo calendar").count():
        steps.get_by_role("button", name="Use my Odoo calendar").click()
    expect(steps).to_contain_text("Connected")
    expect(page.locator(".o_meetings_page")).not_to_have_count(0)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    steps.get_by_role("button", name="Copy my link").click()
    assert "/meetings/" in page.evaluate("navigator.clipboard.readText()")


@on_a_desk
def test_qr_code_shows(laura):
    open_dashboard(laura)
    laura.locator(".o_meetings_page", has_text="Intro call").get_by_role("button", name="QR code").click()
    picture = laura.locator(".modal img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100


@on_both
def test_cancelling_asks_why(page, login, shot):
    """B7: the dialog takes a reason, the booking keeps it and stays on record."""
    login(page, "marco")
    open_dashboard(page)
    meeting = page.locator(".o_meetings_upcoming .o_meetings_booking").first
    who = meeting.locator("button").first.inner_text()
    meeting.get_by_role("button", name=who).click()
    page.get_by_role("button", name="Cancel meeting").click()
    page.locator(".modal .o_field_widget[name=reason] input").fill("I am ill.")
    shot(page, "why")
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(page.locator(".o_field_widget[name=reason]")).to_contain_text("I am ill.")
    expect(page.locator(".o_statusbar_status")).to_contain_text("Cancelled")


@on_a_desk
def test_why_a_time_is_not_offered(laura, shot):
    """B8: start by start, with the event that stands in the way, which one click opens."""
    open_explanation(laura)
    reason = laura.locator(".modal li button", has_text="Trade fair")
    explain_another_day(laura, "The day before")  # "next Thursday" may have become today by now
    for _day in range(9):
        if reason.count():
            break
        explain_another_day(laura, "The day after")
    shot(laura, "explained")
    reason.first.click()
    expect(laura.locator(".o_field_widget[name=name] :is(input, textarea)")).to_have_value(re.compile("Trade fair"))


@on_both
def test_asking_as_a_visitor(laura, shot):
    """B8: with the keyboard: another duration, a visitor's address, a slip in it, and the setting behind a reason."""
    open_explanation(laura)
    dialog = laura.locator(".modal")
    hour = dialog.get_by_role("button", name="60 min")
    hour.focus()
    laura.keyboard.press("Enter")
    expect(hour).to_have_attribute("aria-pressed", "true")
    visitor = dialog.get_by_label("Ask as a visitor (optional)")
    visitor.fill("anna@keller")
    laura.keyboard.press("Enter")
    expect(dialog).to_contain_text("it should look like name@example.com")
    expect(visitor).to_have_attribute("aria-invalid", "true")
    shot(laura, "wrong")
    visitor.fill("anna@keller.example")
    laura.keyboard.press("Enter")
    expect(dialog).to_contain_text("anna@keller.example can book the times that are offered.")
    expect(visitor).to_have_attribute("aria-invalid", "false")
    shot(laura, "asked")
    assert dialog.evaluate("element => element.scrollWidth <= element.clientWidth")
    for _day in range(60):  # the day before is in the past: notice is against its times
        notice = dialog.get_by_role("button", name=re.compile("^Notice"))
        if notice.count():
            break
        explain_another_day(laura, "The day before")
    notice.first.click()
    expect(laura.locator(".o_field_widget[name=min_notice_hours] input")).to_be_focused()


@on_a_desk
def test_arriving_booking_appears_by_itself(laura, server):
    """B7: the host watches the dashboard while somebody books; nobody reloads anything."""
    look_often(laura)
    open_dashboard(laura)
    name = f"Zoe {uuid.uuid4().hex[:6]}"
    api = f"{server.base_url}/meetings/api/v1/pages/demo"
    begin = datetime.now(timezone.utc) + timedelta(days=1)
    span = {"from": begin.date().isoformat(), "to": (begin + timedelta(days=10)).date().isoformat()}
    visitor = laura.context.browser.new_context().request
    slots = visitor.get(f"{api}/slots", params={**span, "tz": "Europe/Rome", "duration": 30}).json()["slots"]
    answer = visitor.post(
        f"{api}/bookings",
        data={
            "start": slots[0]["start"],
            "duration": 30,
            "timezone": "Europe/Rome",
            "first_name": name,
            "last_name": "Visitor",
            "email": f"{name.replace(' ', '.').lower()}@doe.example",
            "answers": {},
        },
    )
    assert answer.status == 201, answer.text()
    expect(laura.locator(".o_meetings_upcoming")).to_contain_text(name)
