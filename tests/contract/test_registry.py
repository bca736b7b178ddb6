"""Adapters by name, and what is said when a library is missing."""

import subprocess
import sys

import pytest

from providers import registry
from providers.base import CalendarProvider, PushProvider
from providers.errors import MissingLibrary
from providers.oauth import OAuthClient
from tests.contract.conftest import ROOT


@pytest.mark.parametrize("name", registry.names())
def test_adapter_is_whole(name):
    adapter = registry.adapter(name)
    assert issubclass(adapter, CalendarProvider) and adapter.name == name
    assert not adapter.__abstractmethods__


def test_ability_a_server_lacks_is_a_missing_class():
    assert issubclass(registry.adapter("google"), PushProvider)
    assert not issubclass(registry.adapter("caldav"), PushProvider)


def test_unknown_name():
    with pytest.raises(KeyError):
        registry.adapter("lotus")
    with pytest.raises(KeyError):
        registry.oauth_client("lotus")


def test_sign_in_is_whole():
    client = registry.oauth_client("google")
    assert issubclass(client, OAuthClient) and not client.__abstractmethods__


@pytest.mark.parametrize(
    ("kind", "name", "module", "package"),
    [
        ("adapter", "google", "googleapiclient", "google-api-python-client"),
        ("adapter", "caldav", "caldav", "caldav==2.0.1"),
        ("oauth_client", "google", "requests_oauthlib", "requests-oauthlib"),
        ("oauth_client", "google", "oauthlib", "requests-oauthlib"),
    ],
)
def test_missing_library_is_told_by_the_name_to_install(kind, name, module, package, monkeypatch):
    ours = ("providers.google", "providers.caldav", "providers.oauth_session")
    for loaded in [one for one in sys.modules if one.startswith(ours)]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(sys, "meta_path", [Without(module), *sys.meta_path])
    for loaded in [one for one in sys.modules if one == module or one.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, loaded)
    with pytest.raises(MissingLibrary) as caught:
        getattr(registry, kind)(name)
    assert caught.value.package == package and package in str(caught.value)


class Without:
    """An importer for which one module is not installed."""

    def __init__(self, module):
        self.module = module

    def find_spec(self, name, path=None, target=None):
        if name == self.module:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_nothing_imports_odoo_or_a_library_before_it_is_asked_for():
    code = (
        "import sys; sys.path.append('meetings_scheduler'); import providers.registry, providers.base, providers.oauth;"
        "print([m for m in ('odoo', 'googleapiclient', 'oauthlib', 'caldav', 'requests', 'lxml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
