"""A host can't at the time that was asked for and suggests others; the visitor takes one."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Mails
from tests.browser.steps import (
    call,
    choose_day,
    choose_time,
    complaints,
    fill_details,
    heading,
    manage_link,
    open_picker,
    send,
)
from tests.browser.views import EVERYWHERE


@pytest.fixture
def host(open_page, login, user, admin):
    """Somebody with a calendar and a page on which every booking waits for a yes.

    :return: (the host's login, the page's address)
    """
    backend = open_page()
    login(backend, user)
    call(backend, "scheduling.connection", "action_connect_odoo")
    [page] = call(backend, "scheduling.page", "search_read", [], ["slug"])
    call(backend, "scheduling.page", "write", [page["id"]], {"approval": "always"})
    return user, f"/meetings/{page['slug']}"


def ask(page, view, path, visitor):
    open_picker(page, view, path)
    page.get_by_label("Next month").click()
    choose_day(page, view, 2)
    choose_time(page, 1)
    fill_details(page, visitor)
    send(page)
    expect(heading(page)).to_have_text("Request sent")


def pick(page, number):
    """The host clicks the n-th time on screen; it joins those above."""
    listed = page.locator(".o_ms_pick_list li")
    before = listed.count()
    page.locator(".o_ms_time").nth(number).click()
    expect(listed).to_have_count(before + 1)


def test_another_time(page, view, mails, shot, axe, open_page, host):
    """M4: from the mail to the owner, over two other times in the visitor's mail, to a booked meeting."""
    owner, path = host
    visitor = f"suggest.{view}.{owner.split('@')[0][-8:]}@visitors.example"
    ask(page, view, path, visitor)

    [asked] = mails.wait(to=owner, subject="Please answer")
    desk = open_page(view)
    desk.goto(manage_link(Mails.part(asked, "text/html")))
    expect(heading(desk)).to_have_text("Ada asks for a meeting")
    shot(desk, "answer")
    desk.get_by_role("link", name="Suggest another time").click()
    expect(desk.locator(".o_ms_band")).to_contain_text("Ada asked for")
    shot(desk, "times")
    pick(desk, 3)
    pick(desk, 5)
    desk.get_by_label("A line to Ada").fill("I'm on a train then. Would one of these do?")
    shot(desk, "chosen")
    if view.script:  # axe needs it
        axe.check(desk, "#wrap", "chosen")
    desk.get_by_role("button", name="Send to Ada").click()
    expect(heading(desk)).to_have_text("Ada is choosing a time")
    shot(desk, "suggested")

    told = mails.wait(2, to=visitor)[1]
    body = Mails.part(told, "text/html")
    assert str(told["Subject"]).startswith("Other times for")
    assert "I'm on a train then." in body.replace("&#39;", "'")
    links = re.findall(r'href="([^"]*/meetings/manage/[\w-]+\?start=[^"]+)"', body)
    assert len(links) == 2
    page.set_content(body)
    shot(page, "mail")
    page.goto(links[1][links[1].index("/meetings/") :])
    expect(heading(page)).to_contain_text("suggests another time")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    shot(page, "choose")
    if view.script:
        axe.check(page, "#wrap", "choose")
    page.get_by_role("button", name="Book this time").click()
    expect(heading(page)).to_contain_text("You're booked with")
    shot(page, "booked")
    assert "METHOD:REQUEST" in Mails.part(mails.wait(3, to=visitor)[2], "text/calendar")
    assert not complaints(page, desk)


@pytest.mark.parametrize("view", EVERYWHERE[:2], indirect=True, ids=str)
def test_from_the_dashboard(page, view, mails, shot, axe, open_page, login, host):
    """M4: the dashboard leads to the same choice and back, and lists what waits; a visitor who says no is heard."""
    owner, path = host
    visitor = f"none.{view}.{owner.split('@')[0][-8:]}@visitors.example"
    ask(page, view, path, visitor)
    desk = open_page(view)
    login(desk, owner)
    desk.goto("/odoo/meetings")
    requests = desk.locator(".o_meetings_requests")
    expect(requests).to_contain_text("Ada Lovelace")
    shot(desk, "requests")
    axe.check(desk, ".o_meetings_requests", "requests")
    requests.get_by_role("button", name="Suggest another time").click()
    expect(desk.locator(".o_ms_band")).to_contain_text("Ada asked for")
    pick(desk, 0)
    desk.get_by_role("button", name="Send to Ada").click()
    expect(heading(desk)).to_have_text("Ada is choosing a time")
    desk.get_by_role("link", name="Back to your meetings").click()
    waiting = desk.locator(".o_meetings_suggested")
    expect(waiting).to_contain_text("You suggested:")
    expect(waiting.get_by_role("button", name="Accept")).to_have_count(0)
    shot(desk, "waiting")
    axe.check(desk, ".o_meetings_suggested", "waiting")

    page.goto(manage_link(Mails.part(mails.wait(2, to=visitor)[1], "text/html")))
    page.get_by_label(re.compile("Tell why")).fill("Only mornings, sorry.")
    page.get_by_role("button", name="None of these").click()
    expect(heading(page)).to_have_text("This request is closed")
    shot(page, "refused")
    [told] = mails.wait(to=owner, subject="No time suits")
    assert "Only mornings, sorry." in Mails.part(told, "text/html")
    desk.reload()
    expect(desk.locator(".o_meetings_upcoming")).to_be_visible()
    expect(waiting).to_have_count(0)
    assert not complaints(page, desk)
