"""A page for groups, as its visitors see it fill up."""

import uuid

from playwright.sync_api import expect

from tests.browser.steps import call, choose_day, complaints, fill_details, heading, open_next_month, send


def test_seats_left(page, view, open_page, login, user, shot):
    """M2: each time says how many seats are left, so does the form; one less after a booking."""
    slug = f"workshop-{uuid.uuid4().hex[:6]}"
    owner = open_page()
    login(owner, user)
    call(owner, "scheduling.connection", "action_connect_odoo")
    call(owner, "scheduling.page", "create", {"name": "Workshop", "slug": slug, "page_type": "group", "seats": 2})
    times = page.locator(".o_ms_time")

    def open_times():
        open_next_month(page, view, f"/meetings/{slug}")
        choose_day(page, view, 1)

    open_times()
    expect(times.first).to_contain_text("2 seats left")
    shot(page, "times")
    times.first.click()
    expect(page.locator(".o_ms_chosen_time")).to_contain_text("2 seats left")
    shot(page, "form")
    fill_details(page, f"ada.{uuid.uuid4().hex[:8]}@lovelace.example")
    send(page)
    expect(heading(page)).to_contain_text("You're booked")
    open_times()
    expect(times.first).to_contain_text("1 seat left")
    expect(times.nth(1)).to_contain_text("2 seats left")
    assert complaints(page) == []
