"""A page that keeps the chosen time: one visitor fills in the form, another one comes too late."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.steps import call, choose_day, choose_time, complaints, fill_details, heading, open_next_month, send
from tests.browser.views import DESK


@pytest.fixture
def slug(open_page, login):
    """A page of Laura's that keeps a chosen time for ten minutes."""
    owner = open_page(DESK)
    login(owner, "laura")
    values = {"name": f"Kept {uuid.uuid4().hex[:6]}", "hold_minutes": 10}
    (page_id,) = call(owner, "scheduling.page", "create", [values])
    ((record),) = call(owner, "scheduling.page", "read", [page_id], ["slug"])
    return record["slug"]


def test_chosen_time_is_kept(page, view, open_page, slug, shot):
    """P3: who chose a time is told until when it is theirs; the next visitor isn't offered it; the first one books."""
    other = open_page(view)
    for visitor in (page, other):
        open_next_month(visitor, view, f"/meetings/{slug}")
        choose_day(visitor, view)
    chosen = choose_time(page, 1)
    expect(page.locator(".o_ms_kept")).to_contain_text("This time is kept for you until")
    shot(page, "kept")
    # The other one still has the time on screen, and is told at once, before a word is typed.
    other.locator(".o_ms_time").nth(1).click()
    expect(other.get_by_role("alert")).to_contain_text("Someone just took this time")
    shot(other, "taken")
    other.goto(f"/meetings/{slug}")
    other.get_by_label("Next month").click()
    choose_day(other, view)
    expect(other.locator(".o_ms_time", has_text=chosen)).to_have_count(0)
    fill_details(page, f"ada.{uuid.uuid4().hex[:6]}@lovelace.example")
    send(page)
    expect(heading(page)).to_contain_text("You're booked")
    assert complaints(page, other) == []
