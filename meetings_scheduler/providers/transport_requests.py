"""Lets libraries that speak through `requests` (caldav, requests-oauthlib, msal) go through our transport."""

from __future__ import annotations

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from .transport import Transport


class TransportSession(requests.Session):
    """Without redirects, cookies of earlier answers, proxies and passwords from the environment or .netrc.

    options: of the library's own session, where a class is both.
    """

    def __init__(self, transport: Transport, **options):
        super().__init__(**options)
        self.trust_env = False
        self.adapters.clear()
        self.mount("https://", _TransportAdapter(transport))
        self.mount("http://", _TransportAdapter(transport))

    def get_redirect_target(self, resp):
        return None


class _TransportAdapter(BaseAdapter):
    def __init__(self, transport):
        super().__init__()
        self._transport = transport

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        # Set by the transport itself, from what it really sends and can unpack.
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OURS}
        answer = self._transport.request(request.method, request.url, headers, body)
        response = requests.Response()
        response.status_code = answer.status
        response.reason = answer.reason
        response.headers = CaseInsensitiveDict(answer.headers)
        response.url = request.url
        response.request = request
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response._content = answer.body
        response._content_consumed = True
        # Digest authentication answers the server's challenge by this.
        response.connection = self
        return response

    def close(self):
        self._transport.close()


_OURS = {"accept-encoding", "connection", "content-length"}
