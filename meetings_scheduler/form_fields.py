"""Checks of single fields of a visitor's form: text, names, mail addresses (RFC 5321 4.5.3), phone numbers (E.164)."""

import re
import unicodedata

import phonenumbers

from .exceptions import PublicError

NAME_LENGTH = 100
EMAIL_LENGTH = 254
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
TOP_LEVEL = re.compile(r"[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59}", re.IGNORECASE)


def _invalid(message, field, code="invalid"):
    return PublicError(400, code, message, field)


def is_ticked(value):
    """:return: whether a checkbox is ticked, in JSON or in a form"""
    return value is True or (isinstance(value, str) and value.lower() in ("on", "true", "1", "yes"))


def check_text(env, value, field, label, max_length, *, multiline=False):
    """
    :return: the text, trimmed, line ends as ``\\n``; empty if there is none
    :raises PublicError: not text, too long, or with characters that can't be seen (control, direction override)
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _invalid(env._("Write “%(label)s” as text.", label=label), field)
    text = value.replace("\r\n", "\n").strip()
    if len(text) > max_length:
        raise _invalid(
            env._("“%(label)s” is too long: %(max)s characters at most.", label=label, max=max_length), field
        )
    allowed = "\n\t" if multiline else ""
    if any(_is_hidden(char) for char in text if char not in allowed):
        raise _invalid(
            env._("“%(label)s” holds characters that can't be shown. Please type it again.", label=label), field
        )
    return text


def _is_hidden(char):
    """Control characters (header injection), surrogates, undecodable bytes and direction overrides (spoofing).

    Joiners (ZWJ, ZWNJ), which some scripts and emoji need, pass.
    """
    if char in "\u200c\u200d":
        return False
    return char == "\ufffd" or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def check_name(env, value, field, label):
    """A person's name.

    It goes into mails and other people's calendars: an address, markup, a formula or a template has no place there.
    """
    text = check_text(env, value, field, label, NAME_LENGTH)
    if not text:
        raise _invalid(env._("Please write your %(label)s.", label=label), field, "required")
    if re.search(r"[<>{}\[\]|\\^=]|://|www\.", text) or text[0] in "+-@" or not any(char.isalpha() for char in text):
        raise _invalid(env._("Please write your %(label)s in letters, as on a business card.", label=label), field)
    return text


def check_email(env, value, field, *, refused_domains=()):
    """
    :return: the address as typed, trimmed
    :raises PublicError: missing, several at once, not an address mail can be sent to, or of a refused domain
    """
    text = check_text(env, value, field, env._("e-mail"), 2000)
    if not text:
        raise _invalid(env._("Please write your e-mail address: the invitation goes there."), field, "required")
    if len(text) > EMAIL_LENGTH:
        raise _invalid(env._("This e-mail address is too long. Please check it."), field)
    if re.search(r"[,;\s]", text) or text.count("@") > 1:
        raise _invalid(env._("Please write one e-mail address only, without spaces."), field)
    local, at, domain = text.rpartition("@")
    if not at or len(local) > 64 or not LOCAL_PART.fullmatch(local) or not _is_mail_domain(domain):
        raise _invalid(env._("Please check the e-mail address: it should look like name@example.com."), field)
    if domain.lower() in refused_domains:
        raise _invalid(
            env._("Addresses of %(domain)s can't be used here. Please write another one.", domain=domain), field
        )
    return text


def _is_mail_domain(domain):
    """:return: whether ``domain`` looks like a public mail domain; international names are judged as ASCII"""
    try:
        labels = domain.encode("idna").decode().split(".")
    except UnicodeError:
        return False
    return len(labels) > 1 and all(map(DOMAIN_LABEL.fullmatch, labels)) and bool(TOP_LEVEL.fullmatch(labels[-1]))


def check_phone(env, value, field, *, region=None, required=False):
    """:return: the number as E.164, or empty if none was given and none is needed"""
    text = check_text(env, value, field, env._("phone"), 40)
    if not text:
        if required:
            raise _invalid(env._("Please write your phone number."), field, "required")
        return ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise _invalid(
            env._("Please check the phone number: write it with the country, such as +39 06 1234 5678."), field
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
