import re
from pathlib import Path

import polib
from lxml import html

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import SchedulingCase
from .public_case import PublicCase

FOLDER = Path(__file__).parent.parent / "i18n"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdg]|<[^>]+>|https?://|[“”]")
# What reads the same in both languages; such a translation stays empty, as OCA's checks want it.
SAME_IN_ITALIAN = {
    "%(hours)s h",
    "%(hours)s h %(minutes)s min",
    "%(minutes)s min",
    "%(title)s, %(when)s",
    "%s h",
    "%s min",
    "%s s",
    "1234567890-abc.apps.googleusercontent.com",
    "Account",
    "Anna Keller",
    "Base",
    "anna@example.com",
    "example.com, example.org",
    "E-mail",
    "GOCSPX-…",
    "Google",
    "Google Calendar",
    "ID",
    "Link",
    "Microsoft 365",
    "No",
    "Online",
    "Outlook",
    "Provider",
    "e-mail",
    "laura@bianchi.example",
    "mailinator.com, trashmail.com",
    "meetings@bianchi.example",
    "method_not_allowed",
    "min",
    "too_large",
    "“%(calendar)s”: %(reason)s",
}
# Words no Italian sentence has, but nearly every English one of the product.
ENGLISH = re.compile(
    r"\b(?:the|your|you|with|and|for|this|these|that|is|are|has|have|time|times|day|days|month|meeting|meetings|booked|"
    r"move|moved|cancel|cancelled|change|choose|please|accept|decline|request|name|now|next|previous|back|invitation|"
    r"will|by|from|to|of|at|not|free|details)\b",
    re.IGNORECASE,
)


class Italian:
    """Italian as an administrator adds it, and who speaks it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.italian = cls.env["res.lang"]._activate_lang("it_IT")
        cls.env["ir.module.module"]._load_module_terms(
            cls.env.ref("base.module_meetings_scheduler").mapped("name"), ["it_IT"], overwrite=True
        )
        cls.page.name = "Primo incontro"
        cls.host.lang = "it_IT"

    def assert_italian(self, text, *words):
        """The text has these words, and no English one."""
        text = " ".join(text.split())
        for word in words:
            self.assertIn(word, text)
        self.assertEqual(ENGLISH.findall(text), [], text)


@tagged("post_install", "-at_install")
class TestItalianFile(TransactionCase):
    """The translations, compared with the texts they are of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sources = polib.pofile(str(FOLDER / "meetings_scheduler.pot"))
        cls.italian = polib.pofile(str(FOLDER / "it.po"))

    def test_every_text_has_its_translation(self):
        """Every text of the template is Italian, or one of the few that read the same; nothing else is kept."""
        translated = {entry.msgid for entry in self.italian if entry.msgstr and not entry.fuzzy}
        self.assertEqual({entry.msgid for entry in self.sources} - translated - SAME_IN_ITALIAN, set())
        self.assertEqual({entry.msgid for entry in self.italian} - {entry.msgid for entry in self.sources}, set())
        self.assertGreater(len(translated), 800)

    def test_placeholders_survive(self):
        """Names, numbers, markup and quotation marks of a text are all in its translation, and no others."""
        for entry in self.italian.translated_entries():
            self.assertEqual(
                sorted(PLACEHOLDER.findall(entry.msgid)), sorted(PLACEHOLDER.findall(entry.msgstr)), entry.msgid
            )

    def test_header(self):
        """Translation programs read the language and its plurals there."""
        self.assertEqual(self.italian.metadata["Language"], "it")
        self.assertEqual(self.italian.metadata["Plural-Forms"], "nplurals=2; plural=(n != 1);")


