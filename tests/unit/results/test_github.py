# SPDX-License-Identifier: GPL-2.0-only
"""Workflow commands: places, escapes, and nothing that guest output could make of them."""

import re
from dataclasses import replace

from harness.results.github import annotations
from harness.results.run import Run
from harness.sweep.records import SweepResult
from harness.verdict.judge import judged
from tests.fakes import results as fakes

COMMAND = re.compile(r"^::(error|warning|notice) (\w+=[^:,\n]*)(,\w+=[^:,\n]*)*::[^\n\r]*$")


def failing() -> Run:
    """The kernel under test fails where the other one does."""
    results = [
        replace(each, kernel=fakes.STOCK) if each.kernel == fakes.BROKEN else each for each in fakes.run().results
    ]
    firsts: dict[tuple[str, str], SweepResult] = {}
    for each in results:
        firsts.setdefault((each.scenario, each.kernel), each)
    return judged(replace(fakes.run(), results=tuple(firsts.values()), findings=()))


def test_a_pass_is_one_notice() -> None:
    (line,) = annotations(judged(replace(fakes.run(), findings=()))).splitlines()
    assert line.startswith("::notice title=dax-lab%3A PASS::PASS: `stock` is silent")
    assert COMMAND.match(line)


def test_a_failing_scenario_is_an_error_at_the_first_line_of_its_window() -> None:
    lines = annotations(failing()).splitlines()
    assert all(COMMAND.match(line) for line in lines)
    assert lines[0].startswith("::error title=dax-lab%3A FAIL::")
    at = [
        line for line in lines[1:] if line.startswith("::error file=fs/dax.c,line=573,title=write-read-hole on stock::")
    ]
    assert len(at) == 1


def test_no_more_than_github_shows_are_given_and_the_rest_is_counted() -> None:
    run = failing()
    assert run.verdict
    cell = next(each for each in run.verdict.cells if each.word == "fails")
    many = replace(run, verdict=replace(run.verdict, cells=(cell,) * 30))
    lines = annotations(many).splitlines()
    assert len(lines) == 11
    assert "21 more scenarios fail" in lines[-1]


def test_what_a_guest_said_cannot_begin_a_command_of_its_own() -> None:
    run = failing()
    assert run.verdict
    hostile = replace(run.verdict, sentence="x\n::set-output name=a::b\r\n%0A\x1b[31m::error::y")
    (first, *_rest) = annotations(replace(run, verdict=hostile)).splitlines()
    assert COMMAND.match(first)
    assert first.endswith("::x%0A::set-output name=a::b\\x0d%0A%250A::error::y")
