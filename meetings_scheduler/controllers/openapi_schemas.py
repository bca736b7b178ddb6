"""The shapes that go over the wire, as JSON Schema (OpenAPI 3.1)."""

from ..form_fields import EMAIL_LENGTH, NAME_LENGTH
from ..forms import MAX_GUESTS


def _object(required, /, **properties):
    return {"type": "object", "required": required, "properties": properties}


TEXT = {"type": "string"}
INTEGER = {"type": "integer"}
BOOLEAN = {"type": "boolean"}
MOMENT = {"type": "string", "format": "date-time"}
MAYBE_MOMENT = {"type": ["string", "null"], "format": "date-time"}
NAME = {"type": "string", "maxLength": NAME_LENGTH}
EMAIL = {"type": "string", "format": "email", "maxLength": EMAIL_LENGTH}
SLOT = _object(
    ["start", "end"],
    start=MOMENT,
    end=MOMENT,
    seats_left={"type": "integer", "description": "On a page of type group: how many visitors can still book it."},
)

QUESTION = _object(
    ["id", "label", "help", "type", "required", "options"],
    id=TEXT,
    label=TEXT,
    help=TEXT,
    type={"enum": ["text", "textarea", "choice", "multiple", "checkbox", "number", "date"]},
    required=BOOLEAN,
    options={"type": "array", "items": TEXT},
)

REASON = _object(
    ["code", "text", "record", "action", "tab", "field"],
    code={"type": "string", "description": "Such as notice, hours, busy or limit_count."},
    text=TEXT,
    record={"type": ["array", "null"], "description": "Model and id of what is in the way, if the user may see it."},
    action={"type": ["string", "null"], "description": "The screen of the backend with the setting."},
    tab={"type": ["string", "null"], "description": "The tab of the page's form with the setting."},
    field={"type": ["string", "null"], "description": "The setting."},
)
EXPLAINED = _object(
    ["start", "clock", "offered", "host", "reasons"],
    start=MOMENT,
    clock={"type": "string", "description": "The time in words."},
    offered=BOOLEAN,
    host={
        "anyOf": [_object(["name", "reason"], name=TEXT, reason=TEXT), {"type": "null"}],
        "description": "Who would take it, and why.",
    },
    reasons={"type": "array", "items": REASON, "description": "Empty exactly when the time is offered."},
)

