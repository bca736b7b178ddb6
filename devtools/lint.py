"""./dev lint: every linter on the whole checkout, each told by name with ok or what it found."""

import argparse
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from . import addons, node_env, places, python_env

PRETTIER_KINDS = {".js", ".cjs", ".scss", ".css", ".xml", ".json"}
# Made by tools, or data of others.
NOT_OURS = {"package-lock.json", "node_modules", "__pycache__", "tests/pure/data", "tests/browser/screenshots"}


@dataclass
class Result:
    """What one linter found; nothing if it is content."""

    name: str
    output: str

    @property
    def ok(self):
        return not self.output


def main(argv):
    options = argparse.ArgumentParser(prog="./dev lint", description=__doc__.split(": ", 1)[1])
    options.add_argument("--fix", action="store_true", help="let the formatters and fixers change the files first")
    arguments = options.parse_args(argv)
    results = check(fix=arguments.fix)
    failed = sum(not result.ok for result in results)
    print(f"\n{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def check(fix=False):
    """Run all linters, printing as they go, and return their results."""
    python = python_env.find()
    modules = node_env.find()
    tools = Tools(python.parent, modules)
    if fix:
        tools.fix()
    results = []
    for name, linter in tools.linters():
        result = Result(name, linter())
        results.append(result)
        print(f"  {name}: {'ok' if result.ok else 'fail'}", flush=True)
        if not result.ok:
            print("    " + result.output.replace("\n", "\n    "))
    return results


class Tools:
    """The linters; each returns what it complains of, or an empty text."""

    def __init__(self, programs, modules):
        self.programs = programs
        self.modules = modules
        self.addons = addons.names()
        files = list(walk(places.CHECKOUT))
        self.python_folders = [
            name for name in (*self.addons, "devtools", "bench", "tests", "docs", "dev") if exists(name)
        ]
        self.scripts = [str(path) for path in files if path.suffix in (".js", ".cjs")]
        self.pretty = [str(path) for path in files if path.suffix in PRETTIER_KINDS]
        self.xml = [path for path in files if path.suffix == ".xml"]
        self.translations = [str(path) for path in files if path.suffix in (".po", ".pot")]

    def linters(self):
        yield "ruff check", lambda: self.ruff("check")
        yield "ruff format", lambda: self.ruff("format", "--check")
        yield "pylint-odoo", lambda: self.run("pylint", "--rcfile=.pylintrc", *self.addons)
        yield "OCA module checks", lambda: self.run("oca-checks-odoo-module", *self.addons)
        if self.translations:
            yield "OCA translation checks", lambda: self.run("oca-checks-po", *self.translations)
        yield "eslint", lambda: self.node("eslint", "--max-warnings=0", *self.scripts)
        yield "prettier", lambda: self.node("prettier", "--log-level=warn", "--check", *self.pretty)
        yield "xml", self.well_formed

    def fix(self):
        self.run("oca-checks-odoo-module", "--fix", *self.addons)
        self.ruff("check", "--fix")
        self.run("ruff", "format", "--no-cache", "--quiet", *self.python_folders)
        self.node("eslint", "--fix", *self.scripts)
        self.node("prettier", "--log-level=warn", "--write", *self.pretty)

    def ruff(self, *arguments):
        return self.run("ruff", *arguments, "--no-cache", "--quiet", "--output-format=concise", *self.python_folders)

    def run(self, program, *arguments):
        return complaint([self.programs / program, *arguments])

    def node(self, program, *arguments):
        return complaint([self.modules / ".bin" / program, *arguments], NODE_PATH=str(self.modules))

    def well_formed(self):
        wrong = []
        for path in self.xml:
            try:
                ElementTree.parse(path)
            except ElementTree.ParseError as error:
                wrong.append(f"{path}: {error}")
        return "\n".join(wrong)


def complaint(command, **environment):
    """The output of a linter that was not content, else an empty text."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=places.CHECKOUT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return "" if done.returncode == 0 else done.stdout.strip() or f"ended with {done.returncode}, saying nothing"


def exists(name):
    return (places.CHECKOUT / name).exists()


def walk(folder):
    """Our own files, relative to the checkout; hidden folders and what tools made are left out."""
    for path in sorted(folder.iterdir()):
        inside = path.relative_to(places.CHECKOUT)
        if path.name.startswith(".") or {path.name, str(inside)} & NOT_OURS or "static/lib" in str(inside):
            continue
        if path.is_dir():
            yield from walk(path)
        else:
            yield inside
