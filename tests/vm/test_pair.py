# SPDX-License-Identifier: GPL-2.0-only
"""The default experiment on real kernels: what each kernel must show, and where."""

from pathlib import Path

import pytest

from harness import folders
from harness.config.loader import load_series
from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.sweep.records import Kind, SweepResult
from harness.sweep.window import windows
from harness.verdict.verdict import CellWord, Word
from tests.vm.conftest import HOUR, LAB

EXPECTED = load_series(folders.PROJECT / "patches" / "fault-locking" / "locking-and-eio").expect
SCENARIOS = [each.name for each in resolve(Choice(LAB)).scenarios]
FIXES = {  # docs/findings: known on stock, and closed at one stop by a kernel of lab.yaml
    "fsync-waits": (
        "fsync-fsync-written",
        "fsync-fsync-only-page",
        "fsync-write-fsync",
        "refault-read-fsync",
        "mremap-dontunmap-fsync",
        "hwpoison-write-fsync",
    ),
    "scan-waits": ("pin-fsync-punch", "pin-fsync-reuse"),
}
FINDING = tuple(scenario for scenarios in FIXES.values() for scenario in scenarios)


def result(run: Run, scenario: str, side: str) -> SweepResult:
    """One cell of the run."""
    kernel = next(each for each in run.kernels if each.side == side)
    found = run.result(scenario, kernel.name)
    assert found is not None
    assert not found.broken
    return found


def places(run: Run, swept: SweepResult, kind: Kind) -> set[str]:
    """Source functions, inlined ones too, in which stops of failures of that kind lie."""
    points = {(point.function, point.offset): point for point in run.points[swept.kernel]}
    stops = [stop for each in swept.outcomes for stop in each.schedule.stops
             if any(violation.kind is kind for violation in each.violations)]  # fmt: skip
    return {frame.function for stop in stops for frame in points[stop.function, stop.offset].frames}


def test_the_patch_passes_and_the_kernel_without_it_fails_as_its_series_says(pair: tuple[RunFolder, Run]) -> None:
    verdict = pair[1].verdict
    assert verdict is not None
    assert verdict.word is Word.PASS, "\n".join([verdict.sentence, *verdict.reasons])


@pytest.mark.parametrize("scenario", sorted(EXPECTED))
def test_a_scenario_finds_its_bug_without_the_lock_and_none_with_it(pair: tuple[RunFolder, Run], scenario: str) -> None:
    run = pair[1]
    kinds = {violation.kind for each in result(run, scenario, "without").outcomes for violation in each.violations}
    assert kinds >= set(EXPECTED[scenario].fails)
    if scenario not in FINDING:  # what those show on stock is judged below
        assert not result(run, scenario, "with").outcomes


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_is_swept_whole_on_both_kernels(pair: tuple[RunFolder, Run], scenario: str) -> None:
    for side in ("without", "with"):
        swept = result(pair[1], scenario, side)
        assert swept.complete
        assert not swept.timed_out
        assert swept.coverage.share == 1.0
        assert not swept.failing.get(0), "a failure without a stop needs no race"
        assert sum(swept.schedules.values()) == len(swept.passing) + len(swept.outcomes)


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - set(EXPECTED) - set(FINDING)))
def test_a_scenario_that_nothing_is_expected_of_is_silent(pair: tuple[RunFolder, Run], scenario: str) -> None:
    for side in ("without", "with"):
        assert [str(each.schedule) for each in result(pair[1], scenario, side).outcomes] == []


def test_a_write_fault_that_meets_a_hole_gets_sigbus_with_its_code_and_a_warning(pair: tuple[RunFolder, Run]) -> None:
    run = pair[1]
    swept = result(run, "read-write-hole", "without")
    failed = [each for each in swept.outcomes if any(violation.kind is Kind.SIGBUS for violation in each.violations)]
    assert {each.ends[1].sigbus for each in failed} == {(2,)}, "BUS_ADRERR, once, in the writer"
    assert all(not each.ends[0].sigbus for each in failed)
    assert all(any(violation.kind is Kind.WARN for violation in each.violations) for each in failed)
    assert "grab_mapping_entry" in places(run, swept, Kind.SIGBUS)
    assert any(each.finding.kind is Kind.WARN and each.finding.where and each.finding.where.file == "fs/dax.c"
               for each in run.findings if each.scenario == "read-write-hole")  # fmt: skip


def test_the_lost_store_lies_between_the_flush_and_the_clearing_of_the_tag(pair: tuple[RunFolder, Run]) -> None:
    run = pair[1]
    swept = result(run, "fsync-write", "without")
    one_stop = [window for window in windows(swept, run.points[swept.kernel])
                if window.bound == 1 and Kind.NOT_DURABLE in window.kinds]  # fmt: skip
    assert [window.width for window in one_stop] == [1], "behind dax_flush(), before the tag is cleared"
    kernel = next(each for each in run.kernels if each.name == swept.kernel)
    begins = one_stop[0].begins
    assert begins is not None
    assert "xas_lock_irq" in kernel.lines[begins.file][begins.line]
    assert "dax_writeback_one" in places(run, swept, Kind.NOT_DURABLE)


def test_what_an_fsync_that_does_not_wait_shows_on_stock_is_known_and_counted_apart(
    pair: tuple[RunFolder, Run],
) -> None:
    run = pair[1]
    assert run.verdict is not None
    for scenario in FINDING:
        cell = run.verdict.cell(scenario, result(run, scenario, "with").kernel)
        assert cell is not None
        assert cell.word is CellWord.KNOWN


@pytest.mark.parametrize("fix", sorted(FIXES))
def test_the_fix_of_a_finding_closes_its_windows_of_one_stop(run_folders: Path, fix: str) -> None:
    choice = Choice(LAB, "stock", fix, FIXES[fix], bound=1, budget=HOUR, stress=False)
    run = perform(resolve(choice))[1]
    for scenario in FIXES[fix]:
        assert result(run, scenario, "without").failing[1]
        assert not result(run, scenario, "with").failing.get(1)


def test_an_fsync_that_tagged_a_page_before_another_took_it_waits_with_the_fix(run_folders: Path) -> None:
    choice = Choice(LAB, "stock", "fsync-waits", ("fsync-fsync-written",), bound=2, budget=HOUR, stress=False)
    run = perform(resolve(choice))[1]
    assert result(run, "fsync-fsync-written", "without").failing[2]
    fixed = result(run, "fsync-fsync-written", "with")
    assert fixed.schedules[2] > 100
    assert not any(fixed.failing.values())


def test_a_run_folder_holds_what_explains_the_run(pair: tuple[RunFolder, Run]) -> None:
    folder, run = pair
    names = {path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.is_file()}
    assert {"results.json", "verdict.json", "junit.xml", "results.ktap", "versions.json", "report.html"} <= names
    for kernel in run.kernels:
        assert f"kernels/{kernel.name}/config" in names
        assert any(name.startswith(f"guests/{kernel.name}-0") and name.endswith("console.log") for name in names)
        assert f"dmesg/{kernel.name}.log" in names
    assert folder.load() == run
    assert run.reproduce.startswith("./lab run")
