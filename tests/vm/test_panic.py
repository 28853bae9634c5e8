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
SCENARIOS = ("fsync-write", "hwpoison-read")  # in both somebody waits for an entry


@pytest.fixture(scope="module")
def panicked(run_folders: Path) -> tuple[RunFolder, Run]:
    """Two scenarios at one stop on a kernel on which whoever waits for an entry dies, and on stock."""
    document = yaml.safe_load(LAB.read_text())
    document["kernels"]["dies"] = {**document["kernels"]["stock"], "patches": [str(PATCH)]}
    lab = run_folders / "panic.yaml"
    lab.write_text(yaml.safe_dump(document))
    return perform(resolve(Choice(lab, "dies", "stock", SCENARIOS, bound=1, budget=HOUR, stress=False)))


def swept(run: Run, scenario: str, kernel: str) -> SweepResult:
    found = run.result(scenario, kernel)
    assert found is not None
    assert (found.complete, found.broken) == (True, "")
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_schedule_has_its_row_and_those_that_panicked_fail(
    panicked: tuple[RunFolder, Run], scenario: str
) -> None:
    run = panicked[1]
    dies, stock = swept(run, scenario, "dies"), swept(run, scenario, "stock")
    assert sum(stock.failing.values()) == 0
    assert sum(dies.schedules.values()) == sum(stock.schedules.values())
    names = Counter([*dies.passing, *(str(each.schedule) for each in dies.outcomes)])
    assert set(names.values()) == {1}, "no row twice"
    assert sum(names.values()) == sum(dies.schedules.values()), "none lost"
    assert 0 < len(dies.outcomes) < 10
    for outcome in dies.outcomes:
        assert [each.kind for each in outcome.violations] == [Kind.OOPS]
        assert "did not come again" not in outcome.violations[0].detail
        assert outcome.schedule.stops, "nobody waits who was not stopped"


def test_each_panic_is_a_finding_with_its_log(panicked: tuple[RunFolder, Run]) -> None:
    folder, run = panicked
    assert run.verdict is not None
    for scenario in SCENARIOS:
        oopses = [each.finding for each in run.findings
                  if (each.kernel, each.scenario, each.finding.kind) == ("dies", scenario, Kind.OOPS)]  # fmt: skip
        bugs = [each for each in oopses if any("kernel BUG at fs/dax.c:" in line for line in each.lines)]
        assert sum(each.count for each in bugs) == len(swept(run, scenario, "dies").outcomes), "each once"
        cell = run.verdict.cell(scenario, "dies")
        assert cell is not None
        assert Kind.OOPS in cell.kinds
    log = (folder.path / "dmesg" / "dies.log").read_text()
    assert "kernel BUG at fs/dax.c:" in log
    assert "get_unlocked_entry" in log
