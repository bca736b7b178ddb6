"""Links that give rights stay out of the log, into which Odoo writes the path of every request.

Who reads the log could otherwise cancel or move meetings, and open private pages. OWASP ASVS 5.0, 14.2.1 and 16.2.5.
"""

import logging
import re

LOGGERS = ("werkzeug", "odoo.http")
MASK = "***"
ADDRESS = re.compile(r"/meetings/[^\s\"']*")
# Manage links; keys of private links; what stands for a held time, or for a consent on its way back.
SECRETS = (
    re.compile(r"(/(?:manage|bookings)/|~|%7E)[^/?#]+", re.IGNORECASE),
    re.compile(r"([?&](?:hold|code|state)=)[^&#]+"),
)


def mask(text):
    """:return: ``text`` with the secret parts of our addresses replaced, of other ones untouched"""
    return ADDRESS.sub(lambda address: _mask_address(address.group()), text)


def _mask_address(address):
    for secret in SECRETS:
        address = secret.sub(rf"\1{MASK}", address)
    return address


class AddressFilter(logging.Filter):
    def filter(self, record):
        message = record.getMessage()
        if "/meetings/" in message:
            record.msg, record.args = mask(message), ()
        return True


def keep_secrets_out():
    """Called by Odoo when a server process loads the addon; called again it changes nothing."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, AddressFilter) for known in logger.filters):
            logger.addFilter(AddressFilter())