@tagged("post_install", "-at_install")
class TestItalianMails(Italian, SchedulingCase):
    """What a booking's people read in their mailboxes."""

    def seen(self, mail):
        """:return: everything a reader sees, without addresses"""
        body = html.fromstring(mail.body_html)
        for element in body.xpath("//a[starts-with(@href, 'mailto:')]"):
            element.text = ""
        return f"{mail.subject} " + " ".join(body.itertext())

    def mail(self, booking, notice, audience):
        return self.seen(booking._create_mail(notice, audience))

    def test_every_mail(self):
        """Subject, headline and buttons of each fact are Italian, for visitor and host."""
        booking = self.book(self.at(10), lang="it_IT", timezone="Europe/Rome")
        booking.company_id.name = "Bianchi"
        booking.reason = "Sono in viaggio"
        booking.changed_by = "host"
        laura, jane = "Laura Bianchi", "Jane Doe"
        expected = {
            ("booked", "visitor"): (f"Il tuo incontro con {laura} è confermato.", "Sposta", "Annulla", "dalle"),
            ("booked", "host"): (f"{jane} ha prenotato un incontro con te.", "Sposta", "Annulla"),
            ("moved", "visitor"): ("Spostato: Primo incontro con", "ha un nuovo orario.", "Motivo: Sono in viaggio"),
            ("moved", "host"): ("Spostato: ", f"L'incontro con {jane} ha un nuovo orario."),
            ("cancelled", "visitor"): ("Annullato: ", f"con {laura} è annullato.", "Scegli un altro orario"),
            ("cancelled", "host"): ("Annullato: ", f"L'incontro con {jane} è annullato."),
            ("requested", "visitor"): ("Richiesta inviata: ", "Hai chiesto questo orario", "Vedi o ritira"),
            ("requested", "host"): (
                "Rispondi, per favore: ",
                f"{jane} ha provato a prenotare e chiede un incontro con te.",
                "Rispondi",
            ),
            ("declined", "visitor"): ("Non possibile: ", f"{laura} non può incontrarti", "Scegli un altro orario"),
        }
        for (notice, audience), words in expected.items():
            with self.subTest(notice=notice, audience=audience):
                self.assert_italian(self.mail(booking, notice, audience), *words)

    def test_each_their_own_language(self):
        """An English visitor of an Italian host reads no Italian."""
        booking = self.book(self.at(10), lang="en_US")
        self.assertIn("You're booked with Laura Bianchi.", self.mail(booking, "booked", "visitor"))
        self.assertIn("ha prenotato un incontro con te.", self.mail(booking, "booked", "host"))


@tagged("post_install", "-at_install")
class TestItalianPage(Italian, PublicCase):
    """What a visitor of an Italian website reads before any script runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        website = cls.env["website"].get_current_website()
        website.language_ids = [Command.link(cls.italian.id)]
        cls.prefix = f"/{cls.italian.url_code}"

    def open(self, path, status=200):
        """:return: the product's part of the page"""
        response = self.url_open(f"{self.prefix}{path}")
        self.assertEqual(response.status_code, status)
        [ours] = html.fromstring(response.text).xpath("//div[contains(@class, 'o_ms_wrap')]")
        return ours

    def seen(self, tree):
        """:return: what is seen or read aloud; names of time zones are no language's"""
        for element in tree.xpath(".//script|.//style|.//select"):
            element.drop_tree()
        aloud = tree.xpath(".//@aria-label|.//@title|.//@placeholder|.//@alt|.//@abbr")
        return " ".join([*tree.itertext(), *aloud])

    def test_month(self):
        """Month, times and facts of a page."""
        self.page.location_type = "phone"
        self.assert_italian(
            self.seen(self.open(f"/meetings/{self.slug}?tz=Europe/Rome")),
            "Mese successivo",
            "i giorni con orari liberi sono link",
            "cambia fuso orario",
            "Telefonata",
        )

    def test_form(self):
        """The form for a time, with guests and a phone number."""
        self.page.write({"phone": "optional", "allow_guests": True})
        start = self.at(10).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.assert_italian(
            self.seen(self.open(f"/meetings/{self.slug}?start={start}&tz=Europe/Rome")),
            "I tuoi dati",
            "Cognome",
            "Invitati",
            "(facoltativo)",
            "Prenota questo orario",
        )

    def test_no_calendar(self):
        """The band of a page that takes requests only."""
        self.connection.state = "disconnected"
        self.assert_italian(
            self.seen(self.open(f"/meetings/{self.slug}?tz=Europe/Rome")), "Puoi chiedere un orario e riceverai"
        )

    def test_booked(self):
        """The page of a booked meeting, and the question before it is cancelled."""
        booking = self.book(self.at(10), lang="it_IT", timezone="Europe/Rome")
        manage = f"/meetings/manage/{booking._mint_token('visitor')}"
        self.assert_italian(
            self.seen(self.open(manage)),
            "Il tuo incontro con Laura Bianchi",
            "Quando",
            "Dove",
            "Aggiungi al tuo calendario",
            "Sposta",
            "Annulla l'incontro",
        )
        self.assert_italian(
            self.seen(self.open(f"{manage}?step=cancel")),
            "Annullare questo incontro?",
            "Perché annulli?",
            "Lascia così",
        )

    def test_nothing_there(self):
        """A page that is switched off."""
        self.page.is_published = False
        self.assert_italian(
            self.seen(self.open(f"/meetings/{self.slug}", 404)), "Questa pagina di prenotazione non è disponibile."
        )
