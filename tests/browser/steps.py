"""What visitors and owners do, said once for all journeys; each step works with and without JavaScript."""

import re
import time

from playwright.sync_api import expect

BOOK = re.compile("^(Book|Ask for) this time$")
MANAGE_LINK = re.compile(r"/meetings/manage/[\w-]+")


def open_picker(page, view, path):
    """Opens a page with a month on it. With JavaScript the app takes over; a click before that would be lost."""
    answer = page.goto(path)
    assert answer.status == 200
    if view.script:
        expect(page.locator("button.o_ms_zone")).to_be_visible()


def open_next_month(page, view, path):
    """Opens a page with the month after this one on it: at its end this month has no days left."""
    open_picker(page, view, path)
    page.get_by_label("Next month").click()


def choose_day(page, view, number=0):
    """Chooses the n-th day with free time of the month on screen."""
    page.locator(".o_ms_day.o_ms_free").nth(number).click()
    expect(page.locator(".o_ms_time").first).to_be_visible()
    if view.is_phone:
        # A telephone shows one step at a time.
        expect(page.locator(".o_ms_grid")).to_be_hidden()


def choose_time(page, number=0):
    """:return: the time as the visitor reads it, such as 9:30 AM"""
    button = page.locator(".o_ms_time").nth(number)
    text = button.inner_text().strip()
    button.click()
    expect(page.locator(".o_ms_chosen_time")).to_contain_text(text)
    return text


def fill_details(page, email, first_name="Ada", last_name="Lovelace"):
    page.get_by_label("First name").wait_for()
    page.form_seen = time.monotonic()
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("Last name").fill(last_name)
    page.get_by_label("E-mail", exact=True).fill(email)


def send(page):
    """Sends the form when it has been on screen for more than a second: the page doubts who is quicker than people."""
    page.wait_for_timeout(max(0, 1100 - (time.monotonic() - page.form_seen) * 1000))
    page.get_by_role("button", name=BOOK).click()
    page.form_seen = time.monotonic()


def scroll_to_the_end(page, last):
    """As a wheel does: what is clipped instead can still be clicked by a test, and not by a person."""
    page.mouse.move(page.viewport_size["width"] / 2, page.viewport_size["height"] / 2)
    page.mouse.wheel(0, 5000)
    expect(page.locator(last).last).to_be_in_viewport(ratio=0.9)


def heading(page):
    return page.locator(".o_ms_done h1, .o_ms_meeting h1")


def complaints(*pages):
    """:return: what the browser complained of, but for the theme's web fonts and the answers a journey asks for"""
    expected = ("ERR_NAME_NOT_RESOLVED", "status of 400", "status of 409", "status of 410", "favicon.ico")
    return [problem for page in pages for problem in page.problems if not any(text in problem for text in expected)]


def manage_link(text):
    """:return: the path of the manage link in a mail"""
    found = MANAGE_LINK.search(text)
    assert found, f"no manage link in: {text[:2000]}"
    return found.group()


def call(page, model, method, *args, **kwargs):
    """Calls a model as the signed-in user of ``page``."""
    params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
    address = f"/web/dataset/call_kw/{model}/{method}"
    # Some work takes long on a busy machine: importing a language, say.
    answer = page.request.post(address, data={"jsonrpc": "2.0", "params": params}, timeout=120_000).json()
    assert "error" not in answer, answer["error"]
    return answer.get("result")


def look_often(page):
    """Screens opened from now on ask for news every half second instead of every some seconds or every minute.

    So they do where the bus can't be reached, as here without a proxy in front; no journey has to sit that out.
    """
    page.add_init_script(
        "const every = window.setInterval;"
        "window.setInterval = (call, pause, ...more) => every(call, Math.min(pause, 500), ...more);"
    )
