"""What changed in a CalDAV collection: by sync-collection (RFC 6578), or by comparing versions where that is missing.

The token of the second way holds every address with its version. One that is missing later is asked for by itself:
only a 404 or 410 in answer to that is a deletion.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from .caldav_http import CALDAV, DAV, Dav, Item, xml
from .errors import InvalidResponse, NotFound, SyncTokenExpired

CTAG = "{http://calendarserver.org/ns/}getctag"
PAGE = 50
MOST_ROUNDS = 200


@dataclass(frozen=True)
class Step:
    """Events as the server has them, addresses of those that are gone, and the new token on the last step."""

    items: list[Item] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    token: str = ""


def start(dav: Dav, collection: str) -> str:
    """A token for the collection as it is now."""
    answer = dav.propfind(collection, [f"{DAV}sync-token", CTAG])
    for item in answer:
        if item.text(f"{DAV}sync-token"):
            return f"s{item.text(f'{DAV}sync-token')}"
    return _listing_token(answer, _versions(dav, collection))


def since(dav: Dav, collection: str, token: str) -> Iterator[Step]:
    kind, known = token[:1], token[1:]
    if kind == "s":
        return _by_report(dav, collection, known)
    if kind == "v":
        return _by_versions(dav, collection, known)
    raise SyncTokenExpired("The sync token is of another kind.", "kind")


def _by_report(dav, collection, token):
    changed, removed = {}, {}
    for _ in range(MOST_ROUNDS):
        body = xml(
            f"{DAV}sync-collection",
            xml(f"{DAV}sync-token", token),
            xml(f"{DAV}sync-level", "1"),
            xml(f"{DAV}prop", xml(f"{DAV}getetag")),
        )
        answer = dav.report(collection, body)
        is_cut = False
        for item in answer:
            if item.href.rstrip("/") == collection.rstrip("/"):
                # RFC 6578, 3.6: told of the collection itself, it means "there is more".
                is_cut = is_cut or item.status == 507
            elif item.status in (404, 410):
                changed.pop(item.href, None)
                removed[item.href] = True
            elif item.status in (0, 200, 201):
                removed.pop(item.href, None)
                changed[item.href] = True
            else:
                raise InvalidResponse(f"The server answered {item.status} for one event.", str(item.status))
        if not answer.sync_token or (is_cut and answer.sync_token == token):
            raise InvalidResponse("The server gave no new sync token.", "no_sync_token")
        token = answer.sync_token
        if not is_cut:
            break
    else:
        raise InvalidResponse("The server never comes to an end.", "endless")
    yield from _fetch(dav, collection, list(changed), list(removed), f"s{token}")


def _by_versions(dav, collection, known):
    ctag, versions = _unpack(known)
    answer = dav.propfind(collection, [CTAG])
    if ctag and ctag == _ctag(answer):
        yield Step(token=f"v{known}")
        return
    current = _versions(dav, collection)
    changed = [href for href, etag in current.items() if versions.get(href) != etag]
    removed = [href for href in versions if href not in current and _is_gone(dav, href)]
    # What is missing but answers all the same stays known, so that the next read looks again.
    kept = {href: versions[href] for href in versions if href not in current and href not in removed}
    yield from _fetch(dav, collection, changed, removed, _listing_token(answer, {**current, **kept}))


def _fetch(dav, collection, changed, removed, token):
    for first in range(0, len(changed), PAGE):
        hrefs = changed[first : first + PAGE]
        body = xml(
            f"{CALDAV}calendar-multiget",
            xml(f"{DAV}prop", xml(f"{DAV}getetag"), xml(f"{CALDAV}calendar-data")),
            *(xml(f"{DAV}href", href) for href in hrefs),
        )
        answer = dav.report(collection, body)
        # Gone since it was listed: 404 here answers a question about just that one.
        gone = [item.href for item in answer if item.status in (404, 410)]
        items = [item for item in answer.members() if item.status in (0, 200)]
        if len(gone) + len(items) < len(hrefs):
            raise InvalidResponse("The server left out an event it was asked for.", "shape")
        yield Step(items=items, removed=gone)
    yield Step(removed=removed, token=token)


def _versions(dav, collection):
    answer = dav.propfind(collection, [f"{DAV}getetag", f"{DAV}resourcetype"], depth=1)
    return {item.href: item.etag for item in answer if item.etag and item.href.rstrip("/") != collection.rstrip("/")}


def _is_gone(dav, href):
    try:
        dav.send("GET", href)
    except NotFound:
        return True
    return False


def _ctag(answer):
    return next((item.text(CTAG) for item in answer if item.text(CTAG)), "")


def _listing_token(answer, versions):
    packed = zlib.compress(json.dumps([_ctag(answer), versions]).encode())
    return f"v{base64.urlsafe_b64encode(packed).decode()}"


def _unpack(text):
    try:
        ctag, versions = json.loads(zlib.decompress(base64.urlsafe_b64decode(text)))
    except (ValueError, zlib.error) as error:
        raise SyncTokenExpired("The sync token is damaged.", "damaged") from error
    return ctag, versions
