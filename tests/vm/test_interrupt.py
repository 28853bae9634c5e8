# SPDX-License-Identifier: GPL-2.0-only
"""Ctrl-C in the middle of a sweep, and of stress."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import folders
from harness.errors import ExitStatus
from harness.results.run import Run
from tests.vm.conftest import LAB
from tests.vm.left import qemu_left

SECONDS = 5.0  # from the signal to the end; a whole sweep of the scenario takes longer


def interrupted(tmp_path: Path, words: list[str], sign: str, behind: float) -> None:
    """Runs the lab, sends Ctrl-C ``behind`` s after it has said ``sign``: it ends at once and leaves no guest."""
    env = {**os.environ, "LAB_RUNS": str(tmp_path)}
    argv = [sys.executable, "-m", "harness", "run", *words]
    with subprocess.Popen(argv, cwd=folders.PROJECT, env=env, stderr=subprocess.PIPE, text=True) as lab:
        assert lab.stderr is not None
        for line in lab.stderr:
            if line.startswith(sign):
                break
        time.sleep(behind)
        lab.send_signal(signal.SIGINT)
        sent = time.monotonic()
        assert lab.wait() == ExitStatus.INTERRUPTED
        assert time.monotonic() - sent < SECONDS
    assert qemu_left(tmp_path) == []


def test_an_interrupted_run_ends_at_once_with_130_and_leaves_no_guest(pair: tuple[object, Run], tmp_path: Path) -> None:
    assert pair, "the kernels are built: what is interrupted is the sweep"
    interrupted(tmp_path, ["--no-stress", "--scenario", "write-write-hole"], "run 1:", 2)


def test_interrupted_races_tell_how_far_they_are_end_at_once_and_leave_no_guest(
    pair: tuple[object, Run], tmp_path: Path
) -> None:
    assert pair
    lab = tmp_path / "lab.yaml"
    lab.write_text(LAB.read_text().replace("races: 2000, seconds: 10", "races: 900000, seconds: 300"))
    words = ["--config", str(lab), "--scenario", "write-write-hole", "--bound", "0"]
    interrupted(tmp_path, words, "racing at random: ", 0)
    assert list(tmp_path.glob("1/guests/*-stress/guest-0/records"))
