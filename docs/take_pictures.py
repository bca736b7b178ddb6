"""Takes the pictures of the documents; `./dev pictures` starts the server and runs it with the environment's Python."""

import io
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

FOLDER = Path(__file__).parent / "pictures"
MAX_BYTES = 200_000
VISITOR = "ada@lovelace.example"


@dataclass(frozen=True)
class Surroundings:
    address: str
    port: str
    mailbox: str
    chromium: str

    @classmethod
    def read(cls):
        names = {name: os.environ.get(f"PICTURES_{name.upper()}") for name in cls.__dataclass_fields__}
        if not names["address"]:
            sys.exit("The pictures need a server of their own: run `./dev pictures`.")
        return cls(**names)


class Studio:
    """A browser with one person at a time in front of it, and the pictures still to be taken."""

    def __init__(self, browser, surroundings, wanted):
        self.browser, self.surroundings, self.wanted = browser, surroundings, wanted

    def visit(self, path, size=(1280, 800), login=None):
        """:return: a page that shows ``path`` to a new visitor, or to the user ``login``"""
        width, height = size
        phone = {"is_mobile": True, "has_touch": True} if width < 600 else {}
        context = self.browser.new_context(
            base_url=self.surroundings.address,
            viewport={"width": width, "height": height},
            locale="en-US",
            timezone_id="Europe/Rome",
            reduced_motion="reduce",
            **phone,
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        if login:
            page.goto("/web/login")
            page.fill("#login", login)
            page.fill("#password", login)
            page.press("#password", "Enter")
            page.wait_for_url("**/odoo**")
        page.goto(path)
        return page

    def take(self, page, name):
        """Saves what the window shows, with at most 256 colours: a tenth of the size, and nobody sees it."""
        if self.wanted and name not in self.wanted:
            return
        page.wait_for_timeout(1500)  # pictures of people and fonts arrive last
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(256)
        path = FOLDER / f"{name}.png"
        picture.save(path, optimize=True)
        size = path.stat().st_size
        print(f"  {name}: {picture.width} x {picture.height}, {size // 1000} kB", flush=True)
        if size > MAX_BYTES:
            sys.exit(f"{path} has {size} bytes; at most {MAX_BYTES} belong into the repository")


def visitor(studio):
    """Looks at the page, books, and reads the mail."""
    phone = studio.visit("/meetings/demo", size=(390, 844))
    expect(phone.locator("button.o_ms_zone")).to_be_visible()
    studio.take(phone, "page-phone")

    page = studio.visit("/meetings/demo", size=(1280, 620))
    expect(page.locator("button.o_ms_zone")).to_be_visible()
    studio.take(page, "page")
    page.get_by_label("Next month").click()
    page.locator(".o_ms_day.o_ms_free").nth(5).click()
    page.locator(".o_ms_time").nth(3).click()
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Lovelace")
    page.get_by_label("E-mail", exact=True).fill(VISITOR)
    page.get_by_label("What would you like to talk about?").fill("A calendar for our machine room.")
    page.wait_for_timeout(1200)  # nobody fills in a form within a second; the page doubts who does
    page.get_by_role("button", name="Book this time").click()
    expect(page.locator(".o_ms_done h1")).to_be_visible()
    studio.take(page, "confirmation")

    mail = studio.visit(studio.surroundings.mailbox, size=(640, 340))
    ours = mail.locator("tr", has_text=VISITOR).get_by_role("link")
    for _attempt in range(120):
        if ours.count():
            break
        mail.wait_for_timeout(500)
        mail.reload()
    ours.first.click()
    mail.goto(studio.surroundings.mailbox + mail.locator("iframe").get_attribute("src"))
    studio.take(mail, "mail")


def host(studio):
    """Laura: her dashboard, a page, why a time isn't offered, bookings, her calendar."""
    page = studio.visit("/odoo/meetings", size=(1280, 860), login="laura")
    expect(page.locator(".o_meetings_page").first).to_be_visible()
    studio.take(page, "dashboard")

    page.get_by_role("button", name="Intro call", exact=True).first.click()
    page.get_by_role("tab", name="When").click()
    expect(page.get_by_role("button", name="Why isn't a time offered?")).to_be_visible()
    studio.take(page, "page-form")

    page.get_by_role("button", name="Why isn't a time offered?").click()
    for _attempt in range(7):
        page.get_by_title("The day after").click()
        page.wait_for_timeout(800)
        if page.locator(".modal").get_by_text("Thursday,").count():
            break
    studio.take(page, "explain")

    page.goto("/odoo/meetings-bookings")
    expect(page.locator(".o_data_row").first).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 420})
    studio.take(page, "bookings")

    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/odoo/calendar-settings")
    expect(page.locator(".o_meetings_connection")).to_be_visible()
    studio.take(page, "calendar-settings")

    page.set_viewport_size({"width": 1280, "height": 530})
    page.goto("/meetings/connect/google")
    expect(page.get_by_role("button", name="Continue to Google")).to_be_visible()
    studio.take(page, "google-consent")


def change_host(studio):
    """Laura and Marco share a page; she gives him a meeting that a visitor booked with her."""
    page = studio.visit("/odoo/meetings", size=(1280, 620), login="laura")

    def ask(path, data=None):
        """From inside the page: only the browser knows the server's name."""
        how = "data ? {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(data)} : {}"
        return page.evaluate(f"([path, data]) => fetch(path, {how}).then(answer => answer.json())", [path, data])

    def call(model, method, *args):
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        return ask(f"/web/dataset/call_kw/{model}/{method}", {"jsonrpc": "2.0", "params": params})["result"]

    hosts = [call("res.users", "search", [["login", "=", login]])[0] for login in ("laura", "marco")]
    people = [[0, 0, {"user_id": user, "sequence": place}] for place, user in enumerate(hosts)]
    call("scheduling.page", "create", [{"name": "Advice", "page_type": "round_robin", "host_ids": people}])
    (shared,) = call("scheduling.page", "search_read", [["name", "=", "Advice"]], ["slug"])
    api = f"/meetings/api/v1/pages/{shared['slug']}"
    visitor = {"timezone": "Europe/Rome", "first_name": "Ada", "last_name": "Lovelace", "email": VISITOR}
    start = ask(f"{api}/slots")["slots"][-1]["start"]
    ask(f"{api}/bookings", {**visitor, "start": start, "duration": 30})
    (booking,) = call("scheduling.booking", "search", [["page_id", "=", shared["id"]]])
    page.goto(f"/odoo/meetings-bookings/{booking}")
    page.get_by_role("button", name="Change host").click()
    page.get_by_role("dialog").get_by_label("Marco Rossi").check()
    page.get_by_role("dialog").get_by_label("Reason").fill("Laura has to travel.")
    studio.take(page, "change-host")


def administrator(studio):
    page = studio.visit("/odoo/meetings", size=(1280, 620), login="admin")
    page.get_by_role("button", name="Configuration").click()
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    expect(page.get_by_text("Redirect address")).to_be_visible()
    studio.take(page, "settings")


def main(wanted):
    surroundings = Surroundings.read()
    FOLDER.mkdir(exist_ok=True)
    host_name = surroundings.address.partition("://")[2]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=surroundings.chromium or shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                f"--host-resolver-rules=MAP {host_name} 127.0.0.1:{surroundings.port}",
            ],
        )
        studio = Studio(browser, surroundings, wanted)
        for person in (visitor, host, change_host, administrator):
            person(studio)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
