# SPDX-License-Identifier: GPL-2.0-only
"""The kill matrix as text."""

from dataclasses import replace

from harness.mutants.matrix import Cell, Matrix, Raced, Row
from harness.report.kill_matrix import render_kill_matrix, summary

CELL = Cell("fsync-write", 1, {0: 2, 1: 12}, {0: 0, 1: 3}, {"tags": 3}, 7, 0.1, True)
KILLED = Row(
    "early-clear", "dax: early", "lost", "6", "none", ("fs/dax.c",), "", "killed", (CELL,), (), ("fsync-write",)
)
SURVIVES = Row("twin", "dax: twin", "none", "new", "none", ("fs/dax.c",), "same code", "survived", (CELL,))
MATRIX = Matrix("stock", "6.1.192", (KILLED, SURVIVES), {}, 42.4)


def test_a_killed_mutant_is_told_with_scenario_bound_and_schedules() -> None:
    line = next(line for line in render_kill_matrix(MATRIX).splitlines() if line.startswith("early-clear"))
    assert line.split() == ["early-clear", "6", "fsync-write", "c=1", "tags", "7", "of", "14", "0.05", "not", "raced"]


def test_a_survivor_is_told_with_its_reason() -> None:
    text = render_kill_matrix(MATRIX)
    assert "not killed:\n  twin: same code" in text
    assert "fsync-write (alone: early-clear)" in text


def test_a_pruned_matrix_says_so_and_how_many_schedules_were_left_out() -> None:
    pruned = replace(KILLED, cells=(replace(CELL, pruned=1),))
    assert summary(replace(MATRIX, rows=(pruned,), prune=True)) == (
        "1 of 1 mutants of stock 6.1.192 killed, 1 only with a stop, 1 schedule pruned as equal to others; 42 s"
    )
    assert "pruned" not in summary(MATRIX)


def test_a_broken_row_is_told_with_its_trouble_and_not_with_its_header() -> None:
    broken = replace(SURVIVES, state="broken", detail="fsync-write: no SSH\nwhole log: x")
    text = render_kill_matrix(replace(MATRIX, rows=(KILLED, broken)))
    assert "not killed:\n  twin: broken: fsync-write: no SSH\n" in text
    assert "same code" not in text


def test_a_promise_that_did_not_hold_is_shown() -> None:
    text = render_kill_matrix(replace(MATRIX, rows=(replace(KILLED, lost=("a c=1 tags",)),)))
    assert "promised by the mutant's header and not shown:\n  early-clear: a c=1 tags" in text


def test_stress_is_told_beside_the_sweep() -> None:
    silent = replace(KILLED, raced=(Raced("fsync-write", 10_048, {}, 2.0),))
    assert "0.05     none in 10,048  2 without" in render_kill_matrix(replace(MATRIX, rows=(silent,)))
    seen = replace(KILLED, raced=(Raced("fsync-write", 10_000, {"tags": 5}, 2.0),))
    assert "1 in 2,000  0.40" in render_kill_matrix(replace(MATRIX, rows=(seen,)))


def test_the_summary_counts_what_needs_a_race_and_escapes_stress() -> None:
    silent = replace(KILLED, raced=(Raced("fsync-write", 10_048, {}, 2.0),))
    assert summary(replace(MATRIX, rows=(silent, SURVIVES))) == (
        "1 of 2 mutants of stock 6.1.192 killed, 1 only with a stop, "
        "1 of them silent in at least 10,048 random races too; 42 s"
    )
