"""docs/developer/faults.md is the list of faults and of the tests that show what becomes of each: it must be true."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "developer" / "faults.md"
FAULTS = range(1, 48)  # those that every provider shares, the local ones and Google's own
FUNCTION = re.compile(r"^\s*(?:async )?def (test_\w+)\(", re.M)


def rows():
    """:return: list of (number, outcome, what happens, tests), text of the table's cells"""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in TABLE.read_text().splitlines()
        if re.match(r"\| *\d", line)
    ]
    return [(int(number), outcome, happens, tests) for number, _fault, outcome, happens, tests in cells]


def functions():
    """:return: {file's name: names of the tests in it}, of the whole repository"""
    return {path.name: set(FUNCTION.findall(path.read_text())) for path in ROOT.rglob("tests/**/test_*.py")}


def named(tests):
    """:return: list of (file's name, test's name) of a cell such as "`test_a.py`: `test_b`, `test_c`" """
    found, file = [], None
    for word in re.findall(r"`([^`]+)`", tests):
        if word.endswith(".py"):
            file = word
        else:
            found.append((file, word))
    return found


def test_every_fault_has_one_row():
    numbers = [number for number, *_cells in rows()]
    assert numbers == sorted(numbers), "in the catalogue's order"
    assert sorted({*FAULTS} - {*numbers}) == [], "faults without a row"
    assert {number for number in numbers if numbers.count(number) > 1} == set(), "faults with more than one row"


def test_every_row_says_what_happens():
    for number, outcome, happens, _tests in rows():
        assert re.fullmatch(r"–|[A-E](, [A-E])*", outcome), f"fault {number}: {outcome} is no outcome"
        assert happens, f"fault {number}: what happens?"


def test_every_named_test_exists():
    known = functions()
    for number, _outcome, _happens, tests in rows():
        assert named(tests), f"fault {number} names no test"
        for file, name in named(tests):
            assert name in known.get(file, ()), f"fault {number}: there is no {name} in {file}"
