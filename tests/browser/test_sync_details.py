"""Sync details: what failed, with the calendar's words and a retry; what waits, and why."""

from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.steps import call, complaints, look_often
from tests.browser.test_calendar_settings import allow, fits, on_both, open_settings, save
from tests.browser.test_google_journey import StandIn, wait_for
from tests.browser.test_sync_journey import Nora, modal


class Owner(Nora):
    def calendars(self):
        """:return: her own calendars at the stand-in"""
        there = self.google.control("state")["calendars"].values()
        return [one for one in there if one["roles"].get(self.address) == "owner"]


@pytest.fixture
def setting(nora, admin, server, user):
    return Owner(nora, admin, StandIn(server.google), user)


def meet(setting, name, contact):
    """Nora makes a meeting in Odoo, three weeks from now."""
    (partner,) = call(setting.page, "res.partner", "search", [["email", "=", contact]])
    (me,) = call(setting.page, "res.users", "search_read", [["login", "=", setting.address]], ["partner_id"])
    day = f"{datetime.now() + timedelta(days=20):%Y-%m-%d}"
    values = {"name": name, "start": f"{day} 10:00:00", "stop": f"{day} 10:30:00"}
    guests = [[6, 0, [partner, me["partner_id"][0]]]]
    call(setting.page, "calendar.event", "create", [{**values, "partner_ids": guests}])


def details(setting):
    (account,) = call(setting.page, "scheduling.connection", "search", [["account", "=", setting.address]])
    return call(setting.page, "scheduling.sync.status", "get_data", account)


@on_both
def test_task_that_fails(setting, admin, user, view, shot, axe):
    """M26, P19: with calendar sync off, a task that Google refuses is listed with its words, and tried again; a manager
    sees in the outbox that something failed, not what it is."""
    page, google = setting.page, setting.google
    look_often(page)
    setting.connect()
    user_id = allow(admin, user, "group_seat")
    open_settings(page)
    page.get_by_role("checkbox", name="Calendar sync").uncheck()
    page.get_by_role("checkbox", name="Tasks in my calendar").check()
    save(page)
    line = page.locator(".o_meetings_sync")
    expect(line).to_contain_text("Nothing waits to be written")
    expect(line.get_by_role("button", name="Import past meetings…")).to_have_count(0)
    wait_for(lambda: len(setting.calendars()) == 2, "the task calendar")
    google.control("fault", method="events.insert", account=user, action="status", status=400, reason="invalid")
    due = str(date.today() + timedelta(days=3))
    call(page, "mail.activity", "create", [{"summary": "Send the quote", "user_id": user_id, "date_deadline": due}])
    wait_for(lambda: details(setting)["failed"], "the refusal")
    open_settings(page)
    expect(line).to_contain_text("1 failed")
    shot(page, "line")
    assert fits(page)
    page.get_by_role("button", name="Sync details").click()
    dialog = modal(page)
    failed = dialog.locator(".o_meetings_failed")
    expect(failed).to_contain_text("Send the quote")
    expect(failed).to_contain_text("Write the task into the calendar")
    expect(failed).to_contain_text("Google answered 400 (invalid).")
    expect(dialog).to_contain_text("Meetings aren't kept in step with this account.")
    expect(dialog).to_contain_text("Busy times last read")
    axe.check(page, ".modal-content", "failed")

    admin.set_viewport_size({"width": view.width, "height": view.height})
    admin.goto("/odoo/meetings-outbox")
    row = admin.locator(".o_data_row").filter(has_text=f"Nora {user[5:13]}")
    expect(row).to_contain_text("Write the task into the calendar")
    expect(row).to_contain_text("Rejected: Google answered 400 (invalid).")
    expect(row).not_to_contain_text("Send the quote")
    axe.check(admin, ".o_content", "outbox")

    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.locator(".o_meetings_fine")).to_contain_text("All is written into your calendar.", timeout=90_000)
    (entry,) = [event for one in setting.calendars() for event in one["events"] if event["status"] != "cancelled"]
    assert entry["summary"] == "Send the quote"
    axe.check(page, ".modal-content", "written")
    assert complaints(page) == []


@on_both
def test_what_waits(setting, shot, axe):
    """P11, P18, P19: Google is down: what waits is told, and that it is left alone; read again, all is written."""
    page, google = setting.page, setting.google
    look_often(page)
    jane = setting.contact("Jane")
    setting.connect()
    down = {"status": 503, "headers": {"Retry-After": "600"}}
    google.control("fault", method="*", account=setting.address, action="status", times=0, **down)
    meet(setting, "Contract signing", jane)
    wait_for(lambda: details(setting)["failed"], "the first try")
    meet(setting, "Site visit", jane)
    open_settings(page)
    expect(page.locator(".o_meetings_sync")).to_contain_text("1 waiting, 1 failed")
    page.get_by_role("button", name="Sync details").click()
    dialog = modal(page)
    expect(dialog.locator(".o_meetings_waiting")).to_contain_text(
        "1 entry waits until the calendar can be written again."
    )
    expect(dialog).to_contain_text("is left alone for a while.")
    expect(dialog).not_to_contain_text("say the same")
    dialog.get_by_role("button", name="Read now").click()
    problem = dialog.locator(".alert-danger")
    expect(problem).to_contain_text("can't be reached")
    expect(page.locator(".modal")).to_have_count(1)
    axe.check(page, ".modal-content", "waiting")
    google.control("clear_faults")
    dialog.get_by_role("button", name="Read now").click()
    expect(problem).to_have_count(0)
    expect(dialog).to_contain_text("Odoo and your calendar say the same.", timeout=90_000)
    shot(page, "fine")
    assert complaints(page) == []
