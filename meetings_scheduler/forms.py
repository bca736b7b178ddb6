"""What visitors send, turned into frozen values or refused with a message at the field.

The HTML form and the JSON API come through here alike: both hand over a plain mapping shaped like the JSON body of
`POST …/bookings`. Every refusal is a :class:`PublicError` whose ``fields`` lists all wrong fields at once: nobody has
to correct a form one error at a time.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from odoo.tools import email_normalize

from .exceptions import PublicError
from .form_fields import check_email, check_name, check_phone, check_text, is_ticked
from .form_times import parse_duration, parse_instant, parse_zone, unknown_zone_message

MAX_GUESTS = 10
TEXT_LENGTH = 500
TEXTAREA_LENGTH = 5000
UTM_KEYS = ("utm_source", "utm_medium", "utm_campaign")
IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9._:-]{8,128}")


@dataclass(frozen=True)
class BookingRequest:
    """A booking as the visitor wants it, every field checked for form (not yet for availability).

    ``start`` is aware UTC; ``timezone`` the visitor's IANA zone; ``phone`` E.164 or empty; ``answers`` pairs of
    question id and text; ``utm`` maps ``utm_source``, ``utm_medium`` and ``utm_campaign`` to text; ``holder`` is what
    :meth:`scheduling.hold._holder_of` made of the token of the visitor's hold.
    """

    start: datetime
    duration_min: int
    timezone: str
    first_name: str
    last_name: str
    email: str
    email_normalized: str
    phone: str = ""
    answers: tuple = ()
    guests: tuple = ()
    idempotency_key: str = ""
    lang: str = ""
    consent_version: str = ""
    utm: dict = field(default_factory=dict)
    holder: str | None = None


class _Errors:
    """Collects refusals field by field and raises them together."""

    def __init__(self):
        self.first = None
        self.messages = {}

    def add(self, error):
        self.first = self.first or error
        self.messages.setdefault(error.field, error.message)

    def catch(self, check, *args, **kwargs):
        """:return: what ``check`` returns, or None if it refuses"""
        try:
            return check(*args, **kwargs)
        except PublicError as error:
            self.add(error)
            return None

    def raise_if_any(self):
        if self.first:
            fields = [{"field": field, "message": message} for field, message in self.messages.items()]
            raise PublicError(400, self.first.code, self.first.message, self.first.field, fields=fields)


def parse_booking(env, info, raw, *, region=None, host_emails=(), refused_domains=()):
    """
    :param info: what `scheduling.page._public_info` returns
    :param raw: mapping shaped like the JSON body; unknown keys are ignored
    :param region: country code for phone numbers without one, such as ``IT``
    :param host_emails: normalized addresses nobody can book with, because they are the host's own
    :param refused_domains: mail domains the administrator does not accept
    :return: a :class:`BookingRequest`
    :raises PublicError: 400, with all wrong fields
    """
    errors = _Errors()
    # In the order of the form: the first refusal is the one that clients with a single line for errors show.
    zone = errors.catch(_zone, env, info, raw.get("timezone"))
    start = errors.catch(parse_instant, env, raw.get("start"), zone or info["timezone"], "start")
    duration_min = errors.catch(parse_duration, env, info, raw.get("duration"))
    first_name = errors.catch(check_name, env, raw.get("first_name"), "first_name", env._("first name"))
    last_name = errors.catch(check_name, env, raw.get("last_name"), "last_name", env._("last name"))
    email = errors.catch(check_email, env, raw.get("email"), "email", refused_domains=refused_domains)
    email_normalized = email_normalize(email or "") or ""
    if email_normalized and email_normalized in host_emails:
        errors.add(PublicError(400, "invalid", env._("That is your host's own address. Write yours."), "email"))
    request = BookingRequest(
        start=start,
        duration_min=duration_min,
        timezone=zone,
        first_name=first_name,
        last_name=last_name,
        email=email,
        email_normalized=email_normalized,
        phone=errors.catch(_phone, env, info, raw.get("phone"), region),
        answers=_answers(env, info, raw.get("answers"), errors),
        guests=errors.catch(_guests, env, info, raw.get("guests")),
        consent_version=errors.catch(_consent, env, info, raw.get("consent")),
        idempotency_key=errors.catch(_idempotency_key, env, raw.get("idempotency_key")),
        lang=env.lang or "",
        utm=_utm(raw.get("utm")),
        holder=errors.catch(env["scheduling.hold"]._holder_of, raw.get("hold")),
    )
    errors.raise_if_any()
    return request


def _zone(env, info, value):
    if value is None:
        return info["timezone"]
    zone = parse_zone(value)
    if not zone:
        raise PublicError(400, "unknown_timezone", unknown_zone_message(env, info["timezone"]), "timezone")
    return zone


def _phone(env, info, value, region):
    # A page that doesn't ask for a number must not store one either.
    if info["phone"] == "hidden":
        return ""
    return check_phone(env, value, "phone", region=region, required=info["phone"] == "required")


def _guests(env, info, value):
    """:return: tuple of distinct addresses; a string may hold several, separated by comma, semicolon or white space"""
    if not value or not info["guests"]:
        return ()
    if isinstance(value, str):
        value = [part for part in re.split(r"[\s,;]+", value) if part]
    if not isinstance(value, list):
        raise PublicError(400, "invalid", env._("Write the guests as a list of e-mail addresses."), "guests")
    if len(value) > MAX_GUESTS:
        raise PublicError(
            400, "invalid", env._("Up to %(count)s guests can be invited here.", count=MAX_GUESTS), "guests"
        )
    return tuple(dict.fromkeys(check_email(env, guest, "guests") for guest in value))


def _idempotency_key(env, value):
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or not IDEMPOTENCY_KEY.fullmatch(value):
        raise PublicError(
            400,
            "invalid",
            env._("The idempotency key is 8 to 128 letters, digits, dots, hyphens or colons."),
            "idempotency_key",
        )
    return value


def _consent(env, info, value):
    if not info["consent"]:
        return ""
    version = info["consent"]["version"]
    # An API client may say which wording it showed: an older one is not consent to today's.
    if isinstance(value, str) and value not in ("", "on", "true", version):
        raise PublicError(400, "invalid", env._("The text has changed. Please read it and agree again."), "consent")
    if not is_ticked(value) and value != version:
        raise PublicError(400, "required", env._("Please agree to this before you go on."), "consent")
    return version


def _utm(value):
    """Campaign tags are a courtesy: what isn't plain short text is dropped, never an error."""
    if not isinstance(value, dict):
        return {}
    tags = {key: value.get(key) for key in UTM_KEYS}
    return {
        key: tag.strip()
        for key, tag in tags.items()
        if isinstance(tag, str) and 0 < len(tag.strip()) <= 100 and tag.isprintable()
    }


