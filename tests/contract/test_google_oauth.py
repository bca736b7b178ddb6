"""Signing in at Google, from the button to disconnecting (RELIABILITY.md 46, 47; RFC 6749, 7636)."""

import json
import logging
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from providers.errors import (
    AuthenticationFailed,
    InvalidResponse,
    MissingScopes,
    PermissionDenied,
    RateLimited,
    Unavailable,
    Untrusted,
)
from providers.google import GoogleProvider
from providers.google_oauth import OPTIONAL_SCOPES, REQUIRED_SCOPES, GoogleOAuth, endpoints
from providers.guard import Guard
from providers.oauth import Grant, RefreshingToken, new_state, new_verifier
from providers.transport import Response, Transport
from tests.contract.faults import DRAFT, MOVED
from tests.contract.world import WINDOW

REDIRECT = "https://odoo.example/meetings/connect/google/callback"
LATER = datetime(2100, 1, 1, tzinfo=timezone.utc)


class Journey:
    """What the browser does between leaving Odoo and coming back."""

    def __init__(self, world, secret="secret"):
        self.world, self.verifier, self.state = world, new_verifier(), new_state()
        self.oauth = GoogleOAuth("client", secret, world.transport, world.now, world.root)

    def url(self, redirect=REDIRECT):
        return self.oauth.authorization_url(redirect, self.state, self.verifier, login_hint=self.world.address)

    def comes_back(self, granted=REQUIRED_SCOPES + OPTIONAL_SCOPES, decision="allow"):
        form = [*parse_qsl(urlsplit(self.url()).query), ("email", self.world.address), ("decision", decision)]
        form += [("granted", scope) for scope in granted]
        answer = requests.post(f"{self.world.root}/o/oauth2/v2/auth", data=form, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        assert answer.headers["Location"].startswith(REDIRECT)
        back = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
        assert back["state"] == self.state
        return back

    def connects(self, **choices):
        return self.oauth.exchange(self.comes_back(**choices)["code"], REDIRECT, self.verifier)


@pytest.fixture
def journey(google):
    google.control("client", id="client", secret="secret", redirect_uris=[REDIRECT])
    return Journey(google)


def test_connect_use_and_disconnect(journey, google):
    grant = journey.connects()
    assert grant.access_token and grant.refresh_token
    assert set(REQUIRED_SCOPES) <= grant.scopes
    assert timedelta(minutes=59) < grant.expires_at - google.now() <= timedelta(hours=1)
    assert journey.oauth.identity(grant).address == google.address
    credentials = RefreshingToken(journey.oauth, grant, google.now, lambda fresh: None)
    provider = GoogleProvider(credentials, google.transport, google.now, google.root)
    assert provider.account().address == google.address
    journey.oauth.revoke(grant.refresh_token)
    journey.oauth.revoke(grant.refresh_token)
    with pytest.raises(AuthenticationFailed):
        provider.account()


def test_address_the_browser_is_sent_to(journey):
    asked = {name: values[0] for name, values in parse_qs(urlsplit(journey.url()).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert (asked["response_type"], asked["client_id"], asked["prompt"]) == ("code", "client", "consent")
    assert asked["scope"].split() == [*REQUIRED_SCOPES, *OPTIONAL_SCOPES]
    assert journey.verifier not in journey.url() and "secret" not in journey.url()
    assert (asked["state"], asked["redirect_uri"], asked["access_type"]) == (journey.state, REDIRECT, "offline")
    assert len(journey.state) >= 43 and new_state() != new_state()


def test_challenge_of_the_standard(journey):
    """RFC 7636, appendix B."""
    journey.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&" in journey.url()


def test_scopes_are_enough_for_all_the_adapter_does_and_no_more(journey, google):
    """The stand-in opens each method only to the scopes Google's document lists for it."""
    grant = journey.connects(granted=REQUIRED_SCOPES)
    provider = GoogleProvider(
        RefreshingToken(journey.oauth, grant, google.now, lambda fresh: None), google.transport, google.now, google.root
    )
    assert provider.account().address == google.address
    assert provider.list_calendars() and provider.free_busy([google.main], WINDOW) == {google.main: []}
    made = provider.put_event(google.main, DRAFT, key="booking/1")
    made = provider.put_event(google.main, MOVED, key="booking/1", event_id=made.id, etag=made.etag)
    assert provider.get_event(google.main, made.id) == provider.find_event(google.main, "booking/1")
    assert list(provider.changes(google.main, None, WINDOW))
    provider.delete_event(google.main, made.id)
    provider.unsubscribe(
        provider.subscribe(google.main, "https://odoo.example/hook", channel_id="c-1", token="t", lifetime=600)
    )
    with pytest.raises(PermissionDenied) as caught:
        provider.create_calendar("Odoo tasks")
    assert caught.value.code == "insufficientPermissions"
    assert not any(scope.endswith("/auth/calendar") for scope in REQUIRED_SCOPES + OPTIONAL_SCOPES)


@pytest.mark.parametrize("missing", [scope for scope in REQUIRED_SCOPES if "calendar" in scope])
def test_46_consent_unticked(journey, missing):
    with pytest.raises(MissingScopes) as caught:
        journey.connects(granted=[scope for scope in REQUIRED_SCOPES if scope != missing])
    assert caught.value.scopes == (missing,) and missing in str(caught.value)


def test_46_optional_permission_may_be_unticked(journey):
    assert not set(OPTIONAL_SCOPES) & journey.connects(granted=REQUIRED_SCOPES).scopes


def test_47_consent_of_a_testing_app_ends(journey, google):
    google.control("settings", consent_lifetime=604_800)
    grant = journey.connects()
    assert timedelta(days=6) < grant.consent_ends_at - google.now() <= timedelta(days=7)
    google.control("clock", seconds=604_801)
    with pytest.raises(AuthenticationFailed) as caught:
        journey.oauth.refresh(grant)
    assert caught.value.code == "invalid_grant"


def test_consent_without_an_end_says_so(journey):
    assert journey.connects().consent_ends_at is None


def test_consent_denied(journey):
    assert journey.comes_back(decision="deny")["error"] == "access_denied"


def test_wrong_client_secret(journey, google):
    """Row 81."""
    wrong = Journey(google, secret="another")
    with pytest.raises(AuthenticationFailed) as caught:
        wrong.connects()
    assert caught.value.code == "invalid_client" and "another" not in str(caught.value)


def test_redirect_address_that_is_not_registered(journey):
    answer = requests.get(journey.url("https://evil.example/"), allow_redirects=False, timeout=10)
    assert answer.status_code == 400 and "redirect_uri_mismatch" in answer.text


def test_code_works_once(journey):
    code = journey.comes_back()["code"]
    journey.oauth.exchange(code, REDIRECT, journey.verifier)
    with pytest.raises(AuthenticationFailed) as caught:
        journey.oauth.exchange(code, REDIRECT, journey.verifier)
    assert caught.value.code == "invalid_grant"


def test_code_without_its_verifier(journey):
    """Somebody who intercepts the code can't use it."""
    code = journey.comes_back()["code"]
    with pytest.raises(AuthenticationFailed) as caught:
        journey.oauth.exchange(code, REDIRECT, new_verifier())
    assert caught.value.code == "invalid_grant"


def test_code_that_is_too_old(journey, google):
    code = journey.comes_back()["code"]
    google.control("clock", seconds=601)
    with pytest.raises(AuthenticationFailed):
        journey.oauth.exchange(code, REDIRECT, journey.verifier)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"action": "status", "status": 503, "oauth": True, "reason": "temporarily_unavailable"}, Unavailable),
        ({"action": "status", "status": 429, "oauth": True, "reason": "slow_down"}, RateLimited),
        ({"action": "html"}, InvalidResponse),
        ({"action": "truncate"}, InvalidResponse),
        ({"action": "cut"}, InvalidResponse),
        ({"action": "reset"}, Unavailable),
        ({"action": "lose"}, Unavailable),
        ({"action": "redirect", "location": "https://evil.example/"}, InvalidResponse),
    ],
    ids=lambda value: value.get("action", "") + str(value.get("status", "")) if isinstance(value, dict) else "",
)
def test_refresh_that_fails_is_no_lost_consent(journey, google, fault, error):
    """P12, P17: only the server's clear word ends a connection."""
    grant = journey.connects()
    google.fault("oauth.token", **fault)
    with pytest.raises(error):
        journey.oauth.refresh(grant)
    assert journey.oauth.refresh(grant).access_token


