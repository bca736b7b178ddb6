"""What the JSON API answers; its errors in one shape, ``{"error": {"code", "message", "field"}}``, whatever went wrong.

Beside `controllers/`, as errors that never reach a controller are answered alike (`models/ir_http.py`).
"""

import json
import logging
import uuid
from datetime import timezone

from odoo.exceptions import UserError
from odoo.http import request

from .exceptions import PublicError, SlotTaken

API_PREFIX = "/meetings/api/"

_logger = logging.getLogger(__name__)


def json_response(payload, status=200, headers=()):
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return request.make_response(
        body,
        status=status,
        headers=[("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"), *headers],
    )


def error_response(env, error):
    """:param error: a :class:`PublicError` or an HTTP error of werkzeug"""
    if isinstance(error, PublicError):
        headers = []
        if "retry_after" in error.extra:
            headers.append(("Retry-After", str(error.extra["retry_after"])))
        extra = dict(error.extra)
        if isinstance(error, SlotTaken):
            extra["alternatives"] = [slot_json(slot) for slot in error.alternatives]
        return _response(error.status, error.code, error.message, error.field, headers, **extra)
    return _http_error_response(env, error)


def _http_error_response(env, error):
    codes = {
        404: ("not_found", env._("There is nothing at this address.")),
        405: ("method_not_allowed", env._("This address can't be called with this method.")),
        413: ("too_large", env._("This is too much data: 64 KB at most.")),
    }
    code, message = codes.get(error.code, ("http_error", env._("This request can't be answered.")))
    headers = [("Allow", ", ".join(sorted(error.valid_methods)))] if getattr(error, "valid_methods", None) else []
    return _response(error.code, code, message, None, headers)


def unexpected_response(env, error):
    """An error nobody foresaw: the visitor gets a number, the log has the number and the rest."""
    if isinstance(error, UserError):
        return _response(422, "refused", str(error), None)
    reference = uuid.uuid4().hex[:12]
    _logger.error("Unexpected error %s: %s", reference, error)
    message = env._("Something went wrong on our side. Please try again; the reference is %(id)s.", id=reference)
    return _response(500, "internal_error", message, None, reference=reference)


def _response(status, code, message, field, headers=(), **extra):
    return json_response({"error": {"code": code, "message": message, "field": field, **extra}}, status, headers)


def slot_json(slot, zone=None, seats=False):
    """:return: start and end, ISO 8601 with the offset of ``zone`` (UTC without one); with ``seats`` those left, too"""
    zone = zone or timezone.utc
    moments = {"start": slot.start.astimezone(zone).isoformat(), "end": slot.end.astimezone(zone).isoformat()}
    return {**moments, "seats_left": slot.seats_left} if seats else moments
