"""requests-oauthlib on our transport: https://requests-oauthlib.readthedocs.io/

Of its traps, these are closed here: its debug log holds tokens, codes and the client's secret; it takes answers of any
status for tokens; its errors are of five families. Two more concern who uses it:

- It believes plain http only where the environment has ``OAUTHLIB_INSECURE_TRANSPORT``. The product never sets it;
  ``./dev`` and the tests do, for stand-ins on their own machine.
- It refuses tokens for other scopes than were asked for. Where boxes may be unticked, ask for tokens without a scope.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests
from oauthlib.oauth2 import InsecureTransportError, MissingTokenError, OAuth2Error
from requests_oauthlib import OAuth2Session

from .errors import AuthenticationFailed, InvalidResponse, Untrusted
from .transport import Transport
from .transport_requests import TransportSession

# Whatever level an administrator sets: a logger's own filter comes before every handler.
logging.getLogger("requests_oauthlib.oauth2_session").addFilter(lambda record: record.levelno > logging.DEBUG)


class OAuthSession(TransportSession, OAuth2Session):
    """The library's session.

    check: looks at the answer to each request for tokens before the library does, and raises if it can't be one.
    options: those of OAuth2Session.
    """

    def __init__(self, transport: Transport, check: Callable[[requests.Response], None], **options):
        super().__init__(transport, **options)

        def hook(response):
            check(response)
            return response

        self.register_compliance_hook("access_token_response", hook)
        self.register_compliance_hook("refresh_token_response", hook)


@contextmanager
def explained(server: str) -> Iterator[None]:
    """One table: what the library raised, as one of ours. The server's own "no" (RFC 6749, 5.2) is the only one that
    ends a connection. server: its name, for messages."""
    try:
        yield
    except InsecureTransportError as error:
        raise Untrusted(f"The sign-in address of {server} is not https.", "insecure_transport") from error
    except MissingTokenError as error:
        raise InvalidResponse(f"{server} answered without a token.", "token") from error
    except OAuth2Error as error:
        raise AuthenticationFailed(f"{server} refused: {error.error}.", str(error.error)) from error
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        # What the library does with a number or list where RFC 6749 has a string.
        raise InvalidResponse(f"What {server} answered makes no sense.", "token") from error
