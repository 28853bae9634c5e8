# SPDX-License-Identifier: GPL-2.0-only
"""The baseline beside the sweep."""

from harness.baseline.comparison import Compared
from harness.baseline.holes import Holes
from harness.mutants.matrix import Cell
from harness.report.baseline import render_baseline

CELL = Cell("read-write-hole", 1, {0: 2, 1: 62}, {0: 0, 1: 14}, {"mismatch": 14}, 16, 0.4, True)


def test_both_methods_are_told_for_each_kernel() -> None:
    found = Holes(1000, 64, 4, sigbus=7, seconds=12.34, splats=("WARNING in dax",))
    lines = render_baseline([Compared("broken", found, (CELL,))]).splitlines()
    assert "64,000 pages, 4 threads  sigbus 7, WARNING in dax  12.3" in lines[1]
    assert "sweep read-write-hole  64 schedules, c=1" in lines[2]
    assert lines[2].split()[-4:] == ["mismatch", "14", "0.4", "0.10"]


def test_a_test_that_died_and_one_that_found_nothing_are_told_apart() -> None:
    text = render_baseline([
        Compared("a", Holes(10, 64, 4, died="it did not end within 300 s"), ()),
        Compared("b", Holes(10, 64, 4, seconds=1.0), (Cell("x", 1, {0: 2}, {}, {}, 0, 0.1, True, "canary"),)),
    ])  # fmt: skip
    assert "it did not end within 300 s" in text
    assert "nothing" in text.splitlines()[2]
    assert "broken: canary" in text.splitlines()[3]
