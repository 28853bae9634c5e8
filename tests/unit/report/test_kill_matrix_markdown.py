# SPDX-License-Identifier: GPL-2.0-only
"""The kill matrix as Markdown."""

from dataclasses import replace

from harness.mutants.matrix import Raced
from harness.report.kill_matrix_markdown import races_told, render_matrix_markdown
from tests.unit.report.test_kill_matrix import KILLED, MATRIX, SURVIVES

SILENT = Raced("fsync-write", 10_048, {}, 2.0)
SEEN = Raced("fsync-write", 10_000, {"tags": 5}, 2.0)


def test_a_killed_mutant_has_a_line_with_bound_schedules_and_races() -> None:
    text = render_matrix_markdown(replace(MATRIX, rows=(replace(KILLED, raced=(SEEN,)),)))
    assert "| early-clear | 6 | fsync-write | 1 | tags | 7 of 14 | 2,000 |" in text
    assert "not killed" not in text
    assert "Silent" not in text


def test_mutants_that_need_a_stop_and_that_races_miss_are_named() -> None:
    text = render_matrix_markdown(replace(MATRIX, rows=(replace(KILLED, raced=(SILENT,)), SURVIVES)))
    assert "Silent without a stop and in random races, 1: early-clear." in text
    assert "| none in 10,048 |" in text


def test_a_survivor_has_its_reason_and_a_broken_one_its_trouble() -> None:
    broken = replace(SURVIVES, name="dead", survives="", state="broken", detail="a | b")
    text = render_matrix_markdown(replace(MATRIX, rows=(SURVIVES, broken)))
    assert "| twin | new | same code |" in text
    assert "| dead | new | broken: a \\| b |" in text


def test_races_are_told_apart_from_none_and_from_broken_ones() -> None:
    assert races_told(()) == "not raced"
    assert races_told((replace(SILENT, broken="no SSH"),)) == "broken"
    assert races_told((SILENT, SEEN)) == "2,000"
