# SPDX-License-Identifier: GPL-2.0-only
"""Stress in real guests of the default pair: over SSH, with the tags checked."""

from pathlib import Path

import pytest

from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.sweep.records import Kind, StressResult
from tests.vm.conftest import HOUR, LAB

SCENARIO = "read-write-processes"


@pytest.fixture(scope="module")
def stressed(run_folders: Path) -> tuple[RunFolder, Run]:
    """One scenario raced on both kernels, swept without a stop. However loaded the host, no race is left out."""
    lab = run_folders / "lab.yaml"
    lab.write_text(LAB.read_text().replace("races: 2000, seconds: 10", "races: 2000, seconds: 1000"))
    return perform(resolve(Choice(lab, scenarios=(SCENARIO,), bound=0, budget=HOUR)))


def raced(run: Run, side: str) -> StressResult:
    """One kernel's races."""
    kernel = next(each.name for each in run.kernels if each.side == side)
    found = run.race(SCENARIO, kernel)
    assert found is not None
    assert (found.broken, found.unchecked) == ("", "")
    assert found.races >= 2000
    return found


def test_random_races_show_the_bug_and_each_race_has_its_own_warning(stressed: tuple[RunFolder, Run]) -> None:
    found = raced(stressed[1], "without").failures
    assert found[Kind.SIGBUS] > 20
    assert found[Kind.WARN] == found[Kind.SIGBUS], "the kernel warns where it gives SIGBUS"


def test_the_kernel_with_the_patch_is_silent_in_them(stressed: tuple[RunFolder, Run]) -> None:
    assert raced(stressed[1], "with").failures == {}


def test_the_whole_log_is_collected_though_the_console_is_spared(stressed: tuple[RunFolder, Run]) -> None:
    folder, run = stressed
    guest = folder.path / "guests" / f"{raced(run, 'without').kernel}-stress" / "guest-0"
    warnings = [(guest / name).read_text(errors="replace").count("WARNING: CPU") for name in ("dmesg", "console.log")]
    assert warnings[0] > 0
    assert 20 <= warnings[1] < raced(run, "without").failures[Kind.WARN]
