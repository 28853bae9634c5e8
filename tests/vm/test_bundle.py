# SPDX-License-Identifier: GPL-2.0-only
"""A run in a file, run again by a machine that has nothing of it but that file; and its kernels built as it says."""

from pathlib import Path

import pytest

from harness.bundle.kernels import Workshop
from harness.cli import main
from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from tests.vm.conftest import HOUR, LAB


def test_a_bundle_shows_the_same_where_nothing_else_of_the_run_is(
    run_folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    choice = Choice(LAB, scenarios=("fsync-write",), bound=1, budget=HOUR, stress=False)
    folder, run = perform(resolve(choice))
    for info in run.kernels:
        built = Workshop(tmp_path, folder.path, run)._built(info)
        assert (built.key, built.build_id) == (info.key, info.build_id)
    bundle = str(tmp_path / "run.tar.gz")
    assert main(["bundle", str(folder.path), "--kernels", "-o", bundle]) == 0
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
    capsys.readouterr()
    assert main(["replay", bundle]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "fsync-write on unlocked-eio: the same, 4 of 15 schedules fail",
        "fsync-write on stock: the same, 0 of 15 schedules fail",
        "2 of 2 sweeps show the same",
    ]
    failing = str(next(each for each in run.results if each.outcomes).outcomes[0].schedule)
    assert main(["replay", bundle, failing]) == 0
