# SPDX-License-Identifier: GPL-2.0-only
"""A pruned sweep of a real kernel says what the whole one says."""

from pathlib import Path

from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.results.run import Run
from harness.sweep.agreement import disagreements
from tests.vm.conftest import LAB

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
