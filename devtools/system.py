"""What only the system's package manager can bring. As root we install it, else we say what to install."""

import os
import shutil
import sys
from pathlib import Path

from .errors import Problem
from .processes import run
from .progress import step

# A Debian user who installs the server package gets a database server of the system started: not wanted here.
NO_SYSTEM_CLUSTER = Path("/etc/postgresql-common/createcluster.d/meetings-scheduler.conf")


def install(packages, why):
    """Install Debian packages as root; raise a Problem naming them otherwise."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Problem(f"{why} is missing", f"install it first: sudo apt-get install {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"installing {' '.join(packages)} (apt)"):
        cure = f"install it by hand: apt-get install {' '.join(packages)}"
        NO_SYSTEM_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
        NO_SYSTEM_CLUSTER.write_text("create_main_cluster = false\n")
        try:
            run(["apt-get", "update", "-q"], "updating the package lists", cure, network=True, env=environment)
            command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
            run(command, f"installing {' '.join(packages)}", cure, network=True, env=environment)
        finally:
            NO_SYSTEM_CLUSTER.unlink()


def need(program, packages, why):
    """The path of a program, installed if it is missing."""
    path = shutil.which(program)
    if not path:
        install(packages, why)
        path = shutil.which(program)
    if not path:
        raise Problem(f"{program} is still missing after installing {' '.join(packages)}", "put it on the PATH")
    return Path(path)


def postgres_bin():
    """The folder with initdb and pg_ctl: Debian keeps it off the PATH, by version."""
    found = newest_postgres()
    if not found:
        install(["postgresql", "postgresql-client"], "PostgreSQL")
        found = newest_postgres()
    if not found:
        raise Problem("PostgreSQL's initdb is not found", "install PostgreSQL 13 or newer, or set PGHOST to a server")
    return found


def newest_postgres():
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def ensure_venv_module():
    """Debian splits venv and pip from Python; without ensurepip a virtual environment can't be made."""
    try:
        import ensurepip  # noqa: F401, PLC0415
    except ImportError:
        install([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"], "Python's venv module")


def chromium():
    return need("chromium", ["chromium"], "the browser for the journeys (chromium)")


def node():
    need("node", ["nodejs"], "Node.js (for eslint and prettier)")
    return need("npm", ["npm"], "npm (for eslint and prettier)")
