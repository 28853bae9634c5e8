# SPDX-License-Identifier: GPL-2.0-only
"""What a night says of the kill matrix."""

from dataclasses import replace
from pathlib import Path

from harness.errors import ExitStatus
from harness.mutants.matrix import Matrix, Row
from harness.nightly.mutants import judged_kills

ROW = Row("m", "dax: m", "s", "5", "none", ("fs/dax.c",), "", "killed")


def matrix(*rows: Row) -> Matrix:
    return Matrix("stock", "6.1", rows)


def test_a_matrix_as_the_headers_say_is_no_news() -> None:
    kills = judged_kills(matrix(ROW, replace(ROW, name="n", state="survived", survives="why")), {}, Path("m"))
    assert (kills.told, kills.status) == ((), ExitStatus.AS_EXPECTED)
    assert kills.states == {"m": "killed", "n": "survived"}


def test_a_mutant_that_is_not_killed_any_more_means_that_the_lab_lost_its_power() -> None:
    kills = judged_kills(matrix(replace(ROW, state="survived", lost=("a c=1 tags",))), {"m": "killed"}, Path("m"))
    assert kills.status is ExitStatus.LAB_BROKE
    assert kills.told == (
        "mutant m is not as its header says (survived): a c=1 tags does not show it",
        "mutant m: survived, it was killed",
    )


def test_a_survivor_that_is_killed_now_is_told() -> None:
    kills = judged_kills(matrix(ROW), {"m": "survived", "gone": "killed"}, Path("m"))
    assert kills.told == ("mutant m: killed, it was survived",)
    assert kills.status is ExitStatus.AS_EXPECTED
