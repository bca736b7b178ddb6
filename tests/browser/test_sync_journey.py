"""Meetings of the past are looked at and imported; what sync could not do is read and settled by its owner."""

import re
import uuid
from datetime import datetime, time, timedelta, timezone

import pytest
from playwright.sync_api import expect

from tests.browser.steps import call, complaints, look_often
from tests.browser.test_calendar_settings import allow, connect_google, fits, on_both, open_settings
from tests.browser.test_google_journey import StandIn, wait_for


class Nora:
    """Her account at the stand-in and her screen; contacts of her own, so that no other journey is in her numbers."""

    def __init__(self, page, admin, google, address):
        self.page, self.admin, self.google, self.address = page, admin, google, address
        self.mark = uuid.uuid4().hex[:8]
        google.control("account", email=address, name="Nora", zone="Europe/Rome")

    def contact(self, name):
        email = f"{name.lower()}.{self.mark}@customer.example"
        call(self.admin, "res.partner", "create", [{"name": f"{name} {self.mark}", "email": email}])
        return email

    def put(self, days, guests, hour=10, **body):
        start = datetime.combine(datetime.now(timezone.utc).date() + timedelta(days=days), time(hour), timezone.utc)
        edges = {
            edge: {"dateTime": moment.isoformat(), "timeZone": "Europe/Rome"}
            for edge, moment in (("start", start), ("end", start + timedelta(minutes=30)))
        }
        attendees = [{"email": guest} for guest in guests]
        body = {"summary": "Demo", **edges, "attendees": attendees, **body}
        return self.google.control("event", calendar=self.address, body=body)["id"]

    def meetings(self, email):
        return call(self.admin, "calendar.event", "search_count", [["partner_ids.email", "=", email]])

    def connect(self):
        allow(self.admin, self.address, "group_personal_email")
        open_settings(self.page)
        connect_google(self.page, self.address)
        expect(self.page.locator(".o_meetings_calendar")).to_contain_text(self.address)
        wait_for(self.read_at, "the first read")

    def read_at(self):
        (calendar,) = call(
            self.page, "scheduling.calendar", "search_read", [["is_main", "=", True]], ["id", "sync_read_at"]
        )
        return calendar["sync_read_at"]


@pytest.fixture
def setting(nora, admin, server, user):
    return Nora(nora, admin, StandIn(server.google), user)


def modal(page):
    return page.locator(".modal").last


