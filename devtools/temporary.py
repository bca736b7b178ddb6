"""An Odoo for a test or a measurement: on a fresh database, gone at the end, its logs kept."""

import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, replace

from . import database, mail, places, processes
from .instance import Instance, warm
from .run import environment, serving


@dataclass(frozen=True)
class Running:
    """A server that answers on `port`; `process` is its master."""

    instance: Instance
    port: int
    mailbox: mail.Mailbox
    process: subprocess.Popen


@contextmanager
def instance(name, demo, extra_addons=()):
    """A database of this checkout with the addons in it. Two runs in one checkout wait for each other."""
    with environment(f"{places.checkout_name()}_{name}") as found, places.lock(found.database):
        found = replace(found, extra_addons=tuple(extra_addons))
        database.make(found, demo=demo, durable=False)
        try:
            yield found
        finally:
            keep_logs(found)
            database.drop(found)


@contextmanager
def server(name, workers, parameters=(), extra_addons=()):
    """The same, served with demo data and a mail catcher: gives a Running."""
    with instance(name, demo=True, extra_addons=extra_addons) as found:
        port = processes.free_port()
        database.set_parameters(found, {"web.base.url": f"http://127.0.0.1:{port}", **dict(parameters)})
        with (
            mail.catcher(found, processes.free_port()) as mailbox,
            serving(found, port, workers=workers, smtp_port=mailbox.smtp_port) as process,
        ):
            warm(port, "/meetings/demo", "/web/login")
            yield Running(found, port, mailbox, process)


def keep_logs(found):
    """The last run's logs outlive its database: they tell why something failed."""
    for log in found.folder.glob("*.log"):
        kept = places.cache() / "logs" / f"{found.database}-{log.name}"
        kept.parent.mkdir(exist_ok=True)
        shutil.copy(log, kept)
