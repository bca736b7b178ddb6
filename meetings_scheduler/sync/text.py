"""Descriptions from outside, as plain text: a title, a time and a few lines are stored, never somebody else's HTML."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr"}
)
_SILENT = frozenset({"script", "style", "head", "title", "template", "svg", "iframe", "object"})
# Control characters but for white space, and halves of characters: no database takes them.
_SENSELESS = re.compile("[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")
LONGEST = 20_000


def is_html(text: str) -> bool:
    """Whether what a calendar says is meant as HTML; it has no other way to tell."""
    return bool(_TAG.search(text))


def plain_text(text: str) -> str:
    """What a calendar says, which may be HTML or text, to lines of text."""
    return _tidy(_Reader.text_of(text) if is_html(text) else text)


def html_text(html: str) -> str:
    """As `plain_text` for what is known to be HTML: there, `&lt;` is a character even where no tag is."""
    return _tidy(_Reader.text_of(html))


def for_calendar(text: str) -> str:
    """Lines of text as `plain_text` reads them back, whatever characters are in them."""
    return text if plain_text(text) == text else as_html(text)


def as_html(text: str) -> str:
    """Lines of text as `html_text` reads them back."""
    return "<p>" + "<br>".join(escape(line, quote=False) for line in text.split("\n")) + "</p>" if text else ""


def one_line(text: str) -> str:
    return " ".join(_SENSELESS.sub("", text).split())


def _tidy(text):
    lines = [one_line(line) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:LONGEST].rstrip()


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self._parts, self._silent = [], 0

    @classmethod
    def text_of(cls, html):
        reader = cls()
        reader.feed(html)
        reader.close()
        return "".join(reader._parts)

    def handle_starttag(self, tag, attrs):
        if tag == "br":
            self._parts.append("\n")
        elif tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag):
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BLOCKS:
            self._break()

    def handle_data(self, data):
        if not self._silent:
            # Line ends in HTML are spaces; only tags break a line.
            self._parts.append(re.sub(r"\s+", " ", data))

    def _break(self):
        if self._parts and not self._parts[-1].endswith("\n"):
            self._parts.append("\n")
