"""The calendar settings, as a newcomer finds and uses them, on a desk and on a phone."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.steps import call, complaints, scroll_to_the_end
from tests.browser.test_google_journey import StandIn
from tests.browser.views import DESK, WITH_SCRIPT

on_both = pytest.mark.parametrize("view", WITH_SCRIPT, indirect=True)
on_a_desk = pytest.mark.parametrize("view", [DESK], indirect=True, ids=str)
SETTINGS = "/odoo/calendar-settings"


def open_settings(page):
    page.goto(SETTINGS)
    expect(page.locator(".o_meetings_pages")).to_be_visible()


def connect_odoo(page):
    open_settings(page)
    page.get_by_role("button", name="Use my Odoo calendar").click()
    expect(page.locator(".o_meetings_account")).to_contain_text("Up to date")


def allow(admin, user, name, module="meetings_scheduler"):
    """The administrator gives the user a group, of the addon if no other module is named."""
    (group,) = call(
        admin,
        "ir.model.data",
        "search_read",
        [["module", "=", module], ["name", "=", name]],
        ["res_id"],
    )
    (user_id,) = call(admin, "res.users", "search", [["login", "=", user]])
    call(admin, "res.users", "write", [user_id], {"group_ids": [[4, group["res_id"]]]})
    return user_id


def allow_google(page, address):
    """From the disclosure on: signs in with the address and allows everything."""
    page.get_by_role("button", name="Continue to Google").click()
    page.get_by_label(address).check()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/odoo/meetings*")


def connect_google(page, user):
    """Connects the account of that name at the stand-in, which has it."""
    page.get_by_role("link", name="Connect Google Calendar").click()
    allow_google(page, user)
    expect(page.locator(".o_meetings_calendar", has_text=user)).to_be_visible()


def unsaved(page):
    """:return: the words that are on the screen while something is changed and not saved"""
    return page.locator(".o_meetings_unsaved")


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()
    expect(unsaved(page)).to_have_count(0)


def fits(page):
    content = page.locator(".o_content").first
    return content.evaluate("element => element.scrollWidth <= element.clientWidth")


@on_both
def test_connect_and_disconnect(nora, view, shot):
    """M5, M10, M18: one click connects Odoo's calendar; Google's card says who can help; leaving says what it means.
    The last block can be scrolled to."""
    open_settings(nora)
    google = nora.locator("[data-provider=google]")
    expect(google).to_contain_text("Personal email access")
    expect(google.get_by_role("button", name="Connect Google Calendar")).to_be_disabled()
    shot(nora, "not connected")
    assert fits(nora)
    nora.get_by_role("button", name="Use my Odoo calendar").click()
    expect(nora.locator(".o_meetings_account")).to_contain_text("Odoo calendar · connected")
    expect(nora.get_by_label("Scheduling pages")).to_be_checked()
    expect(nora.locator(".o_meetings_busy")).to_contain_text("main calendar, always counts")
    shot(nora, "connected")
    assert fits(nora)
    scroll_to_the_end(nora, ".o_meetings_all")
    nora.get_by_role("button", name="Disconnect…").click()
    dialog = nora.locator(".modal")
    expect(dialog).to_contain_text("Your page will take requests instead of bookings. Meetings stay in your calendar.")
    dialog.get_by_role("button", name="Stay connected").click()
    expect(nora.locator(".o_meetings_account")).to_be_visible()
    nora.get_by_role("button", name="Disconnect…").click()
    dialog.get_by_role("button", name="Disconnect", exact=True).click()
    expect(nora.get_by_role("button", name="Use my Odoo calendar")).to_be_visible()
    assert complaints(nora) == []


@on_both
def test_two_clicks_from_anywhere(nora, view):
    """M19: from any screen of Odoo the user's own menu leads there; the dashboard's card does, too."""
    nora.goto("/odoo/calendar")
    expect(nora.locator(".o_calendar_view .fc-view").first).to_be_visible()
    nora.locator(".o_mobile_menu_toggle" if view.is_phone else ".o_user_menu button").click()
    entries = nora.locator(".o_user_menu_mobile a" if view.is_phone else "[data-menu=meetings_calendar_settings]")
    entries.filter(has_text="Calendar settings").click()
    expect(nora.locator(".o_meetings_pages")).to_be_visible()
    connect_odoo(nora)
    nora.goto("/odoo/meetings")
    nora.get_by_role("button", name="Calendar settings").first.click()
    expect(nora.locator(".o_meetings_account")).to_be_visible()


@on_both
def test_stem_for_new_pages(nora):
    """M38: the typed stem is shown as an address, counts after Save, and only for pages made from now on."""
    connect_odoo(nora)
    (before,) = call(nora, "scheduling.page", "search_read", [], ["slug"])
    stem = f"meet {uuid.uuid4().hex[:6]}!"
    clean = stem.replace(" ", "-").strip("!")
    nora.get_by_label("Address stem").fill(stem)
    expect(nora.locator(".o_meetings_example")).to_contain_text(f"/meetings/{clean}-meeting")
    save(nora)
    expect(nora.get_by_label("Address stem")).to_have_value(clean)
    nora.goto("/odoo/meetings")
    nora.get_by_role("button", name="New page").click()
    nora.locator(".o_field_widget[name=name] :is(input, textarea)").fill("Quick chat")
    nora.locator(".o_form_button_save").click()
    expect(nora.locator(".o_scheduling_link a")).to_have_attribute("href", re.compile(f"/meetings/{clean}-quick-chat$"))
    (still,) = call(nora, "scheduling.page", "read", [before["id"]], ["slug"])
    assert still["slug"] == before["slug"]


@on_both
def test_all_pages_off_and_on(nora, open_page):
    """M46: saved, the switch takes the public page away at once, and brings it back; the dashboard says so."""
    connect_odoo(nora)
    (mine,) = call(nora, "scheduling.page", "search_read", [], ["slug"])
    address = f"/meetings/{mine['slug']}"
    visitor = open_page()
    assert visitor.goto(address).status == 200
    switch = nora.locator(".o_meetings_all input")
    switch.click()
    expect(nora.locator(".o_meetings_all")).to_contain_text("visitors can't open any of your pages")
    assert visitor.goto(address).status == 200, "not saved yet"
    save(nora)
    assert visitor.goto(address).status == 404
    nora.goto("/odoo/meetings")
    expect(nora.locator(".o_meetings_dashboard")).to_contain_text("All your pages are switched off")
    open_settings(nora)
    expect(switch).not_to_be_checked()
    switch.click()
    save(nora)
    assert visitor.goto(address).status == 200


@on_both
def test_leaving_unsaved_asks(nora):
    """M48: who leaves with changes is asked: stay keeps them on the screen, discard drops them, save applies them."""
    connect_odoo(nora)
    stem = nora.get_by_label("Address stem")
    dialog = nora.locator(".modal")

    def leave():
        # As the user's menu does on every width: to another action.
        nora.get_by_role("button", name="Show them").click()
        expect(dialog).to_contain_text("Would you like to save your changes?")

    stem.fill("first")
    expect(unsaved(nora)).to_be_visible()
    leave()
    dialog.get_by_role("button", name="Stay here").click()
    expect(dialog).to_have_count(0)
    expect(stem).to_have_value("first")
    leave()
    dialog.get_by_role("button", name="Discard").click()
    expect(nora.locator(".o_meetings_settings")).to_have_count(0)
    open_settings(nora)
    expect(stem).to_have_value("")
    stem.fill("second")
    leave()
    dialog.get_by_role("button", name="Save").click()
    expect(nora.locator(".o_meetings_settings")).to_have_count(0)
    open_settings(nora)
    expect(stem).to_have_value("second")
    stem.fill("third")
    nora.get_by_role("button", name="Discard").click()
    expect(stem).to_have_value("second")
    nora.get_by_role("button", name="Show them").click()
    expect(nora.locator(".o_meetings_settings")).to_have_count(0)


@on_a_desk
def test_refusal_keeps_what_was_typed(nora):
    """M48: what the server refuses is said in words, and stays on the screen to be mended."""
    open_settings(nora)
    nora.get_by_label("Address stem").fill("日本")
    nora.get_by_role("button", name="Save", exact=True).click()
    expect(nora.locator(".modal")).to_contain_text("Use Latin letters or digits")
    nora.locator(".modal").get_by_role("button", name="Close").last.click()
    expect(nora.get_by_label("Address stem")).to_have_value("日本")
    expect(unsaved(nora)).to_be_visible()


@on_a_desk
def test_keyboard_alone(nora):
    """M18: boxes, field, switch and buttons are reached and used without a mouse, in the order they stand in."""
    connect_odoo(nora)
    nora.get_by_role("button", name="Disconnect…").focus()
    reached = []
    for _step in range(12):
        nora.keyboard.press("Tab")
        reached.append(nora.evaluate("document.activeElement.name || document.activeElement.id || 'other'"))
        if reached[-1].startswith("use_pages"):
            nora.keyboard.press("Space")
        if reached[-1] == "o_meetings_stem":
            nora.keyboard.type("keys")
            break
    assert reached[-1] == "o_meetings_stem", reached
    assert any(name.startswith("use_pages") for name in reached), "on the way to the stem"
    nora.keyboard.press("Alt+s")
    expect(unsaved(nora)).to_have_count(0)
    open_settings(nora)
    expect(nora.get_by_label("Address stem")).to_have_value("keys")
    expect(nora.get_by_label("Scheduling pages")).not_to_be_checked()


@on_a_desk
def test_every_block_has_its_help(nora):
    """M25, M32, M48: each block links to its part of the documents, which has a heading of that name."""
    connect_odoo(nora)
    blocks = nora.locator(".o_meetings_settings section, .o_meetings_uses")
    assert blocks.count() >= 4
    for number in range(blocks.count()):
        expect(blocks.nth(number).locator("a.o_meetings_help").first).to_be_visible()
    path = __file__.replace("tests/browser/test_calendar_settings.py", "docs/user/calendar-settings.md")
    with open(path) as document:
        headings = re.findall(r"^#+ (.*)$", document.read(), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for link in nora.locator("a.o_meetings_help").all():
        assert link.get_attribute("href").split("#")[1] in anchors


@on_both
def test_google_calendars(nora, admin, server, user, shot, axe):
    """M7, M29, M30, M36, M37, M48: Google takes over; calendars are ticked and saved; a lost one and both its cures."""
    google = StandIn(server.google)
    owner = f"anna.{uuid.uuid4().hex[:8]}@bianchi.example"
    for address in (user, owner):
        google.control("account", email=address, name=address.split(".")[0].title())

    def shared(summary, role):
        remote_id = google.control("calendar", owner=owner, summary=summary)["id"]
        google.control("share", calendar=remote_id, email=user, role=role)
        return remote_id

    fairs = shared("Trade fairs", "reader")
    shared("Sales team", "writer")
    shared("Anna", "freeBusyReader")
    allow(admin, user, "group_personal_email")
    connect_odoo(nora)
    connect_google(nora, user)

    open_settings(nora)
    expect(nora.locator(".o_meetings_health")).to_contain_text(re.compile(r"Checked \d+ (s|min) ago"))
    expect(nora.locator("[data-provider]")).to_have_count(0)
    expect(nora.get_by_label("Calendar sync")).to_be_checked()
    unusable = nora.locator("[data-calendar=Anna]")
    expect(unusable.locator("input")).to_be_disabled()
    expect(unusable).to_contain_text("See all event details")
    nora.get_by_label("Trade fairs").check()
    nora.get_by_label("Sales team").check()
    save(nora)
    shot(nora, "linked")
    assert fits(nora)

    inactive = nora.locator(".o_meetings_inactive")

    def lose():
        google.control("share", calendar=fairs, email=user, role="")
        (calendar_id,) = call(nora, "scheduling.calendar", "search", [["name", "=", "Trade fairs"]])
        call(nora, "scheduling.calendar", "action_check_again", [calendar_id])
        open_settings(nora)
        expect(inactive).to_contain_text("isn't shared with you any more")
        expect(inactive).to_contain_text("Access lost today")

    lose()
    (calendar_id,) = call(nora, "scheduling.calendar", "search", [["name", "=", "Trade fairs"]])
    nora.goto(f"{SETTINGS}?calendar={calendar_id}")  # the button of the mail leads here
    expect(inactive.get_by_role("button", name="Check again")).to_be_focused()
    axe.check(nora, ".o_meetings_settings", "inactive")
    assert fits(nora)
    inactive.get_by_role("button", name="Check again").click()
    expect(nora.locator(".o_notification").last).to_contain_text("still can't be used")
    google.control("share", calendar=fairs, email=user, role="reader")
    inactive.get_by_role("button", name="Check again").click()
    expect(inactive).to_have_count(0)
    expect(nora.get_by_label("Trade fairs")).to_be_checked()
    lose()
    inactive.get_by_role("button", name="Remove").click()
    expect(inactive).to_have_count(0)
    expect(nora.locator(".o_meetings_health")).to_contain_text("Checked")
