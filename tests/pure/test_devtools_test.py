"""The counted result: nothing that did not run may look like a success."""

import pytest

from devtools import test as verb
from devtools.errors import Problem
from devtools.test import Count


def report(tmp_path, body):
    path = tmp_path / "report.xml"
    path.write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>")
    return verb.read_report(path)


def test_outcomes_are_counted(tmp_path):
    body = """
        <testcase name="a"/>
        <testcase name="b"><failure message="x"/></testcase>
        <testcase name="c"><skipped message="no such"/></testcase>
        <testcase name="d"><error message="setup"/></testcase>
    """
    assert report(tmp_path, body) == Count(passed=1, failed=2, skipped=1)


@pytest.fixture
def parts(monkeypatch):
    made = {}
    monkeypatch.setattr(verb, "PARTS", made)
    return made


def test_the_last_line_counts_all_parts(parts, capsys):
    parts.update(pure=lambda _k: Count(2, 0, 1), odoo=lambda _k: Count(3))
    assert verb.main([]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "5 passed, 0 failed, 1 skipped"


def test_a_part_without_tests_fails(parts, capsys):
    parts.update(pure=lambda _k: Count(2), odoo=lambda _k: Count())
    assert verb.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 1 failed, 0 skipped"


def test_a_part_that_cannot_run_fails(parts, capsys):
    def broken(_expression):
        raise Problem("no browser", "install it")

    parts.update(pure=lambda _k: Count(2), browser=broken)
    assert verb.main([]) == 1
    shown = capsys.readouterr().out
    assert "browser could not run: no browser; install it" in shown
    assert shown.splitlines()[-1] == "2 passed, 1 failed, 0 skipped"


def test_an_expression_may_select_nothing_in_one_part_but_not_in_all(parts):
    parts.update(pure=lambda _k: Count(2), odoo=lambda _k: Count(), lint=lambda _k: Count(failed=1))
    assert verb.main(["-k", "something"]) == 0
    assert verb.main(["odoo", "-k", "something"]) == 1
