"""HTTP to a calendar server, with a total deadline, a size cap, and no way around the address check.

The only place that knows them (ARCHITECTURE.md, Providers). Never retries, never follows a redirect, keeps no cookies.
SSRF (OWASP ASVS 5.0, 1.3.6): the connection is made to the very addresses that were checked (`guard`), so a name that
changes its mind between check and connect gains nothing; TLS still proves the name.
"""

from __future__ import annotations

import http.client
import logging
import select
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlencode, urlsplit

from .errors import InvalidResponse, ProviderError, Unavailable, Untrusted
from .guard import Guard

DEADLINE = 10.0
MOST_BYTES = 5_000_000
CHUNK = 64 * 1024

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Response:
    """headers: names in lower case; body: decompressed."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """One person's connections, to be closed: `with Transport() as transport`; not to be shared between threads.

    guard: checks addresses that a user typed; None for those an administrator or this product chose.
    deadline: seconds for one whole exchange, name look-up included. most_bytes: of a body, after decompression.
    """

    def __init__(
        self,
        guard: Guard | None = None,
        deadline: float = DEADLINE,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
        resolve: Callable = socket.getaddrinfo,
        tls: ssl.SSLContext | None = None,
    ):
        self.guard, self.deadline, self.most_bytes = guard, deadline, most_bytes
        self._clock, self._resolve = clock, resolve
        self._tls = tls or _default_tls()
        self._tls.sslsocket_class = _TimedTLSSocket
        self._idle: dict[tuple[str, str, int], _Connection] = {}

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """The answer, whatever its status.

        Raises Unavailable (unreachable, reset, too slow), Untrusted (address or certificate), InvalidResponse (too
        large, cut off, not HTTP).
        """
        parts = urlsplit(url)
        timer = Timer(self.deadline, self._clock)
        outcome = "failed"
        try:
            response = self._exchange(method, parts, {"Accept-Encoding": "gzip", **(headers or {})}, body, timer)
            outcome = f"{response.status}, {len(response.body)} bytes"
            return response
        finally:
            _logger.debug("%s %s: %s in %.0f ms", method, redact(url), outcome, timer.spent() * 1000)

    def close(self):
        for connection in self._idle.values():
            connection.close()
        self._idle.clear()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _exchange(self, method, parts, headers, body, timer):
        key = (parts.scheme, parts.hostname or "", _port(parts))
        connection = self._idle.pop(key, None)
        if connection is not None and connection.is_stale():
            connection.close()
            connection = None
        try:
            connection = connection or self._connect(parts, timer)
            connection.sock.timer = timer
            connection.request(method, _target(parts), body or None, dict(headers))
            with connection.getresponse() as answer:
                response = Response(
                    answer.status,
                    answer.reason,
                    {name.lower(): value for name, value in answer.getheaders()},
                    self._read(answer),
                )
                reusable = not answer.will_close
        except BaseException as error:
            if connection is not None:
                connection.close()
            raise _explain(error, parts.hostname) from error
        if reusable:
            self._idle[key] = connection
        else:
            connection.close()
        return response

    def _connect(self, parts, timer):
        if self.guard:
            self.guard.check_url(parts)
        elif parts.scheme not in ("http", "https") or not parts.hostname:
            raise Untrusted("Only http and https addresses can be used.", "scheme")
        host, port = parts.hostname, _port(parts)
        addresses = self._look_up(host, port, timer)
        if self.guard:
            self.guard.check_addresses(host, [address[4][0] for address in addresses])
        last_error = None
        for family, kind, protocol, _, address in addresses:
            sock = _TimedSocket(family, kind, protocol)
            sock.timer = timer
            try:
                sock.settimeout(timer.left())
                sock.connect(address)
                # A request goes out in two writes; waiting to fill a packet would cost 40 ms each time.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if parts.scheme == "https":
                    # wrap_socket() hands the descriptor over; a failed handshake closes it.
                    sock = self._tls.wrap_socket(sock, server_hostname=host)
                return _Connection(host, port, sock)
            except ssl.SSLError:
                sock.close()
                raise
            except OSError as error:
                sock.close()
                last_error = error
        raise last_error or OSError("no address")

    def _look_up(self, host, port, timer):
        """getaddrinfo() has no time limit, so it is left behind in a thread when it takes too long."""
        answer = []

        def work():
            try:
                answer.append(self._resolve(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                answer.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(timer.left())
        if not answer:
            raise TimeoutError
        if isinstance(answer[0], Exception):
            raise Unavailable(f"The name {host} can't be resolved.", "dns")
        return answer[0]

    def _read(self, answer):
        encoding = (answer.getheader("Content-Encoding") or "identity").strip().lower()
        if encoding not in ("identity", "gzip", "deflate"):
            raise InvalidResponse("The server compressed its answer in an unknown way.", "encoding")
        unpack = None if encoding == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 32)
        body, received = bytearray(), 0
        while chunk := answer.read(CHUNK):
            received += len(chunk)
            # One byte more than allowed is enough to know; a bomb is never unpacked further.
            body += unpack.decompress(chunk, self.most_bytes + 1 - len(body)) if unpack else chunk
            if len(body) > self.most_bytes:
                raise InvalidResponse(f"The server sent more than {self.most_bytes:,} bytes.", "too_large")
        if answer.length:
            raise http.client.IncompleteRead(b"")
        if unpack and received and not unpack.eof:
            raise InvalidResponse("The answer was cut off.", "truncated")
        return bytes(body)


class Timer:
    """What is left of a deadline, in seconds."""

    def __init__(self, seconds, clock):
        self._clock, self._start, self._seconds = clock, clock(), seconds

    def spent(self):
        return self._clock() - self._start

    def left(self):
        left = self._seconds - self.spent()
        if left <= 0:
            raise TimeoutError
        return left


class _Timed:
    """Before each read and write of a socket its time limit becomes what is left of the whole exchange: a server that
    sends a byte a second would else never run into one."""

    timer: Timer

    def recv_into(self, *args, **options):
        self.settimeout(self.timer.left())
        return super().recv_into(*args, **options)

    def sendall(self, *args, **options):
        self.settimeout(self.timer.left())
        return super().sendall(*args, **options)


class _TimedSocket(_Timed, socket.socket):
    pass


class _TimedTLSSocket(_Timed, ssl.SSLSocket):
    pass


class _Connection(http.client.HTTPConnection):
    """On a socket that is connected already."""

    def __init__(self, host, port, sock):
        super().__init__(host, port)
        self.sock = sock
        self.default_port = 443 if isinstance(sock, ssl.SSLSocket) else 80

    def connect(self):
        raise OSError("a closed connection is not opened again: its address would go unchecked")

    def is_stale(self):
        """The server closed it, or sent something nobody asked for."""
        return self.sock is None or bool(select.select([self.sock], [], [], 0)[0])


@lru_cache(maxsize=1)
def _default_tls():
    """Reading the machine's certificates takes longer than many a request."""
    return ssl.create_default_context()


