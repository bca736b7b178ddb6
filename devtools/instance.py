"""One Odoo on one database: its folder, its configuration, installing into it, serving it."""

import http.client
import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import places, processes
from .errors import Problem
from .odoo_source import Odoo
from .postgres import Server

LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
# Nothing a development server does may leave the machine: a port that refuses at once.
NOWHERE = "http://127.0.0.1:9"
DEMO_FAILED = "demo data failed to install"


@dataclass
class Instance:
    """`database` names the folder too: file store, sessions, mails and logs are kept by database.

    `extra_addons` are folders of further addons, `apart` names of ours that aren't installed everywhere.
    """

    odoo: Odoo
    python: Path
    server: Server
    database: str
    extra_addons: tuple = ()
    apart: tuple = ()

    @property
    def folder(self):
        return places.cache() / "data" / places.short_hash(self.server.host, self.server.port) / self.database

    @property
    def environment(self):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ODOO_")}
        return {
            **inherited,
            "PYTHONPATH": str(self.odoo.python_path),
            "PYTHONUNBUFFERED": "1",
            # Without it a machine without locales makes Python's log output fail on names with accents.
            "LC_ALL": "C.UTF-8",
            # The stand-in for Google answers on this machine, without TLS; the addon itself never allows that.
            "OAUTHLIB_INSECURE_TRANSPORT": "1",
        }

    @property
    def addons_path(self):
        return ",".join(str(path) for path in (*self.odoo.addons, places.CHECKOUT, *self.extra_addons))

    @property
    def extra_manifests(self):
        """Manifests in `extra_addons`: folders of addons that only a measurement or a test needs."""
        return [manifest for folder in self.extra_addons for manifest in sorted(folder.glob("*/__manifest__.py"))]

    def configure(self, **options):
        """Write the configuration file and return its path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "addons_path": self.addons_path,
            "data_dir": self.folder,
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "db_name": self.database,
            "dbfilter": f"^{re.escape(self.database)}$",
            "list_db": False,
            "http_interface": "127.0.0.1",
            "smtp_server": "127.0.0.1",
            "email_from": "odoo@example.com",
            "publisher_warranty_url": NOWHERE,
            "limit_time_real": 600,
            "limit_time_cpu": 600,
            **options,
        }
        path = self.folder / "odoo.conf"
        lines = [f"{name} = {value}" for name, value in settings.items() if value != ""]
        path.write_text("\n".join(["[options]", *lines, ""]))
        path.chmod(0o600)
        return path

    def command(self, *arguments):
        """Odoo's command line. Its working folder must not be Odoo's own: http.py there hides Python's."""
        return [self.python, self.odoo.script, *arguments]

    def install(self, what, progress, install=(), update=(), demo=False):
        """Install and update addons in the database, showing module by module on the progress bar."""
        arguments = ["--config", self.configure(), "--stop-after-init", "--no-http", "--max-cron-threads=0"]
        arguments += ["-i", ",".join(install)] if install else []
        arguments += ["-u", ",".join(update)] if update else []
        arguments += ["--with-demo"] if demo else []
        complaints = 0

        def on_line(line):
            nonlocal complaints
            complaints += " WARNING " in line or " ERROR " in line
            found = LOADING.search(line)
            if found:
                progress.bar(int(found[2]) / int(found[3]), found[1])

        log = self.folder / "install.log"
        with open(log, "w") as written:
            options = {"cwd": self.folder, "env": self.environment, "log": written}
            output = processes.follow(self.command(*arguments), what, on_line, f"its log is {log}", **options)
        if DEMO_FAILED in output:
            raise Problem(f"{what}: the demo data could not be loaded", f"the log tells why: {log}")
        if complaints:
            progress.note = f"{complaints} warnings in {log}"

    def serve(self, port, workers=0, **options):
        """Start the server and return its process; it is not ready yet."""
        configuration = self.configure(
            http_port=port,
            gevent_port=processes.free_port(port + 1),
            workers=workers,
            max_cron_threads=1,
            **options,
        )
        with open(self.folder / "server.log", "w") as log:
            start = partial(
                processes.start,
                self.command("--config", configuration),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
            if not workers:
                return start(env=self.environment)
            # With workers Odoo lets only 8 connections a worker wait; more at once are reset, which a proxy in front
            # would hide. It takes a socket that is handed to it, as when it restarts itself.
            with socket.create_server(("127.0.0.1", port), backlog=1024) as listening:
                # Workers race for each connection: the losers must not wait in accept().
                listening.setblocking(False)
                descriptor = listening.fileno()
                given = {"ODOO_HTTP_SOCKET_FD": str(descriptor)}
                return start(env={**self.environment, **given}, pass_fds=[descriptor])

    def wait(self, process, port, seconds=60):
        """Until the server answers."""
        log = self.folder / "server.log"
        processes.wait_until(lambda: get(port, "/web/health", timeout=5) is not None, process, seconds, "Odoo", log)


def get(port, path, timeout=60):
    """The body of a GET as text, or None without an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        return connection.getresponse().read().decode("utf-8", "replace")
    return None


def warm(port, *pages):
    """Open pages and what they link to: Odoo builds its bundles of styles and scripts at the first request.

    Those of the backend as well, to which no public page links: the first sign-in would seem to hang.
    """
    for kind in ("js", "css"):
        get(port, f"/web/assets/any/web.assets_web.min.{kind}")
    for page in pages:
        for bundle in re.findall(r'(?:href|src)="(/web/assets/[^"]+)"', get(port, page) or ""):
            get(port, bundle)
