"""Addons of the OCA that a test or a measurement needs beside ours: fetched with pip into the cache, never shipped."""

import zipfile

from . import places, processes
from .progress import step


def fetch(python, what, wheels, needs=()):
    """
    :param what: their name in messages, such as "the rival"
    :param wheels: pinned requirements of the addons
    :param needs: pinned requirements of what they need beside Odoo's
    :return: folder with ``addons``, and ``python`` for what they need
    """
    folder = places.cache() / f"oca-{places.short_hash(*wheels, *needs)}"
    with places.lock("oca"):
        if not folder.exists():
            with step(f"fetching {what}"), places.building(folder, megabytes=20) as unfinished:
                pip = [python, "-m", "pip", "--disable-pip-version-check"]
                fetched = unfinished / "wheels"
                command = [*pip, "download", "--no-deps", "-d", fetched, *wheels]
                processes.run(command, f"fetching {what}", network=True)
                if needs:
                    command = [*pip, "install", "--no-deps", "--target", unfinished / "python", *needs]
                    processes.run(command, f"fetching what {what} needs", network=True)
                for wheel in fetched.glob("*.whl"):
                    with zipfile.ZipFile(wheel) as archive:
                        archive.extractall(unfinished / "unpacked")
                (unfinished / "unpacked" / "odoo" / "addons").rename(unfinished / "addons")
    return folder
