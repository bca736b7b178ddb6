"""Starts the stand-in for Google (tests/simulators/google) beside an Odoo: nobody needs an account to try it."""

import re
from contextlib import contextmanager
from dataclasses import dataclass

from . import mail, places, processes

WEB_PORT = 8070
CLIENT, SECRET = "demo-client", "demo-secret"
ACCOUNTS = (
    "laura@bianchi.example,Laura Bianchi,Europe/Rome",
    "marco@bianchi.example,Marco Rossi,Europe/Rome",
    "admin@bianchi.example,Administrator,Europe/Rome",
)
# Run by the environment's Python: devtools itself has nothing but the standard library.
SEAL = """
import json, sys
from cryptography.fernet import Fernet
key = sys.argv[1] or Fernet.generate_key().decode()
print(key)
print(Fernet(key).encrypt(json.dumps(sys.argv[2]).encode()).decode())
"""


@dataclass(frozen=True)
class Google:
    """``address`` shows the calendars to a person; ``parameters`` point Odoo to it, ``key`` encrypts its secrets."""

    address: str
    parameters: dict
    key: str


@contextmanager
def stand_in(instance, base_url, smtp_port, web_port):
    """
    :param base_url: of Odoo, for the redirect address that is registered
    :param smtp_port: where the invitations of the stand-in go
    :param web_port: where it listens, on 127.0.0.1
    """
    key, sealed = keys(instance)
    log = instance.folder / "google.log"
    redirect = f"{base_url}/meetings/connect/google/callback"
    command = [instance.python, "-m", "tests.simulators.google", "--port", web_port]
    command += ["--client", f"{CLIENT},{SECRET},{redirect}", "--smtp", f"127.0.0.1:{smtp_port}"]
    for account in ACCOUNTS:
        command += ["--account", account]
    with open(log, "w") as output:
        process = processes.start(command, cwd=places.CHECKOUT, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{web_port}"
    try:
        processes.wait_until(lambda: mail.listens(web_port), process, 20, "the stand-in for Google", log)
        parameters = {
            "meetings_scheduler.google_oauth_root": address,
            "meetings_scheduler.google_api_root": address,
            "meetings_scheduler.google_client_id": CLIENT,
            "meetings_scheduler.google_client_secret": sealed,
            "meetings_scheduler.push_over_http": "1",
        }
        yield Google(address, parameters, key)
    finally:
        processes.stop(process)


def keys(instance):
    """The key of this database, the same at each start, and the client's secret sealed with it."""
    path = instance.folder / "meetings_scheduler.key"
    known = path.read_text().strip() if path.exists() else ""
    output = processes.run([instance.python, "-c", SEAL, known, SECRET], "making a key", cure="./dev run --fresh")
    key, sealed = re.fullmatch(r"(\S+)\s+(\S+)\s*", output).groups()
    if not known:
        instance.folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{key}\n")
        path.chmod(0o600)
    return key, sealed
