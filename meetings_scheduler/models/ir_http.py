from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from odoo import models
from odoo.http import abort, request

from ..controllers.api_errors import API_PREFIX, error_response, unexpected_response


class IrHttp(models.AbstractModel):
    """Everything below the API's prefix answers JSON, errors that never reach a controller included."""

    _inherit = "ir.http"

    @classmethod
    def _match(cls, path):
        if not path.startswith(API_PREFIX):
            return super()._match(path)
        # No website language negotiation: an API answers where it is asked, without redirect or cookie.
        request.is_frontend = request.is_frontend_multilang = False
        try:
            return super()._match(path)
        except (NotFound, MethodNotAllowed) as error:
            request.session.can_save = False
            abort(error_response(request.env, error))

    @classmethod
    def _handle_error(cls, exception):
        if not request.httprequest.path.startswith(API_PREFIX):
            return super()._handle_error(exception)
        if isinstance(exception, HTTPException):
            return error_response(request.env, exception)
        return unexpected_response(request.env, exception)

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        return super()._get_translation_frontend_modules_name() + ["meetings_scheduler"]
