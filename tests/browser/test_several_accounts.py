"""Several calendar accounts of one user: connected, arranged, and told apart, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import call
from tests.browser.test_calendar_settings import (
    allow,
    allow_google,
    connect_google,
    connect_odoo,
    fits,
    on_a_desk,
    on_both,
    open_settings,
    save,
)
from tests.browser.test_google_journey import StandIn

PARAMETER = "meetings_scheduler.several_accounts"


@pytest.fixture
def several(admin):
    call(admin, "ir.config_parameter", "set_param", PARAMETER, "True")
    yield
    call(admin, "ir.config_parameter", "set_param", PARAMETER, False)


@pytest.fixture
def addresses(server, admin, user):
    """:return: two accounts at Google of a user who may connect them"""
    both = (user, f"{user.split('@')[0]}@private.example")
    for address in both:
        StandIn(server.google).control("account", email=address, name=address.split("@")[0].title())
    allow(admin, user, "group_personal_email")
    return both


def card(page, account, provider):
    return page.locator(f"[data-account='{account}']", has_text=provider)


@on_both
def test_several_accounts(nora, several, addresses, user, shot, axe):
    """B9, M33: an allowed second account stands below the first one; the main one is chosen and saved; when it is
    disconnected, another one takes over."""
    first, second = addresses
    connect_odoo(nora)
    nora.get_by_role("link", name="Connect Google Calendar").click()
    expect(nora.get_by_text("stays connected, and bookings still land there")).to_be_visible()
    axe.check(nora, "main", "disclosure")
    allow_google(nora, first)
    expect(nora.locator(".o_meetings_calendar")).to_have_count(2)
    axe.check(nora, ".o_meetings_dashboard", "dashboard")
    open_settings(nora)
    connect_google(nora, second)

    open_settings(nora)
    expect(nora.locator(".o_meetings_connection")).to_have_count(3)
    expect(card(nora, user, "Odoo calendar").get_by_role("radio", name="Main account")).to_be_checked()
    card(nora, second, "Google Calendar").get_by_role("radio", name="Main account").check()
    save(nora)
    expect(card(nora, second, "Google Calendar")).to_contain_text("bookings land in")
    expect(card(nora, user, "Odoo calendar")).to_contain_text("Bookings don't land here")
    axe.check(nora, ".o_meetings_settings", "settings")
    assert fits(nora)
    card(nora, second, "Google Calendar").get_by_role("button", name="Disconnect").click()
    expect(nora.get_by_role("dialog")).to_contain_text("Another account becomes the main one")
    axe.check(nora, ".modal-content", "disconnect")
    nora.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(nora.locator(".o_meetings_connection")).to_have_count(2)
    expect(card(nora, user, "Odoo calendar").get_by_role("radio", name="Main account")).to_be_checked()


@on_a_desk
def test_two_accounts_of_an_older_installation(nora, admin, addresses, user, shot, axe):
    """M6, M7: an administrator says which account does what; the user connects the one that waits, sees both, and after
    disconnecting one can't connect another."""
    first, second = addresses
    connect_odoo(nora)
    connect_google(nora, first)
    admin.goto("/odoo/meetings-calendars")
    admin.get_by_role("button", name="Two accounts…").click()
    dialog = admin.get_by_role("dialog")
    name = call(admin, "res.users", "search_read", [["login", "=", user]], ["name"])[0]["name"]
    dialog.locator("[name=user_id] input").fill(name)
    admin.get_by_role("option", name=name).first.click()
    expect(dialog.locator("[name=sync_account] input")).to_have_value(first)
    dialog.locator("[name=pages_account] input").fill(second)
    axe.check(admin, ".modal-content", "assistant")
    dialog.get_by_role("button", name="Let both work").click()
    expect(dialog).to_have_count(0)
    shot(admin, "list")

    open_settings(nora)
    waiting = card(nora, second, "Google Calendar")
    expect(waiting).to_contain_text("Account for scheduling pages")
    expect(waiting).to_contain_text("It comes from an older installation")
    waiting.get_by_role("link", name="Reconnect").click()
    expect(nora.get_by_text(f"Please choose {second} again")).to_be_visible()
    allow_google(nora, second)
    open_settings(nora)
    expect(card(nora, first, "Google Calendar").first).to_contain_text("Account for calendar sync")
    expect(nora.locator("[data-provider]")).to_have_count(0)
    axe.check(nora, ".o_meetings_settings", "side by side")
    card(nora, second, "Google Calendar").get_by_role("button", name="Disconnect").click()
    expect(nora.get_by_role("dialog")).to_contain_text("only one account can be connected")
    nora.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(nora.locator(".o_meetings_connection")).to_have_count(1)
    expect(nora.get_by_label("Scheduling pages")).not_to_be_checked()
    expect(nora.locator("[data-provider]")).to_have_count(0)
    nora.goto("/meetings/connect/google")
    expect(nora.get_by_text(f"Please choose {first} again")).to_be_visible()
