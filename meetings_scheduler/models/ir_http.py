from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from odoo import models
from odoo.http import abort, request

from ..api_answers import API_PREFIX, error_response, unexpected_response


def _is_ours(endpoint):
    return any(route.startswith("/meetings/") for route in endpoint.routing["routes"])


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
            rule, args = super()._match(path)
            if not rule.endpoint.routing.get("website"):
                return rule, args
            cls._refuse_page_route(path)
        except (NotFound, MethodNotAllowed) as error:
            request.session.can_save = False
            abort(error_response(request.env, error))

    @classmethod
    def _refuse_page_route(cls, path):
        """The pages' own catch-all also matches addresses below the API: say what the API says.

        :raises MethodNotAllowed: the API has the address for POST
        :raises NotFound: it doesn't have it
        """
        routes = request.env["ir.http"].routing_map().bind_to_environ(request.httprequest.environ)
        if routes.test(path, "POST"):
            raise MethodNotAllowed(valid_methods=["POST"])
        raise NotFound

    @classmethod
    def _dispatch(cls, endpoint):
        # Odoo adds OPTIONS to every route; where nobody asks across sites it would act as GET or POST does.
        if request.httprequest.method == "OPTIONS" and _is_ours(endpoint):
            methods = [method for method in endpoint.routing["methods"] if method != "OPTIONS"]
            raise MethodNotAllowed(valid_methods=methods)
        # Odoo passes the query on by name, so that `?self=` collides with the controller itself and ends in a 500.
        if request.httprequest.path.startswith("/meetings/"):
            request.params.pop("self", None)
        return super()._dispatch(endpoint)

    @classmethod
    def _handle_error(cls, exception):
        if not request.httprequest.path.startswith(API_PREFIX):
            return super()._handle_error(exception)
        if isinstance(exception, HTTPException):
            return error_response(request.env, exception)
        return unexpected_response(request.env, exception)

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        return [*super()._get_translation_frontend_modules_name(), "meetings_scheduler"]
