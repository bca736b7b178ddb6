"""An Odoo for a test or a measurement: on a fresh database, gone at the end, its logs kept."""

import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, replace

from . import database, google, mail, places, processes
from .instance import Instance, warm
from .run import environment, serving


@dataclass(frozen=True)
class Running:
    """A server that answers on `port`; `process` is its master."""

    instance: Instance
    port: int
    mailbox: mail.Mailbox
    google: google.Google
    process: subprocess.Popen


@contextmanager
def instance(name, demo, extra_addons=(), apart=()):
    """A database of this checkout with the addons in it. Two runs in one checkout wait for each other."""
    with environment(f"{places.checkout_name()}_{name}") as found, places.lock(found.database):
        found = replace(found, extra_addons=tuple(extra_addons), apart=tuple(apart))
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
        address = f"http://127.0.0.1:{port}"
        with (
            mail.catcher(found, processes.free_port()) as mailbox,
            google.stand_in(found, address, mailbox.smtp_port, processes.free_port()) as stand_in,
        ):
            database.set_parameters(found, {"web.base.url": address, **stand_in.parameters, **dict(parameters)})
            options = {"smtp_port": mailbox.smtp_port, "meetings_scheduler_key": stand_in.key}
            with serving(found, port, workers=workers, **options) as process:
                warm(port, "/meetings/demo", "/web/login")
                yield Running(found, port, mailbox, stand_in, process)


def keep_logs(found):
    """The last run's logs outlive its database: they tell why something failed."""
    for log in found.folder.glob("*.log"):
        kept = places.cache() / "logs" / f"{found.database}-{log.name}"
        kept.parent.mkdir(exist_ok=True)
        shutil.copy(log, kept)
