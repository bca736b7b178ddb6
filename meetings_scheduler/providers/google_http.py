"""What google-api-python-client takes for httplib2: our transport, with the access token added."""

from __future__ import annotations

import httplib2

from .oauth import TokenSource
from .transport import Transport


class GoogleHttp:
    def __init__(self, credentials: TokenSource, transport: Transport):
        self._credentials, self._transport = credentials, transport

    def request(self, uri, method="GET", body=None, headers=None, redirections=0, connection_type=None):
        """Part of httplib2.Http: (response, content)."""
        token = self._credentials.token()
        response = self._send(uri, method, body, headers, token)
        if response.status == 401:
            # It ended early, or somebody else renewed it. What was refused was not carried out, so sending it again is
            # no retry of a write; a second refusal stands.
            response = self._send(uri, method, body, headers, self._credentials.renew(token))
        answer = httplib2.Response({**response.headers, "status": str(response.status)})
        answer.reason = response.reason
        return answer, response.body

    def close(self):
        self._transport.close()

    def _send(self, uri, method, body, headers, token):
        kept = {name: value for name, value in (headers or {}).items() if name.lower() not in _OURS}
        payload = body.encode() if isinstance(body, str) else body or b""
        return self._transport.request(method, uri, {**kept, "Authorization": f"Bearer {token}"}, payload)


# Set by the transport, from what it really sends and can unpack.
_OURS = {"accept-encoding", "content-length"}
