# SPDX-License-Identifier: GPL-2.0-only
"""A pruned sweep of a real kernel says what the whole one says."""

from pathlib import Path

from harness.engine.experiment import Choice, resolve
from harness.engine.pairs import PairsChoice, perform_pairs, resolve_pairs
from harness.engine.run import perform
from harness.results.run import Run
from harness.sweep.agreement import disagreements
from tests.vm.conftest import LAB

PAIRS = ("write-fault", "fsync")
SCENARIOS = ("read-write-hole", "fsync-write")


def swept(*, prune: bool) -> Run:
    choice = Choice(LAB, scenarios=SCENARIOS, stress=False, prune=prune, sample=50 if prune else 0)
    return perform(resolve(choice))[1]


def test_every_failing_schedule_that_is_pruned_has_an_equal_that_fails_alike(run_folders: Path) -> None:
    whole, pruned = swept(prune=False), swept(prune=True)
    saved = 0
    for result in whole.results:
        other = pruned.result(result.scenario, result.kernel)
        assert other is not None
        assert disagreements(result, other) == ()
        assert sum(other.schedules.values()) + other.pruned == sum(result.schedules.values())
        saved += other.pruned
    assert saved > 1000
    assert sum(result.sampled for result in pruned.results) > 10


def paired(*, prune: bool) -> Run:
    return perform_pairs(resolve_pairs(PairsChoice(LAB, ("base",), "unlocked", PAIRS, prune=prune)))[1]


def test_pairs_are_pruned_from_the_first_stop_on_and_fail_alike(run_folders: Path) -> None:
    whole, pruned = paired(prune=False), paired(prune=True)
    assert sum(sum(each.failing.values()) for each in whole.results) > 0
    for result in whole.results:
        other = pruned.result(result.scenario, result.kernel)
        assert other is not None
        assert disagreements(result, other) == ()
        assert sum(other.schedules.values()) + other.pruned == sum(result.schedules.values())
    assert pruned.verdict is not None
    assert (
        f"{sum(each.pruned for each in pruned.results)} schedules pruned as equal to others" in pruned.verdict.sentence
    )
    assert sum(each.pruned for each in pruned.results) > 50
