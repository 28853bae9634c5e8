# SPDX-License-Identifier: GPL-2.0-only
"""Three nights on real kernels: the first, one without news, one whose kernel under test is a wrong one."""

from pathlib import Path

import pytest

from harness.cli import main
from tests.vm.conftest import LAB

ASKED = ["nightly", "--scenario", "fsync-write,msync-write", "--bound", "1", "--no-stress"]
# The same names, so the same watch; the kernel under test has lost its lock.
WRONG = """    source: &debian
      debian: linux-source-6.1
      fallback: [linux-source-6.12]
    series: fault-locking/locking-only
"""


def test_a_night_runs_what_is_new_and_tells_what_got_worse(
    run_folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "runs"))
    assert main(ASKED) == 0
    assert capsys.readouterr().out.startswith("the first night, nothing to compare with: PASS: ")
    assert main(ASKED) == 0
    assert capsys.readouterr().out.startswith("nothing new since run 1 of ")
    right = LAB.read_text()
    wrong = right.replace(WRONG.replace("    series: fault-locking/locking-only\n", ""), WRONG)
    assert wrong != right
    (tmp_path / "lab.yaml").write_text(wrong)
    assert main([*ASKED, "--config", str(tmp_path / "lab.yaml")]) == 1
    told = capsys.readouterr().out
    assert "fsync-write on `stock`: fails, it was silent: not-durable in 1, tags in 4 of" in told
    assert (tmp_path / "runs" / "2" / "nightly.md").read_text().startswith("**changed since run 1 of ")
