"""What can go wrong at a calendar server: one family, whatever the protocol (ARCHITECTURE.md, Providers).

An adapter turns each status or library error into one of these, by one table. Messages are for logs and administrators:
they name no token, no password and no text of an event. `code` is the server's own short word for it.
"""


class ProviderError(Exception):
    """code: the server's own word ("rateLimitExceeded", "invalid_grant"), or "".

    is_temporary: the same call may succeed later without anybody doing anything.
    """

    is_temporary = False

    def __init__(self, message: str, code: str = ""):
        super().__init__(message)
        self.code = code


class AuthenticationFailed(ProviderError):
    """The credentials are not accepted (any more): the owner has to connect again."""


class PermissionDenied(ProviderError):
    """Signed in, but not allowed to do this."""


class MissingScopes(PermissionDenied):
    """The user unticked a permission while consenting. scopes: those that are missing, as the provider names them."""

    def __init__(self, message: str, scopes: tuple[str, ...]):
        super().__init__(message, "missing_scopes")
        self.scopes = scopes


class NotFound(ProviderError):
    """The calendar or event is not there, said by the server in answer to a question about just that."""


class Conflict(ProviderError):
    """Somebody changed the event since it was read; nothing was written. Read it again and decide."""


class Rejected(ProviderError):
    """The server understood and will not have it: repeating changes nothing, other events are not concerned."""


class SyncTokenExpired(ProviderError):
    """Only a full read helps: the server forgot the token, or it belongs to another question."""


class RateLimited(ProviderError):
    """retry_after: seconds to stay away, None if the server did not say."""

    is_temporary = True

    def __init__(self, message: str, code: str = "", retry_after: float | None = None):
        super().__init__(message, code)
        self.retry_after = retry_after


class Unavailable(ProviderError):
    """No usable answer in time. A write may or may not have happened: repeat it under the same key, never a new one.

    retry_after: seconds to stay away, None if the server did not say.
    """

    is_temporary = True

    def __init__(self, message: str, code: str = "", retry_after: float | None = None):
        super().__init__(message, code)
        self.retry_after = retry_after


class InvalidResponse(ProviderError):
    """Not what the protocol promises: a login page, half a JSON, too many bytes. Nothing follows from it."""


class Untrusted(ProviderError):
    """The server must not be talked to: its certificate is wrong, its address private, or it sends us elsewhere."""


class MissingLibrary(ProviderError):
    """package: what to install (`pip install ...`) before this provider can be used."""

    def __init__(self, provider: str, package: str):
        super().__init__(f"The provider {provider} needs the Python package {package}, which is not installed.")
        self.package = package
