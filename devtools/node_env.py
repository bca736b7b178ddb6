"""eslint, prettier and axe-core, in the cache, keyed by the lock file."""

from . import places, system
from .processes import run
from .progress import step


def find():
    """The folder node_modules, filled if need be."""
    manifests = [places.CHECKOUT / name for name in ("package.json", "package-lock.json")]
    folder = places.cache() / f"node-{places.short_hash(*(path.read_text() for path in manifests))}"
    with places.lock("node"):
        if not folder.exists():
            npm = system.node()
            with step("JavaScript linters and axe"), places.building(folder, megabytes=200) as unfinished:
                for path in manifests:
                    (unfinished / path.name).write_text(path.read_text())
                command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
                what = "installing the JavaScript linters and axe"
                run(command, what, "run the same again", network=True, cwd=unfinished)
    return folder / "node_modules"
