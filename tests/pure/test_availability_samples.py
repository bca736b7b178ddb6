"""The cases every scheduler of this kind must get right, with the answers the product must give (data/samples.json)."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from devtools.slots import answer

SAMPLES = json.loads((Path(__file__).parent / "data" / "samples.json").read_text(encoding="utf-8"))


def instants(given: dict) -> dict:
    """Starts are compared as instants, whatever offset they are written with."""
    if "slots" in given:
        return {**given, "slots": [datetime.fromisoformat(start.replace("Z", "+00:00")) for start in given["slots"]]}
    return given


@pytest.mark.parametrize("case", SAMPLES, ids=[case["id"] for case in SAMPLES])
def test_sample(case):
    assert instants(answer(case)) == instants({"id": case["id"], **case["expected"]})


def test_there_are_samples():
    assert len(SAMPLES) >= 22
