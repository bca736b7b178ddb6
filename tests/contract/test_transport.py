"""RELIABILITY.md: faults 1-6, 26, the payload limits, and the SSRF rows 71-80 of the bad input catalogue."""

import gzip
import http.client
import logging
import select
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from providers.errors import InvalidResponse, Unavailable, Untrusted
from providers.guard import Guard, is_public
from providers.transport import Transport, redact


@contextmanager
def server(answer):
    """Hands each connection to `answer(connection)` once the request's head was read; yields (port, heads)."""
    listener = socket.create_server(("127.0.0.1", 0))
    heads = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def handle(connection):
        with connection:
            try:
                while True:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        received = connection.recv(65536)
                        if not received:
                            return
                        head += received
                    heads.append(head.decode())
                    if not answer(connection):
                        return
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], heads
    finally:
        listener.close()


def says(body, *headers, status="200 OK", stay=True):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]

    def answer(connection):
        connection.sendall("\r\n".join(lines).encode() + body)
        return stay

    return answer


def drips(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def drips_headers(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        connection.sendall(f"X-{number}: y\r\n".encode())
        time.sleep(0.05)


def asks(port, path="/", **options):
    transport = Transport(**options)
    try:
        return transport.request("GET", f"http://127.0.0.1:{port}{path}")
    finally:
        transport.close()


def takes(seconds, ask):
    start = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        ask()
    assert time.monotonic() - start < seconds
    return caught.value


def test_answer_and_connection_kept():
    """One connection for two requests; the second finds it open."""
    connections = []

    def answer(connection):
        connections.append(connection.getpeername())
        return says(b"hello", "X-Odd: 1")(connection)

    with server(answer) as (port, heads):
        transport = Transport()
        for _ in range(2):
            response = transport.request("POST", f"http://127.0.0.1:{port}/a?b=c", {"X-Mine": "2"}, b"body")
        transport.close()
    assert (response.status, response.body, response.headers["x-odd"]) == (200, b"hello", "1")
    assert (
        heads[0].startswith("POST /a?b=c HTTP/1.1")
        and f"Host: 127.0.0.1:{port}" in heads[0]
        and "X-Mine: 2" in heads[0]
    )
    assert len(set(connections)) == 1


def test_connection_the_server_closed_is_not_used_again():
    with server(says(b"hello", stay=False)) as (port, heads):
        transport = Transport()
        for _ in range(2):
            assert transport.request("GET", f"http://127.0.0.1:{port}/").body == b"hello"
            (kept,) = transport._idle.values()
            select.select([kept.sock], [], [], 10)  # until the server has closed it
        transport.close()
    assert len(heads) == 2


def test_any_status_is_an_answer():
    with server(says(b"no", status="418 Teapot")) as (port, _):
        assert asks(port).status == 418


def test_name_that_does_not_exist():
    """Fault 1."""

    def resolve(*args, **options):
        raise socket.gaierror("no such name")

    with pytest.raises(Unavailable) as caught:
        Transport(resolve=resolve).request("GET", "https://nowhere.example/")
    assert caught.value.code == "dns"


def test_name_server_that_does_not_answer():
    """Fault 1."""
    gate = threading.Event()
    error = takes(
        4, lambda: Transport(deadline=0.2, resolve=lambda *a, **k: gate.wait(10)).request("GET", "https://x.example/")
    )
    gate.set()
    assert error.code == "timeout"


def test_connect_that_is_not_answered():
    """Fault 2: a listener whose queue is full does not complete the handshake."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        assert takes(4, lambda: asks(listener.getsockname()[1], deadline=0.3)).code == "timeout"


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert takes(4, lambda: asks(port)).code == "network"


def test_answer_that_never_comes():
    """Fault 3."""
    with server(lambda connection: time.sleep(10)) as (port, _):
        assert takes(4, lambda: asks(port, deadline=0.3)).code == "timeout"


@pytest.mark.parametrize("slow", [drips, drips_headers])
def test_a_byte_now_and_then(slow):
    """Fault 4: the deadline is of the whole exchange; each read by itself would be in time."""
    with server(slow) as (port, _):
        assert takes(4, lambda: asks(port, deadline=0.5)).code == "timeout"


def test_reset_before_the_answer():
    """Fault 6: tried once."""
    with server(lambda connection: False) as (port, heads):
        assert takes(4, lambda: asks(port)).code == "network"
    assert len(heads) == 1


def test_certificate_nobody_vouches_for(certificate):
    """Fault 5."""
    with tls_server(certificate) as port:
        with pytest.raises(Untrusted) as caught:
            Transport().request("GET", f"https://localhost:{port}/")
        assert caught.value.code == "certificate"


def test_certificate_of_another_host(certificate):
    """Fault 5: the address was found in the name's own DNS, the certificate is for `localhost`."""
    trusting = ssl.create_default_context(cafile=certificate)
    with tls_server(certificate) as port:
        transport = Transport(tls=trusting)
        assert transport.request("GET", f"https://localhost:{port}/").body == b"hello"
        transport.close()
        resolve = lambda *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]  # noqa: E731
        with pytest.raises(Untrusted) as caught:
            Transport(tls=trusting, resolve=resolve).request("GET", f"https://other.example:{port}/")
    assert caught.value.code == "certificate"


def test_name_is_sent_to_the_checked_address(certificate):
    """SNI and Host name the server although the connection goes to a number."""
    trusting = ssl.create_default_context(cafile=certificate)
    resolve = lambda *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]  # noqa: E731
    names = []
    with tls_server(certificate, names) as port:
        transport = Transport(tls=trusting, resolve=resolve, guard=Guard(["localhost"]))
        assert transport.request("GET", f"https://localhost:{port}/").status == 200
        transport.close()
    assert names == ["localhost"]


