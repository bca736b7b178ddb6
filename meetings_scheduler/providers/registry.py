"""Which adapter serves which provider. Its library is imported when it is first asked for: one that is missing hurts
only those who use it, and they are told its name."""

from __future__ import annotations

import importlib

from .errors import MissingLibrary

# name: (module, class, top-level modules its libraries bring → package to install)
ADAPTERS = {
    "memory": ("memory", "MemoryProvider", {"dateutil": "python-dateutil"}),
    "google": ("google", "GoogleProvider", {"googleapiclient": "google-api-python-client", "httplib2": "httplib2"}),
    "caldav": (
        "caldav",
        "CalDAVProvider",
        {"caldav": "caldav==2.0.1", "icalendar": "icalendar", "requests": "requests", "lxml": "lxml"},
    ),
}

# Signing in where that takes consent.
CLIENTS = {
    "google": (
        "google_oauth",
        "GoogleOAuth",
        {"requests_oauthlib": "requests-oauthlib", "oauthlib": "requests-oauthlib", "requests": "requests"},
    ),
}


def names() -> tuple[str, ...]:
    return tuple(ADAPTERS)


def adapter(name: str) -> type:
    """The class of that provider. Raises MissingLibrary naming the package, KeyError for an unknown name."""
    return _load(name, *ADAPTERS[name])


def oauth_client(name: str) -> type:
    """The OAuthClient of that provider. Raises as `adapter` does."""
    return _load(name, *CLIENTS[name])


def _load(name, module, class_name, packages):
    try:
        return getattr(importlib.import_module(f".{module}", __package__), class_name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in packages:
            raise
        raise MissingLibrary(name, packages[missing]) from error
