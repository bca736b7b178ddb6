"""Signing in at a provider without seeing the password: OAuth 2.0 (RFC 6749) with PKCE (RFC 7636), S256 only."""

from __future__ import annotations

import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

# A token that ends while the request is on its way is refused, so it counts as ended a little earlier.
MARGIN = timedelta(seconds=60)


@dataclass(frozen=True)
class Grant:
    """What the provider gave. refresh_token: "" if it gave none.

    consent_ends_at: when the user will have to consent anew, if the provider says so (Google, apps in testing: 7 days).

    repr() shows no secret, so that a traceback or log can't either.
    """

    access_token: str
    refresh_token: str
    expires_at: datetime
    scopes: frozenset[str]
    consent_ends_at: datetime | None = None

    def __repr__(self):
        return f"Grant(expires_at={self.expires_at.isoformat()}, scopes={sorted(self.scopes)})"


@dataclass(frozen=True)
class Identity:
    """Who consented. subject: the provider's own id of the person, which outlives a change of address."""

    subject: str
    address: str
    name: str = ""


class OAuthClient(ABC):
    """This product, as registered with one provider.

    calendar_scopes: what the user may leave out while consenting, and without which no calendar can be made.
    """

    calendar_scopes: tuple[str, ...] = ()

    @abstractmethod
    def authorization_url(self, redirect_uri: str, state: str, verifier: str, login_hint: str = "") -> str:
        """Where to send the browser. verifier: of `new_verifier`; only its hash goes along."""

    @abstractmethod
    def exchange(self, code: str, redirect_uri: str, verifier: str) -> Grant:
        """The code that came back, for tokens. Raises MissingScopes if a permission was unticked."""

    @abstractmethod
    def refresh(self, grant: Grant) -> Grant:
        """A new access token, with the refresh token there was unless the provider replaced it.

        Raises AuthenticationFailed with code "invalid_grant": the user must consent anew.
        """

    @abstractmethod
    def revoke(self, token: str) -> None:
        """Make the provider forget the consent; forgotten already is success."""

    @abstractmethod
    def identity(self, grant: Grant) -> Identity:
        """Who gave it."""


class TokenSource(ABC):
    """Hands out access tokens to an adapter; where they are kept, and who may renew them, is its own affair."""

    @abstractmethod
    def token(self) -> str:
        """One that should be accepted now."""

    @abstractmethod
    def renew(self, stale: str) -> str:
        """Another one, after the server refused `stale`. Somebody else may have renewed it meanwhile: then theirs."""


class RefreshingToken(TokenSource):
    """Renews by itself, once for all threads. store(grant) is called before the new token is used: should the process
    die in between, a provider that replaces refresh tokens would have left us with the dead one."""

    def __init__(
        self, client: OAuthClient, grant: Grant, clock: Callable[[], datetime], store: Callable[[Grant], None]
    ):
        self._client, self._grant, self._clock, self._store = client, grant, clock, store
        self._lock = threading.Lock()

    def token(self) -> str:
        with self._lock:
            if self._grant.expires_at - MARGIN <= self._clock():
                self._refresh()
            return self._grant.access_token

    def renew(self, stale: str) -> str:
        with self._lock:
            if self._grant.access_token == stale:
                self._refresh()
            return self._grant.access_token

    def _refresh(self):
        fresh = self._client.refresh(self._grant)
        self._store(fresh)
        self._grant = fresh


def new_state() -> str:
    """For the session, one use: 256 bits, so that nobody can bring another person's code to this callback."""
    return secrets.token_urlsafe(32)


def new_verifier() -> str:
    """RFC 7636, 4.1: 64 of the characters it allows, kept until the code comes back."""
    return secrets.token_urlsafe(48)
