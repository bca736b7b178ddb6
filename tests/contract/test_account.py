"""Whose account it is, and which calendars it has (ARCHITECTURE.md, Providers)."""

import pytest

from providers.base import Period, Role
from providers.errors import AuthenticationFailed
from tests.contract.world import WINDOW, at, busy, draft, needs


def test_account_is_the_address_signed_in(world):
    account = world.provider.account()
    assert account.address == world.address


def test_account_without_consent(world):
    needs(world, "revoke")
    world.revoke()
    for ask in (
        world.provider.account,
        world.provider.list_calendars,
        lambda: busy(world),
        lambda: list(world.provider.changes(world.main, None, WINDOW)),
        lambda: world.provider.put_event(world.main, draft(), key="k"),
    ):
        with pytest.raises(AuthenticationFailed):
            ask()


def test_main_calendar_is_listed_as_owned(world):
    main = next(calendar for calendar in world.provider.list_calendars() if calendar.id == world.main)
    assert main.role is Role.OWNER and main.is_writable and main.shows_details
    if "primary" in world.abilities:
        assert main.is_primary and main.zone == world.zone


@pytest.mark.parametrize("role", ["free_busy", "reader", "writer"])
def test_shared_calendar_is_listed_with_its_role(world, role):
    needs(world, "share")
    shared = world.foreign_calendar(role)
    found = next(calendar for calendar in world.provider.list_calendars() if calendar.id == shared)
    assert found.role is Role(role)
    assert found.shows_details is (role != "free_busy")
    assert found.is_writable is (role == "writer")
    assert not found.is_primary
    world.unshare(shared)
    assert shared not in [calendar.id for calendar in world.provider.list_calendars()]


def test_create_and_delete_calendar(world):
    made = world.provider.create_calendar("Odoo tasks", "Europe/Berlin")
    assert made.role is Role.OWNER and made.name == "Odoo tasks"
    listed = next(calendar for calendar in world.provider.list_calendars() if calendar.id == made.id)
    assert listed.name == "Odoo tasks"
    world.provider.put_event(made.id, draft(), key="task")
    assert busy(world, made.id)[made.id] == [Period(at(4), at(4, 10))]
    world.provider.delete_calendar(made.id)
    assert made.id not in [calendar.id for calendar in world.provider.list_calendars()]
    world.provider.delete_calendar(made.id)


def test_calendar_is_made_once(world):
    """P5: a repeat of a create whose answer was lost finds the calendar that is there."""
    before = len(world.provider.list_calendars())
    made = world.provider.create_calendar("Odoo tasks", "Europe/Berlin", key="tasks-0b1c")
    again = world.provider.create_calendar("Odoo tasks", "Europe/Berlin", key="tasks-0b1c")
    assert (again.id, again.role) == (made.id, Role.OWNER)
    assert len(world.provider.list_calendars()) == before + 1
    other = world.provider.create_calendar("Odoo tasks", "Europe/Berlin", key="tasks-4e5f")
    assert other.id != made.id
    world.provider.delete_calendar(made.id)
    anew = world.provider.create_calendar("Odoo tasks", "Europe/Berlin", key="tasks-0b1c")
    assert anew.id in [calendar.id for calendar in world.provider.list_calendars()]
