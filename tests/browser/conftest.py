"""Journeys in a real browser, against the Odoo that `./dev test browser` starts (demo data, two workers, mail catcher).

A journey that takes `page` runs four times: on a desk and on a phone, with and without JavaScript. A journey for
one kind of visitor chooses: `@pytest.mark.parametrize("view", WITH_SCRIPT, indirect=True)`; import it from `views`.
"""

import email
import email.policy
import os
import re
import shutil
import threading
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.axe import Axe
from tests.browser.steps import call
from tests.browser.views import EVERYWHERE, View

SCREENSHOTS = Path(__file__).parent / "screenshots"
# Without a network Chromium's own background requests fail, many at a time.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Long enough for a machine that has much else to do; what is there is seen at once.
expect.set_options(timeout=30_000)


@dataclass(frozen=True)
class Server:
    """The running Odoo: its address, its database, the folder of the mails it sent, its log, its Google."""

    base_url: str
    database: str
    mails: Path
    log: Path
    google: str


@pytest.fixture(scope="session")
def server():
    if "JOURNEY_URL" not in os.environ:
        pytest.fail("the journeys need a server of their own: run `./dev test browser`", pytrace=False)
    return Server(
        os.environ["JOURNEY_URL"],
        os.environ["JOURNEY_DATABASE"],
        Path(os.environ["JOURNEY_MAILS"]),
        Path(os.environ["JOURNEY_LOG"]),
        os.environ["JOURNEY_GOOGLE"],
    )


@pytest.fixture(scope="session", autouse=True)
def scheduler_looks_often(server):
    """Odoo looks for jobs that are due once a minute, besides those that are due at once: here every half second."""
    over = threading.Event()

    def remind():
        with closing(
            psycopg2.connect(host=os.environ["JOURNEY_PGHOST"], user=os.environ["JOURNEY_PGUSER"], dbname="postgres")
        ) as connection:
            connection.autocommit = True
            while not over.wait(0.5):
                connection.cursor().execute("SELECT pg_notify('cron_trigger', %s)", [server.database])

    thread = threading.Thread(target=remind)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=CHROMIUM_FLAGS
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=EVERYWHERE, ids=str)
def view(request):
    return request.param


@pytest.fixture
def open_page(browser, server, request):
    """Opens a page as a new visitor with a given View; each has a session of its own."""
    contexts = []

    def open_as(view=View(), **options):  # noqa: B008 - frozen
        context = browser.new_context(
            base_url=server.base_url,
            viewport={"width": view.width, "height": view.height},
            is_mobile=view.is_phone,
            has_touch=view.is_phone,
            java_script_enabled=view.script,
            **{"locale": "en-US", "timezone_id": "Europe/Rome", **options},
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        # Anything the page complained of; a journey asserts that this stays empty.
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.problems.append(told(message)))
        return page

    yield open_as
    for number, context in enumerate(contexts):
        for page in context.pages:
            if getattr(request.node, "journey_failed", False):
                save(page, f"{slug(request.node.name)}-failed-{number}")
        context.close()


def told(message):
    """:return: what the browser's console says, and of which address"""
    return f"{message.text} {message.location.get('url', '')}".strip()


@pytest.fixture
def page(open_page, view):
    return open_page(view)


@pytest.fixture
def shot(request):
    """Saves a picture: shot(page, "confirmed"). The folder screenshots/ is not kept in git."""
    return lambda page, name: save(page, f"{slug(request.node.name)}-{slug(name)}")


@pytest.fixture
def axe(shot):
    """Checks what is on the screen: axe.check(page, "main", "form"); at the end of the journey all must be well."""
    axe = Axe(os.environ["JOURNEY_AXE"], shot)
    yield axe
    assert not axe.found, "\n\n".join(axe.found)


def save(page, name):
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@pytest.fixture
def login(server):
    """Signs a page in: login(page, "laura"). The demo's passwords are the logins.

    Without opening anything: Odoo's backend takes seconds to start, and each journey opens it where it begins.
    """

    def sign_in(page, user, password=None):
        params = {"db": server.database, "login": user, "password": password or user}
        answer = page.request.post("/web/session/authenticate", data={"jsonrpc": "2.0", "params": params}).json()
        assert answer.get("result", {}).get("uid"), answer

    return sign_in


@pytest.fixture
def admin(open_page, login):
    page = open_page()
    login(page, "admin")
    return page


@pytest.fixture
def user(admin):
    """A user nobody else plays with: their login, which is their password and mailbox, too."""
    name = f"nora.{uuid.uuid4().hex[:8]}"
    values = {"name": f"Nora {name[-8:]}", "login": f"{name}@bianchi.example", "password": f"{name}@bianchi.example"}
    # Without OdooBot's welcome, which opens over the whole screen of a phone whenever it arrives.
    more = {"email": values["login"], "tz": "Europe/Rome", "odoobot_state": "disabled"}
    call(admin, "res.users", "create", [{**values, **more}])
    return values["login"]


@pytest.fixture
def nora(page, login, user):
    login(page, user)
    return page


class Mails:
    """What Odoo sent to the mail catcher since the journey began."""

    def __init__(self, folder):
        self.folder = folder
        self.before = set(folder.glob("*.eml"))

    def all(self, to="", subject=""):
        """Parsed mails, oldest first; `to` and `subject` are parts of the envelope's recipients and of the subject."""
        found = []
        for path in sorted(set(self.folder.glob("*.eml")) - self.before):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if to in message["X-Envelope-To"] and subject in str(message["Subject"]):
                found.append(message)
        return found

    def wait(self, count=1, seconds=90, **which):
        """The first `count` mails that match; they are sent by a cron, so they may take a while."""
        end = time.monotonic() + seconds
        while len(found := self.all(**which)) < count:
            if time.monotonic() > end:
                subjects = [f"{mail['X-Envelope-To']}: {mail['Subject']}" for mail in self.all()]
                pytest.fail(f"{len(found)} of {count} mails {which} in {seconds} s; there are: {subjects}")
            time.sleep(0.2)
        return found

    @staticmethod
    def part(message, kind):
        """The decoded text of the first part of a content type, such as text/html or text/calendar."""
        for part in message.walk():
            if part.get_content_type() == kind:
                return part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8")
        raise AssertionError(f"the mail {message['Subject']} has no {kind}")


@pytest.fixture
def mails(server):
    return Mails(server.mails)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and report.failed:
        item.journey_failed = True
    return report
