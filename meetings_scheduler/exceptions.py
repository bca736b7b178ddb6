"""What may go wrong while a visitor books, as one family of errors that every public route answers alike; and what only
an administrator can mend."""

from odoo.exceptions import UserError


class PublicError(Exception):
    """An error a visitor may read.

    :param status: HTTP status of the answer (400, 404, 409, 410, 429)
    :param code: stable machine-readable word, such as ``slot_taken``
    :param message: a sentence in the visitor's language, naming the remedy
    :param field: name of the form field the error belongs to, if one does
    :param extra: further JSON-ready facts of the answer, such as ``alternatives`` or ``retry_after``
    """

    def __init__(self, status, code, message, field=None, **extra):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.extra = extra


class SlotTaken(PublicError):
    """The wished time is gone or was never offered: 409, with the three nearest free times.

    :param alternatives: list of :class:`availability.Slot`, nearest first
    """

    def __init__(self, message, alternatives=(), code="slot_taken"):
        super().__init__(409, code, message, field="start")
        self.alternatives = alternatives


class NotSetUp(UserError):
    """Something is missing that an administrator gives: the key, or this installation's name at a provider. With it,
    all goes on by itself."""
