# SPDX-License-Identifier: GPL-2.0-only
"""A WARN_ON_ONCE in a path of the warm-up: each schedule that takes the path is judged all the same."""

from pathlib import Path

import yaml

from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.sweep.records import Kind
from tests.vm.conftest import HOUR, LAB

PATCH = Path(__file__).with_name("warns-at-a-hole.patch")
SCENARIOS = ("read-read-hole", "fsync-write")  # the second loads from no hole


def test_what_warned_in_the_warm_up_warns_in_every_schedule_that_comes_there(run_folders: Path) -> None:
    document = yaml.safe_load(LAB.read_text())
    document["kernels"]["warns"] = {**document["kernels"]["stock"], "patches": [str(PATCH)]}
    lab = run_folders / "warn-once.yaml"
    lab.write_text(yaml.safe_dump(document))
    _folder, run = perform(resolve(Choice(lab, "stock", "warns", SCENARIOS, bound=1, budget=HOUR, stress=False)))
    for kernel in ("stock", "warns"):
        for scenario in SCENARIOS:
            found = run.result(scenario, kernel)
            assert found is not None
            assert (found.complete, found.broken) == (True, "")
            loads = (kernel, scenario) == ("warns", "read-read-hole")
            assert sum(found.failing.values()) == (sum(found.schedules.values()) if loads else 0)
            assert {each.kind for outcome in found.outcomes for each in outcome.violations} <= {Kind.WARN}
