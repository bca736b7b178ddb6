"""Secrets of connections, encrypted with a key that is not in the database (Fernet, https://github.com/fernet/spec).

The key stands in odoo.conf (``meetings_scheduler_key = …``) or in the environment (``MEETINGS_SCHEDULER_KEY``). Several
keys, separated by commas, rotate: the first one encrypts, each of them decrypts.
"""

import hashlib
import json
import os

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo.tools import config

from .exceptions import NotSetUp

OPTION = "meetings_scheduler_key"
VARIABLE = "MEETINGS_SCHEDULER_KEY"
HOW_TO = (
    'Make one with: python3 -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())" '
    f"and put it into odoo.conf as {OPTION} = KEY, or into the environment as {VARIABLE}, then restart Odoo."
)


class KeyProblem(NotSetUp):
    """There is no key, or not the right one; read by administrators, in English as odoo.conf is."""


def _keys():
    """:raises KeyProblem: there is none, or it isn't a Fernet key"""
    text = os.environ.get(VARIABLE) or config.get(OPTION) or ""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise KeyProblem(f"Calendar passwords are kept encrypted, and there is no key for it yet. {HOW_TO}")
    try:
        return names, MultiFernet([Fernet(name) for name in names])
    except ValueError as error:
        raise KeyProblem(f"The key in {OPTION} is not a Fernet key. {HOW_TO}") from error


def is_ready():
    """:return: whether there is a usable key"""
    try:
        return bool(_keys())
    except KeyProblem:
        return False


def key_id():
    """:return: a short name of the key that encrypts now; it tells nothing about the key"""
    return hashlib.sha256(_keys()[0][0].encode()).hexdigest()[:8]


def seal(secret):
    """
    :param secret: JSON-ready value
    :return: str to store
    :raises KeyProblem: there is no key; the message says how to make one
    """
    return _keys()[1].encrypt(json.dumps(secret).encode()).decode()


def unseal(text):
    """:return: what was sealed; :raises KeyProblem: the key is missing, or not the one that sealed it"""
    try:
        return json.loads(_keys()[1].decrypt(text.encode()))
    except InvalidToken as error:
        raise KeyProblem(
            f"The stored calendar password was encrypted with another key than the one in {OPTION} ({key_id()}). "
            "Put the old key behind the new one, separated by a comma, or connect the calendar again."
        ) from error
