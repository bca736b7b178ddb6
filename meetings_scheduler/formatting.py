"""Times as people read them: in words, by the reader's language. Moments are in the reader's zone already."""

from babel.dates import format_date, format_skeleton, format_time

from odoo.tools.misc import babel_locale_parse


def long_date(moment, lang):
    """
    :param moment: date, or datetime in the reader's zone
    :param lang: language code of Odoo, such as ``it_IT``
    :return: "Tuesday, November 24, 2026", as the language writes it
    """
    return format_date(moment, "full", locale=_locale(lang))


def short_date(moment, lang):
    """:return: "Tue, Nov 24", as the language writes it; parameters as in :func:`long_date`"""
    return format_skeleton("MMMEd", moment, locale=_locale(lang))


def clock(moment, lang):
    """:return: "15:30" or "3:30 PM", as the language writes it; parameters as in :func:`long_date`"""
    return format_time(moment, "short", locale=_locale(lang))


def zone_name(zone):
    """:return: "America/New York" for ``America/New_York``"""
    return zone.replace("_", " ")


def _locale(lang):
    return babel_locale_parse(lang or "en_US")