def _answers(env, info, value, errors):
    value = value if value is not None else {}
    if not isinstance(value, dict):
        errors.add(
            PublicError(400, "invalid", env._("Write the answers as an object of question id and answer."), "answers")
        )
        return ()
    answers = []
    for question in info["questions"]:
        answer = errors.catch(_answer, env, question, value.get(question["id"]))
        if answer:
            answers.append((int(question["id"]), answer))
    return tuple(answers)


def _answer(env, question, value):
    """:return: the answer as text, empty if there is none"""
    field = f"answers.{question['id']}"
    text = _ANSWER_PARSERS[question["type"]](env, question, value, field)
    if question["required"] and not text:
        raise PublicError(400, "required", env._("Please answer: %(question)s", question=question["label"]), field)
    return text


def _text_answer(env, question, value, field):
    multiline = question["type"] == "textarea"
    return check_text(
        env, value, field, question["label"], TEXTAREA_LENGTH if multiline else TEXT_LENGTH, multiline=multiline
    )


def _choice_answer(env, question, value, field):
    text = check_text(env, value, field, question["label"], TEXT_LENGTH)
    if text and text not in question["options"]:
        raise _not_listed(env, question, field)
    return text


def _multiple_answer(env, question, value, field):
    values = value if isinstance(value, list) else [value] if value else []
    if not all(isinstance(item, str) and item in question["options"] for item in values):
        raise _not_listed(env, question, field)
    return ", ".join(option for option in question["options"] if option in values)


def _not_listed(env, question, field):
    return PublicError(
        400,
        "invalid",
        env._(
            "%(question)s: choose from the list: %(options)s.",
            question=question["label"],
            options=", ".join(question["options"]),
        ),
        field,
    )


def _checkbox_answer(env, question, value, field):
    return env._("Yes") if is_ticked(value) else ""


def _number_answer(env, question, value, field):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    text = check_text(env, value, field, question["label"], 30).replace(",", ".")
    if text and not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,6})?", text):
        raise PublicError(
            400, "invalid", env._("%(question)s: write a number, such as 12.", question=question["label"]), field
        )
    return text


def _date_answer(env, question, value, field):
    text = check_text(env, value, field, question["label"], 30)
    if text:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise PublicError(
                400,
                "invalid",
                env._("%(question)s: write a date, such as 2026-12-31.", question=question["label"]),
                field,
            ) from error
    return text


_ANSWER_PARSERS = {
    "text": _text_answer,
    "textarea": _text_answer,
    "choice": _choice_answer,
    "multiple": _multiple_answer,
    "checkbox": _checkbox_answer,
    "number": _number_answer,
    "date": _date_answer,
}
