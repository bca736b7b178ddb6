"""Puts the addon's folder on the path, so that `import providers` works without Odoo; starts each server once.

`world` runs a test against every adapter; a test that needs one kind asks for that fixture instead.
"""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT, ROOT / "meetings_scheduler"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from tests.contract.world_caldav import CalDAVWorld, radicale, xandikos  # noqa: E402
from tests.contract.world_google import GoogleWorld, google_server  # noqa: E402
from tests.contract.world_memory import MemoryWorld  # noqa: E402

# Proxies of the developer's machine have no business between a test and its own server.
for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
    os.environ.pop(name, None)
# The stand-in for Google answers on this machine, without TLS; the addon itself never allows that.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

ADAPTERS = ("memory", "google", "radicale", "xandikos")


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    """name → address of the running server, each started when first asked for."""
    with Servers(tmp_path_factory) as running:
        yield running


class Servers:
    def __init__(self, folders):
        self._folders, self._running = folders, {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for stop, _ in self._running.values():
            stop()

    def __getitem__(self, name):
        if name not in self._running:
            start = {"google": google_server, "radicale": radicale, "xandikos": xandikos}[name]
            self._running[name] = start(self._folders.mktemp(name))
        return self._running[name][1]


def make_world(name, servers):
    if name == "memory":
        return MemoryWorld()
    if name == "google":
        return GoogleWorld(servers["google"])
    return CalDAVWorld(servers[name], name)


@pytest.fixture(params=ADAPTERS)
def world(request, servers):
    made = make_world(request.param, servers)
    yield made
    made.check()


@pytest.fixture
def google(servers):
    made = make_world("google", servers)
    yield made
    made.check()


@pytest.fixture(params=("radicale", "xandikos"))
def caldav(request, servers):
    made = make_world(request.param, servers)
    yield made
    made.check()
