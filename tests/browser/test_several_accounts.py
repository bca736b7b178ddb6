"""Several calendar accounts of one user: connected, arranged, and told apart, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import call, complaints
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
from tests.browser.test_google_journey import StandIn, wait_for

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
    expect(nora.get_by_role("dialog")).to_contain_text(f"{user} (Odoo calendar) becomes your main account")
    axe.check(nora, ".modal-content", "disconnect")
    nora.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(nora.locator(".o_meetings_connection")).to_have_count(2)
    expect(card(nora, user, "Odoo calendar").get_by_role("radio", name="Main account")).to_be_checked()


@on_both
def test_tasks_move_with_the_main_account(nora, admin, server, several, addresses, user, shot, axe):
    """M26, B9: another main account asks what becomes of the task calendar; the screen takes a cancelled choice back,
    and tasks go on in the new one."""
    first, second = addresses
    google = StandIn(server.google)
    allow(admin, user, "group_seat")
    open_settings(nora)
    connect_google(nora, first)
    open_settings(nora)
    nora.get_by_role("checkbox", name="Tasks in my calendar").check()
    save(nora)

    def calendars(account):
        there = google.control("state")["calendars"]
        return [key for key, one in there.items() if one["roles"].get(account) == "owner" and key != account]

    wait_for(lambda: calendars(first), "the task calendar")
    connect_google(nora, second)
    open_settings(nora)
    main, further = (card(nora, address, "Google Calendar") for address in addresses)
    dialog = nora.get_by_role("dialog")
    further.get_by_role("radio", name="Main account").check()
    expect(dialog).to_contain_text(f"Your tasks will be shown in {second}.")
    expect(dialog).to_contain_text(f"Remove the calendar “Odoo tasks” from {first}, with everything that is in it?")
    shot(nora, "asked")
    axe.check(nora, ".modal-content", "asked")
    assert fits(nora)
    dialog.get_by_role("button", name="Cancel").click()
    expect(main.get_by_role("radio", name="Main account")).to_be_checked()
    expect(nora.locator(".o_meetings_unsaved")).to_have_count(0)
    further.get_by_role("radio", name="Main account").check()
    dialog.get_by_role("button", name="Remove it").click()
    expect(main).to_contain_text("“Odoo tasks” is removed from your calendar when you save.")
    shot(nora, "to be removed")
    main.get_by_role("radio", name="Main account").check()
    expect(main.locator(".o_meetings_tasks_removed")).to_have_count(0)
    further.get_by_role("radio", name="Main account").check()
    dialog.get_by_role("button", name="Remove it").click()
    save(nora)
    wait_for(lambda: not calendars(first) and calendars(second), "the calendar to move")
    expect(further.get_by_role("checkbox", name="Tasks in my calendar")).to_be_checked()
    expect(main.get_by_role("checkbox", name="Tasks in my calendar")).to_have_count(0)
    open_settings(nora)
    further.get_by_role("button", name="Disconnect").click()
    expect(dialog).to_contain_text(f"Your tasks will be shown in {first}.")
    shot(nora, "disconnect")
    dialog.get_by_role("button", name="Stay connected").click()
    assert complaints(nora) == []


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