SCHEMAS = {
    "Page": _object(
        ["slug", "name", "url", "host", "online", "timezone", "durations", "default_duration", "questions", "window"],
        slug=TEXT,
        name=TEXT,
        url=TEXT,
        description={"type": "string", "description": "HTML, sanitized."},
        company=TEXT,
        host=_object(["name"], name=TEXT, photo_url=TEXT),
        type={"enum": ["one_to_one", "group", "round_robin", "collective", "fixed_plus_one"]},
        hold_minutes={"type": "integer", "description": "How long a chosen time can be kept; 0: not at all."},
        approval={"enum": ["none", "short", "always"], "description": "When a booking waits for the host's yes."},
        online={"type": "boolean", "description": "false: times can be asked for, nothing is confirmed at once."},
        timezone=TEXT,
        durations={"type": "array", "items": INTEGER},
        default_duration=INTEGER,
        location=_object(["type", "label"], type=TEXT, label=TEXT),
        phone={"enum": ["hidden", "optional", "required"]},
        guests=BOOLEAN,
        questions={"type": "array", "items": QUESTION},
        consent={
            "anyOf": [_object(["text", "version"], text=TEXT, version=TEXT), {"type": "null"}],
            "description": "What must be agreed to.",
        },
        window=_object(
            ["from", "to"], **{"from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"}}
        ),
    ),
    "Slot": SLOT,
    "Slots": _object(
        ["timezone", "slots", "next_free"],
        timezone=TEXT,
        slots={"type": "array", "items": {"$ref": "#/components/schemas/Slot"}},
        next_free={
            "anyOf": [{"$ref": "#/components/schemas/Slot"}, {"type": "null"}],
            "description": "The first free time from `from` on, after `to` if there is none before.",
        },
        warning={"type": "string", "description": "The zone was unknown."},
    ),
    "Explanation": _object(
        ["timezone", "day", "duration", "durations", "visitor", "times"],
        timezone=TEXT,
        day={"type": "string", "description": "The date in words."},
        duration={"type": "integer", "description": "Minutes, that the answer is for."},
        durations={"type": "array", "items": INTEGER},
        visitor={"type": ["string", "null"], "description": "What the page makes of the visitor's address, in words."},
        times={"type": "array", "items": EXPLAINED},
    ),
    "HoldRequest": _object(
        ["start"],
        start={"type": "string", "description": "As in BookingRequest."},
        duration=INTEGER,
        timezone={"type": "string", "description": "IANA name, for a start without offset."},
        hold={
            "type": "string",
            "description": "The visitor's hold so far, or 22 to 128 random letters, digits, - and _. Choosing another "
            "time with it frees the one before.",
        },
    ),
    "Hold": _object(
        ["hold", "start", "end", "expires_at"],
        hold={"type": "string", "description": "A secret: who has it can book the time."},
        start=MOMENT,
        end=MOMENT,
        expires_at={**MOMENT, "description": "From then on the time is anybody's. It isn't prolonged."},
    ),
    "BookingRequest": _object(
        ["start", "first_name", "last_name", "email"],
        start={
            "type": "string",
            "description": "ISO 8601, such as 2026-11-24T09:30:00+01:00; without offset in `timezone`.",
        },
        duration=INTEGER,
        timezone={"type": "string", "description": "IANA name; mails show times in it. Default: the page's zone."},
        first_name=NAME,
        last_name=NAME,
        email=EMAIL,
        phone=TEXT,
        answers={
            "type": "object",
            "description": "Question id to answer: text, list of texts (multiple), true (checkbox), number or date.",
        },
        guests={"type": "array", "items": EMAIL, "maxItems": MAX_GUESTS},
        consent={"type": ["boolean", "string"], "description": "true, or the version of the text that was agreed to."},
        utm=_object([], utm_source=TEXT, utm_medium=TEXT, utm_campaign=TEXT),
        hold={"type": "string", "description": "The visitor's hold, if the time is kept for them."},
        idempotency_key={"type": "string", "description": "As the header Idempotency-Key."},
    ),
    "RescheduleRequest": _object(["start"], start=TEXT, duration=INTEGER, timezone=TEXT, reason=TEXT),
    "CancelRequest": _object([], reason=TEXT),
    "Booking": _object(
        ["id", "state", "start", "end", "host", "manage_url"],
        id=TEXT,
        state={"enum": ["requested", "suggested", "confirmed", "cancelled", "declined"]},
        page=_object(["slug", "name", "url"], slug=TEXT, name=TEXT, url=TEXT),
        start=MOMENT,
        end=MOMENT,
        timezone=TEXT,
        duration=INTEGER,
        host=TEXT,
        location=_object(["type", "label", "url"], type=TEXT, label=TEXT, url={"type": ["string", "null"]}),
        visitor=_object([], first_name=TEXT, last_name=TEXT, email=TEXT),
        answers={"type": "array", "items": _object(["label", "value"], label=TEXT, value=TEXT)},
        reason=TEXT,
        suggestions={
            "type": "array",
            "items": MOMENT,
            "description": "In the state `suggested`: the times the host offers instead that are free. Rescheduling to "
            "one of them confirms the meeting.",
        },
        note={"type": "string", "description": "What the host wrote with the suggested times."},
        can_change=BOOLEAN,
        change_until=MAYBE_MOMENT,
        contact=_object([], name=TEXT, email=TEXT),
        manage_url=TEXT,
        ics_url=TEXT,
        calendar_links={"type": "object", "additionalProperties": TEXT},
    ),
    "Received": _object(["state"], state={"const": "received"}),
    "Error": _object(
        ["error"],
        error=_object(
            ["code", "message", "field"],
            code=TEXT,
            message={"type": "string", "description": "A sentence for a person."},
            field={"type": ["string", "null"]},
            fields={
                "type": "array",
                "items": _object(["field", "message"], field={"type": ["string", "null"]}, message=TEXT),
            },
            alternatives={"type": "array", "items": {"$ref": "#/components/schemas/Slot"}},
            retry_after=INTEGER,
            reference=TEXT,
        ),
    ),
}
