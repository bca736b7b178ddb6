"""The dashboard of somebody who has nothing yet."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_calendar_settings import allow, fits
from tests.browser.views import WITH_SCRIPT

pytestmark = pytest.mark.parametrize("view", WITH_SCRIPT, indirect=True, ids=str)


def test_offers_what_can_be_connected(nora, admin, user, shot):
    """M1, M10: with Odoo's calendar alone one button; who may connect Google, too, chooses between two cards."""
    nora.goto("/odoo/meetings")
    steps = nora.locator(".o_meetings_steps")
    expect(steps.get_by_role("button", name="Use my Odoo calendar")).to_be_visible()
    expect(steps.locator("[data-provider]")).to_have_count(0)
    steps.get_by_role("button", name="Another calendar").click()
    expect(nora.locator("[data-provider=google]")).to_contain_text("Personal email access")
    allow(admin, user, "group_personal_email")
    nora.goto("/odoo/meetings")
    google = steps.locator("[data-provider=google]")
    expect(google.get_by_role("link", name="Connect Google Calendar")).to_be_visible()
    shot(nora, "choice")
    assert fits(nora)
    google.get_by_role("link").click()
    nora.wait_for_url("**/meetings/connect/google")
    nora.goto("/odoo/meetings")
    steps.locator("[data-provider=odoo]").get_by_role("button", name="Use my Odoo calendar").click()
    expect(steps).to_contain_text("Connected")
    expect(steps.locator("[data-provider]")).to_have_count(0)
    expect(nora.locator(".o_meetings_calendar")).to_contain_text("Odoo calendar")
