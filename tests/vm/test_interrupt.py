# SPDX-License-Identifier: GPL-2.0-only
"""Ctrl-C in the middle of a sweep."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import folders
from harness.errors import ExitStatus
from harness.results.run import Run

SECONDS = 5.0  # from the signal to the end; a whole sweep of the scenario takes longer


def test_an_interrupted_run_ends_at_once_with_130_and_leaves_no_guest(pair: tuple[object, Run], tmp_path: Path) -> None:
    assert pair, "the kernels are built: what is interrupted is the sweep"
    argv = [sys.executable, "-m", "harness", "run", "--no-stress", "--scenario", "write-write-hole"]
    env = {**os.environ, "LAB_RUNS": str(tmp_path)}
    with subprocess.Popen(argv, cwd=folders.PROJECT, env=env, stderr=subprocess.PIPE, text=True) as lab:
        assert lab.stderr is not None
        for line in lab.stderr:
            if line.startswith("run 1:"):
                break
        time.sleep(2)
        lab.send_signal(signal.SIGINT)
        sent = time.monotonic()
        assert lab.wait() == ExitStatus.INTERRUPTED
        assert time.monotonic() - sent < SECONDS
    left = subprocess.run(["pgrep", "-f", f"qemu.*{tmp_path}"], capture_output=True, text=True, check=False).stdout
    assert left == ""
