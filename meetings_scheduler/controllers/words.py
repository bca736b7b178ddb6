"""Dates and times as people say them, by the language the page is in."""

from babel.dates import format_date, format_time

from odoo.tools.misc import babel_locale_parse


def long_date(env, day):
    """:return: "Tuesday, November 24, 2026", as the language writes it"""
    return format_date(day, "full", locale=babel_locale_parse(env.lang or "en_US"))


def clock(env, moment):
    """:param moment: in the reader's zone already
    :return: "3:30 PM" or "15:30", as the language writes it
    """
    return format_time(moment, "short", locale=babel_locale_parse(env.lang or "en_US"))


def zone_name(zone):
    """:return: "America/New York" for ``America/New_York``"""
    return zone.replace("_", " ")
