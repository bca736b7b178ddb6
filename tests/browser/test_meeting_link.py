"""The link of a user's own page, put into a mail while it is written."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Mails
from tests.browser.steps import call
from tests.browser.test_calendar_settings import allow, connect_odoo
from tests.browser.views import DESK


@pytest.mark.parametrize("view", [DESK], indirect=True, ids=str)
def test_slash_meeting(nora, admin, user, mails, shot):
    """M39: "/meeting" in the full composer of a contact writes the default page's link; the mail carries it."""
    allow(admin, user, "group_partner_manager", module="base")  # who may change a contact may write to it
    connect_odoo(nora)
    email = f"ada.{uuid.uuid4().hex[:8]}@lovelace.example"
    contact = call(admin, "res.partner", "create", {"name": "Ada Lovelace", "email": email})
    (link,) = (found["url"] for found in call(nora, "scheduling.page", "search_read", [], ["url"]))
    nora.goto(f"/odoo/res.partner/{contact}")
    nora.get_by_role("button", name="Send message").click()
    nora.locator("button[name=open-full-composer]").click()
    body = nora.locator(".modal .odoo-editor-editable")
    body.click()
    nora.keyboard.press("Control+Home")
    nora.keyboard.type("Choose a time: /meeting")
    command = nora.locator(".o-we-command").filter(has_text="Insert the link of your default page")
    expect(command).to_be_visible()
    shot(nora, "command")
    command.click()
    expect(body.get_by_role("link", name=link)).to_have_attribute("href", link)
    expect(body).not_to_contain_text("time: /meeting")
    shot(nora, "inserted")
    nora.locator(".modal .o_mail_send").click()
    expect(nora.locator(".modal")).to_have_count(0)
    (mail,) = mails.wait(to=email)
    html = Mails.part(mail, "text/html")
    assert re.search(rf'href="{re.escape(link)}"', html), html
    assert "Choose a time:" in html