@on_both
def test_import(setting, mails, shot, axe):
    """B5, M11: offered after connecting; a preview with counts, then the import, without any mail."""
    page = setting.page
    look_often(page)
    jane, bob = setting.contact("Jane"), setting.contact("Bob")
    for days in (-70, -40, -20):
        setting.put(days, [jane])
    setting.put(-21, [jane, bob], recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"])
    setting.put(-5, [jane], visibility="private")
    setting.put(-6, ["stranger@nowhere.example"])
    setting.put(-7, [])
    setting.put(-200, [jane])
    setting.connect()
    offer = page.locator(".o_meetings_import_offer")
    expect(offer).to_contain_text("Would you like those of the past as well?")
    shot(page, "offer")
    assert fits(page)
    assert setting.meetings(jane) == 0, "off by default"

    offer.get_by_role("button", name="Import past meetings…").click()
    dialog = modal(page)
    expect(dialog).to_contain_text("Nobody gets a mail")
    dialog.get_by_label("The last 3 months").check()
    axe.check(page, ".modal-content", "choose")
    dialog.get_by_role("button", name="Show what would come in").click()
    expect(dialog.locator(".o_meetings_import_count")).to_have_text("5", timeout=90_000)
    expect(dialog).to_contain_text("8 events read")
    expect(dialog).to_contain_text("meetings would come in, with 2 contacts.")
    expect(dialog.locator(".o_meetings_import_top li").first).to_contain_text(re.compile(r"Jane \w+\s*5"))
    for word in ("private", "no_contact", "no_guest"):
        expect(dialog.locator(f"[data-word={word}]")).to_contain_text("1")
    axe.check(page, ".modal-content", "preview")
    assert setting.meetings(jane) == 0

    dialog.get_by_role("button", name="Import 5 meetings").click()
    expect(dialog).to_contain_text("5 meetings were imported.", timeout=90_000)
    shot(page, "done")
    dialog.get_by_role("button", name="Close").last.click()
    assert (setting.meetings(jane), setting.meetings(bob)) == (5, 2)
    expect(offer).to_have_count(0)
    state = setting.google.control("state")
    assert not [mail for mail in state["mails"] if setting.mark in str(mail["to"])]
    assert mails.all(to=setting.mark) == []

    open_settings(page)
    expect(page.locator(".o_meetings_sync")).to_contain_text("5 meetings linked")
    shot(page, "settings")
    assert fits(page)
    page.get_by_role("button", name="Import past meetings…").click()
    modal(page).get_by_role("button", name="Another time span").click()
    modal(page).get_by_label("The last year").check()
    modal(page).get_by_role("button", name="Show what would come in").click()
    expect(modal(page).locator(".o_meetings_import_count")).to_have_text("1", timeout=90_000)
    expect(modal(page).locator("[data-word=known]")).to_contain_text("5")
    assert complaints(page) == []


@on_both
def test_import_declined(setting):
    """B5: who says no isn't asked again; the settings still have it."""
    page = setting.page
    setting.connect()
    page.get_by_role("button", name="No, thanks").click()
    expect(page.locator(".o_meetings_import_offer")).to_have_count(0)
    page.reload()
    expect(page.locator(".o_meetings_calendar")).to_be_visible()
    expect(page.locator(".o_meetings_import_offer")).to_have_count(0)
    open_settings(page)
    page.get_by_role("button", name="Import past meetings…").click()
    expect(modal(page).get_by_label("The last 2 years")).to_be_visible()


@on_both
def test_sync_details(setting, shot, axe):
    """P14, P19, M18: what failed with why and the calendar's words, tried again; what has gone at once, answered."""
    page, google = setting.page, setting.google
    look_often(page)
    jane = setting.contact("Jane")
    ids = [setting.put(3 + day, [jane], summary=f"Demo {day}") for day in range(12)]
    setting.connect()
    wait_for(lambda: setting.meetings(jane) == 12, "the meetings to come")
    refusal = {"action": "status", "status": 400, "reason": "invalid"}
    google.control("fault", method="events.insert", account=setting.address, **refusal)
    (partner,) = call(page, "res.partner", "search", [["email", "=", jane]])
    (me,) = call(page, "res.users", "search_read", [["login", "=", setting.address]], ["partner_id"])
    start = datetime.now() + timedelta(days=20)
    call(
        page,
        "calendar.event",
        "create",
        [
            {
                "name": "Contract signing",
                "start": f"{start:%Y-%m-%d} 10:00:00",
                "stop": f"{start:%Y-%m-%d} 10:30:00",
                "partner_ids": [[6, 0, [partner, me["partner_id"][0]]]],
            }
        ],
    )
    for event_id in ids:
        google.control("remove", calendar=setting.address, id=event_id)
    (account,) = call(page, "scheduling.connection", "search", [["account", "=", setting.address]])
    wait_for(lambda: call(page, "scheduling.sync.status", "get_data", account)["failed"], "the refusal")
    open_settings(page)
    expect(page.locator(".o_meetings_sync")).to_contain_text("1 failed")
    page.get_by_role("button", name="Sync details").click()
    dialog = modal(page)
    dialog.get_by_role("button", name="Read now").click()
    expect(dialog.locator(".o_meetings_held li")).to_have_count(12)
    expect(dialog.locator(".o_meetings_failed")).to_contain_text("Contract signing")
    expect(dialog.locator(".o_meetings_failed")).to_contain_text("The calendar refuses this.")
    expect(dialog.locator(".o_meetings_failed")).to_contain_text("Not tried again by itself.")
    axe.check(page, ".modal-content", "troubles")
    dialog.get_by_role("button", name="Try again").click()
    wait_for(lambda: google.control("state")["calendars"][setting.address]["events"], "the event")
    dialog.get_by_role("button", name="They were deleted on purpose").click()
    modal(page).get_by_role("button", name="Cancel these meetings").click()
    expect(page.locator(".modal")).to_have_count(1)
    dialog.get_by_role("button", name="Read now").click()
    # Read at the same moment as by the poll, the event may have to wait for its next try.
    expect(dialog).to_contain_text("Odoo and your calendar say the same.", timeout=90_000)
    shot(page, "fine")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.locator(".o_meetings_sync")).to_contain_text("1 meeting linked")
    assert setting.meetings(jane) == 1
    assert complaints(page) == []


@on_both
def test_manager_sees_health(setting, view, axe):
    """M18, P19: a manager sees in a list how everybody's calendars do, without anything that is in them."""
    setting.put(5, [setting.contact("Jane")], summary="Secret merger")
    setting.connect()
    page = setting.admin
    page.set_viewport_size({"width": view.width, "height": view.height})
    page.goto("/odoo/meetings-calendars")
    row = page.locator(".o_data_row, .o_kanban_record").filter(has_text=f"Nora {setting.address[5:13]}")
    expect(row).to_contain_text("Google Calendar")
    expect(row).to_contain_text("Connected")
    expect(page.locator(".o_content")).not_to_contain_text("Secret merger")
    axe.check(page, ".o_content", "connected calendars")