def test_body_of_too_many_bytes():
    """Fault 26."""
    with server(says(b"x" * 2000)) as (port, _), pytest.raises(InvalidResponse) as caught:
        asks(port, most_bytes=1000)
    assert caught.value.code == "too_large"
    with server(says(b"x" * 1000)) as (port, _):
        assert len(asks(port, most_bytes=1000).body) == 1000


def test_small_file_that_unpacks_to_a_large_one():
    """200 MB of zeros are 200 KB; they are unpacked to the limit and one byte, no further."""
    bomb = gzip.compress(b"0" * 200_000_000)
    with server(says(bomb, "Content-Encoding: gzip")) as (port, _):
        before = peak_memory()
        with pytest.raises(InvalidResponse) as caught:
            asks(port)
    assert caught.value.code == "too_large"
    assert peak_memory() - before < 60_000


def peak_memory():
    resource = pytest.importorskip("resource")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_compressed_answer_is_unpacked():
    with server(says(gzip.compress(b"hello" * 1000), "Content-Encoding: gzip")) as (port, heads):
        assert asks(port).body == b"hello" * 1000
    assert "Accept-Encoding: gzip" in heads[0]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"half", ("Content-Length: 100",)),
        (gzip.compress(b"hello" * 1000)[:-20], ("Content-Encoding: gzip",)),
        (b"not packed at all", ("Content-Encoding: gzip",)),
        (b"x", ("Content-Encoding: br",)),
        (b"5\r\nhel", ("Transfer-Encoding: chunked",)),
    ],
    ids=["short", "short gzip", "no gzip", "unknown packing", "short chunk"],
)
def test_answer_that_is_cut_off_or_packed_wrong(body, headers):
    """Fault 12: half an answer is none."""
    kept = [f"Content-Length: {len(body)}"] if not any("Length" in h or "chunked" in h for h in headers) else []

    def answer(connection):
        connection.sendall("\r\n".join(["HTTP/1.1 200 OK", *kept, *headers, "", ""]).encode() + body)

    with server(answer) as (port, _), pytest.raises(InvalidResponse):
        asks(port)


def test_redirect_is_not_followed():
    with server(says(b"", status="302 Found")) as (inner, heads_inside):
        to_inner = says(b"", f"Location: http://127.0.0.1:{inner}/", status="302 Found")
        with server(to_inner) as (port, _):
            assert asks(port).status == 302
    assert heads_inside == []


# Addresses typed by a user

