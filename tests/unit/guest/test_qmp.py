# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's monitor, by a real QEMU that never starts its CPU."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.guest.qmp import Monitor


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[Path]:
    """The monitor's socket."""
    if not shutil.which("qemu-system-x86_64"):
        pytest.skip("needs QEMU")
    path = tmp_path / "qmp"
    argv = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-S", "-m", "16M"]
    with subprocess.Popen([*argv, "-qmp", f"unix:{path},server=on,wait=off"]) as process:
        for _ in range(200):
            if path.exists():
                break
            time.sleep(0.02)
        yield path
        process.kill()


def test_a_stopped_cpu_stands_at_the_reset_vector(socket: Path) -> None:
    with Monitor(socket) as monitor:
        assert monitor.instruction_pointers() == [0xFFF0]


def test_a_command_that_qemu_refuses_is_named(socket: Path) -> None:
    with Monitor(socket) as monitor, pytest.raises(LabBroke, match="no-such-command"):
        monitor.execute("no-such-command")


def test_a_monitor_that_is_not_there_is_the_labs_trouble(tmp_path: Path) -> None:
    with pytest.raises(LabBroke, match="does not answer"), Monitor(tmp_path / "none"):
        pass
