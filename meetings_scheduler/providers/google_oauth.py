"""Consent at Google: https://developers.google.com/identity/protocols/oauth2/web-server

Scopes are the least that do the job; the wide `calendar` would also allow to delete whole calendars of the user.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from oauthlib.oauth2 import WebApplicationClient

from .errors import AuthenticationFailed, InvalidResponse, MissingScopes, RateLimited, Unavailable
from .oauth import Grant, Identity, OAuthClient
from .oauth_session import OAuthSession, explained
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
ASKED_SCOPES = REQUIRED_SCOPES + OPTIONAL_SCOPES
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
        with explained("Google"):
            url, _state = self._session(scope=ASKED_SCOPES, redirect_uri=redirect_uri).authorization_url(
                self._endpoints.authorize,
                state,
                # The library's own pkce= keeps the verifier in its session; ours crosses two requests in the user's.
                code_challenge=WebApplicationClient(self._id).create_code_challenge(verifier, "S256"),
                code_challenge_method="S256",
                # Only offline access with a fresh consent brings a refresh token every time, also on reconnecting.
                access_type="offline",
                prompt="consent",
                login_hint=login_hint,
            )
        return url

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> Grant:
        with explained("Google"):
            token = self._session(redirect_uri=redirect_uri).fetch_token(
                self._endpoints.token,
                code=code,
                code_verifier=verifier,
                include_client_id=True,
                client_secret=self._secret,
            )
            grant = self._grant(token, ASKED_SCOPES)
        missing = tuple(scope for scope in REQUIRED_SCOPES if scope not in grant.scopes)
        if missing:
            raise MissingScopes(f"These permissions were not given: {', '.join(missing)}.", missing)
        if not grant.refresh_token:
            raise InvalidResponse("Google gave no refresh token.", "no_refresh_token")
        return grant

    def refresh(self, grant: Grant) -> Grant:
        with explained("Google"):
            token = self._session().refresh_token(
                self._endpoints.token, grant.refresh_token, client_id=self._id, client_secret=self._secret
            )
            return self._grant(token, grant.scopes)

    def revoke(self, token: str) -> None:
        with explained("Google"):
            url, headers, body = WebApplicationClient(self._id).prepare_token_revocation_request(
                self._endpoints.revoke, token, token_type_hint=None
            )
            response = self._session().post(url, data=body, headers=headers)
        error = str(self._read(response).get("error", ""))
        if response.status_code != 200 and error != "invalid_token":
            raise InvalidResponse(f"Google answered {response.status_code} when asked to forget the consent.", error)

    def identity(self, grant: Grant) -> Identity:
        with explained("Google"):
            session = self._session(token={"access_token": grant.access_token, "token_type": "Bearer"})
            response = session.get(self._endpoints.identity)
        answer = self._read(response)
        if response.status_code in (401, 403):
            raise AuthenticationFailed("Google does not accept the access token.", str(response.status_code))
        subject = answer.get("sub") or answer.get("id")
        if response.status_code != 200 or not subject or not answer.get("email"):
            raise InvalidResponse(f"Google answered {response.status_code} without saying who signed in.", "identity")
        return Identity(subject, answer["email"].lower(), answer.get("name", ""))

    def _session(self, **options):
        return OAuthSession(self._transport, self._check_tokens, client_id=self._id, **options)

    def _check_tokens(self, response):
        self._read(response)
        if response.status_code not in (200, 400, 401, 403):
            raise InvalidResponse(f"Google answered {response.status_code} without a token.", "token")

    def _read(self, response):
        status = response.status_code
        if status == 429:
            raise RateLimited("Google asks to wait.", "429", retry_after(response.headers, self._clock()))
        if status >= 500:
            raise Unavailable(f"Google answered {status}.", str(status))
        try:
            answer = response.json() if response.content else {}
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise InvalidResponse(f"Google answered {status} with something that is not JSON.", "not_json")
        return answer

    def _grant(self, token, asked):
        """By our clock: the library's `expires_at` is by the machine's. asked: the scopes given if the answer names
        none (RFC 6749, 5.1)."""
        if not isinstance(token["access_token"], str):
            raise TypeError
        now, ends = self._clock(), token.get("refresh_token_expires_in")
        return Grant(
            access_token=token["access_token"],
            refresh_token=token.get("refresh_token") or "",
            expires_at=now + timedelta(seconds=token.get("expires_in") or 0),
            scopes=frozenset(_ALIASES.get(scope, scope) for scope in token.get("scope") or asked),
            consent_ends_at=now + timedelta(seconds=int(ends)) if ends else None,
        )
