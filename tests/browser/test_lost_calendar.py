"""A linked Google calendar is taken away while visitors try to book, and is given back."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Mails
from tests.browser.steps import call, choose_day, choose_time, fill_details, heading, open_next_month, send
from tests.browser.test_calendar_settings import allow, connect_google, connect_odoo, fits, open_settings, save
from tests.browser.test_google_journey import StandIn
from tests.browser.views import DESK, PHONE

BUTTON = re.compile(r'href="([^"]*/odoo/calendar-settings\?calendar=\d+)"')


@pytest.mark.parametrize("view", [DESK], indirect=True, ids=str)
def test_owner_is_told_and_mends_it(nora, admin, open_page, server, user, view, mails, shot):
    """M34, M35, M36: the owner is told once that the calendar is lost, and two tries are two requests and one mail
    about them; its button leads, after signing in, to the broken calendar; shared again, the next visitor books at once
    and nobody is written to about it any more."""
    google = StandIn(server.google)
    owner = f"anna.{uuid.uuid4().hex[:8]}@bianchi.example"
    for address in (user, owner):
        google.control("account", email=address, name=address.split(".")[0].title())
    fairs = google.control("calendar", owner=owner, summary="Trade fairs")["id"]
    google.control("share", calendar=fairs, email=user, role="reader")
    allow(admin, user, "group_personal_email")
    connect_odoo(nora)
    connect_google(nora, user)
    open_settings(nora)
    nora.get_by_label("Trade fairs").check()
    save(nora)
    (calendar_id,) = call(nora, "scheduling.calendar", "search", [["name", "=", "Trade fairs"]])
    (mine,) = call(nora, "scheduling.page", "search_read", [], ["slug"])
    google.control("share", calendar=fairs, email=user, role="")
    call(nora, "scheduling.calendar", "action_check_again", [calendar_id])

    visitor, email = open_page(view), f"ada.{uuid.uuid4().hex[:8]}@lovelace.example"

    def ask(number):
        open_next_month(visitor, view, f"/meetings/{mine['slug']}")
        choose_day(visitor, view, 1)
        choose_time(visitor, number)
        fill_details(visitor, email)
        send(visitor)

    for number in range(2):
        ask(number)
        expect(heading(visitor)).to_have_text("Request sent")
    mails.wait(2, to=email)
    (told,) = mails.wait(to=user, subject="Please answer")
    html = Mails.part(told, "text/html")
    assert "Trade fairs" in html
    (url,) = set(BUTTON.findall(html))
    assert url.endswith(f"?calendar={calendar_id}")

    # The owner reads the mail where they aren't signed in.
    reader = open_page()
    reader.set_content(html)
    shot(reader, "mail")
    reader.goto(url)
    reader.fill("#login", user)
    reader.fill("#password", user)
    reader.press("#password", "Enter")
    again = reader.locator(".o_meetings_inactive").get_by_role("button", name="Check again")
    expect(again).to_be_focused()
    shot(reader, "settings")
    google.control("share", calendar=fairs, email=user, role="reader")
    again.click()
    expect(reader.locator(".o_meetings_inactive")).to_have_count(0)

    ask(2)
    expect(heading(visitor)).to_contain_text("You're booked")
    mails.wait(3, to=email)
    mails.wait(3, to=user)
    assert len(mails.all(to=user, subject="Please answer")) == 1
    assert len(mails.all(to=user)) == 3, "lost, tried, booked"


@pytest.mark.parametrize("view", [DESK, PHONE], indirect=True, ids=str)
def test_booking_that_the_calendar_refuses(nora, admin, open_page, server, user, view, mails, shot):
    """M36, fault 36: Google lets a calendar be read but no booking be written: its owner is told once, the settings say
    what to do, and *Check again* tries that write and tells what came of it."""
    google = StandIn(server.google)
    google.control("account", email=user, name="Nora")
    allow(admin, user, "group_personal_email")
    connect_odoo(nora)
    connect_google(nora, user)
    (mine,) = call(nora, "scheduling.page", "search_read", [], ["slug"])
    google.control(
        "fault", method="events.insert", account=user, times=0, action="status", status=403, reason="forbidden"
    )
    visitor, email = open_page(view), f"ada.{uuid.uuid4().hex[:8]}@lovelace.example"
    open_next_month(visitor, view, f"/meetings/{mine['slug']}")
    choose_day(visitor, view, 1)
    choose_time(visitor, 0)
    fill_details(visitor, email)
    send(visitor)
    expect(heading(visitor)).to_contain_text("You're booked")
    (told,) = mails.wait(to=user, subject="Your calendar needs you")
    assert "then press “Check again”" in Mails.part(told, "text/html")

    open_settings(nora)
    inactive = nora.locator(".o_meetings_inactive")
    expect(inactive).to_contain_text("Bookings can't be written into this calendar: it refuses.")
    inactive.scroll_into_view_if_needed()
    shot(nora, "refused")
    assert fits(nora)
    notice = nora.locator(".o_notification").last
    inactive.get_by_role("button", name="Check again").click()
    expect(notice).to_contain_text("still can't be used")
    google.control("clear_faults")
    inactive.get_by_role("button", name="Check again").click()
    expect(inactive).to_have_count(0)
    expect(notice).to_contain_text("works again: visitors can book you")
    events = google.control("state")["calendars"][user]["events"]
    assert [event["attendees"][0]["email"] for event in events if event["status"] != "cancelled"] == [email]
    assert len(mails.all(to=user, subject="Your calendar needs you")) == 1
