# SPDX-License-Identifier: GPL-2.0-only
"""`lab try` of one patch that is not DAX's, in real guests."""

from pathlib import Path

import pytest

from harness import folders
from harness.cli import main
from harness.sweep.records import Kind
from harness.trial.trial import TrialChoice, perform_trial, resolve_trial
from harness.verdict.verdict import Word


def test_the_revert_of_a_fix_of_pipes_is_caught_without_any_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path))
    patch = folders.PROJECT / "patches" / "tried" / "pipe-resize-wakes-early.patch"
    expected = next(line for line in patch.read_text().splitlines() if line.startswith("Expect: "))
    assert expected == "Expect: FAIL pipe-write-grow hang"
    choice = TrialChoice(folders.PROJECT / "lab.yaml", str(patch), scenarios=("pipe-write-grow",), bound=0)
    _folder, run = perform_trial(resolve_trial(choice))
    assert run.verdict and run.verdict.word is Word.FAIL
    found = run.result("pipe-write-grow", "tried")
    assert found and found.failing[0] == 1 and {v.kind for o in found.outcomes for v in o.violations} == {Kind.HANG}
    assert "pipe_resize_ring" in run.plan.functions["tried"]
    assert main(["replay", "last", str(found.outcomes[0].schedule), "--kernel", "tried"]) == 0


def test_on_xfs_what_cannot_be_checked_there_is_left_out_and_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path))
    patch, scenarios = Path(__file__).parent / "xfs-fault-asks-once.patch", ("mapsync-write-read", "read-write-hole")
    choice = TrialChoice(folders.PROJECT / "lab.yaml", str(patch), scenarios=scenarios, bound=0)
    _folder, run = perform_trial(resolve_trial(choice))
    assert run.verdict and run.verdict.word is Word.PASS, run.verdict
    assert [each.name for each in run.plan.scenarios] == ["read-write-hole"]
    assert any(each.startswith("`mapsync-write-read` is left out: no /proc/fs/jbd2") for each in run.verdict.findings)
