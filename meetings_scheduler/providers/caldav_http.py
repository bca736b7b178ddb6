"""WebDAV requests and answers (RFC 4918), with one table from status to error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import caldav
from caldav.lib import error as caldav_error
from lxml import etree
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

from .errors import (
    AuthenticationFailed,
    Conflict,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    ProviderError,
    RateLimited,
    Rejected,
    SyncTokenExpired,
    Unavailable,
    Untrusted,
)
from .retry_after import retry_after
from .transport import Transport
from .transport_requests import TransportSession

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
NAMES = {"d": "DAV:", "c": "urn:ietf:params:xml:ns:caldav"}

BY_STATUS: dict[int, type[ProviderError]] = {
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    # Where a collection is missing on the way to what should be stored (RFC 4918, 9.7.1).
    409: NotFound,
    410: NotFound,
    412: Conflict,
    429: RateLimited,
    423: Unavailable,
}


def xml(tag: str, /, *content, **attributes):
    """An element; content: elements, or one text."""
    element = etree.Element(tag, attributes, nsmap=NAMES)
    for part in content:
        if isinstance(part, str):
            element.text = part
        else:
            element.append(part)
    return element


@dataclass(frozen=True)
class Item:
    """One response of a multistatus. href: a path. status: 0 if only its properties have one."""

    href: str
    status: int = 0
    properties: dict = field(default_factory=dict)

    def element(self, name):
        return self.properties.get(name)

    def text(self, name):
        element = self.properties.get(name)
        return (element.text or "").strip() if element is not None else ""

    @property
    def etag(self):
        return self.text(f"{DAV}getetag")

    @property
    def data(self):
        return self.text(f"{CALDAV}calendar-data").encode()


@dataclass(frozen=True)
class Multistatus:
    collection: str
    items: list[Item]
    sync_token: str = ""

    def __iter__(self):
        return iter(self.items)

    def members(self):
        """Without the collection, which some list in itself. Raises if a member came without its data."""
        found = [item for item in self.items if item.href.rstrip("/") != self.collection.rstrip("/")]
        if not all(item.etag and item.data for item in found if not item.status or item.status == 200):
            raise InvalidResponse("The server left out the data of an event.", "shape")
        return found


@dataclass(frozen=True)
class Answer:
    headers: dict
    body: bytes


class Dav:
    def __init__(self, url, username, password, transport: Transport, clock: Callable[[], datetime], auth: str):
        kind = {"basic": HTTPBasicAuth, "digest": HTTPDigestAuth}[auth]
        # In UTF-8, which requests would not do by itself.
        self._auth = kind(username.encode(), password.encode()) if auth == "basic" else kind(username, password)
        self._url, self._clock = url, clock
        self._session = TransportSession(transport)
        # Credentials go in as `auth` only: given as a password, the library would try it again after a refusal.
        self._client = caldav.DAVClient(url, auth=self._auth)
        self._client.session = self._session
        self._home: str | None = None

    def home(self) -> str:
        """Path of the collection that holds the account's calendars."""
        if self._home is None:
            self._home = self._discover(self._url) or self._discover(self._well_known())
            if not self._home:
                raise NotFound("There is no calendar account at this address.", "no_principal")
        return self._home

    def _discover(self, url):
        try:
            self._client.url = caldav.lib.url.URL.objectify(url)
            home = self._client.principal().calendar_home_set.url
        except caldav_error.AuthorizationError as error:
            raise AuthenticationFailed("The server does not accept user name and password.", "401") from error
        except (caldav_error.DAVError, AssertionError, TypeError, AttributeError, KeyError):
            # What it raises for a server or page that is no calendar.
            return None
        return urlsplit(str(home)).path

    def _well_known(self):
        """RFC 6764, 5: where the server's own host says its calendars are."""
        start = urljoin(self._url, "/.well-known/caldav")
        answer = self._session.request("GET", start, auth=self._auth)
        target = urljoin(start, answer.headers.get("location", ""))
        if urlsplit(target)[:2] != urlsplit(start)[:2]:
            raise Untrusted("The server sends us to another one.", "redirect")
        return target

    def send(self, method, href, body=b"", headers=None) -> Answer:
        """Raises what BY_STATUS says of the status, with the server's own word for it."""
        payload = body if isinstance(body, bytes) else etree.tostring(body, xml_declaration=True, encoding="utf-8")
        kind = {} if isinstance(body, bytes) else {"Content-Type": "application/xml; charset=utf-8"}
        url = urljoin(self._url, href)
        if urlsplit(url)[:2] != urlsplit(self._url)[:2]:
            raise Untrusted("The server names an address at another one.", "href")
        answer = self._session.request(method, url, data=payload, headers={**kind, **(headers or {})}, auth=self._auth)
        if answer.status_code not in (200, 201, 204, 207):
            raise self._explain(answer)
        return Answer({name.lower(): value for name, value in answer.headers.items()}, answer.content)

    def propfind(self, href, names, depth=0) -> Multistatus:
        body = xml(f"{DAV}propfind", xml(f"{DAV}prop", *(xml(name) for name in names)))
        return self._multistatus(href, self.send("PROPFIND", href, body, {"Depth": str(depth)}))

    def report(self, href, body, depth=0) -> Multistatus:
        return self._multistatus(href, self.send("REPORT", href, body, {"Depth": str(depth)}))

    def _explain(self, answer):
        status = answer.status_code
        code = _precondition(answer.content) or str(status)
        message = f"The server answered {status} ({code})."
        if 300 <= status < 400:
            return Untrusted("The server sends us elsewhere; give the address it leads to.", "redirect")
        # RFC 6578, 3.2; some answer 409 or 412 with it.
        if code == "valid-sync-token":
            return SyncTokenExpired(message, code)
        kind = BY_STATUS.get(status) or (Unavailable if status >= 500 and status != 507 else Rejected)
        if issubclass(kind, (RateLimited, Unavailable)):
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return kind(message, code, retry_after(headers, self._clock()))
        return kind(message, code)

    def _multistatus(self, href, answer):
        tree = _parse(answer.body)
        if tree is None or tree.tag != f"{DAV}multistatus":
            raise InvalidResponse("The server answered with something that is not WebDAV.", "not_xml")
        items = [_item(response) for response in tree.iterfind(f"{DAV}response")]
        return Multistatus(href, items, tree.findtext(f"{DAV}sync-token") or "")


def _item(response):
    href = response.findtext(f"{DAV}href")
    if not href:
        raise InvalidResponse("The server left out an address.", "shape")
    properties = {}
    for part in response.iterfind(f"{DAV}propstat"):
        if _status(part) == 200:
            properties.update({prop.tag: prop for prop in part.find(f"{DAV}prop")})
    return Item(urlsplit(href).path, _status(response), properties)


def _status(element):
    """ "HTTP/1.1 404 Not Found" → 404; 0 if there is none."""
    words = (element.findtext(f"{DAV}status") or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def _precondition(body):
    tree = _parse(body)
    if tree is None or tree.tag != f"{DAV}error" or not len(tree):
        return ""
    return etree.QName(tree[0]).localname


def _parse(body):
    """No DTD, no entities, no network (OWASP ASVS 5.0, 1.5.1)."""
    if b"<!DOCTYPE" in body[:1000]:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
