"""./dev i18n: brings each addon's translation template, and the translations, up to date with its texts."""

import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import addons, database, places, processes, python_env
from .processes import run
from .progress import step
from .run import environment

# The first entry of a file, which holds no text but the language, its plurals and its translators.
HEADER = re.compile(r'^msgid ""\nmsgstr ""\n(?:".*"\n)+', re.MULTILINE)


def main(argv):
    options = argparse.ArgumentParser(
        prog="./dev i18n",
        description="Export the texts of the addons to i18n/ADDON.pot and merge them into the translations there.",
    )
    options.add_argument("languages", nargs="*", metavar="LANGUAGE", help="also start a translation, such as it or de")
    arguments = options.parse_args(argv)
    with processes.ended_by_signals(), environment(f"{places.checkout_name()}_i18n") as instance:
        database.make(instance, demo=False, durable=False)
        for name in addons.usual():
            export(instance, name, arguments.languages)
        database.drop(instance)


def export(instance, addon, languages):
    """The template, and each language that is there or asked for.

    Odoo exports to files besides: it reads the translations of code from the very file it would have emptied.
    """
    folder = places.CHECKOUT / addon / "i18n"
    folder.mkdir(exist_ok=True)
    known = sorted({path.stem for path in folder.glob("*.po")} | set(languages))
    where = ["-c", instance.configure(), "-d", instance.database]
    options = {"cwd": instance.folder, "env": instance.environment}
    with step(f"{addon}: {', '.join(['template', *known])}"), tempfile.TemporaryDirectory() as made:
        if known:
            command = instance.command("i18n", "loadlang", *where, "-l", *known)
            run(command, "loading the languages", **options)
        for language in ["pot", *known]:
            name = f"{addon}.pot" if language == "pot" else f"{language}.po"
            exported = Path(made) / name
            command = instance.command("i18n", "export", *where, "-l", language, "-o", exported, "--", addon)
            run(command, "exporting the texts", **options)
            keep_header(folder / name, exported)
            # Sorts and wraps as the linter wants it; what it changed, it also complains of.
            subprocess.run(
                [python_env.find().parent / "oca-checks-po", "--fix", exported], capture_output=True, check=False
            )
            shutil.copyfile(exported, folder / name)


def keep_header(old, new):
    """Odoo writes an empty header; what translators have put into theirs stays."""
    if old.exists() and old.suffix == ".po" and (header := HEADER.search(old.read_text(encoding="utf-8"))):
        text = new.read_text(encoding="utf-8")
        new.write_text(HEADER.sub(lambda _match: header[0], text, count=1), encoding="utf-8")
