# SPDX-License-Identifier: GPL-2.0-only
"""A kernel that panics in some schedules of a sweep: no other schedule is lost, each panic is told with its log."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.sweep.records import Kind, SweepResult
from tests.vm.conftest import HOUR, LAB

PATCH = Path(__file__).with_name("who-waits-dies.patch")
SCENARIOS = ("fsync-write", "hwpoison-read")  # the first panics, the second comes behind it in the same batch or not


@pytest.fixture(scope="module")
def panicked(run_folders: Path) -> tuple[RunFolder, Run]:
    """Two scenarios at one stop on a kernel on which whoever waits for an entry dies, and on stock."""
    document = yaml.safe_load(LAB.read_text())
    document["kernels"]["dies"] = {**document["kernels"]["stock"], "patches": [str(PATCH)]}
    lab = run_folders / "panic.yaml"
    lab.write_text(yaml.safe_dump(document))
    return perform(resolve(Choice(lab, "dies", "stock", SCENARIOS, bound=1, budget=HOUR, stress=False)))


def swept(run: Run, kernel: str) -> SweepResult:
    found = run.result(SCENARIOS[0], kernel)
    assert found is not None
    return found


def test_every_schedule_has_its_row_and_those_that_panicked_fail(panicked: tuple[RunFolder, Run]) -> None:
    _folder, run = panicked
    dies, stock = swept(run, "dies"), swept(run, "stock")
    assert dies.complete
    assert dies.broken == ""
    assert sum(dies.schedules.values()) == sum(stock.schedules.values())
    names = Counter([*dies.passing, *(str(each.schedule) for each in dies.outcomes)])
    assert set(names.values()) == {1}, "no row twice"
    assert sum(names.values()) == sum(dies.schedules.values()), "none lost"
    assert 0 < len(dies.outcomes) < 10
    for outcome in dies.outcomes:
        assert [each.kind for each in outcome.violations] == [Kind.OOPS]
        assert "did not come again" not in outcome.violations[0].detail
        assert outcome.schedule.stops, "nobody waits who was not stopped"
    assert sum(stock.failing.values()) == 0


def test_a_scenario_without_a_panic_is_whole(panicked: tuple[RunFolder, Run]) -> None:
    found = panicked[1].result(SCENARIOS[1], "dies")
    assert found is not None
    assert (found.complete, found.broken) == (True, "")


def test_each_panic_is_a_finding_with_its_log(panicked: tuple[RunFolder, Run]) -> None:
    folder, run = panicked
    oopses = [each for each in run.findings if (each.kernel, each.finding.kind) == ("dies", Kind.OOPS)]
    assert {each.scenario for each in oopses} == {SCENARIOS[0]}
    bugs = [each.finding for each in oopses if any("kernel BUG at fs/dax.c:" in line for line in each.finding.lines)]
    assert sum(each.count for each in bugs) == len(swept(run, "dies").outcomes), "each once"
    assert any("get_unlocked_entry" in each.trace for each in bugs)
    log = (folder.path / "dmesg" / "dies.log").read_text()
    assert "kernel BUG at fs/dax.c:" in log
    assert "get_unlocked_entry" in log
    assert run.verdict is not None
    cell = run.verdict.cell(SCENARIOS[0], "dies")
    assert cell is not None
    assert Kind.OOPS in cell.kinds
