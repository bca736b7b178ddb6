"""Consent and tokens: https://developers.google.com/identity/protocols/oauth2/web-server (PKCE: RFC 7636)."""

import base64
import hashlib
import html
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from .errors import ApiError, OAuthError
from .world import Grant

LONG_NAMES = {
    "email": "https://www.googleapis.com/auth/userinfo.email",
    "profile": "https://www.googleapis.com/auth/userinfo.profile",
}
REQUIRED = ("client_id", "redirect_uri", "response_type", "scope")


class Refused(Exception):
    """Shown to the person: Google does not send the browser back to an address it does not know."""


def check_request(world, query):
    for name in REQUIRED:
        if not query.get(name):
            raise Refused(f"Error 400: invalid_request. Required parameter is missing: {name}")
    client = world.clients.get(query["client_id"])
    if world.clients and not client:
        raise Refused("Error 401: invalid_client. The OAuth client was not found.")
    if client and client["redirect_uris"] and query["redirect_uri"] not in client["redirect_uris"]:
        raise Refused(f"Error 400: redirect_uri_mismatch. {query['redirect_uri']} is not registered.")
    if query["response_type"] != "code":
        raise Refused("Error 400: unsupported_response_type")
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        raise Refused("Error 400: invalid_request. Only S256 is supported.")


def consent_page(world, query):
    """The accounts, then the permissions with their ticks, as one form."""
    hint = query.get("login_hint", "")
    accounts = "".join(
        f'<label><input type="radio" name="email" value="{html.escape(email)}" required'
        f"{' checked' if email == hint or (not hint and position == 0) else ''}> {html.escape(account.name)} "
        f"&lt;{html.escape(email)}&gt;</label>"
        for position, (email, account) in enumerate(world.accounts.items())
    )
    scopes = "".join(
        f'<label><input type="checkbox" name="granted" value="{html.escape(scope)}"'
        f"{'' if scope in world.unticked else ' checked'}> {html.escape(scope)}</label>"
        for scope in query["scope"].split()
    )
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in query.items()
        if name not in ("granted", "email", "decision")
    )
    return f"""<h1>Sign in with Google <small>(stand-in)</small></h1>
<p>An application wants to access your account. Choose an account and what it may do.</p>
<form method="post" action="/o/oauth2/v2/auth"><fieldset><legend>Account</legend>{accounts}</fieldset>
<fieldset><legend>Permissions</legend>{scopes}</fieldset>{hidden}
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Cancel</button></form>"""


def decide(world, form):
    """Where the browser goes next. form: dict of lists."""
    query = {name: values[0] for name, values in form.items()}
    check_request(world, query)
    answer = {"state": query.get("state", "")}
    if query.get("decision") != "allow":
        answer["error"] = "access_denied"
    else:
        email = query.get("email", "").lower()
        if email not in world.accounts:
            raise Refused("There is no such account.")
        code = f"4/{secrets.token_urlsafe(24)}"
        world.codes[code] = {
            "grant": Grant(email, tuple(form.get("granted", ())), query["client_id"]),
            "redirect_uri": query["redirect_uri"],
            "challenge": query.get("code_challenge", ""),
            "offline": query.get("access_type") == "offline",
            "ends": world.now() + timedelta(minutes=10),
        }
        answer.update(code=code, scope=" ".join(form.get("granted", ())))
    separator = "&" if "?" in query["redirect_uri"] else "?"
    return f"{query['redirect_uri']}{separator}{urlencode(answer)}"


def token(world, form):
    """The token endpoint. form: dict."""
    client = world.clients.get(form.get("client_id", ""))
    if world.clients and (not client or client["secret"] != form.get("client_secret")):
        raise OAuthError("invalid_client", "The provided client secret is invalid.", 401)
    if form.get("grant_type") == "authorization_code":
        return _exchange(world, form)
    if form.get("grant_type") == "refresh_token":
        return _refresh(world, form)
    raise OAuthError("unsupported_grant_type")


def _exchange(world, form):
    # One use: a second exchange with the same code is an attack or a bug.
    known = world.codes.pop(form.get("code", ""), None)
    if not known or known["ends"] < world.now():
        raise OAuthError("invalid_grant", "Malformed auth code.")
    if known["redirect_uri"] != form.get("redirect_uri"):
        raise OAuthError("redirect_uri_mismatch")
    if known["grant"].client_id != form.get("client_id"):
        raise OAuthError("invalid_client", status=401)
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    if known["challenge"] and known["challenge"] != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
        raise OAuthError("invalid_grant", "Invalid code verifier.")
    answer = issue(world, known["grant"])
    if known["offline"]:
        answer["refresh_token"] = f"1//{secrets.token_urlsafe(24)}"
        ends = world.now() + timedelta(seconds=world.consent_lifetime) if world.consent_lifetime else None
        world.refresh_tokens[answer["refresh_token"]] = (known["grant"], ends)
        if ends:
            answer["refresh_token_expires_in"] = world.consent_lifetime
    return answer


def _refresh(world, form):
    world.counts["refresh"] += 1
    given = form.get("refresh_token", "")
    grant, ends = world.refresh_tokens.get(given, (None, None))
    if not grant or grant.revoked or (ends and ends < world.now()):
        raise OAuthError("invalid_grant", "Token has been expired or revoked.")
    answer = issue(world, grant)
    if world.rotate_refresh_tokens:
        del world.refresh_tokens[given]
        answer["refresh_token"] = f"1//{secrets.token_urlsafe(24)}"
        world.refresh_tokens[answer["refresh_token"]] = (grant, ends)
    return answer


def issue(world, grant):
    access = f"ya29.{secrets.token_urlsafe(24)}"
    world.access_tokens[access] = (grant, world.now() + timedelta(seconds=world.access_lifetime))
    scope = " ".join(LONG_NAMES.get(scope, scope) for scope in grant.scopes)
    return {"access_token": access, "expires_in": world.access_lifetime, "scope": scope, "token_type": "Bearer"}


def revoke(world, form):
    given = form.get("token", "")
    grant = world.access_tokens.get(given, (None,))[0] or world.refresh_tokens.get(given, (None,))[0]
    if not grant or grant.revoked:
        raise OAuthError("invalid_token", "Token expired or revoked")
    grant.revoked = True


def who(world, headers):
    """The grant behind a request, or 401 as Google says it."""
    scheme, _, access = headers.get("Authorization", "").partition(" ")
    grant, ends = world.access_tokens.get(access, (None, None))
    if scheme != "Bearer" or not grant or grant.revoked or ends < world.now():
        raise ApiError(
            401, "authError", "Invalid Credentials", {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'}
        )
    return grant


def userinfo(world, headers):
    grant = who(world, headers)
    account = world.accounts[grant.email]
    answer = {"sub": account.subject, "email_verified": True}
    if "email" in grant.scopes:
        answer["email"] = account.email
    if "profile" in grant.scopes:
        answer["name"] = account.name
    return answer
