"""The virtual environment with the pinned packages, in the cache, keyed by what is pinned and by the interpreter."""

import os
import re
import sys

from . import places, system
from .processes import follow, run
from .progress import step

REQUIREMENTS = [places.CHECKOUT / "devtools" / f"requirements-{name}.txt" for name in ("odoo", "addon", "dev")]


def find():
    """The environment's python, made if need be."""
    key = places.short_hash(sys.version, sys.prefix, *(path.read_text() for path in REQUIREMENTS))
    folder = places.cache() / f"python{sys.version_info[0]}.{sys.version_info[1]}-{key}"
    python = folder / "bin" / "python"
    # A virtual environment can't be renamed: its scripts name its place. So a mark written last says it is whole.
    whole = folder / "whole"
    with places.lock("python"):
        if not (whole.exists() and python.exists()):
            if folder.exists():
                places.remove(folder)
            places.require_space(1200)
            make(folder, python)
            whole.touch()
    return python


def make(folder, python):
    system.ensure_venv_module()
    with step("Python packages") as progress:
        cure = "run the same again; if it goes on, remove " + str(folder)
        run([sys.executable, "-m", "venv", folder], "making the virtual environment", cure)
        total = sum(bool(re.match(r"\w", line)) for path in REQUIREMENTS for line in path.read_text().splitlines())
        seen = 0

        def on_line(line):
            nonlocal seen
            if line.startswith("Collecting"):
                seen += 1
                progress.bar(seen / total * 0.7, line.split()[1])
            elif line.startswith("Installing collected"):
                progress.bar(0.8, "unpacking")

        command = [
            python,
            "-m",
            "pip",
            "install",
            "--no-input",
            "--retries=2",
            "--disable-pip-version-check",
            "--progress-bar=off",
        ]
        for path in REQUIREMENTS:
            command += ["-r", path]
        environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
        follow(command, "installing the Python packages", on_line, cure, network=True, env=environment)
