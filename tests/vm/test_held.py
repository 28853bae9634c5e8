# SPDX-License-Identifier: GPL-2.0-only
"""Guests to be looked at: a schedule under gdb, and the first failing one of a run held with SSH."""

import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness import folders
from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.errors import ExitStatus
from harness.results.folder import RunFolder
from harness.results.run import Run
from tests.vm.conftest import HOUR, LAB
from tests.vm.left import qemu_left

SCENARIO = "read-write-hole"
SECONDS = 300.0


@pytest.fixture(scope="module")
def failing(run_folders: Path) -> tuple[RunFolder, Run]:
    """A run whose kernel under test fails."""
    return perform(resolve(Choice(LAB, without="stock", with_="unlocked-eio", scenarios=(SCENARIO,), bound=1,
                                  budget=HOUR, stress=False)))  # fmt: skip


@contextmanager
def lab(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """The lab's command line without a terminal; killed if the block leaves it behind."""
    argv = [sys.executable, "-m", "harness", *words]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(argv, cwd=folders.PROJECT, text=True, **pipes) as started:
        try:
            yield started
        finally:
            started.kill()


def line_with(stream: Iterator[str], words: str) -> str:
    return next(line for line in stream if words in line).strip()


@pytest.mark.skipif(not shutil.which("gdb"), reason="needs gdb")
@pytest.mark.parametrize("goes_on", [True, False])
def test_gdb_stops_where_the_schedule_does_and_the_schedule_then_ends_as_in_the_run(
    failing: tuple[RunFolder, Run], goes_on: bool
) -> None:
    folder, run = failing
    outcome = next(each for each in run.result(SCENARIO, "unlocked-eio").outcomes if len(each.schedule.stops) == 1)
    (stop,) = outcome.schedule.stops
    words = ["gdb", str(folder.path), str(outcome.schedule), "--kernel", "unlocked-eio"]
    with lab(*words) as started:
        assert started.stderr and started.stdout
        command = line_with(started.stderr, "the guest waits").split("terminal: ")[1]
        more = ["-ex", "delete", "-ex", "continue"] if goes_on else ["-ex", "kill"]
        gdb = subprocess.run([*shlex.split(command), "-batch", *more], capture_output=True, text=True, timeout=SECONDS,
                             check=False)  # fmt: skip
        said, errors = started.communicate(timeout=SECONDS)
    assert f"{stop.function} + {stop.offset}" in gdb.stdout or f"{stop.function} in section" in gdb.stdout, gdb.stdout
    assert started.returncode == 0
    if goes_on:
        assert "outcome are those of the run" in said
    else:
        assert said == "" and "no outcome: " in errors


@pytest.mark.skipif(not shutil.which("ssh"), reason="needs ssh")
def test_the_first_failing_schedule_is_held_with_ssh_and_gdb_until_ctrl_c(run_folders: Path) -> None:
    words = ["run", "--without", "stock", "--with", "unlocked-eio", "--scenario", SCENARIO, "--bound", "1"]
    with lab(*words, "--no-stress", "--keep-on-fail") as started:
        assert started.stderr and started.stdout
        ways = {
            way: line_with(started.stdout, f"  {way} ").split(None, 1)[1]
            for way in ("shell", "again", "gdb", "console")
        }
        line_with(started.stderr, "the guest is held")
        command = ways["again"].removesuffix("    (there)")
        shown = subprocess.run([*shlex.split(ways["shell"]), f"uname -r; {command}"], capture_output=True, text=True,
                               timeout=SECONDS, check=False)  # fmt: skip
        assert shown.stdout.startswith("6.") and '"v":[["' in shown.stdout, shown.stdout + shown.stderr
        if shutil.which("gdb"):
            gdb = subprocess.run([*shlex.split(ways["gdb"]), "-batch", "-ex", "info symbol $rip"], capture_output=True,
                                 text=True, timeout=SECONDS, check=False)  # fmt: skip
            assert "in section" in gdb.stdout, gdb.stdout + gdb.stderr
        started.send_signal(signal.SIGINT)
        assert started.wait(SECONDS) == ExitStatus.KERNEL_FAILED
    console = Path(ways["console"])
    assert "lab: ready" in console.read_text() and not list(console.parent.glob("ssh.*"))
    assert qemu_left(console.parent) == []


def test_ctrl_c_ends_a_held_guest_and_the_status_is_the_verdicts(failing: tuple[RunFolder, Run]) -> None:
    folder, run = failing
    outcome = run.result(SCENARIO, "unlocked-eio").outcomes[0]
    with lab("replay", str(folder.path), str(outcome.schedule), "--kernel", "with", "--keep") as started:
        assert started.stderr
        line_with(started.stderr, "the guest is held")
        started.send_signal(signal.SIGINT)
        assert started.wait(SECONDS) == ExitStatus.AS_EXPECTED
    assert qemu_left(folder.path) == []
