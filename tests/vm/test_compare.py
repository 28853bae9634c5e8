# SPDX-License-Identifier: GPL-2.0-only
"""Four versions of one series on real kernels: each gets the answer that was written down before it was first run."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import folders
from harness.compare.comparison import Comparison, PairChange
from harness.compare.perform import Wish, compare
from harness.compare.seat import Seat
from harness.compare.sides import Words
from harness.config.loader import load_lab, load_scenarios
from harness.cost.change import cost_word
from harness.deadline import Deadline
from harness.engine.cost_guest import measured
from harness.guest import accel
from harness.kernel import artefacts
from harness.results.folder import RunFolder
from harness.sweep.records import Kind
from tests.vm.conftest import HOUR, LAB

SERIES = "fault-locking/lock-put-back"
ANSWERS: dict[str, dict[str, Any]] = yaml.safe_load((folders.PROJECT / "patches" / SERIES / "answers.yaml").read_text())
VERSIONS = sorted(ANSWERS)


@pytest.fixture(scope="module")
def comparison(run_folders: Path) -> Comparison:
    """All of them against the kernel without the lock, by sweep and by cost; races at random are no test's matter."""
    lab, every = load_lab(LAB), load_scenarios()
    words = ("unlocked", f"{SERIES}@{VERSIONS[0]}..{VERSIONS[-1]}")
    names = ANSWERS[VERSIONS[0]]["scenarios"]
    scenarios = tuple(every[name].model_copy(update={"bound": 1}) for name in names)
    wish = Wish(words, LAB, lab, Words(lab, LAB).sides(words), scenarios, races=0, budget=HOUR)
    return compare(wish)[1]


def pair(comparison: Comparison, version: str) -> PairChange:
    return next(each for each in comparison.pairs if each.after.endswith(f"-{version}"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_gets_the_answer_that_was_written_down(comparison: Comparison, version: str) -> None:
    found, answer = pair(comparison, version), ANSWERS[version]
    assert {each.scenario: each.word for each in found.scenarios} == answer["scenarios"], found.sentence
    assert cost_word(found.cost) == answer["cost"]
    assert found.answer == answer["word"], found.sentence


def test_windows_that_a_version_leaves_as_they_are_are_matched_through_its_diff(comparison: Comparison) -> None:
    fsync = next(each for each in pair(comparison, "v1").scenarios if each.scenario == "fsync-write")
    assert fsync.windows
    assert {each.change for each in fsync.windows} == {"stayed"}, "v1 adds lines far behind them"
    assert pair(comparison, "v1").blind == ()


def test_a_grace_period_in_each_fault_shows_as_time_blocked(comparison: Comparison) -> None:
    costs = {(each.operation, each.quantity): each for each in pair(comparison, "v3").cost}
    blocked = costs["read-fault, hole", "blocked"]
    assert blocked.after > 10_000, "microseconds: more than one tick of 10 ms"
    assert costs["read-fault, hole", "median latency"].ratio > 100
    assert costs["pwrite, hole", "median latency"].word == "same", "write(2) takes no fault"


def test_the_price_of_the_lock_is_counted_to_the_instruction(comparison: Comparison) -> None:
    costs = {(each.operation, each.quantity): each for each in pair(comparison, "v4").cost}
    read = costs["read-fault, hole", "instructions"]
    assert 100 < read.after - read.before < 1000
    assert read.high / read.low < 1.05, "the same from trial to trial"


def test_two_boots_of_a_kernel_give_the_same_figures(comparison: Comparison, tmp_path: Path) -> None:
    run = RunFolder(Path(comparison.kernels[0].run)).load()
    kernel = artefacts.load(run.kernels[0].key, "unlocked")
    assert kernel
    guest = load_lab(LAB).guest("sweep")
    one, two = (measured(kernel, guest, tmp_path / name, Deadline.after(HOUR)) for name in ("one", "two"))
    assert one == two


def test_a_sigbus_while_the_file_is_prepared_is_the_kernels_wrong(comparison: Comparison, tmp_path: Path) -> None:
    """v1 refuses whoever is overtaken, also two actors that store a file's old data at the same time."""
    lab, run = load_lab(LAB), RunFolder(Path(comparison.kernels[0].run)).load()
    info = next(each for each in run.kernels if each.name.endswith("-v1"))
    kernel = artefacts.load(info.key, info.name)
    assert kernel
    seat = Seat(info.name, kernel, lab.guest("stress"), tmp_path, accel.probe())
    try:
        raced = seat.block(load_scenarios()["fsync-write"], 1, 512, Deadline.after(HOUR))
    finally:
        seat.close()
    assert raced.broken == ""
    assert raced.failures[Kind.SIGBUS] > 0
    assert any("SIGBUS, si_code 2, while the file was prepared, at file offset" in each for each in raced.examples)
