"""HTTP around it all. Listens on 127.0.0.1 only: it has no secrets to keep, but no business with the network either."""

import json
import socket
import struct
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from . import api, control, faults, oauth, page
from .errors import ApiError, OAuthError
from .schema import Discovery, Violation
from .world import World

SERVICE = "/calendar/v3/"
JSON = {"Content-Type": "application/json; charset=UTF-8"}
HTML = {"Content-Type": "text/html; charset=UTF-8"}
# Which scopes open a method; the document lists them by their long names.
SCOPE_PREFIX = "https://www.googleapis.com/auth/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A connection kept open by a client must not keep the process from ending.
    timeout = 60
    # Headers and body in one packet: two would wait for each other.
    wbufsize = 65536

    def do_GET(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = parse_qs(parts.query, keep_blank_values=True)
        if parts.path.startswith(SERVICE):
            self._calendar(parts.path[len(SERVICE) :], query, body)
        elif parts.path.startswith("/control/"):
            self._control(parts.path[len("/control/") :], body)
        elif parts.path.startswith(("/o/oauth2/", "/oauth2/")):
            self._oauth(parts.path, query, body)
        else:
            with self.world.lock:
                status, headers, content = page.handle(self.world, self.command, parts.path, query, body)
            self.reply(status, headers, content)

    def do_POST(self):
        self.do_GET()

    def do_PUT(self):
        self.do_GET()

    def do_PATCH(self):
        self.do_GET()

    def do_DELETE(self):
        self.do_GET()

    def _calendar(self, path, query, body):
        world = self.world
        match = self.discovery.match(self.command, path)
        name = match.name if match else f"{self.command} {path}"
        with world.lock:
            account = self._account_or_none()
            world.calls.append(name)
            fault = faults.take(world, name, account)
        refusal = faults.instead(fault) if fault else None
        if refusal:
            self._refuse(refusal)
            return
        with world.lock:
            status, headers, answer = self._answer(match, name, query, body)
            if fault and status == 200:
                answer = faults.alter(world, fault, answer)
        content = b"" if answer is None else json.dumps(answer).encode()
        if not (fault and faults.send(fault, self, status, {**JSON, **headers}, content)):
            self.reply(status, {**JSON, **headers}, content)

    def _answer(self, match, name, query, body):
        world = self.world
        try:
            grant = oauth.who(world, self.headers)
            if match is None or match.name not in api.METHODS:
                raise Violation(f"{name}: Google has no such method, or this stand-in has not")
            if not any(scope in grant.scopes for scope in match.method["scopes"]):
                raise ApiError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
            parameters = {**self.discovery.parameters(match, query), **match.path}
            value = json.loads(body) if body else None
            self.discovery.body(match, value, patch=match.name.endswith(".patch"))
            if "If-Match" in self.headers:
                parameters["If-Match"] = self.headers["If-Match"]
            answer = api.METHODS[match.name](world, grant.email, parameters, value or {})
            self.discovery.answer(match, answer)
            return (204 if answer is None else 200), {}, answer
        except ApiError as error:
            return error.status, error.headers, error.body()
        except (Violation, ValueError) as error:
            world.violate(str(error))
            return 400, {}, ApiError(400, "badRequest", str(error)).body()

    def _account_or_none(self):
        try:
            return oauth.who(self.world, self.headers).email
        except ApiError:
            return None

    def _oauth(self, path, query, body):
        world = self.world
        form = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
        flat = {name: values[0] for name, values in form.items()}
        name = f"oauth.{path.rpartition('/')[2]}"
        with world.lock:
            fault = faults.take(world, name, None)
        refusal = faults.instead(fault) if fault else None
        if refusal:
            self._refuse(refusal)
            return
        with world.lock:
            status, headers, content = self._oauth_answer(path, query, form, flat)
        if not (fault and faults.send(fault, self, status, headers, content)):
            self.reply(status, headers, content)

    def _oauth_answer(self, path, query, form, flat):
        world = self.world
        try:
            if path == "/o/oauth2/v2/auth" and self.command == "GET":
                asked = {name: values[0] for name, values in query.items()}
                oauth.check_request(world, asked)
                return 200, HTML, page.frame("Sign in", oauth.consent_page(world, asked))
            if path == "/o/oauth2/v2/auth":
                return 302, {"Location": oauth.decide(world, form)}, b""
            if path == "/oauth2/token":
                return 200, JSON, json.dumps(oauth.token(world, flat)).encode()
            if path == "/oauth2/revoke":
                oauth.revoke(world, flat)
                return 200, JSON, b"{}"
            if path == "/oauth2/v2/userinfo":
                return 200, JSON, json.dumps(oauth.userinfo(world, self.headers)).encode()
        except oauth.Refused as error:
            return 400, HTML, page.frame("Access blocked", f"<h1>Access blocked</h1><p>{error}</p>")
        except (OAuthError, ApiError) as error:
            return error.status, JSON, json.dumps(error.body()).encode()
        return 404, HTML, b"Not found"

    def _control(self, verb, body):
        with self.world.lock:
            try:
                answer = control.VERBS[verb](self.world, json.loads(body or b"{}"))
                status = 200
            except (KeyError, ValueError, TypeError, ApiError) as error:
                answer, status = {"error": f"{type(error).__name__}: {error}"}, 400
            content = json.dumps(answer, default=str).encode()
        self.reply(status, JSON, content)

    def _refuse(self, refusal):
        status, headers, content = refusal
        if status:
            self.reply(status, headers, content)
        else:
            self.hang_up()

    def reply(self, status, headers, content, close=False):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers and status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(content)
        if close:
            self.close_connection = True

    def hang_up(self):
        """A reset, as from a server that died."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *args):
        """The calls are in /control/state."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that hung up is no event; anything else is a bug in here and must be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.world.violate(f"the stand-in itself failed: {sys.exc_info()[1]!r}")
            super().handle_error(request, client_address)


def make(port, world=None):
    """A server, not yet serving; port 0 for a free one."""
    world = world or World()
    handler = type("BoundHandler", (Handler,), {"world": world, "discovery": Discovery()})
    server = Server(("127.0.0.1", port), handler)
    server.world = world
    return server
