# SPDX-License-Identifier: GPL-2.0-only
"""What the lab starts dies with it, and with nothing else."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from harness.guest.launch import guarded, launch

PARENT = """
import sys, time
from pathlib import Path
from harness.guest.launch import launch
print(launch(["sleep", "600"], Path(sys.argv[1])).pid, flush=True)
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
    for _ in range(100):
        if not is_running(pid):
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("the child outlived its parent")


def test_a_child_survives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: started.append(launch(["sleep", "600"], tmp_path / "log")))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert started[0].poll() is None
    started[0].kill()
    started[0].wait()


def test_a_child_whose_parent_died_first_does_not_start() -> None:
    orphaned = [word if word != str(os.getpid()) else "1" for word in guarded(["echo", "started"])]
    assert subprocess.run(orphaned, capture_output=True, check=False).stdout == b""


def test_output_goes_to_the_file(tmp_path: Path) -> None:
    launch(["sh", "-c", "echo out; echo err >&2"], tmp_path / "log").wait()
    assert (tmp_path / "log").read_text() == "out\nerr\n"
