"""How the JSON API says no: one shape, ``{"error": {"code", "message", "field"}}``, whatever went wrong."""

import json
import logging
import uuid

from odoo import http
from odoo.exceptions import UserError
from odoo.http import abort, request

from ..exceptions import PublicError, SlotTaken
from .languages import use_visitor_language

API_PREFIX = "/meetings/api/"
MAX_BODY = 64 * 1024

_logger = logging.getLogger(__name__)


def api_route(path, methods, **routing):
    """A JSON route that needs no session, sets no cookie and answers every :class:`PublicError` in the API's shape."""

    def decorate(endpoint):
        def answer(self, **params):
            use_visitor_language()
            # Query and body are read by the endpoint itself: Odoo's own params would mix them and drop repeated keys.
            path_values = {name: params[name] for name in ("slug", "token") if name in params}
            try:
                return json_response(*endpoint(self, **path_values))
            except PublicError as error:
                # Raised, not returned: Odoo commits what a controller returns, and no refusal may store anything.
                abort(error_response(request.env, error))

        # Not functools.wraps: Odoo would read the endpoint's signature and warn of every query parameter.
        answer.__name__, answer.__doc__ = endpoint.__name__, endpoint.__doc__
        return http.route(
            path,
            type="http",
            auth="public",
            methods=methods,
            csrf=False,
            save_session=False,
            max_content_length=MAX_BODY,
            **routing,
        )(answer)

    return decorate


def json_response(payload, status=200, headers=()):
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return request.make_response(
        body,
        status=status,
        headers=[("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"), *headers],
    )


def json_body():
    """:return: the request's body as a dict
    :raises PublicError: 400, the body is not a JSON object in UTF-8; 415, it isn't called JSON
    """
    env = request.env
    # Every other type a browser sends across sites without asking, with the cookies of whoever is signed in.
    if request.httprequest.mimetype != "application/json":
        message = env._("Send the body as JSON, with the header Content-Type: application/json.")
        raise PublicError(415, "not_json", message)
    try:
        body = json.loads(request.httprequest.get_data().decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise PublicError(400, "invalid_encoding", env._("Send the body in UTF-8.")) from error
    except (ValueError, RecursionError) as error:
        raise PublicError(400, "invalid_json", env._("Send the body as one JSON object.")) from error
    if not isinstance(body, dict):
        raise PublicError(400, "invalid_json", env._("Send the body as one JSON object."))
    return body


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


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
    moments = (
        {"start": slot.start.astimezone(zone).isoformat(), "end": slot.end.astimezone(zone).isoformat()}
        if zone
        else {
            "start": slot.start.isoformat(),
            "end": slot.end.isoformat(),
        }
    )
    return {**moments, "seats_left": slot.seats_left} if seats else moments
