# SPDX-License-Identifier: GPL-2.0-only
"""What a night says of the kill matrix."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness import folders
from harness.config.loader import load_lab
from harness.deadline import Deadline
from harness.errors import ExitStatus, LabBroke
from harness.mutants.matrix import Matrix, Row
from harness.mutants.scope import Corpus
from harness.nightly import mutants
from harness.nightly.mutants import Kills, judged_kills, kill_matrix

LAB = folders.PROJECT / "lab.yaml"
ROW = Row("m", "dax: m", "s", "5", "none", ("fs/dax.c",), "", "killed")


def matrix(*rows: Row) -> Matrix:
    return Matrix("stock", "6.1", rows)


def judge(made: Matrix, before: Mapping[str, str], *more: str) -> Kills:
    """The kills of a matrix from which ``more`` mutants are missing."""
    return judged_kills(made, before, Path("m"), [*(row.name for row in made.rows), *more])


def test_a_matrix_as_the_headers_say_is_no_news() -> None:
    kills = judge(matrix(ROW, replace(ROW, name="n", state="survived", survives="why")), {})
    assert (kills.told, kills.status) == ((), ExitStatus.AS_EXPECTED)
    assert kills.states == {"m": "killed", "n": "survived"}


def test_a_mutant_that_is_not_killed_any_more_means_that_the_lab_lost_its_power() -> None:
    kills = judge(matrix(replace(ROW, state="survived", lost=("a c=1 tags",))), {"m": "killed"})
    assert kills.status is ExitStatus.LAB_BROKE
    assert kills.told == (
        "mutant m is not as its header says (survived): a c=1 tags does not show it",
        "mutant m: survived, it was killed",
    )


def test_a_survivor_that_is_killed_now_is_told() -> None:
    kills = judge(matrix(ROW), {"m": "survived", "gone": "killed"})
    assert kills.told == ("mutant m: killed, it was survived",)
    assert kills.status is ExitStatus.AS_EXPECTED


def test_mutants_for_which_no_time_was_left_are_told_and_prove_nothing() -> None:
    kills = judge(matrix(ROW), {}, *(f"n{number}" for number in range(7)))
    assert kills.told == ("no time was left for 7 of 8 mutants: n0, n1, n2, n3, n4, n5, ...",)
    assert (kills.status, kills.unfinished) == (ExitStatus.INCONCLUSIVE, True)


def test_a_lab_that_breaks_in_the_matrix_leaves_the_night_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_corpus: Corpus, _deadline: Deadline) -> None:
        raise LabBroke("control: fsync-write on stock: canary")

    monkeypatch.setattr(mutants, "perform_matrix", broken)
    kills = kill_matrix(Corpus(load_lab(LAB), "stock", (), ()), {}, Deadline())
    assert kills.told == ("the lab broke: control: fsync-write on stock: canary",)
    assert (kills.status, kills.unfinished) == (ExitStatus.LAB_BROKE, True)
