# SPDX-License-Identifier: GPL-2.0-only
"""What further ways of exploring are good for, as text."""

from dataclasses import replace

from harness.mutants.gain import Gained
from harness.report.gain import render_gain

PLAIN = Gained("early-clear", "fsync-write", "plain", 1, 14, 3, ("tags",), 7, 0, 0.5)
PRUNED = replace(PLAIN, way="pruned", ran=10, failed=2, left=4)
DEEPER = replace(PLAIN, way="one stop more", bound=2, ran=150, failed=24, kinds=("not-durable", "tags"))


def test_each_way_has_a_line_with_its_sums() -> None:
    other = replace(PLAIN, mutant="late-clear", ran=1000)
    text = render_gain((PLAIN, other, PRUNED, DEEPER))
    assert "| plain | 2 | 2 | 1,014 | 6 | 0 | none | 1 |" in text
    assert "| pruned | 1 | 1 | 10 | 2 | 4 | none | 0 |" in text
    assert "| one stop more | 1 | 1 | 150 | 24 | 0 | 1: early-clear in fsync-write: not-durable | 0 |" in text
    assert "both wake-ups" not in text
    assert (
        "Pruning: 1 sweeps, failing schedules whose equal differs: 0, whose equal is not known as the kernel died: 0."
        in text
    )


def test_a_pruned_schedule_whose_equal_differs_is_told() -> None:
    text = render_gain((PLAIN, replace(PRUNED, disagree=("AB A@f+0x0#1 shows tags, its equal shows nothing",))))
    assert "differs: 1, " in text
    assert "died: 0.\n- early-clear, fsync-write: AB A@f+0x0#1 shows tags" in text


def test_a_sweep_that_broke_counts_in_no_sum_and_is_told() -> None:
    text = render_gain((PLAIN, replace(PRUNED, broken="QEMU died")))
    assert "| pruned" not in text
    assert "- early-clear, fsync-write, pruned: broken: QEMU died" in text
