# SPDX-License-Identifier: GPL-2.0-only
"""A kernel that spins with interrupts off in some schedules: each is asked by an NMI, run again, and named."""

from pathlib import Path

import pytest
import yaml

from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.mutants.corpus import MUTANTS
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.sweep.records import Kind
from tests.vm.conftest import HOUR, LAB

SCENARIO = "hwpoison-read"


@pytest.fixture(scope="module")
def locked(run_folders: Path) -> tuple[RunFolder, Run]:
    """One scenario on stock, and on a kernel that takes the tree's lock a second time in it."""
    document = yaml.safe_load(LAB.read_text())
    patch = MUTANTS / "poison-retries-locked.patch"
    document["kernels"]["spins"] = {**document["kernels"]["stock"], "patches": [str(patch)]}
    lab = run_folders / "lockup.yaml"
    lab.write_text(yaml.safe_dump(document))
    return perform(resolve(Choice(lab, "stock", "spins", (SCENARIO,), bound=1, budget=HOUR, stress=False)))


def test_the_schedule_that_locks_up_twice_fails_and_the_kernel_with_it(locked: tuple[RunFolder, Run]) -> None:
    run = locked[1]
    result, stock = run.result(SCENARIO, "spins"), run.result(SCENARIO, "stock")
    assert result is not None
    assert stock is not None
    assert (stock.complete, sum(stock.failing.values())) == (True, 0)
    assert result.broken == ""
    assert 1 <= len(result.outcomes) <= 2, "what each costs, twice half a minute, ends the scenario soon"
    for outcome in result.outcomes:
        assert [each.kind for each in outcome.violations] == [Kind.HANG]
        assert "no task could be scheduled" in outcome.violations[0].detail
        assert outcome.schedule.stops, "nobody finds the entry locked where nobody was stopped"
    assert run.verdict is not None
    assert run.verdict.word == "FAIL"


def test_the_lockup_is_a_finding_with_its_log_and_source_lines(locked: tuple[RunFolder, Run]) -> None:
    folder, run = locked
    (finding,) = [each.finding for each in run.findings if (each.kernel, each.finding.kind) == ("spins", Kind.HANG)]
    assert finding.detector == "lockup"
    assert any(step.startswith("dax_lock_page+") for step in finding.trace)
    assert any(".c:" in step or ".h:" in step for step in finding.trace), "source lines"
    assert "NMI: Not continuing" in (folder.path / "dmesg" / "spins.log").read_text()
