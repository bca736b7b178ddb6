"""Every screen and public page by axe-core (WCAG 2.2 A and AA, best practices): wide and narrow, light and dark."""

import base64
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Mails
from tests.browser.steps import (
    call,
    choose_day,
    choose_time,
    fill_details,
    heading,
    manage_link,
    open_picker,
    send,
)
from tests.browser.views import WITH_SCRIPT

pytestmark = pytest.mark.parametrize("view", WITH_SCRIPT, indirect=True, ids=str)
WRAP = "main"
ROWS = ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)"
ITALIAN = Path(__file__).parents[2] / "meetings_scheduler/i18n/it.po"


@pytest.fixture
def visitor_from_italy(admin, open_page, view):
    """The website speaks Italian, too, and so does the browser."""
    content = base64.b64encode(ITALIAN.read_bytes()).decode()
    file = {"name": "Italiano", "code": "it_IT", "filename": ITALIAN.name, "data": content}
    wizard = call(admin, "base.language.import", "create", file)
    call(admin, "base.language.import", "import_lang", [wizard])
    (italian,) = call(admin, "res.lang", "search", [["code", "=", "it_IT"]])
    (website,) = call(admin, "website", "search", [], limit=1)
    call(admin, "website", "write", [website], {"language_ids": [[4, italian]]})
    yield open_page(view, locale="it-IT")
    call(admin, "website", "write", [website], {"language_ids": [[3, italian]]})


def test_public_pages(page, view, mails, axe):
    """Page, form, mistakes, confirmation, meeting, moving, cancelling, cancelled, and a link that isn't valid."""
    visitor = f"axe.{uuid.uuid4().hex[:8]}@visitors.example"
    open_picker(page, view, "/meetings/demo")
    axe.check(page, WRAP, "page")
    page.get_by_label("Next month").click()
    choose_day(page, view, 4 if view.is_phone else 3)
    axe.check(page, WRAP, "times")
    choose_time(page, 3)
    axe.check(page, WRAP, "form")
    fill_details(page, "nowhere", last_name="")
    send(page)
    expect(page.get_by_text("Please correct the marked fields.")).to_be_visible()
    axe.check(page, WRAP, "mistakes")
    fill_details(page, visitor)
    send(page)
    expect(heading(page)).to_contain_text("You're booked")
    axe.check(page, WRAP, "booked")
    [mail] = mails.wait(to=visitor)
    link = manage_link(Mails.part(mail, "text/html"))
    page.goto(link)
    axe.check(page, WRAP, "meeting")
    open_picker(page, view, f"{link}?step=move")
    axe.check(page, WRAP, "move")
    page.goto(link)
    page.get_by_role("link", name="Cancel the meeting").click()
    axe.check(page, WRAP, "cancel")
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(heading(page)).to_have_text("This meeting is cancelled")
    axe.check(page, WRAP, "cancelled")
    page.goto("/meetings/manage/0123456789012345678901")
    axe.check(page, WRAP, "not valid")


def test_offline_page(page, view, open_page, login, axe):
    """M4: the page of somebody who has connected no calendar, and what a visitor reads who asked for a time."""
    backend = open_page()
    login(backend, "admin")
    mark = uuid.uuid4().hex[:6]
    values = {"name": "Olga Lind", "login": f"olga.{mark}", "email": f"olga.{mark}@bianchi.example"}
    owner = call(backend, "res.users", "create", values)
    call(backend, "scheduling.page", "create", {"name": "Ask Olga", "slug": f"ask-olga-{mark}", "user_id": owner})
    open_picker(page, view, f"/meetings/ask-olga-{mark}")
    axe.check(page, WRAP, "offline")
    page.get_by_label("Next month").click()
    choose_day(page, view, 2)
    choose_time(page, 1)
    fill_details(page, f"axe.{mark}@visitors.example")
    send(page)
    expect(heading(page)).to_have_text("Request sent")
    axe.check(page, WRAP, "asked")


def test_in_italian(visitor_from_italy, view, axe):
    """Page, form, mistakes and a link that isn't valid, as an Italian reads them."""
    page = visitor_from_italy
    open_picker(page, view, "/meetings/demo")
    axe.check(page, WRAP, "pagina")
    page.get_by_label("Mese successivo").click()
    choose_day(page, view, 4 if view.is_phone else 3)
    choose_time(page, 3)
    axe.check(page, WRAP, "modulo")
    page.get_by_label("Cognome").fill("Rossi")
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Prenota questo orario").click()
    expect(page.get_by_text("Correggi i campi")).to_be_visible()
    axe.check(page, WRAP, "errori")
    assert page.locator("html").get_attribute("lang") == "it-IT"
    page.goto("/meetings/manage/0123456789012345678901")
    axe.check(page, WRAP, "non valido")


def test_disclosure(page, login, axe):
    """M12, M13: what is read before the provider asks for consent."""
    login(page, "laura")
    page.goto("/meetings/connect/google")
    axe.check(page, WRAP, "disclosure")


def test_backend(page, login, axe):
    """Dashboard, settings, pages, a page's form tab by tab, why a time isn't offered, bookings, a booking's form."""
    login(page, "laura")
    page.goto("/odoo/meetings")
    expect(page.locator(".o_meetings_calendar")).to_be_visible()
    axe.check(page, ".o_meetings_dashboard", "dashboard")
    page.goto("/odoo/calendar-settings")
    expect(page.locator(".o_meetings_pages")).to_be_visible()
    axe.check(page, ".o_meetings_settings", "settings")
    page.goto("/odoo/meetings-pages")
    expect(page.locator(ROWS).first).to_be_visible()
    axe.check(page, ".o_content", "pages")
    (intro,) = call(page, "scheduling.page", "search", [["slug", "=", "demo"]])
    page.goto(f"/odoo/meetings-pages/{intro}")
    for tab in ("what", "when", "form", "after", "sharing"):
        page.locator(f".o_notebook a[name={tab}]").click()
        axe.check(page, ".o_scheduling_page_form .o_form_sheet", tab)
    page.locator(".o_notebook a[name=when]").click()
    page.get_by_role("button", name="Why isn't a time offered?").click()
    expect(page.locator(".o_meetings_explained_day")).to_be_visible()
    axe.check(page, ".modal-content", "explain")
    page.goto("/odoo/meetings-bookings")
    expect(page.locator(ROWS).first).to_be_visible()
    axe.check(page, ".o_content", "bookings")
    (booking, *_others) = call(page, "scheduling.booking", "search", [["state", "=", "confirmed"]])
    page.goto(f"/odoo/meetings-bookings/{booking}")
    expect(page.locator(".o_form_sheet")).to_be_visible()
    axe.check(page, ".o_form_sheet", "booking")


def test_newcomer(page, open_page, login, axe):
    """The first steps of somebody who has connected nothing, and settings without a calendar."""
    admin = open_page()
    login(admin, "admin")
    name = f"nils.{uuid.uuid4().hex[:8]}@bianchi.example"
    values = {"name": "Nils Lund", "login": name, "password": name, "email": name, "odoobot_state": "disabled"}
    call(admin, "res.users", "create", values)
    login(page, name)
    page.goto("/odoo/meetings")
    expect(page.locator(".o_meetings_steps")).to_be_visible()
    axe.check(page, ".o_meetings_dashboard", "first steps")
    page.goto("/odoo/calendar-settings")
    expect(page.locator(".o_meetings_pages")).to_be_visible()
    axe.check(page, ".o_meetings_settings", "not connected")
