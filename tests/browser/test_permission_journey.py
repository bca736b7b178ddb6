"""Who lacks a permission asks for it where it is missing; an administrator answers with one click."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Mails
from tests.browser.steps import complaints
from tests.browser.test_calendar_settings import open_settings
from tests.browser.views import WITH_SCRIPT


@pytest.mark.parametrize("view", WITH_SCRIPT, indirect=True, ids=str)
def test_ask_grant_connect(nora, user, admin, view, mails, axe):
    """M5: asked in the settings, seen and granted by the administrator, told by mail, and Google can be connected."""
    open_settings(nora)
    card = nora.locator("[data-provider=google]")
    expect(card.get_by_role("button", name="Connect Google Calendar")).to_be_disabled()
    card.get_by_role("button", name="Ask for it").click()
    expect(card.locator(".o_meetings_asked")).to_contain_text("You get a mail with the answer")
    axe.check(nora, ".o_meetings_settings", "asked")
    admin.set_viewport_size({"width": view.width, "height": view.height})
    admin.goto("/odoo/meetings-permissions")
    row = admin.locator(
        ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)", has_text=f"Nora {user.split('@')[0][-8:]}"
    )
    expect(row).to_contain_text("Personal email access")
    expect(row.get_by_role("button", name="Grant")).to_be_in_viewport(ratio=1)
    axe.check(admin, ".o_content", "who has asked")
    row.get_by_role("button", name="Grant").click()
    expect(row).to_have_count(0)
    [mail] = mails.wait(to=user, subject="You now have the permission")
    assert "/odoo/calendar-settings" in Mails.part(mail, "text/html")
    open_settings(nora)
    expect(card.get_by_role("link", name="Connect Google Calendar")).to_be_visible()
    assert complaints(nora, admin) == []
