"""What the visitors' pages and the JSON API do alike: find the page or booking, book, keep bots and floods out."""

import re
import secrets
import time
from datetime import datetime, timezone

from odoo.http import request
from odoo.tools import email_normalize
from odoo.tools.misc import hash_sign, verify_hash_signed

from ..exceptions import PublicError
from ..form_fields import check_text
from ..form_times import parse_duration, parse_instant, parse_zone
from ..forms import UTM_KEYS, parse_booking
from .read_limit import check_read_limit

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
FORM_SCOPE = "meetings_scheduler_form"
FORM_HOURS = 24
# A person needs longer for two names and an address; a script doesn't.
MIN_FILL_SECONDS = 1.0
HONEYPOT = "company_fax"
# The form's widest answers in UTF-8 fit several times.
MAX_FORM = 256 * 1024
REASON_LENGTH = 1000

PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def utc_now():
    return datetime.now(timezone.utc)


def utm_of_visit():
    """:return: the campaign, medium and source that brought the visitor: the link's, else those in Odoo's cookies"""
    asked = request.httprequest.args
    return {key: asked.get(key) or request.cookies.get(f"odoo_{key}", "") for key in UTM_KEYS}


def find_page(slug):
    """:raises PublicError: 404, the same answer for a hidden page and for none"""
    pages = request.env["scheduling.page"].sudo()
    if not getattr(request, "website", None):
        pages = pages.with_context(website_id=request.env["website"].get_current_website().id)
    page = pages._find_public(slug)
    if not page:
        raise page_not_found(request.env)
    return page


def page_not_found(env):
    return PublicError(404, "page_not_found", env._("This booking page is not available."))


def find_token(value):
    """:raises PublicError: 404, unknown or altered"""
    found = request.env["scheduling.token"].sudo()
    if TOKEN.fullmatch(value):
        found = found._find(value)
    if not found:
        raise PublicError(404, "invalid_token", request.env._("This link is no longer valid; request a new one."))
    return found


def book(page, info, raw):
    """Books or requests a time.

    :param raw: mapping shaped like the JSON body
    :return: the booking
    :raises PublicError: whatever keeps it from being booked
    """
    env = request.env
    booking_request = parse_booking(
        env,
        info,
        raw,
        region=request.geoip.country_code or page.company_id.country_id.code,
        host_emails=page._hosts().mapped("email_normalized"),
        refused_domains=page._refused_email_domains(),
    )
    env["scheduling.counter"].sudo()._count("ip", request.httprequest.remote_addr)
    booking = page._book(booking_request)
    _count_mails("email", booking)
    return booking


def hold(page, info, raw):
    """Keeps a time for a visitor while they fill in the form; at most as many an hour as they could book.

    :param raw: mapping with ``start``, ``duration``, ``timezone`` and ``hold``, the visitor's token, if they have one
    :return: the hold and the token that stands for it
    :raises PublicError: whatever keeps it from being held
    """
    env = request.env
    start = parse_instant(env, raw.get("start"), parse_zone(raw.get("timezone")) or info["timezone"], "start")
    duration = parse_duration(env, info, raw.get("duration"))
    token = raw.get("hold") or new_hold()
    holder = env["scheduling.hold"]._holder_of(token)
    counters = env["scheduling.counter"].sudo()
    counters._count("hold", request.httprequest.remote_addr)
    sender = counters._hash("ip", request.httprequest.remote_addr)
    return page._hold(holder, sender, start, duration), token


def new_hold():
    """:return: a token for a visitor's hold"""
    return secrets.token_urlsafe(24)


def reschedule(token, info, raw, zone, reason):
    """Moves the booking of a manage link.

    :param token: scheduling.token (sudo)
    :param raw: mapping with ``start`` and ``duration``
    :param zone: of a ``start`` without offset
    :raises PublicError: whatever keeps it from being moved
    """
    check_read_limit()  # what is refused costs as much as reading
    booking = token.booking_id
    start = parse_instant(request.env, raw.get("start"), zone, "start")
    duration = parse_duration(request.env, info, raw.get("duration") or booking.duration)
    booking._reschedule(start, duration, reason, token.role)
    if token.role == "visitor":
        _count_mails("move", booking)


def _count_mails(scope, booking):
    """Counts what is mailed to addresses that the visitor typed, so that nobody's mailbox is flooded by a stranger.

    Afterwards, as a refusal takes everything back: what didn't come about sends nothing, and locks nobody out.

    :raises PublicError: 429, one of them got too many in the last hour
    """
    counters = request.env["scheduling.counter"].sudo()
    counters._count(scope, booking.email_normalized)
    for guest in booking._guest_list():
        counters._count("guest", email_normalize(guest) or guest)


def parse_reason(raw):
    """:return: why the meeting is moved, cancelled or declined, in the words of who does it; empty if they don't say

    :raises PublicError: too long, or not text
    """
    return check_text(request.env, raw.get("reason"), "reason", request.env._("reason"), REASON_LENGTH, multiline=True)


def check_not_cancelled(booking):
    """:raises PublicError: 410, cancelled or declined: nothing is left to change or to put into a calendar"""
    if booking.state in ("cancelled", "declined"):
        raise PublicError(410, "cancelled", request.env._("This meeting is cancelled already."))


def check_can_change(token):
    """:raises PublicError: the meeting is over, cancelled or too near to be changed by the visitor"""
    env, booking = request.env, token.booking_id
    check_not_cancelled(booking)
    facts = booking._public_info(booking.timezone)
    if token.role == "visitor" and not facts["can_change"]:
        raise PublicError(
            409,
            "too_late",
            f"{too_late_message(env, facts)} {facts['contact']['email']}",
        )


def too_late_message(env, facts):
    """:return: what stands before the host's address, once only the host can change the meeting"""
    return env._("It is too late to change this meeting here. Please write to %(name)s:", name=facts["contact"]["name"])


def form_token():
    """:return: a signed note of when the form was shown; it needs no session, so it also works where cookies don't"""
    return hash_sign(request.env(su=True), FORM_SCOPE, time.time(), expiration_hours=FORM_HOURS)


def form_expired(env):
    return PublicError(400, "form_expired", env._("This form has been open for long. Please send it once more."))


def new_idempotency_key():
    return secrets.token_urlsafe(16)


def is_trap(raw):
    """:return: whether the field that people don't see was filled in"""
    return bool(raw.get(HONEYPOT))


def check_form_token(value):
    """:raises PublicError: the form was sent faster than a person types, or is from yesterday"""
    env = request.env
    try:
        shown = verify_hash_signed(env(su=True), FORM_SCOPE, value or "")
    except ValueError:
        shown = None
    if not isinstance(shown, float):
        raise form_expired(env)
    if time.time() - shown < MIN_FILL_SECONDS:
        raise PublicError(400, "too_fast", env._("That was quick! Please check your details and send once more."))


def next_free(page, after, duration_min, booking=None, holder=None):
    """:return: the next free slot at or after ``after`` (aware UTC), or None; nothing before now is looked at"""
    return page._next_free(max(after, utc_now()), duration_min, booking=booking, holder=holder)
