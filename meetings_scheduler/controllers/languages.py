"""Which language an answer is in, where the website doesn't decide it."""

from odoo.http import request


def use_visitor_language():
    """Puts the best installed language of ``Accept-Language`` into the context; if none fits, the session's stays.

    The session knows only exact matches, and a session made earlier not even those.
    """
    installed = [code for code, _name in request.env["res.lang"].get_installed()]
    for tag, _quality in request.httprequest.accept_languages:
        code = tag.replace("-", "_")
        match = next((lang for lang in installed if lang == code), None) or next(
            (lang for lang in installed if lang.split("_")[0] == code.split("_")[0].lower()), None
        )
        if match:
            request.update_context(lang=match)
            return
