"""Whatever happens between two reads, a reader ends up with what is there."""

import random
from datetime import datetime, timedelta

import pytest

from tests.contract.world import UTC, WINDOW, Mirror, busy


@pytest.mark.parametrize("seed", range(3))
def test_mirror_converges(world, seed):
    """RELIABILITY.md P7: whatever happens between reads, the mirror ends as a full read has it."""
    dice = random.Random(seed)
    mirror, known = Mirror(), []
    for step in range(40):
        day = 1 + dice.randrange(28)
        start = datetime(2030, 3, day, dice.randrange(24), tzinfo=UTC)
        choice = dice.random()
        if choice < 0.4 or not known:
            rule = ("RRULE:FREQ=DAILY;COUNT=3",) if dice.random() < 0.3 else ()
            recurrence = {"recurrence": rule} if rule else {}
            known.append(
                world.add(world.main, start=start, end=start + timedelta(hours=1), summary=f"s{step}", **recurrence)
            )
        elif choice < 0.6:
            world.change(world.main, dice.choice(known), summary=f"changed in {step}")
        elif choice < 0.8:
            world.change(world.main, dice.choice(known), start=start, end=start + timedelta(hours=2))
        else:
            world.remove(world.main, known.pop(dice.randrange(len(known))))
        if dice.random() < 0.4:
            mirror.read(world.provider, world.main)
    mirror.read(world.provider, world.main)
    full = Mirror().read(world.provider, world.main)
    assert mirror.events == full.events, f"seed {seed}"
    busy_now = [event for event in full.events.values() if event.start < WINDOW.end]
    assert bool(busy(world)[world.main]) is bool(busy_now)
