"""What a visitor does on the public pages, said once for all journeys; each step works with and without JavaScript."""

import re
from datetime import date, timedelta

from playwright.sync_api import expect

BOOK = re.compile("^(Book|Ask for) this time$")


def open_booking_page(page, slug):
    answer = page.goto(f"/meetings/{slug}")
    assert answer.status == 200
    wait_for_app(page)


def wait_for_app(page):
    """With JavaScript the app takes the place of what the server has drawn; clicking before it would be lost."""
    if page.evaluate_script:
        expect(page.locator(".o_ms_server")).to_have_count(0)


def choose_day(page, number=0):
    """Chooses the n-th day with free time of the month on screen."""
    page.locator(".o_ms_day.o_ms_free").nth(number).click()
    expect(page.locator(".o_ms_time").first).to_be_visible()


def choose_time(page, number=0):
    """:return: the time as the visitor reads it, such as 9:30 AM"""
    button = page.locator(".o_ms_time").nth(number)
    text = button.inner_text()
    button.click()
    expect(page.locator(".o_ms_chosen_time")).to_contain_text(text)
    return text


def fill_details(page, email, first_name="Ada", last_name="Lovelace"):
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("Last name").fill(last_name)
    page.get_by_label("E-mail", exact=True).fill(email)


def send(page):
    # People need longer than a second for the form; the page doubts who doesn't.
    page.wait_for_timeout(1100)
    page.get_by_role("button", name=BOOK).click()


def heading(page):
    return page.locator(".o_ms_done h1, .o_ms_meeting h1")


def a_monday(weeks):
    today = date.today()
    return today + timedelta(days=7 * weeks - today.weekday())
