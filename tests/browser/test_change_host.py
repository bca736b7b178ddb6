"""The owner of a page gives a booked meeting to another of its hosts, on a desk and on a phone."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.steps import call
from tests.browser.views import WITH_SCRIPT


def team_page(page):
    """:return: (id, slug) of a round robin of Laura and Marco, open at all hours"""
    ids = [call(page, "res.users", "search", [["login", "=", login]])[0] for login in ("laura", "marco")]
    slug = f"team-{uuid.uuid4().hex[:8]}"
    values = {
        "name": "Advice",
        "slug": slug,
        "page_type": "round_robin",
        "host_ids": [[0, 0, {"user_id": user, "sequence": place}] for place, user in enumerate(ids)],
        "hours_ids": [[0, 0, {"day": str(day), "hour_from": 0, "hour_to": 24}] for day in range(7)],
    }
    return call(page, "scheduling.page", "create", [values])[0], slug


def book(page, slug, email, place):
    """A visitor books the free time that is so many from the end; :return: the id of the booking"""
    days = page.request.get(f"/meetings/api/v1/pages/{slug}/slots").json()
    body = {
        "start": days["slots"][-place]["start"],
        "duration": 30,
        "timezone": "Europe/Rome",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": email,
    }
    answer = page.request.post(f"/meetings/api/v1/pages/{slug}/bookings", data=body)
    assert answer.ok, answer.text()
    return call(page, "scheduling.booking", "search", [["email", "=", email]])[0]


@pytest.mark.parametrize("view", WITH_SCRIPT, indirect=True)
def test_change_host(page, view, login, mails, shot):
    """B2, B7: Laura hands a meeting over to Marco: two clicks, kept on record, the visitor reads it once."""
    login(page, "laura")
    _id, slug = team_page(page)
    email = f"ada-{uuid.uuid4().hex[:8]}@lovelace.example"
    booking = book(page, slug, email, 3 if view.is_phone else 1)
    page.goto(f"/odoo/meetings-bookings/{booking}")
    host = page.locator(".o_field_widget[name=user_id]")
    former = host.inner_text().strip()
    newcomer = "Marco Rossi" if "Laura" in former else "Laura Bianchi"
    button = page.get_by_role("button", name="Change host")
    if not button.is_visible():
        page.locator(".o_statusbar_buttons .dropdown-toggle, .o_cp_action_menus button").first.click()
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The time stays")
    dialog.get_by_label(newcomer).check()
    dialog.get_by_label("Reason").fill("Laura has to travel.")
    shot(page, "dialog")
    dialog.get_by_role("button", name="Change host").click()
    expect(dialog).to_be_hidden()
    expect(host).to_contain_text(newcomer)
    expect(page.locator(".o-mail-Chatter")).to_contain_text(f"Host changed from {former} to {newcomer}")
    shot(page, "changed")
    (letter,) = mails.wait(to=email, subject="New host")
    html = mails.part(letter, "text/html")
    assert f"Your meeting is with {newcomer} now, instead of {former}." in html
    assert "Laura has to travel." in html
    page.set_content(html)
    shot(page, "mail")
    assert len(mails.all(to=email)) == 2, "one when it was booked, one now"