def test_clock_that_is_ten_minutes_off(journey, google):
    """P17: one refresh, no loop, whatever we believe the time is."""
    grant = journey.connects()
    for minutes in (-10, 10, 70):
        clock = lambda minutes=minutes: google.now() + timedelta(minutes=minutes)  # noqa: E731
        stored = []
        oauth = GoogleOAuth("client", "secret", google.transport, clock, google.root)
        provider = GoogleProvider(
            RefreshingToken(oauth, grant, clock, stored.append), google.transport, clock, google.root
        )
        for _ in range(3):
            provider.account()
        assert len(stored) == (1 if minutes == 70 else 0)


def test_no_secret_in_log_repr_or_message(journey, google, caplog):
    caplog.set_level(logging.DEBUG)
    grant = journey.connects()
    google.fault("oauth.token", "status", status=400, oauth=True, reason="invalid_grant")
    with pytest.raises(AuthenticationFailed) as caught:
        journey.oauth.refresh(grant)
    google.provider.account()
    journey.oauth.identity(grant)
    texts = caplog.text + repr(grant) + repr(caught.value)
    for secret in (grant.access_token, grant.refresh_token, "secret", journey.verifier):
        assert secret not in texts
    assert "/oauth2/token" in caplog.text


def test_addresses_of_google_itself():
    """https://accounts.google.com/.well-known/openid-configuration"""
    assert endpoints("https://accounts.google.com").token == "https://oauth2.googleapis.com/token"
    assert endpoints("https://accounts.google.com/").authorize == "https://accounts.google.com/o/oauth2/v2/auth"
    assert endpoints("http://127.0.0.1:1").token == "http://127.0.0.1:1/oauth2/token"


