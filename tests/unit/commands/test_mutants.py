# SPDX-License-Identifier: GPL-2.0-only
"""`lab mutants` as typed, and what its exit status says."""

from dataclasses import replace

import pytest

from harness.cli import main
from harness.commands.mutants import _status
from harness.mutants.matrix import Matrix, Row

ROW = Row("m", "dax: m", "s", "5", "none", ("fs/dax.c",), "", "killed")


def test_the_list_names_every_mutant_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutants", "--list"]) == 0
    assert "writeback-without-flush: dax: writeback does not flush (row 27)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--mutant", "no-such"], "no mutant is called `no-such`"),
        (["--scenario", "no-such"], "no scenario is called `no-such`"),
        (["--base", "no-such"], "there is no `no-such`"),
        (["--list", "--budget", "soon"], "--budget"),
        (["--list", "--json"], "--json has no effect on --list"),
        (["--list", "--bound", "0"], "--bound has no effect on --list"),
        (["--list", "--prune"], "--prune has no effect on --list"),
        (["--gain", "--prune"], "--prune has no effect on --gain"),
        (["--gain", "--pick"], "--pick has no effect on --gain"),
        (["--stress", "-1"], "--stress: -1 cannot be, take 0 or more"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_status_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mutants", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_the_status_says_whether_the_lab_kept_its_power() -> None:
    assert _status(Matrix("stock", "6.1", (ROW,)), 1) == 0
    assert _status(Matrix("stock", "6.1", (replace(ROW, lost=("a c=1 tags",)),)), 1) == 3
    assert _status(Matrix("stock", "6.1", (replace(ROW, state="survived"),)), 1) == 3
    assert _status(Matrix("stock", "6.1", (replace(ROW, state="survived", survives="same code"),)), 1) == 0
    assert _status(Matrix("stock", "6.1", (ROW,)), 2) == 4
