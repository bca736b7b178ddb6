"""Starts the mail catcher (mailbox.py) beside an Odoo, so that nothing it sends leaves the machine."""

import socket
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import places, processes

WEB_PORT = 8025


@dataclass(frozen=True)
class Mailbox:
    smtp_port: int
    web_port: int
    folder: Path


@contextmanager
def catcher(instance, web_port):
    """A running mail catcher; the mails lie as .eml files in the folder of the instance."""
    mailbox = Mailbox(processes.free_port(), web_port, instance.folder / "mail")
    log = instance.folder / "mail.log"
    command = [instance.python, "-m", "devtools.mailbox", mailbox.smtp_port, mailbox.web_port, mailbox.folder]
    with open(log, "w") as output:
        process = processes.start(command, cwd=places.CHECKOUT, stdout=output, stderr=output)
    try:
        processes.wait_until(lambda: listens(mailbox.smtp_port), process, 20, "the mail catcher", log)
        yield mailbox
    finally:
        processes.stop(process)


def listens(port):
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
