"""What a visitor with JavaScript has besides: other zones, the keyboard, a bad connection, no session."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.steps import choose_day, choose_time, fill_details, heading, open_picker, send
from tests.browser.views import DESK, WITH_SCRIPT

pytestmark = pytest.mark.parametrize("view", WITH_SCRIPT, indirect=True)


def clock(button, zone):
    """:return: the button's time in that zone, as 3:00 AM; five or six hours from Rome is the season's choice"""
    start = datetime.fromisoformat(button.get_attribute("data-start").replace("Z", "+00:00"))
    return f"{start.astimezone(ZoneInfo(zone)):%I:%M %p}".lstrip("0")


def test_zone_is_guessed_and_changed(open_page, view):
    """Times are shown in the visitor's zone, which is named, and follow another choice."""
    page = open_page(view, timezone_id="America/New_York")
    open_picker(page, view, "/meetings/demo")
    zone = page.locator("button.o_ms_zone")
    expect(zone).to_contain_text("America/New York")
    page.get_by_label("Next month").click()
    choose_day(page, view, 3)
    first = page.locator(".o_ms_time").first
    expect(first).to_have_text(clock(first, "America/New_York"))
    if view.is_phone:
        page.get_by_label("Back to the month").click()
    zone.click()
    page.get_by_label("Search time zone").fill("calcutta")
    page.keyboard.press("Enter")
    expect(zone).to_contain_text("Calcutta")
    expect(zone).to_be_focused()
    choose_day(page, view, 3)
    expect(first).to_have_text(clock(first, "Asia/Kolkata"))


def test_keyboard_alone(page, view):
    """Month, times and form can be used without a pointer; the focus is never lost, and changes are announced."""
    open_picker(page, view, "/meetings/demo")
    page.locator(".o_ms_day[tabindex='0']").focus()
    page.keyboard.press("PageDown")
    expect(page.locator("[aria-live]")).to_contain_text("days with free time")
    focused = page.locator(".o_ms_day:focus")
    expect(focused).to_have_count(1)
    # On to a day with free time, wherever the keys have led.
    for _step in range(7):
        if focused.get_attribute("aria-disabled") is None:
            break
        before = focused.get_attribute("data-day")
        page.keyboard.press("ArrowRight")
        expect(focused).not_to_have_attribute("data-day", before)
    page.keyboard.press("Enter")
    expect(page.locator("[aria-live]")).to_contain_text("free times")
    page.locator(".o_ms_time").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("First name")).to_be_focused()
    page.get_by_label("Back to the times").press("Enter")
    expect(page.locator(".o_ms_time").first).to_be_focused()


def test_bad_connection_loses_nothing(page, view):
    """Without a connection the page says so and tries again on a click; nothing typed is lost, nothing booked twice."""
    open_picker(page, view, "/meetings/demo")
    page.context.route("**/meetings/api/**", lambda route: route.abort())
    page.get_by_label("Next month").click()
    expect(page.get_by_text("Can't reach the calendar.")).to_be_visible()
    page.context.unroute("**/meetings/api/**")
    page.get_by_role("button", name="Try again").click()
    choose_day(page, view, 17 if view == DESK else 18)
    choose_time(page, 1)
    fill_details(page, f"tunnel.{view}@visitors.example")
    # The first answer gets lost on its way back: the booking stands, the visitor doesn't know.
    page.context.route("**/bookings", lambda route: (route.fetch(), route.abort()), times=1)
    send(page)
    expect(page.get_by_text("Nothing you typed is lost")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Ada")
    send(page)
    expect(heading(page)).to_have_text("You're booked with Laura Bianchi")


def test_targets_are_large_enough(page, view):
    """WCAG 2.5.8 and better: everything to choose on the way is at least 44 pixels high."""
    open_picker(page, view, "/meetings/demo")
    page.get_by_label("Next month").click()
    small = """elements => elements.filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 120))"""
    assert page.locator(".o_ms_day, .o_ms_icon, .o_ms_zone, .o_ms_pill").evaluate_all(small) == []
    choose_day(page, view, 2)
    assert page.locator(".o_ms_time, .o_ms_icon").evaluate_all(small) == []
    choose_time(page)
    assert page.locator(".o_ms_form .btn:not(.btn-link), .o_ms_form input.form-control").evaluate_all(small) == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
