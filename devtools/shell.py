"""./dev shell: an Odoo shell on this checkout's database."""

import argparse
import subprocess

from . import database, processes
from .errors import Problem
from .run import database_name, environment


def main(argv):
    options = argparse.ArgumentParser(
        prog="./dev shell",
        description="An Odoo shell on the database of ./dev run (or $DATABASE). `env` is there; nothing is saved until"
        " you call env.cr.commit(). Reads commands from standard input if that is no terminal.",
    )
    options.parse_args(argv)
    name = database_name()
    with processes.ended_by_signals(), environment(name) as instance:
        if name not in database.names(instance.server):
            raise Problem(f"there is no database {name} yet", "make it first: ./dev run")
        # A running server has its own settings there, such as where mails go.
        configuration = instance.folder / "odoo.conf"
        if not configuration.exists():
            instance.configure()
        command = instance.command("shell", "--config", configuration, "--no-http", "--log-level=warn")
        return subprocess.run(
            [str(word) for word in command], cwd=instance.folder, env=instance.environment, check=False
        ).returncode
