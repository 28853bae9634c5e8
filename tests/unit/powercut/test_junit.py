# SPDX-License-Identifier: GPL-2.0-only
"""Power cuts as JUnit: what failed, what is broken, and what proves nothing, told apart."""

from dataclasses import replace
from typing import Any

import pytest
from junitparser import JUnitXml

from harness.powercut.junit import junit
from tests.unit.powercut.test_result import DONE, FAILURE, KNOWN, TALLY


def cases(**change: Any) -> list[Any]:
    """The scenario's case and the verdict's."""
    return [case for suite in JUnitXml.fromstring(junit(replace(DONE, **change)).encode()) for case in suite]


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({}, ["", ""]),
        ({"failures": (KNOWN,)}, ["", ""]),
        ({"failures": (FAILURE,)}, ["Failure", "Failure"]),
        ({"failures": (FAILURE,), "tallies": (replace(TALLY, broken="no"),)}, ["Failure", "Failure"]),
        ({"tallies": (replace(TALLY, broken="no"),)}, ["Error", "Error"]),
        ({"tallies": (replace(TALLY, promised=0),)}, ["Skipped", "Error"]),
        ({"tallies": (replace(TALLY, recorded=False),)}, ["Skipped", "Error"]),
        ({"left": 3}, ["Skipped", "Error"]),
    ],
)
def test_what_proves_nothing_is_skipped_and_never_passes(change: dict[str, Any], kinds: list[str]) -> None:
    found = [type(case.result[0]).__name__ if case.result else "" for case in cases(**change)]
    assert found == kinds


def test_a_failure_names_its_faults_the_schedule_and_the_cut() -> None:
    case = cases(failures=(FAILURE, KNOWN))[0]
    assert case.result[0].type == "lost"
    assert case.result[0].message == "fails at 1 power cut: 5 crash images of 9 power cuts in 2 schedules"
    assert case.system_out.startswith("AB, the sync of A has returned, with all pending lines: lost: A: fsync has")


def test_what_is_documented_is_counted_beside_what_passed() -> None:
    tally = replace(TALLY, known=2)
    assert "2 cuts show what is documented" in cases(tallies=(tally,), failures=(KNOWN, KNOWN))[0].system_out
