"""Google's errors as ours: https://developers.google.com/workspace/calendar/api/guides/errors"""

from __future__ import annotations

import json
from datetime import datetime

from googleapiclient.errors import HttpError

from .errors import (
    AuthenticationFailed,
    Conflict,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
)
from .retry_after import retry_after

# 403 means either "not you" or "not so fast"; only the reason tells.
THROTTLED = {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
    "calendarLimitsExceeded",
    "variableTermLimitExceeded",
}
BY_STATUS: dict[int, type[ProviderError]] = {
    400: Rejected,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    410: NotFound,
    412: Conflict,
    429: RateLimited,
}
# Of one calendar in a free/busy answer.
BUSY_ERRORS: dict[str, type[ProviderError]] = {
    "notFound": NotFound,
    "forbidden": PermissionDenied,
    "rateLimitExceeded": RateLimited,
    "internalError": Unavailable,
    "backendError": Unavailable,
}


def explain(error: HttpError, now: datetime) -> ProviderError:
    status = int(error.resp.status)
    code = _reason(error.content) or str(status)
    kind = RateLimited if status == 403 and code in THROTTLED else BY_STATUS.get(status)
    if kind is None:
        kind = Unavailable if status >= 500 else InvalidResponse
    message = f"Google answered {status} ({code})."
    if issubclass(kind, (RateLimited, Unavailable)):
        return kind(message, code, retry_after(error.resp, now))
    return kind(message, code)


def busy_error(calendar_id: str, errors: list) -> ProviderError:
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    code = str(first.get("reason", ""))
    return BUSY_ERRORS.get(code, InvalidResponse)(f"Google can't say when {calendar_id} is busy: {code}.", code)


def _reason(content):
    try:
        return str(json.loads(content)["error"]["errors"][0]["reason"])
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
