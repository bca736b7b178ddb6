"""Consent at Google: https://developers.google.com/identity/protocols/oauth2/web-server

Scopes are the least that do the job; the wide `calendar` would also allow to delete whole calendars of the user.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from .errors import AuthenticationFailed, InvalidResponse, MissingScopes, RateLimited, Unavailable
from .oauth import Grant, Identity, OAuthClient, challenge
from .retry_after import retry_after
from .transport import Transport

DEFAULT_ROOT = "https://accounts.google.com"
_PREFIX = "https://www.googleapis.com/auth/"
# openid and email tell whose account it is; app.created is for a calendar of our own (tasks).
REQUIRED_SCOPES = (
    "openid",
    "email",
    f"{_PREFIX}calendar.calendarlist.readonly",
    f"{_PREFIX}calendar.events",
    f"{_PREFIX}calendar.freebusy",
)
OPTIONAL_SCOPES = (f"{_PREFIX}calendar.app.created",)
# Google answers with the long names of these two.
_ALIASES = {f"{_PREFIX}userinfo.email": "email", f"{_PREFIX}userinfo.profile": "profile"}


@dataclass(frozen=True)
class Endpoints:
    authorize: str
    token: str
    revoke: str
    identity: str


def endpoints(root: str) -> Endpoints:
    """Google spreads them over hosts; a stand-in (system parameter `meetings_scheduler.google_oauth_root`) has one."""
    root = root.rstrip("/")
    if root == DEFAULT_ROOT:
        return Endpoints(
            f"{root}/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "https://oauth2.googleapis.com/revoke",
            "https://openidconnect.googleapis.com/v1/userinfo",
        )
    return Endpoints(
        f"{root}/o/oauth2/v2/auth", f"{root}/oauth2/token", f"{root}/oauth2/revoke", f"{root}/oauth2/v2/userinfo"
    )


class GoogleOAuth(OAuthClient):
    calendar_scopes = OPTIONAL_SCOPES

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        transport: Transport,
        clock: Callable[[], datetime],
        oauth_root: str = DEFAULT_ROOT,
    ):
        self._id, self._secret = client_id, client_secret
        self._transport, self._clock = transport, clock
        self._endpoints = endpoints(oauth_root)

    def authorization_url(self, redirect_uri: str, state: str, verifier: str, login_hint: str = "") -> str:
        query = {
            "client_id": self._id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": " ".join(REQUIRED_SCOPES + OPTIONAL_SCOPES),
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            # Only offline access with a fresh consent brings a refresh token every time, also on reconnecting.
            "access_type": "offline",
            "prompt": "consent",
        }
        if login_hint:
            query["login_hint"] = login_hint
        return f"{self._endpoints.authorize}?{urlencode(query)}"

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> Grant:
        answer = self._ask_for_token(
            grant_type="authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier
        )
        grant = self._grant(answer)
        missing = tuple(scope for scope in REQUIRED_SCOPES if scope not in grant.scopes)
        if missing:
            raise MissingScopes(f"These permissions were not given: {', '.join(missing)}.", missing)
        if not grant.refresh_token:
            raise InvalidResponse("Google gave no refresh token.", "no_refresh_token")
        return grant

    def refresh(self, grant: Grant) -> Grant:
        return self._grant(self._ask_for_token(grant_type="refresh_token", refresh_token=grant.refresh_token))

    def revoke(self, token: str) -> None:
        status, answer = self._post(self._endpoints.revoke, {"token": token})
        error = str(answer.get("error", ""))
        if status != 200 and error != "invalid_token":
            raise InvalidResponse(f"Google answered {status} when asked to forget the consent.", error)

    def identity(self, grant: Grant) -> Identity:
        headers = {"Authorization": f"Bearer {grant.access_token}", "Accept": "application/json"}
        response = self._transport.request("GET", self._endpoints.identity, headers)
        answer = self._read(response)
        if response.status in (401, 403):
            raise AuthenticationFailed("Google does not accept the access token.", str(response.status))
        subject = answer.get("sub") or answer.get("id")
        if response.status != 200 or not subject or not answer.get("email"):
            raise InvalidResponse(f"Google answered {response.status} without saying who signed in.", "identity")
        return Identity(subject, answer["email"].lower(), answer.get("name", ""))

    def _ask_for_token(self, **form):
        status, answer = self._post(
            self._endpoints.token, {**form, "client_id": self._id, "client_secret": self._secret}
        )
        if status == 200 and isinstance(answer.get("access_token"), str):
            return answer
        error = str(answer.get("error", ""))
        if status in (400, 401, 403) and error:
            raise AuthenticationFailed(f"Google refused: {error}.", error)
        raise InvalidResponse(f"Google answered {status} without a token.", "token")

    def _post(self, url, form):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        response = self._transport.request("POST", url, headers, urlencode(form).encode())
        return response.status, self._read(response)

    def _read(self, response):
        if response.status == 429:
            wait = retry_after(response.headers, self._clock())
            raise RateLimited("Google asks to wait.", "429", wait)
        if response.status >= 500:
            raise Unavailable(f"Google answered {response.status}.", str(response.status))
        try:
            answer = json.loads(response.body or b"{}")
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise InvalidResponse(f"Google answered {response.status} with something that is not JSON.", "not_json")
        return answer

    def _grant(self, answer):
        now = self._clock()
        ends = answer.get("refresh_token_expires_in")
        try:
            return Grant(
                access_token=answer["access_token"],
                refresh_token=answer.get("refresh_token", ""),
                expires_at=now + timedelta(seconds=int(answer.get("expires_in", 0))),
                scopes=frozenset(_ALIASES.get(scope, scope) for scope in answer.get("scope", "").split()),
                consent_ends_at=now + timedelta(seconds=int(ends)) if ends else None,
            )
        except (TypeError, ValueError, OverflowError, AttributeError):
            raise InvalidResponse("Google's token makes no sense.", "token") from None
