"""Signing in and listing calendars at a server that others wrote: npm `emulate`, which knows part of Google.

It lacks what our own stand-in is for (syncToken, ETags, updates, push), but it was not written by whoever wrote the
adapter. It is installed into the cache on first use; without npm or its registry these tests are skipped, saying why.
"""

import shutil
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from devtools import places
from providers.base import Role
from providers.errors import AuthenticationFailed
from providers.google import GoogleProvider
from providers.google_oauth import GoogleOAuth
from providers.oauth import RefreshingToken, new_state, new_verifier
from providers.transport import Transport
from tests.contract.world import WINDOW, at
from tests.contract.world_caldav import free_port

VERSION = "0.11.2"  # `latest` is an unrelated package
ADDRESS, REDIRECT = "anna@example.com", "http://localhost/callback"
# It would listen on every address of the machine.
LOOPBACK_ONLY = """
const net = require("net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
    const given = typeof port === "object" && port !== null ? port.port : port;
    const callback = rest.find((one) => typeof one === "function");
    return listen.call(this, {port: given, host: "127.0.0.1"}, callback);
};
"""
SEED = f"""google:
  users:
    - email: {ADDRESS}
      name: Anna
  oauth_clients:
    - client_id: client
      client_secret: secret
      name: Odoo
      redirect_uris: ["{REDIRECT}"]
  calendars:
    - id: primary
      user_email: {ADDRESS}
      summary: {ADDRESS}
      primary: true
      selected: true
      time_zone: Europe/Berlin
    - id: second
      user_email: {ADDRESS}
      summary: Second
      time_zone: UTC
  calendar_events:
    - id: evt1
      user_email: {ADDRESS}
      calendar_id: primary
      summary: Kick-off
      start_date_time: 2030-03-04T09:00:00.000Z
      end_date_time: 2030-03-04T10:00:00.000Z
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = installed()
    work = tmp_path_factory.mktemp("emulate")
    (work / "loopback.cjs").write_text(LOOPBACK_ONLY)
    (work / "seed.yaml").write_text(SEED)
    port = free_port()
    command = ["node", "--require", work / "loopback.cjs", folder / "node_modules/emulate/dist/index.js", "start"]
    command += ["--service", "google", "--port", str(port), "--seed", work / "seed.yaml"]
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=work, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                requests.get(address, timeout=10)
                break
            except requests.ConnectionError:
                assert process.poll() is None, (work / "log").read_text()
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def installed():
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("emulate can't run: node and npm are not installed")
    folder = places.cache() / f"emulate-{VERSION}"
    with places.lock("emulate"):
        if not (folder / "whole").exists():
            folder.mkdir(exist_ok=True)
            command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", f"emulate@{VERSION}"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"emulate can't run: npm could not install it: {done.stderr[-300:]}")
            (folder / "whole").touch()
    return folder


@pytest.fixture
def signed_in(root):
    """(oauth, grant, provider) after the walk through its consent page."""
    transport = Transport()
    clock = lambda: datetime.now(timezone.utc)  # noqa: E731
    oauth = GoogleOAuth("client", "secret", transport, clock, root)
    state, verifier = new_state(), new_verifier()
    url = oauth.authorization_url(REDIRECT, state, verifier, login_hint=ADDRESS)
    assert ADDRESS in requests.get(url, timeout=10).text
    form = [*parse_qsl(urlsplit(url).query), ("email", ADDRESS)]
    answer = requests.post(f"{root}/o/oauth2/v2/auth/callback", data=form, allow_redirects=False, timeout=10)
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == [state]
    grant = oauth.exchange(back["code"][0], REDIRECT, verifier)
    credentials = RefreshingToken(oauth, grant, clock, lambda fresh: None)
    yield oauth, grant, GoogleProvider(credentials, transport, clock, root)
    transport.close()


def test_listens_on_the_loopback_only(root):
    """In the kernel's own words: local address and port in hexadecimal, state 0A for listening."""
    wanted = f"{urlsplit(root).port:04X}"
    listening = [
        line.split()[1]
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{wanted}")
    ]
    assert listening == [f"0100007F:{wanted}"]


def test_sign_in_and_refresh(signed_in):
    oauth, grant, _ = signed_in
    assert oauth.identity(grant).address == ADDRESS
    fresh = oauth.refresh(grant)
    assert fresh.access_token != grant.access_token


def test_wrong_verifier(root):
    transport = Transport()
    oauth = GoogleOAuth("client", "secret", transport, lambda: datetime.now(timezone.utc), root)
    with pytest.raises(AuthenticationFailed) as caught:
        oauth.exchange("unknown", REDIRECT, new_verifier())
    assert caught.value.code == "invalid_grant"
    transport.close()


def test_calendars(signed_in):
    calendars = signed_in[2].list_calendars()
    assert [(one.name, one.is_primary, one.role) for one in calendars] == [
        (ADDRESS, True, Role.OWNER),
        ("Second", False, Role.OWNER),
    ]
    assert calendars[0].zone == "Europe/Berlin"


def test_free_busy(signed_in):
    found = signed_in[2].free_busy(["primary"], WINDOW)
    assert [(period.start, period.end) for period in found["primary"]] == [(at(4), at(4, 10))]