REFUSED_URLS = {
    "http://calendar.example.com/": "scheme",
    "file:///etc/passwd": "url",
    "gopher://calendar.example.com/": "scheme",
    "ftp://calendar.example.com/": "scheme",
    "https://user:pass@calendar.example.com/": "credentials",
    "https://user@calendar.example.com/": "credentials",
    "https://calendar.example.com:25/": "port",
    "https://calendar.example.com:22/": "port",
    "https://calendar.example.com:99999/": "port",
    "https:///path": "url",
    "calendar.example.com": "url",
}
REFUSED_ADDRESSES = [
    "169.254.169.254",
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "::7f00:1",
]


def answering(*addresses):
    def resolve(host, port, **options):
        families = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in addresses]
        return [(family, socket.SOCK_STREAM, 6, "", (one, port)) for family, one in zip(families, addresses)]

    return resolve


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_url_that_is_refused(url):
    """Rows 71-73, 79: nothing is looked up, nothing is sent."""

    def resolve(*args, **options):
        pytest.fail("looked up")

    with pytest.raises(Untrusted) as caught:
        Transport(guard=Guard(), resolve=resolve).request("GET", url)
    assert caught.value.code == REFUSED_URLS[url]


@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
def test_address_that_is_refused(address, monkeypatch):
    """Rows 74, 76, 77, as what a name leads to."""
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("connected"))
    with pytest.raises(Untrusted) as caught:
        Transport(guard=Guard(), resolve=answering(address)).request("GET", "https://calendar.example.com/")
    assert caught.value.code == "private_address"


@pytest.mark.parametrize(
    "host", ["0x7f000001", "2130706433", "127.1", "localhost", "[::ffff:127.0.0.1]", "169.254.169.254"]
)
def test_ways_to_write_this_machine(host, monkeypatch):
    """Rows 74-76, resolved by the machine itself."""
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("connected"))
    with pytest.raises((Untrusted, Unavailable)) as caught:
        Transport(guard=Guard()).request("GET", f"https://{host}/")
    assert caught.value.code in ("private_address", "dns")


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111"])
def test_public_address(address):
    assert is_public(address)


def test_one_private_address_among_public_ones():
    with pytest.raises(Untrusted):
        Guard().check_addresses("calendar.example.com", ["8.8.8.8", "10.0.0.1"])


def test_name_that_changes_its_mind(monkeypatch):
    """Row 78: it is looked up once, and the connection goes to what was checked."""
    answers = [answering("8.8.8.8"), answering("127.0.0.1")]
    connected = []

    def resolve(*args, **options):
        return answers.pop(0)(*args, **options)

    def connect(_self, address):
        connected.append(address[0])
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Unavailable):
        Transport(guard=Guard(), resolve=resolve).request("GET", "https://rebinding.example/")
    assert connected == ["8.8.8.8"] and len(answers) == 1


def test_redirect_to_a_private_host():
    """Row 80."""
    with server(says(b"", "Location: http://169.254.169.254/", status="302 Found")) as (port, _):
        answer = asks(port, guard=Guard(["127.0.0.1"]))
    assert (answer.status, answer.body) == (302, b"")


def test_host_an_administrator_vouches_for():
    with server(says(b"hello")) as (port, _):
        assert asks(port, guard=Guard(["127.0.0.1"])).body == b"hello"
        with pytest.raises(Untrusted):
            asks(port, guard=Guard(["127.0.0.2"]))


# Logs


def test_log_names_no_secret(caplog):
    caplog.set_level(logging.DEBUG)
    with server(says(b"private body")) as (port, _):
        transport = Transport()
        url = f"http://127.0.0.1:{port}/p?access_token=SECRET&q=NAME&alt=json"
        transport.request("POST", url, {"Authorization": "SECRET"}, b"SECRET")
        transport.close()
    assert "/p?access_token=...&q=...&alt=json" in caplog.text
    for word in ("SECRET", "NAME", "private body"):
        assert word not in caplog.text


def test_redact_drops_user_and_fragment():
    assert redact("https://user:pass@host.example/p?x=1#f") == "https://host.example/p?x=..."


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a certificate for `localhost` that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


@contextmanager
def tls_server(certificate, names=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if names is not None:
        context.sni_callback = lambda sock, name, original: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
                with context.wrap_socket(connection, server_side=True) as wrapped:
                    wrapped.recv(65536)
                    wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
            except ssl.SSLError:
                continue
            except (OSError, http.client.HTTPException):
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
