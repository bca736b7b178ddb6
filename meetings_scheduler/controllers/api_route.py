"""What every address of the JSON API has in common: no session, a JSON body that is checked, errors in one shape."""

import json

from odoo import http
from odoo.http import abort, request

from ..api_answers import API_PREFIX, error_response, json_response
from ..exceptions import PublicError
from .languages import use_visitor_language

BASE = f"{API_PREFIX}v1"
MAX_BODY = 64 * 1024


def api_route(path, methods, **routing):
    """A JSON route that needs no session, sets no cookie and answers every :class:`PublicError` in the API's shape."""

    def decorate(endpoint):
        def answer(self, **params):
            use_visitor_language()
            # Query and body are read by the endpoint itself: Odoo's own params would mix them and drop repeated keys.
            path_values = {name: params[name] for name in ("slug", "token") if name in params}
            try:
                return json_response(*endpoint(self, **path_values))
            except PublicError as error:
                # Raised, not returned: Odoo commits what a controller returns, and no refusal may store anything.
                abort(error_response(request.env, error))

        # Not functools.wraps: Odoo would read the endpoint's signature and warn of every query parameter.
        answer.__name__, answer.__doc__ = endpoint.__name__, endpoint.__doc__
        return http.route(
            path,
            type="http",
            auth="public",
            methods=methods,
            csrf=False,
            save_session=False,
            max_content_length=MAX_BODY,
            **routing,
        )(answer)

    return decorate


def json_body():
    """:return: the request's body as a dict
    :raises PublicError: 400, the body is not a JSON object in UTF-8; 415, it isn't called JSON
    """
    env = request.env
    # Every other type a browser sends across sites without asking, with the cookies of whoever is signed in.
    if request.httprequest.mimetype != "application/json":
        message = env._("Send the body as JSON, with the header Content-Type: application/json.")
        raise PublicError(415, "not_json", message)
    try:
        body = json.loads(request.httprequest.get_data().decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise PublicError(400, "invalid_encoding", env._("Send the body in UTF-8.")) from error
    except (ValueError, RecursionError) as error:
        raise PublicError(400, "invalid_json", env._("Send the body as one JSON object.")) from error
    if not isinstance(body, dict):
        raise PublicError(400, "invalid_json", env._("Send the body as one JSON object."))
    return body


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")
