# SPDX-License-Identifier: GPL-2.0-only
"""The planner on made-up histories; `python -m tests.simulate_bisect` does the same on 200 of 10,000 commits."""

import pytest

from harness.bisect.graph import linear
from harness.bisect.outcome import Outcome
from harness.bisect.planner import Cost, answer, next_step
from tests.simulate_bisect import DEAR, simulated, told
from tests.unit.bisect.histories import bisected, history, planned

FLAT = Cost(link=10, file=0, whole=10)
TEN = linear([str(index) for index in range(10)], [frozenset({str(index)}) for index in range(10)])


def test_the_middle_is_taken_where_every_build_costs_the_same() -> None:
    step = next_step(TEN, {9: Outcome.BAD}, 9, FLAT)
    assert step and step.commit == 4 and step.bits == pytest.approx(0.98)


def test_a_nearer_commit_is_taken_where_builds_differ() -> None:
    step = next_step(TEN, {9: Outcome.BAD}, 9, Cost(link=1, file=100, whole=10_000, sweep=1))
    assert step and step.commit > 4


def test_what_cannot_be_tested_is_gone_around_widely() -> None:
    long = linear([str(index) for index in range(200)])
    first = next_step(long, {199: Outcome.BAD}, 199, FLAT)
    assert first
    second = next_step(long, {199: Outcome.BAD, first.commit: Outcome.NO_BUILD}, first.commit, FLAT)
    assert second and 8 < abs(second.commit - first.commit) < 60


def test_another_bug_turns_nothing() -> None:
    outcomes = {9: Outcome.BAD, 4: Outcome.OTHER_BUG, 5: Outcome.BROKEN}
    assert len(answer(TEN, outcomes)) == 10


def test_neighbours_that_cannot_be_tested_stay_in_the_answer() -> None:
    outcomes = {9: Outcome.BAD, 3: Outcome.GOOD, 6: Outcome.BAD, 4: Outcome.NO_BOOT, 5: Outcome.NO_BUILD}
    assert next_step(TEN, outcomes, 5, FLAT) is None
    assert answer(TEN, outcomes) == (4, 5, 6)


@pytest.mark.parametrize("seed", range(6))
def test_the_culprit_is_found_through_merges_and_commits_that_cannot_be_tested(seed: int) -> None:
    made = history(seed, 1500, untestable=0.03)
    outcomes = bisected(made, planned, DEAR)
    assert made.culprit in outcomes.found
    assert all(commit == made.culprit or commit in made.untestable or len(outcomes.found) == 1
               for commit in outcomes.found[:-1])  # fmt: skip


def test_a_simulation_is_right_in_all_and_cheaper_where_builds_are_dear() -> None:
    pairs = simulated(range(12), 3000, DEAR)
    assert all(ours.found == theirs.found == (made.culprit,) for made, ours, theirs in pairs)
    gain = told(pairs)
    assert gain.mean_ours < gain.mean_theirs and gain.low > 0
