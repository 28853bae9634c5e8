# SPDX-License-Identifier: GPL-2.0-only
"""For how long a process could not run, from a /proc that is made, and from one that is real."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.guest.threads import Threads
from tests.fakes.proc_tasks import PID, ProcTasks


@pytest.fixture
def proc(tmp_path: Path) -> ProcTasks:
    return ProcTasks(tmp_path)


def test_the_wait_for_a_cpu_is_told_once_it_is_over(proc: ProcTasks) -> None:
    threads = Threads(PID, proc.folder)
    proc.put(1, "R", ran=5.0, waited=2.0)
    assert threads.kept(0.0) == 0.0, "what was before the first look is not told"
    proc.put(1, "R", ran=5.1, waited=2.9)
    assert threads.kept(1.0) == pytest.approx(0.9)


def test_a_wait_that_goes_on_is_told_too_and_not_again_when_it_is_over(proc: ProcTasks) -> None:
    threads = Threads(PID, proc.folder)
    proc.put(1, "R", ran=5.0, waited=0.0)
    told = [threads.kept(now) for now in (0.0, 1.0, 2.0)]
    assert told == [0.0, 1.0, 1.0]
    proc.put(1, "R", ran=5.01, waited=2.5, slices=2)
    assert threads.kept(3.0) == pytest.approx(0.5)


def test_a_thread_that_sleeps_was_not_kept_nor_one_that_runs(proc: ProcTasks) -> None:
    threads = Threads(PID, proc.folder)
    for now in range(4):
        proc.put(1, "S", ran=5.0, waited=0.1)
        proc.put(2, "R", ran=5.0 + now, waited=0.1)
        assert threads.kept(now) == 0.0


def test_a_thread_that_slept_until_just_now_has_not_waited_meanwhile(proc: ProcTasks) -> None:
    threads = Threads(PID, proc.folder)
    proc.put(1, "S", ran=5.0, waited=0.1)
    threads.kept(0.0)
    proc.put(1, "R", ran=5.0, waited=0.1)
    assert threads.kept(10.0) == 0.0


@pytest.mark.parametrize("state", ["T", "t", "D"])
def test_one_that_is_stopped_or_waits_for_the_disk_is_kept_and_that_is_not_taken_back(
    proc: ProcTasks, state: str
) -> None:
    threads = Threads(PID, proc.folder)
    proc.put(1, state, ran=5.0, waited=0.0)
    assert [threads.kept(now) for now in (0.0, 1.0, 2.0)] == [0.0, 1.0, 1.0]
    proc.put(1, "R", ran=5.1, waited=0.0, slices=2)
    assert threads.kept(3.0) == 0.0


def test_of_several_threads_the_one_that_was_kept_longest_counts(proc: ProcTasks) -> None:
    threads = Threads(PID, proc.folder)
    for ran, waits in ((1.0, (0.0, 0.0)), (1.5, (0.5, 0.2)), (2.0, (0.6, 1.1))):
        for thread, waited in enumerate(waits):
            proc.put(thread, "R", ran=ran, waited=waited)
        told = threads.kept(ran)
    assert told == pytest.approx(0.9)


def test_a_thread_that_comes_or_goes_is_no_trouble(proc: ProcTasks) -> None:
    threads = Threads(PID, proc.folder)
    proc.put(1, "S", ran=1.0, waited=0.0)
    threads.kept(0.0)
    proc.put(2, "R", ran=1.0, waited=7.0)
    assert threads.kept(1.0) == 0.0
    for name in ("stat", "schedstat"):
        (proc.folder / str(PID) / "task" / "1" / name).unlink()
    assert threads.kept(2.0) == pytest.approx(1.0)


@pytest.mark.parametrize("said", [None, "", "0 0 0\n", "no numbers here\n"])
def test_where_linux_does_not_tell_nothing_was_kept(proc: ProcTasks, said: str | None) -> None:
    threads = Threads(PID, proc.folder)
    proc.put(1, "R", ran=1.0, waited=0.0)
    file = proc.folder / str(PID) / "task" / "1" / "schedstat"
    if said is None:
        file.unlink()
    else:
        file.write_text(said)
    assert [threads.kept(now) for now in (0.0, 10.0, 20.0)] == [0.0, 0.0, 0.0]


def test_a_process_that_is_not_there_was_not_kept(tmp_path: Path) -> None:
    threads = Threads(PID, tmp_path)
    assert [threads.kept(now) for now in (0.0, 10.0)] == [0.0, 0.0]


TELLS = Path("/proc/self/schedstat").exists() and Path("/proc/self/schedstat").read_text().split()[0] != "0"
SPIN = "while True: pass"
real = pytest.mark.skipif(not TELLS, reason="this kernel does not account for waits (CONFIG_SCHED_INFO)")


@contextlib.contextmanager
def spinning(cpu: int, policy: int | None = None) -> Iterator[int]:
    """A process that spins on a CPU, and its PID."""
    with subprocess.Popen([sys.executable, "-c", SPIN]) as process:
        try:
            os.sched_setaffinity(process.pid, {cpu})
            if policy is not None:
                os.sched_setscheduler(process.pid, policy, os.sched_param(0))
            yield process.pid
        finally:
            process.kill()


def looked(pid: int, seconds: float) -> tuple[float, float]:
    """Seconds on the wall and of them those kept, with a look each 100 ms."""
    threads, kept, began = Threads(pid), 0.0, time.monotonic()
    threads.kept(began)
    while time.monotonic() < began + seconds:
        time.sleep(0.1)
        kept += threads.kept(time.monotonic())
    return time.monotonic() - began, kept


@real
def test_a_real_process_that_is_starved_on_purpose_is_seen_to_wait() -> None:
    cpu = min(os.sched_getaffinity(0))
    # One with SCHED_IDLE has a weight of 3, the other of 1024 (sched_prio_to_weight[] of Linux).
    began = time.monotonic()
    with spinning(cpu), spinning(cpu, os.SCHED_IDLE) as starved:
        time.sleep(0.3)
        wall, kept = looked(starved, 3.0)
        lived = time.monotonic() - began
    assert 0.7 * wall < kept < 1.1 * lived, "the first wait that is told may have begun before the first look"


@real
def test_a_real_process_that_is_stopped_is_kept_and_one_that_sleeps_is_not() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        try:
            time.sleep(0.5)
            _, asleep = looked(process.pid, 0.5)
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.1)
            wall, stopped = looked(process.pid, 0.5)
        finally:
            process.kill()
    assert asleep < 0.2
    assert stopped > 0.7 * wall