def _port(parts: SplitResult):
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Untrusted("The port of the address is not a number.", "port") from None


def _target(parts):
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _explain(error, host):
    """One table: what the network or TLS raised, as one of ours."""
    if isinstance(error, ProviderError) or not isinstance(error, Exception):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return Untrusted(f"The certificate of {host} is not valid: {error.verify_message}.", "certificate")
    if isinstance(error, TimeoutError):
        return Unavailable(f"{host} did not answer in time.", "timeout")
    if isinstance(error, http.client.IncompleteRead):
        return InvalidResponse(f"The answer of {host} was cut off.", "truncated")
    # Before HTTPException: this one is both, and means the connection ended before an answer.
    if isinstance(error, OSError):
        return Unavailable(f"{host} can't be reached: {type(error).__name__}.", "network")
    if isinstance(error, (http.client.HTTPException, zlib.error)):
        return InvalidResponse(f"{host} answered with something that is not HTTP.", "not_http")
    return error


# Query parameters that may stand in a log; all others may be somebody's secret or somebody's data.
_HARMLESS = {"alt", "maxResults", "singleEvents", "showDeleted", "timeMin", "timeMax", "sendUpdates"}


def redact(url: str) -> str:
    """The address as it may be logged: no user, no password, no value of an unknown parameter."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    query = [part.partition("=")[::2] for part in parts.query.split("&") if part]
    kept = urlencode([(name, value if name in _HARMLESS else "...") for name, value in query], safe=".:%+")
    return parts._replace(netloc=host, query=kept, fragment="").geturl()
