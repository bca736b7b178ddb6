"""Being told of changes: channels, and calls that tell of nothing."""

from datetime import timedelta

import pytest

from providers.base import PushProvider


def test_subscribe_and_unsubscribe(world):
    if not isinstance(world.provider, PushProvider):
        pytest.skip(f"{type(world).__name__} has no push")
    channel = world.provider.subscribe(
        world.main, "https://odoo.example/hook", channel_id="c-1", token="secret", lifetime=3600
    )
    assert (channel.id, channel.calendar_id, channel.token) == ("c-1", world.main, "secret")
    assert channel.expires_at.utcoffset() == timedelta()
    world.provider.unsubscribe(channel)
    world.provider.unsubscribe(channel)


def test_stray_call_is_no_notification(world):
    if not isinstance(world.provider, PushProvider):
        pytest.skip(f"{type(world).__name__} has no push")
    assert world.provider.read_push({"Content-Type": "text/plain"}, b"hello") == []
