import re

from odoo import models

METHOD = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE)


def calendar_type(content, mimetype):
    """:return: the media type of an attachment; an invitation's one names its method (RFC 6047, 2.4)"""
    if mimetype != "text/calendar":
        return mimetype
    method = METHOD.search(content if isinstance(content, bytes) else content.encode())
    return f"text/calendar; charset=utf-8; method={method[1].decode()}" if method else mimetype


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def _build_email__(self, *args, attachments=None, **kwargs):
        """Lets mail programs recognise an invitation; attachments only keep a lower-case type without parameters."""
        attachments = [
            (name, content, calendar_type(content, mimetype)) for name, content, mimetype in attachments or []
        ]
        return super()._build_email__(*args, attachments=attachments, **kwargs)
