"""./dev bench NAME: a measurement of bench/, each a module with main(argv)."""

import importlib

from . import places
from .errors import Problem


def main(argv):
    found = sorted(path.stem for path in (places.CHECKOUT / "bench").glob("*.py") if "\ndef main(" in path.read_text())
    if not argv or argv[0] in ("-h", "--help"):
        print("usage: ./dev bench NAME [options]\n\n  " + "\n  ".join(found))
        print("\n`./dev bench NAME --help` tells what it measures.")
        return 0 if argv else 2
    name, *rest = argv
    if name not in found:
        raise Problem(f"no measurement {name!r}", f"there are: {', '.join(found) or 'none yet'}")
    return importlib.import_module(f"bench.{name}").main(rest)
