"""Connecting a calendar outside of Odoo: the disclosure, the way to the provider and back, and its push calls."""

import time

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools import consteq

from ..providers import errors, registry
from ..providers.base import PushProvider
from ..providers.oauth import new_state, new_verifier

MAX_PUSH = 64 * 1024
STATE_LIFETIME = 600  # seconds; ASVS 10.1.2
SESSION_KEY = "meetings_scheduler_oauth"
DASHBOARD = "/odoo/meetings"


def connect_route(path, method):
    return http.route(
        f"/meetings/connect/<any(google):provider>{path}",
        type="http",
        auth="user",
        methods=[method],
        website=True,
        sitemap=False,
    )


class Connect(http.Controller):
    @connect_route("", "GET")
    def disclosure(self, provider, again="", **_params):
        """What the product will see and do with the account, before anybody is asked to consent."""
        return self._page(provider, _number(again))

    @connect_route("", "POST")
    def start(self, provider, again="", **_params):
        """Sends the browser to the provider, with a state that is bound to this session and user and used once."""
        state, verifier = new_state(), new_verifier()
        try:
            url = request.env["scheduling.connection"]._authorization_url(provider, state, verifier, _number(again))
        except (AccessError, UserError) as error:
            return self._page(provider, _number(again), error=str(error))
        request.session[SESSION_KEY] = {
            "provider": provider,
            "state": state,
            "verifier": verifier,
            "user": request.env.uid,
            "again": _number(again),
            "until": time.time() + STATE_LIFETIME,
        }
        return request.redirect(url, local=False)

    @connect_route("/callback", "GET")
    def callback(self, provider, state="", code="", error="", **_params):
        """The provider sends the browser back, with a code or with a no."""
        connections = request.env["scheduling.connection"]
        started = request.session.pop(SESSION_KEY, None) or {}
        if not self._is_ours(started, provider, state):
            return self._page(
                provider, error=request.env._("This attempt is over or was started elsewhere. Please connect again.")
            )
        if error or not code:
            refusal = errors.PermissionDenied("refused", error or "access_denied")
            return self._page(provider, started.get("again"), error=connections._error_in_words(refusal))
        try:
            with request.env.cr.savepoint():  # whatever goes wrong, nothing stays half-connected
                connections._connect(provider, code, started["verifier"], started.get("again"))
        except (AccessError, UserError) as problem:
            return self._page(provider, started.get("again"), error=str(problem))
        return request.redirect(DASHBOARD)

    def _is_ours(self, started, provider, state):
        return (
            started.get("provider") == provider
            and started.get("user") == request.env.uid
            and started.get("until", 0) > time.time()
            and consteq(started.get("state", "").encode(), state.encode())
        )

    def _page(self, provider, again=None, error=None):
        connections = request.env["scheduling.connection"]
        allowed = request.env.user.has_group("meetings_scheduler.group_personal_email")
        response = request.render(
            "meetings_scheduler.connect_page",
            {
                "provider": provider,
                "again": again,
                "error": error,
                "missing_access": None if allowed else connections._missing_access_message(),
                **connections._before_consent(provider, again),
                "dashboard": DASHBOARD,
            },
        )
        response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        return response

    @http.route(
        "/meetings/webhook/<any(google):provider>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_PUSH,
    )
    def webhook(self, provider, **_params):
        """A push call. Its channel and token are compared, nothing else of it is believed; the read comes later."""
        adapter = registry.adapter(provider)
        if issubclass(adapter, PushProvider):
            headers = dict(request.httprequest.headers)
            for notification in adapter.read_push(headers, request.httprequest.get_data()):
                request.env["scheduling.channel"]._notified(notification.channel_id, notification.token)
        return request.make_response("", status=204)


def _number(text):
    """:return: an id that came with a request, or None: no number, so no account"""
    return int(text) if text.isdecimal() and len(text) < 10 else None
