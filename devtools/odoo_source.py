"""Odoo itself: an existing checkout ($ODOO_HOME), or Debian's package odoo-19 unpacked into the cache.

The package is fetched by apt with a private state, so nothing is installed on the machine, the mirror is the machine's
own, and apt checks the archive's signature and each file's SHA256.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import places
from .errors import Problem
from .processes import follow, run
from .progress import step

VERSION = "19.0.0+dfsg-1"
SERIES = "19.0"
FILES_ABOUT = 47000

# What the package's symbolic links point to. Odoo wants Font Awesome 4 and Inconsolata 1, which unstable replaced.
LINKED = [
    "fonts-font-awesome/trixie",
    "fonts-inconsolata/trixie",
    "fonts-glyphicons-halflings/trixie",
    "fonts-montserrat/trixie",
    "fonts-ocr-b/trixie",
    "fonts-roboto-unhinted/trixie",
    "libjs-jquery/trixie",
    "libjs-jquery-form/trixie",
    "libjs-underscore/trixie",
]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SELFIE_STUB = """\
// Debian leaves this MediaPipe file out for its licence, yet the mail addon lists it in an asset bundle: without a file
// here each backend page logs an error on the console. Only the blurred background of video calls needs the real one.
"""


@dataclass(frozen=True)
class Odoo:
    """An Odoo that can be run: what to put on PYTHONPATH, its script, its addons, and a key that names its version.

    The script, not `python -m odoo`: with workers, Odoo starts its websocket process by its own script again.
    """

    python_path: Path
    script: Path
    addons: tuple
    key: str


def find():
    """The Odoo to run, downloaded if need be."""
    home = os.environ.get("ODOO_HOME")
    return from_checkout(Path(home).absolute()) if home else from_debian()


def from_checkout(home):
    release = home / "odoo" / "release.py"
    if not release.is_file():
        raise Problem(f"ODOO_HOME={home} is no Odoo checkout", "point it to a clone of Odoo's branch 19.0, or unset it")
    found = re.search(r"version_info = \((\d+), (\d+)", release.read_text())
    series = ".".join(found.groups()) if found else "unknown"
    if series != SERIES:
        raise Problem(f"ODOO_HOME={home} is Odoo {series}", f"check out branch {SERIES} there, or unset ODOO_HOME")
    head = home / ".git" / "HEAD"
    commit = run(["git", "-C", home, "rev-parse", "HEAD"], "reading ODOO_HOME's commit") if head.exists() else ""
    addons = tuple(path for path in (home / "addons", home / "odoo" / "addons") if path.is_dir())
    return Odoo(home, home / "odoo-bin", addons, places.short_hash(home, commit.strip(), release.stat().st_mtime))


def from_debian():
    folder = places.cache() / f"odoo-{VERSION}"
    with places.lock("odoo"):
        if not folder.exists():
            for needed in ("apt-get", "dpkg-deb"):
                if not shutil.which(needed):
                    cure = f"clone Odoo's branch {SERIES} and set ODOO_HOME to it"
                    raise Problem(f"this is no Debian ({needed} is missing), Odoo can't be fetched", cure)
            with places.building(folder, megabytes=2500) as unfinished:
                download(unfinished)
                unpack(unfinished)
    packages = folder / "usr/lib/python3/dist-packages"
    key = f"debian-{(folder / 'version').read_text()}"
    return Odoo(packages, folder / "usr/bin/odoo", (packages / "odoo" / "addons",), key)


def mirrors():
    """The Debian mirrors this machine uses, security archives and third parties left out."""
    listed = run(["apt-get", "update", "--print-uris"], "reading apt's sources")
    found = []
    suites = "bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable"
    for uri in re.findall(rf"'(\S+?)/dists/(?:{suites})/InRelease'", listed):
        if "security" not in uri and uri not in found:
            found.append(uri)
    if not found:
        raise Problem(
            "apt has no Debian mirror", f"add one to apt's sources, or set ODOO_HOME to an Odoo {SERIES} checkout"
        )
    return found


def download(folder):
    """Fetch the package and what it links to into folder/debs."""
    apt = ["apt-get", "-q", "-o", "APT::Sandbox::User=root"]
    state = folder / "apt"
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "cache").mkdir()
    (state / "status").touch()
    debs = folder / "debs"
    debs.mkdir()
    sources = state / "odoo.sources"
    apt += ["-o", f"Dir::State={state}", "-o", f"Dir::State::status={state / 'status'}"]
    apt += ["-o", f"Dir::Cache={state / 'cache'}", "-o", f"Dir::Etc::sourcelist={sources}"]
    apt += ["-o", "Dir::Etc::sourceparts=/dev/null", "-o", "APT::Status-Fd=1", "-o", "Acquire::Retries=2"]
    cure = f"run the same again, or set ODOO_HOME to an Odoo {SERIES} checkout"
    with step("Odoo 19: list of packages") as progress:
        # apt only warns when an index can't be read, unless told that this is an error.
        update = [*apt, "-o", "APT::Update::Error-Mode=any", "update"]
        first, *others = mirrors()
        for mirror in (first, *others):
            sources.write_text(
                f"Types: deb\nURIs: {mirror}\nSuites: unstable trixie\nComponents: main\nSigned-By: {KEYRING}\n"
            )
            try:
                follow(update, "reading the mirror's list of packages", on_apt_line(progress), cure, network=True)
                break
            except Problem:
                if mirror == (first, *others)[-1]:
                    raise
    with step("Odoo 19: download (130 MB)") as progress:
        version = pick_version(apt)
        command = [*apt, "download", f"odoo-19={version}", *LINKED]
        follow(command, "downloading Odoo", on_apt_line(progress), cure, network=True, cwd=debs)
    (folder / "version").write_text(version)


def on_apt_line(progress):
    def on_line(line):
        if line.startswith(("dlstatus:", "pmstatus:")):
            progress.bar(float(line.split(":")[2]) / 100)

    return on_line


def pick_version(apt):
    """The pinned version while the mirror has it, else the newest of the series."""
    command = ["apt-cache", *apt[2:], "madison", "odoo-19"]
    lines = run(command, "looking for Odoo").splitlines()
    versions = [line.split("|")[1].strip() for line in lines if "|" in line]
    if VERSION in versions:
        return VERSION
    for version in versions:
        if version.startswith(SERIES):
            return version
    raise Problem("the Debian mirror has no odoo-19", f"set ODOO_HOME to an Odoo {SERIES} checkout")


def unpack(folder):
    count = 0

    def on_line(_line):
        nonlocal count
        count += 1
        if count % 500 == 0:
            progress.bar(count / FILES_ABOUT)

    with step("Odoo 19: unpack (1.2 GB)") as progress:
        for deb in sorted((folder / "debs").glob("*.deb")):
            follow(["dpkg-deb", "-X", deb, folder], f"unpacking {deb.name}", on_line, "run the same again")
        shutil.rmtree(folder / "debs")
        shutil.rmtree(folder / "apt")
        selfie = folder / "usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation"
        if not selfie.exists():
            selfie.mkdir()
            (selfie / "selfie_segmentation.js").write_text(SELFIE_STUB)
        dangling = [path for path in (folder / "usr").rglob("*") if path.is_symlink() and not path.exists()]
        if dangling:
            progress.note = f"{len(dangling)} links lead nowhere, such as {dangling[0].name}"
