"""./dev pictures: takes the pictures of the documents from the running product, on a fresh database with demo data."""

import argparse
import os

from . import places, processes, system, temporary
from .errors import Problem

SCRIPT = places.CHECKOUT / "docs" / "take_pictures.py"
# A name instead of the number of a free port: a browser told so finds it, and each run shows the same address.
ADDRESS = "http://meetings.example.com"


def main(argv):
    options = argparse.ArgumentParser(prog="./dev pictures", description=__doc__.split(": ", 1)[1])
    options.add_argument("names", nargs="*", metavar="NAME", help="only these, such as page or explain (default: all)")
    arguments = options.parse_args(argv)
    chromium = system.chromium()
    parameters = {"web.base.url": ADDRESS}
    with processes.ended_by_signals(), temporary.server("pictures", workers=0, parameters=parameters) as running:
        surroundings = {
            "PICTURES_ADDRESS": ADDRESS,
            "PICTURES_PORT": str(running.port),
            "PICTURES_MAILBOX": f"http://127.0.0.1:{running.mailbox.web_port}",
            "PICTURES_CHROMIUM": str(chromium or ""),
        }
        process = processes.start(
            [running.instance.python, SCRIPT, *arguments.names], cwd=places.CHECKOUT, env={**os.environ, **surroundings}
        )
        try:
            code = process.wait()
        finally:
            processes.stop(process)
    if code:
        raise Problem(f"taking the pictures ended with {code}", "what stands above tells at which one")
