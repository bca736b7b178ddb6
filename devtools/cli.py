"""Dispatch of ./dev. A verb's module is imported only when that verb is called, so that `slots` starts at once."""

import importlib
import sys

from .errors import Problem, from_os_error

VERBS = {
    "run": "start Odoo with the addon and its demo data",
    "test": "lint, pure tests, Odoo tests and browser journeys; or one of them",
    "lint": "ruff, pylint-odoo, OCA checks, eslint, prettier, xml",
    "slots": "compute the free times of a case file, without Odoo",
    "shell": "an Odoo shell on this checkout's database",
    "i18n": "refresh the translation template and the translations",
    "pictures": "take the pictures of the documents anew (docs/pictures/)",
    "bench": "side-by-side measurements (bench/)",
}


def usage():
    lines = ["usage: ./dev VERB [options]", ""]
    lines += [f"  {verb:<10}{what}" for verb, what in VERBS.items()]
    return "\n".join([*lines, "", "`./dev VERB --help` tells the options of one."])


def main(argv):
    """Run the verb and return the exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if argv else 2
    verb, *rest = argv
    if verb not in VERBS:
        print(f"error: no verb {verb!r}; there are: {', '.join(VERBS)}", file=sys.stderr)
        return 2
    try:
        return importlib.import_module(f"devtools.{verb}").main(rest) or 0
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except OSError as error:
        problem = from_os_error(error)
        if problem is None:
            raise
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
