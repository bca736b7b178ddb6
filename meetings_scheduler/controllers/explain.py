"""Why a time is not offered, for who runs the page: the one part of the JSON API that needs a session."""

import re
from datetime import date, timedelta

from odoo import http
from odoo.http import request

from ..exceptions import PublicError
from ..form_fields import check_email
from ..form_times import MAX_DAYS, check_parameters, parse_duration
from .api_route import BASE, api_route
from .common import page_not_found
from .read_limit import check_read_limit

SLUG = re.compile(r"[a-z0-9-]{1,100}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
PARAMETERS = ("date", "duration", "visitor")


class ExplainApi(http.Controller):
    @api_route(f"{BASE}/pages/<slug>/explain", ["GET"], readonly=True)
    def explain(self, slug):
        check_read_limit()
        page = _find_own_page(slug)
        args = request.httprequest.args
        env = request.env
        check_parameters(
            env,
            args,
            PARAMETERS,
            lambda name: env._("Unknown parameter “%(name)s”. Use date, duration and visitor.", name=name),
        )
        facts = page.sudo()._time_facts()
        day = _parse_day(facts, args.get("date"))
        duration = parse_duration(env, facts, args.get("duration"))
        visitor = check_email(env, args["visitor"], "visitor") if args.get("visitor") else None
        return (page.explain(day.isoformat(), duration, visitor),)


def _find_own_page(slug):
    """:return: the page, online or not, as its reader
    :raises PublicError: 401, nobody is signed in; 404, the same answer for somebody else's page and for none
    """
    env = request.env
    if not request.session.uid:
        raise PublicError(401, "not_signed_in", env._("Sign in to Odoo first: only who runs the page may ask this."))
    pages = env["scheduling.page"]
    page = pages.search([("slug", "=", slug)], limit=1) if SLUG.fullmatch(slug) and pages.has_access("read") else pages
    if not page:
        raise page_not_found(env)
    return page


def _parse_day(facts, value):
    """:return: a date near the days that can be booked; why those beside them are not offered may be asked too"""
    first, last = (date.fromisoformat(facts["window"][edge]) for edge in ("from", "to"))
    margin = timedelta(days=MAX_DAYS)
    first, last = first - margin, last + margin
    try:
        day = date.fromisoformat(value) if DAY.fullmatch(value or "") else None
    except ValueError:
        day = None
    if day is None or not first <= day <= last:
        message = request.env._(
            "Give a day between %(first)s and %(last)s, written like 2026-11-24.", first=first, last=last
        )
        raise PublicError(400, "invalid_date", message, "date")
    return day
