"""./dev i18n: brings each addon's translation template, and the translations, up to date with its texts."""

import argparse

from . import addons, database, places, processes
from .processes import run
from .progress import step
from .run import environment


def main(argv):
    options = argparse.ArgumentParser(
        prog="./dev i18n",
        description="Export the texts of the addons to i18n/ADDON.pot and merge them into the translations there.",
    )
    options.add_argument("languages", nargs="*", metavar="LANGUAGE", help="also start a translation, such as it or de")
    arguments = options.parse_args(argv)
    with processes.ended_by_signals(), environment(f"{places.checkout_name()}_i18n") as instance:
        database.make(instance, demo=False, durable=False)
        for name in addons.names():
            export(instance, name, arguments.languages)
        database.drop(instance)


def export(instance, addon, languages):
    """Odoo writes next to the addon's source, for the template and each language that is there or asked for."""
    folder = places.CHECKOUT / addon / "i18n"
    folder.mkdir(exist_ok=True)
    known = {path.stem for path in folder.glob("*.po")} | set(languages)
    where = ["-c", instance.configure(), "-d", instance.database]
    with step(f"{addon}: {', '.join(['template', *sorted(known)])}"):
        options = {"cwd": instance.folder, "env": instance.environment}
        if known:
            command = instance.command("i18n", "loadlang", *where, "-l", *sorted(known))
            run(command, "loading the languages", **options)
        command = instance.command("i18n", "export", *where, "-l", "pot", *sorted(known))
        run([*command, "--", addon], "exporting the texts", **options)
