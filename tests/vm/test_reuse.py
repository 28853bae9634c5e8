# SPDX-License-Identifier: GPL-2.0-only
"""What a sweep that is taken from an earlier run stands for: the same sweep, made among other scenarios."""

from dataclasses import replace
from pathlib import Path

from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.sweep.records import SweepResult
from tests.vm.conftest import HOUR, LAB


def told(result: SweepResult) -> object:
    """All that a result says but for times and whose it is; its words, but for page frames and PIDs, by `digest`."""
    outcomes = tuple(
        (each.schedule, each.trace, each.blocked, [(end.ended, end.errno, end.sigbus, end.saw) for end in each.ends],
         [violation.kind for violation in each.violations])
        for each in result.outcomes
    )  # fmt: skip
    return replace(result, outcomes=(), seconds=0.0, taken_from=""), outcomes


def test_a_sweep_among_other_scenarios_has_the_same_key_and_says_the_same(run_folders: Path) -> None:
    few = Choice(LAB, scenarios=("fsync-write", "read-write-hole"), bound=1, budget=HOUR, stress=False)
    many = replace(few, scenarios=("msync-write", "punch-read-written", "fsync-write", "read-write-hole"))
    first, fresh = perform(resolve(few))[1], perform(resolve(many))[1]
    for result in first.results:
        again = fresh.result(result.scenario, result.kernel)
        assert again is not None
        assert not again.taken_from
        assert told(again) == told(result)
    reused = perform(resolve(replace(many, reuse=True)))[1]
    assert all(each.taken_from for each in reused.results)
    assert list(map(told, reused.results)) == list(map(told, fresh.results))
    assert [cell.word for cell in reused.verdict.cells] == [cell.word for cell in fresh.verdict.cells]  # type: ignore[union-attr]
