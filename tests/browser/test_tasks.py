"""Tasks in the calendar: from the box in the settings to the calendar outside, and back."""

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.steps import call, complaints
from tests.browser.test_calendar_settings import allow, allow_google, connect_google, fits, on_both, open_settings, save
from tests.browser.test_google_journey import StandIn, wait_for

TITLE = "Send the offer"


@on_both
def test_tasks_in_my_calendar(nora, admin, server, user, shot, axe):
    """M26: no seat, no box, but one can be asked for; with one, a task is in the calendar, moved there it is due then;
    unticked, all is gone."""
    google = StandIn(server.google)
    google.control("account", email=user, name="Nora")
    allow(admin, user, "group_personal_email")
    open_settings(nora)
    connect_google(nora, user)
    nora.problems.clear()  # the stand-in has no icon for a browser's tab
    open_settings(nora)
    box = nora.get_by_role("checkbox", name="Tasks in my calendar")
    expect(box).to_be_disabled()
    expect(nora.locator(".o_meetings_tasks_note")).to_contain_text("needs a paid seat.")
    expect(nora.locator(".o_meetings_tasks_note")).to_contain_text("can give you one")
    nora.locator(".o_meetings_tasks").get_by_role("button", name="Ask for it").click()
    expect(nora.locator(".o_meetings_tasks .o_meetings_asked")).to_contain_text("You get a mail with the answer")
    shot(nora, "no seat")
    assert fits(nora)

    user_id = allow(admin, user, "group_seat")
    due = date.today() + timedelta(days=3)
    values = {"summary": TITLE, "user_id": user_id, "date_deadline": str(due)}
    task = call(nora, "mail.activity", "create", [values])
    open_settings(nora)
    box.check()
    nora.get_by_label("At a time").check()
    nora.get_by_label("Time of tasks").fill("08:15")
    axe.check(nora, ".o_meetings_settings", "ticked")
    assert fits(nora)
    nora.get_by_label("All day on the due date").check()
    save(nora)

    def calendars():
        there = google.control("state")["calendars"]
        return [key for key, one in there.items() if one["roles"].get(user) == "owner" and key != user]

    def entries():
        events = [event for key in calendars() for event in google.control("state")["calendars"][key]["events"]]
        return [event for event in events if event["status"] != "cancelled"]

    (entry,) = wait_for(entries, "the task in the calendar")
    assert (entry["summary"], entry["start"]["date"]) == (TITLE, str(due))
    (calendar,) = calendars()
    # Read once, so that Google tells of what is moved from now on.
    wait_for(lambda: any(one["calendar"] == calendar for one in google.control("state")["channels"]), "a channel")

    moved = due + timedelta(days=4)
    body = {"start": {"date": str(moved)}, "end": {"date": str(moved + timedelta(days=1))}}
    google.control("change", calendar=calendar, id=entry["id"], body=body)

    def is_due():
        return call(nora, "mail.activity", "read", task, ["date_deadline"])[0]["date_deadline"]

    wait_for(lambda: is_due() == str(moved), "the task to follow")

    open_settings(nora)
    box.uncheck()
    dialog = nora.locator(".modal")
    expect(dialog).to_contain_text(f"Remove the calendar “Odoo tasks” from {user}, with everything that is in it?")
    shot(nora, "asked")
    dialog.get_by_role("button", name="Cancel").click()
    expect(box).to_be_checked()
    nora.get_by_role("button", name="Disconnect…").click()
    expect(dialog.get_by_label("Remove the calendar “Odoo tasks” too")).not_to_be_checked()
    expect(dialog).to_contain_text("Your tasks won't be shown outside of Odoo any more.")
    shot(nora, "disconnect")
    dialog.get_by_role("button", name="Stay connected").click()
    box.uncheck()
    dialog.get_by_role("button", name="Remove it").click()
    expect(nora.locator(".o_meetings_tasks_removed")).to_contain_text("is removed from your calendar when you save")
    shot(nora, "to be removed")
    save(nora)
    wait_for(lambda: not calendars(), "the calendar to go")
    assert call(nora, "mail.activity", "read", task, ["active"])[0]["active"]
    assert complaints(nora) == []


@on_both
def test_without_the_permission_for_calendars(nora, admin, server, user, shot, axe):
    """M10, M26: the box for making calendars left out at Google: ours can't be ticked, and says and shows the cure."""
    StandIn(server.google).control("account", email=user, name="Nora")
    allow(admin, user, "group_personal_email")
    allow(admin, user, "group_seat")
    open_settings(nora)
    nora.get_by_role("link", name="Connect Google Calendar").click()
    nora.get_by_role("button", name="Continue to Google").click()
    nora.get_by_label("calendar.app.created").uncheck()
    nora.get_by_label(user).check()
    nora.get_by_role("button", name="Allow").click()
    nora.wait_for_url("**/odoo/meetings*")
    nora.problems.clear()  # the stand-in has no icon for a browser's tab
    open_settings(nora)
    tasks = nora.locator(".o_meetings_tasks")
    expect(tasks.get_by_role("checkbox", name="Tasks in my calendar")).to_be_disabled()
    expect(tasks).to_contain_text("leave every box ticked when you are asked what we may do")
    shot(nora, "explained")
    axe.check(nora, ".o_meetings_settings", "explained")
    assert fits(nora)
    tasks.get_by_role("link", name="Reconnect").click()
    allow_google(nora, user)
    open_settings(nora)
    expect(tasks.get_by_role("checkbox", name="Tasks in my calendar")).to_be_enabled()
    expect(tasks.get_by_role("link", name="Reconnect")).to_have_count(0)
