"""The OpenAPI 3.1 description of the JSON API; a test compares it with the routes."""

from .. import forms
from ..form_times import MAX_DAYS
from .api_route import BASE
from .openapi_schemas import SCHEMAS

VERSION = "1.0.0"
STATUS_TEXTS = {
    400: "Wrong input; the message says what to do, `field` where.",
    401: "Nobody is signed in.",
    404: "The page or the link doesn't exist, or isn't public.",
    409: "The time is taken (with up to three `alternatives`), too late to change, or the key was used before.",
    410: "The meeting is cancelled.",
    413: "More than 64 KB.",
    415: "The body isn't called application/json.",
    429: "Too many requests; `retry_after` and the header Retry-After say how many seconds to wait.",
    500: "Our fault; quote the `reference`.",
}


def _parameter(place, name, description, required=False, **schema):
    """:return: a Parameter Object (OpenAPI 3.1, 4.8.12); a string, unless ``schema`` says otherwise"""
    parameter = {"name": name, "in": place, "schema": {"type": "string", **schema}, "description": description}
    return {**parameter, "required": True} if required else parameter


SLUG = _parameter("path", "slug", "Last part of the page's address.", required=True)
TOKEN = _parameter("path", "token", "Secret part of the manage link.", required=True)
TZ = _parameter(
    "query",
    "tz",
    "IANA name, such as Europe/Rome. An unknown one is answered in the page's zone, with a `warning`.",
)
DURATION = _parameter(
    "query", "duration", "Minutes; one of the page's durations. Default: the page's default.", type="integer"
)
SLOT_QUERY = [
    _parameter("query", "from", "First day (2026-11-24, in `tz`) or time (ISO 8601). Default: today."),
    _parameter(
        "query",
        "to",
        f"Last day (included) or time; at most {MAX_DAYS} days after `from`. Default: 31 days after it.",
    ),
    TZ,
    DURATION,
    _parameter("query", "hold", "The visitor's hold, which isn't in their own way."),
]
EXPLAIN_QUERY = [
    _parameter("query", "date", "The day, in the page's zone.", required=True, format="date"),
    DURATION,
    _parameter("query", "visitor", "As whom to ask; it may decide who would host.", format="email"),
]
IDEMPOTENCY = _parameter(
    "header",
    "Idempotency-Key",
    "A repeated request with the same key and data answers the same booking; with other data, 409.",
    pattern=f"^{forms.IDEMPOTENCY_KEY.pattern}$",
)


def _ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def _content(schema):
    return {"application/json": {"schema": schema}}


def _operation(operation_id, summary, parameters, answers, errors, body=None):
    responses = {
        str(status): {"description": summary, "content": _content(schema)} for status, schema in answers.items()
    }
    for status in (*errors, 500):
        responses[str(status)] = {"description": STATUS_TEXTS[status], "content": _content(_ref("Error"))}
    operation = {
        "operationId": operation_id,
        "summary": summary,
        "parameters": parameters,
        "responses": responses,
    }
    if body:
        operation["requestBody"] = {"required": body != "CancelRequest", "content": _content(_ref(body))}
    return operation


PATHS = {
    "/openapi.json": {"get": _operation("getDescription", "This document", [], {200: {"type": "object"}}, ())},
    "/pages/{slug}": {"get": _operation("getPage", "What can be booked", [SLUG], {200: _ref("Page")}, (404, 429))},
    "/pages/{slug}/slots": {
        "get": _operation("getSlots", "Free times", [SLUG, *SLOT_QUERY], {200: _ref("Slots")}, (400, 404, 429))
    },
    "/pages/{slug}/explain": {
        "get": {
            **_operation(
                "explainDay",
                "Why times of a day are not offered, for who runs the page",
                [SLUG, *EXPLAIN_QUERY],
                {200: _ref("Explanation")},
                (400, 401, 404, 429),
            ),
            "security": [{"session": []}],
        }
    },
    "/pages/{slug}/holds": {
        "post": _operation(
            "createHold",
            "Keep a time while the visitor fills in the form",
            [SLUG],
            {201: _ref("Hold")},
            (400, 404, 409, 413, 415, 429),
            body="HoldRequest",
        )
    },
    "/pages/{slug}/bookings": {
        "post": _operation(
            "createBooking",
            "Book, or on an offline page ask for, a time",
            [SLUG, IDEMPOTENCY],
            {201: _ref("Booking"), 202: _ref("Received")},
            (400, 404, 409, 413, 415, 429),
            body="BookingRequest",
        )
    },
    "/bookings/{token}": {
        "get": _operation("getBooking", "The booking of a link", [TOKEN, TZ], {200: _ref("Booking")}, (404, 429))
    },
    "/bookings/{token}/slots": {
        "get": _operation(
            "getBookingSlots",
            "Times the booking can be moved to",
            [TOKEN, *SLOT_QUERY],
            {200: _ref("Slots")},
            (400, 404, 429),
        )
    },
    "/bookings/{token}/reschedule": {
        "post": _operation(
            "rescheduleBooking",
            "Move to another free time",
            [TOKEN],
            {200: _ref("Booking")},
            (400, 404, 409, 410, 413, 415, 429),
            body="RescheduleRequest",
        )
    },
    "/bookings/{token}/cancel": {
        "post": _operation(
            "cancelBooking",
            "Cancel",
            [TOKEN],
            {200: _ref("Booking")},
            (400, 404, 409, 410, 413, 415),
            body="CancelRequest",
        )
    },
}


def document(server):
    """:param server: scheme and host the API is called at
    :return: the JSON-ready document
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Meetings Scheduler",
            "version": VERSION,
            "description": (
                "Free times, bookings, moving and cancelling. No session, no key: a manage token, given once with the "
                "booking, is what allows to read and change it. Only /explain, for who runs the page, needs a session. "
                "Times carry offsets; messages follow Accept-Language."
            ),
        },
        "servers": [{"url": f"{server}{BASE}"}],
        "paths": PATHS,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "session_id"}},
        },
    }
