"""The addons of this checkout: their names, what they need from Odoo, and a hash that tells when they changed."""

import ast
import hashlib

from . import places

# Read at run time or only by tests and people: a change there needs no update of the database.
NOT_DATA = {"tests", "readme", "__pycache__", "static"}

# They join ours to an addon of Odoo's that changes how calendars work: tested in a database of their own.
APART = ("meetings_scheduler_google_calendar",)


def manifests():
    """Name to manifest, of each addon in the checkout."""
    found = {}
    for path in sorted(places.CHECKOUT.glob("*/__manifest__.py")):
        manifest = ast.literal_eval(path.read_text())
        if manifest.get("installable", True):
            found[path.parent.name] = manifest
    return found


def names():
    """All of them."""
    return list(manifests())


def usual():
    """The ones that are installed everywhere."""
    return [name for name in manifests() if name not in APART]


def dependencies():
    """Odoo's own addons that the usual ones need, sorted."""
    ours = {name: manifest for name, manifest in manifests().items() if name not in APART}
    return sorted({need for manifest in ours.values() for need in manifest.get("depends", ["base"])} - set(ours))


def content_hash():
    """Changes when a file changes that only an update of the addons brings into the database."""
    digest = hashlib.sha256()
    for name in names():
        root = places.CHECKOUT / name
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root)
            if path.is_file() and inside.parts[0] not in NOT_DATA and "__pycache__" not in inside.parts:
                digest.update(f"{name}/{inside}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
