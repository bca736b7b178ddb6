"""Times as people read them: in words, by the reader's locale, with the zone named."""

from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time

from odoo.tools.misc import babel_locale_parse


def date_in_words(moment, timezone, lang):
    """
    :param moment: aware datetime
    :param timezone: IANA name
    :param lang: language code of Odoo, such as ``it_IT``
    :return: "Tuesday, November 24" as the locale writes it
    """
    return format_skeleton(
        "MMMMEEEEd", moment.astimezone(ZoneInfo(timezone)), locale=babel_locale_parse(lang or "en_US")
    )


def short_date(moment, timezone, lang):
    """:return: "Tue, Nov 24" as the locale writes it; parameters as in :func:`date_in_words`"""
    return format_skeleton("MMMEd", moment.astimezone(ZoneInfo(timezone)), locale=babel_locale_parse(lang or "en_US"))


def clock(moment, timezone, lang):
    """:return: "15:30" or "3:30 PM", as the locale writes it; parameters as in :func:`date_in_words`"""
    return format_time(
        moment.astimezone(ZoneInfo(timezone)), format="short", locale=babel_locale_parse(lang or "en_US")
    )
