# SPDX-License-Identifier: GPL-2.0-only
"""A whole `lab compare` on two prebuilt kernels whose guests follow scripts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.compare.comparison import Answer, Comparison
from harness.compare.perform import Wish, compare
from harness.compare.sides import Words
from harness.compare.store import FILE, load
from harness.config.loader import load_lab, load_scenarios
from harness.errors import ExitStatus
from harness.results.folder import RunFolder
from harness.sweep.records import Kind, StressResult
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import BAD, GOOD, NAME

Compare = Callable[[Sequence[str], Sequence[str]], tuple[Path, Comparison]]


@pytest.fixture(autouse=True)
def _scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    prebuilt.scripted(tmp_path, monkeypatch)


def wish(kernels: Path, *words: str) -> Wish:
    lab = load_lab(kernels / "lab.yaml")
    sides = Words(lab, kernels / "lab.yaml").sides(words)
    return Wish(words, kernels / "lab.yaml", lab, sides, (load_scenarios()[NAME].at_most(1),), races=0, cost=False)


def fresh(kernels: Path, without: str, with_: str) -> tuple[Path, Comparison]:
    prebuilt.follow(kernels, [without], [with_])
    return compare(wish(kernels, "other", "stock"))


def test_kernels_that_were_not_swept_are_swept_in_one_run_and_compared(kernels: Path) -> None:
    folder, comparison = fresh(kernels, BAD, GOOD)
    assert comparison.answer is Answer.FIXED
    (pair,) = comparison.pairs
    (scenario,) = pair.scenarios
    assert (scenario.scenario, scenario.word, scenario.failing) == (NAME, "fixed", (1, 0))
    assert [kernel.label for kernel in comparison.kernels] == ["other", "stock"]
    assert load(folder / FILE) == comparison
    assert "FIXED" in (folder / "compare.txt").read_text()
    assert "FIXED" in (folder / "compare.html").read_text().upper()
    assert comparison.reproduce == "./lab compare other stock"


def test_the_run_that_swept_them_has_the_same_answer_as_its_verdict(kernels: Path) -> None:
    fresh(kernels, GOOD, BAD)
    run = RunFolder.open("last").load()
    assert run.verdict
    assert run.verdict.status is ExitStatus.KERNEL_FAILED
    assert "REGRESSED: `stock` against `other`" in run.verdict.sentence
    assert {cell.kernel for cell in run.verdict.cells} == {"other", "stock"}
    assert run.reproduce == "./lab compare other stock"


def test_what_an_earlier_run_swept_is_not_swept_again(kernels: Path) -> None:
    _folder, before = fresh(kernels, BAD, GOOD)
    boots = [Boots(kernels / name).count() for name in ("other", "stock")]
    assert compare(wish(kernels, "other", "stock"))[1].pairs == before.pairs
    assert [Boots(kernels / name).count() for name in ("other", "stock")] == boots


def test_past_runs_are_compared_without_a_boot(kernels: Path, tmp_path: Path) -> None:
    fresh(kernels, BAD, GOOD)
    folder, comparison = compare(wish(kernels, "1:stock", "1:other"))
    assert folder == tmp_path / "runs" / "compare" / "2"
    assert comparison.answer is Answer.REGRESSED
    assert comparison.pairs[0].scenarios[0].new == (Kind.SIGBUS,)
    assert [kernel.run for kernel in comparison.kernels] == [str(tmp_path / "runs" / "1")] * 2


def test_a_past_run_and_a_fresh_kernel_can_be_compared(kernels: Path) -> None:
    fresh(kernels, BAD, GOOD)
    prebuilt.follow(kernels, [], [GOOD])
    _folder, comparison = compare(wish(kernels, "1:other", "stock"))
    assert comparison.answer is Answer.FIXED


def test_a_past_run_that_stopped_at_every_instruction_is_not_fixed_by_silence_at_calls(kernels: Path) -> None:
    fresh(kernels, BAD, GOOD)
    folder = RunFolder.open("1")
    run = folder.load()
    folder.save(replace(run, plan=replace(run.plan, granularity="instructions")))
    prebuilt.follow(kernels, [], [GOOD])
    _folder, comparison = compare(wish(kernels, "1:other", "stock"))
    assert comparison.answer is Answer.UNKNOWN
    assert "stock was not swept as 1:other was (with stops at every instruction)" in comparison.pairs[0].sentence


def test_races_of_past_runs_are_compared_by_fishers_test(kernels: Path) -> None:
    fresh(kernels, GOOD, GOOD)
    folder = RunFolder.open("1")
    run = folder.load()
    raced = StressResult(NAME, "other", 2, 2000, {Kind.SIGBUS: 90}, 1.0, failed=90)
    stress = (raced, StressResult(NAME, "stock", 2, 2000, {}, 1.0, failed=0))
    folder.save(replace(run, stress=stress))
    _folder, comparison = compare(wish(kernels, "1:other", "1:stock"))
    (rate,) = comparison.pairs[0].rates
    assert (rate.word, rate.method, rate.before.failed, rate.after.races) == ("fixed", "fisher", 90, 2000)
    assert comparison.answer is Answer.FIXED