def test_grant_without_a_refresh_token_is_refused(journey, google):
    """Google gives none unless asked for offline access and consent; nothing could be done with such a connection."""
    form = [pair for pair in parse_qsl(urlsplit(journey.url()).query) if pair[0] != "access_type"]
    form += [("email", google.address), ("decision", "allow"), *(("granted", scope) for scope in REQUIRED_SCOPES)]
    answer = requests.post(f"{google.root}/o/oauth2/v2/auth", data=form, allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    with pytest.raises(InvalidResponse) as caught:
        journey.oauth.exchange(code, REDIRECT, journey.verifier)
    assert caught.value.code == "no_refresh_token"


def test_refresh_keeps_the_old_refresh_token(journey, google):
    grant = journey.connects()
    stored = []
    token = RefreshingToken(
        journey.oauth, Grant(**{**vars(grant), "expires_at": google.now()}), google.now, stored.append
    )
    assert token.token() != grant.access_token
    assert stored[0].refresh_token == grant.refresh_token


class OneAnswer:
    """A transport whose server always answers the same."""

    def __init__(self, status, answer):
        self.response = Response(status, "", {"content-type": "application/json"}, json.dumps(answer).encode())

    def request(self, method, url, headers, body):
        return self.response


def client(transport, **options):
    return GoogleOAuth("client", "secret", transport, lambda: LATER, **options)


GRANT = Grant("ya29.old", "1//old", LATER, frozenset(REQUIRED_SCOPES))
TOKEN = {"access_token": "ya29.new", "token_type": "Bearer", "expires_in": 3600}


@pytest.mark.parametrize(
    ("status", "answer", "error", "code"),
    [
        (200, [], InvalidResponse, "not_json"),
        (200, {}, InvalidResponse, "token"),
        (404, {"error": {"code": 404, "message": "Not found"}}, InvalidResponse, "token"),
        (200, {**TOKEN, "access_token": 5}, InvalidResponse, "token"),
        (200, {**TOKEN, "expires_in": "soon"}, InvalidResponse, "token"),
        (200, {**TOKEN, "expires_in": 1e300}, InvalidResponse, "token"),
        (200, {**TOKEN, "scope": 5}, InvalidResponse, "token"),
        (400, {"error": "invalid_grant"}, AuthenticationFailed, "invalid_grant"),
        (401, {"error": "invalid_client"}, AuthenticationFailed, "invalid_client"),
        (403, {"error": "admin_policy_enforced"}, AuthenticationFailed, "admin_policy_enforced"),
        (400, {}, InvalidResponse, "token"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, (dict, list)) else None,
)
def test_answers_that_are_no_token(status, answer, error, code):
    """P12: what the library makes of them becomes one error of ours, and only the server's own word is a refusal."""
    with pytest.raises(error) as caught:
        client(OneAnswer(status, answer)).refresh(GRANT)
    assert type(caught.value) is error and caught.value.code == code


def test_answer_that_names_no_scopes():
    """RFC 6749, 5.1: they are those that were asked for."""
    assert client(OneAnswer(200, TOKEN)).refresh(GRANT).scopes == GRANT.scopes
    given = client(OneAnswer(200, {**TOKEN, "refresh_token": "1//new"})).exchange("code", REDIRECT, new_verifier())
    assert given.scopes == set(REQUIRED_SCOPES + OPTIONAL_SCOPES)


def test_secrets_travel_by_https_only(monkeypatch):
    """Without the variable that tests set, no secret is sent to an address without TLS, nor is the browser."""
    monkeypatch.delenv("OAUTHLIB_INSECURE_TRANSPORT")
    oauth = client(OneAnswer(200, TOKEN), oauth_root="http://127.0.0.1:1")
    for ask in (
        lambda: oauth.authorization_url(REDIRECT, new_state(), new_verifier()),
        lambda: oauth.exchange("code", REDIRECT, new_verifier()),
        lambda: oauth.refresh(GRANT),
        lambda: oauth.revoke(GRANT.refresh_token),
        lambda: oauth.identity(GRANT),
    ):
        with pytest.raises(Untrusted) as caught:
            ask()
        assert caught.value.code == "insecure_transport"
    assert client(OneAnswer(200, TOKEN)).refresh(GRANT).access_token == "ya29.new"


def test_guard_and_deadline_hold_for_the_library(google):
    """SSRF and fault 3: every call goes through our transport, whatever the library would do by itself."""
    guarded = client(Transport(guard=Guard()), oauth_root=google.root)
    with pytest.raises(Untrusted):
        guarded.refresh(GRANT)
    google.fault("oauth.token", "hang", seconds=2)
    with pytest.raises(Unavailable) as caught:
        client(Transport(deadline=0.3), oauth_root=google.root).refresh(GRANT)
    assert caught.value.code == "timeout"
