# SPDX-License-Identifier: GPL-2.0-only
"""Every way in which a guest can end is named, and at once."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest

from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.guest import early, end, runner
from harness.guest.plan import GuestPlan
from harness.guest.runner import Guest

MakePlan = Callable[[str], GuestPlan]
BOOT = "console [    0.5] lab: init\n"
FINISH = "console [    2.0] lab: job ended with status 0\nconsole [    2.1] reboot: Power down\n"
PANIC = "console [    1.0] Kernel panic - not syncing: Fatal exception\n"

ENDS = {
    "finished": (BOOT + FINISH, "powered off"),
    "panic": (BOOT + PANIC, "Fatal exception"),
    "oops": (BOOT + "console BUG: unable to handle page fault for address: 0\n" + PANIC, "page fault"),
    "soft-lockup": (BOOT + "console watchdog: BUG: soft lockup - CPU#0 stuck for 22s!\nforever\n", "CPU#0 stuck"),
    "hang": (BOOT + "console last words\nforever\n", "last words"),
    "boot-failure": (BOOT + "console lab: broken: no DAX here\nconsole reboot: Power down\n", "no DAX here"),
    "qemu-died": (BOOT + "stderr qemu: cannot set up guest memory\nexit 1\n", "cannot set up guest memory"),
}
QUIET = {False: 20.0, True: 0.7}  # a loaded host may need long to start a guest that is not meant to hang


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU gets no time to end by itself: a test has none."""
    monkeypatch.setattr(runner, "GRACE", 0.05)
    monkeypatch.setattr(early, "QUIET", 0.2)


@pytest.mark.parametrize("kind", ENDS)
def test_each_end_is_named_with_its_reason(plan_of: MakePlan, kind: str) -> None:
    script, reason = ENDS[kind]
    began = time.monotonic()
    with Guest(plan_of(script), quiet=QUIET[kind == "hang"]) as guest:
        ended = guest.wait(Deadline.after(20))
    assert (ended.kind, reason in ended.detail) == (kind, True), ended
    assert "lab: init" in ended.console
    assert time.monotonic() - began < 5


SILENT = 2.0  # a loaded host may take as long to start the scripted monitor
ASKED = "monitor\nawait inject-nmi\nconsole [   40.0] Kernel panic - not syncing: NMI: Not continuing\n"


@pytest.mark.parametrize(("starved", "kind"), [(3170, "lockup"), (20, "hang")])
def test_a_silent_guest_is_asked_by_an_nmi_whether_its_kernel_keeps_the_cpu(
    plan_of: MakePlan, starved: int, kind: str
) -> None:
    said = f"console [   40.1] interleave: nobody could be scheduled for {starved} ms\n"
    with Guest(plan_of(BOOT + ASKED + said), quiet=SILENT) as guest:
        ended = guest.wait(Deadline.after(60))
    assert ended.kind == kind
    assert ("CPUs at 0xffffffff810c1a2b" in ended.detail) == (kind == "hang")


def test_a_silent_guest_that_gives_no_answer_is_waited_for_no_longer(
    plan_of: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "ANSWER", 0.2)
    with Guest(plan_of(BOOT + "monitor\nconsole last words\nforever\n"), quiet=SILENT) as guest:
        ended = guest.wait(Deadline.after(60))
    assert (ended.kind, "last words" in ended.detail) == ("hang", True)


def test_a_guest_of_several_cpus_is_not_asked(plan_of: MakePlan) -> None:
    plan = replace(plan_of(BOOT + "monitor\nawait inject-nmi\n"), mode="ssh")
    with Guest(plan, quiet=SILENT) as guest:
        assert guest.wait(Deadline.after(60)).kind == "hang"


@pytest.mark.parametrize("before", [BOOT, ""])
def test_a_guest_that_the_host_does_not_let_run_is_not_called_hung_and_ends_at_a_limit_all_the_same(
    plan_of: MakePlan, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    monkeypatch.setattr(runner, "STARVED", 4.0)
    with Guest(plan_of(before + "forever\n"), quiet=1.2) as guest:
        os.kill(guest.pid, signal.SIGSTOP)
        ended = guest.wait(Deadline.after(60))
    assert ended.kind == "starved"
    assert ended.detail.startswith("the host did not let the guest run: no record and no word for 4 s")


def test_one_that_the_host_let_wait_for_a_while_is_still_found_to_hang(plan_of: MakePlan) -> None:
    with Guest(plan_of(BOOT + "forever\n"), quiet=2.0) as guest:
        while "lab: init" not in guest.console:
            guest.watch(Deadline())
        os.kill(guest.pid, signal.SIGSTOP)
        held = Deadline.after(4.0)
        while not held.passed:
            guest.watch(Deadline())
        assert guest.end is None
        os.kill(guest.pid, signal.SIGCONT)
        ended = guest.wait(Deadline.after(60))
    assert ended.kind == "hang"
    assert "the host not letting it run for" in ended.detail


@pytest.mark.parametrize(("mode", "stopped", "kind"), [
    ("ssh", True, "starved"), ("ssh", False, "soft-lockup"), ("sweep", True, "soft-lockup"),
])  # fmt: skip
def test_a_soft_lockup_is_the_hosts_where_that_stopped_a_guest_with_a_clock_of_its_own(
    plan_of: MakePlan, monkeypatch: pytest.MonkeyPatch, mode: Literal["ssh", "sweep"], stopped: bool, kind: str
) -> None:
    monkeypatch.setattr(end, "STUCK_RAN", 2.0)
    with Guest(replace(plan_of(BOOT + "forever\n"), mode=mode)) as guest:
        while "lab: init" not in guest.console:
            guest.watch(Deadline())
        os.kill(guest.pid, signal.SIGSTOP if stopped else signal.SIGCONT)
        held = Deadline.after(5.0)
        while not held.passed:
            guest.watch(Deadline())
        os.kill(guest.pid, signal.SIGCONT)
        with guest.plan.console.open("a") as console:
            console.write("watchdog: BUG: soft lockup - CPU#1 stuck for 5s! [racer:60]\n")
        ended = guest.wait(Deadline.after(60))
    assert ended.kind == kind
    assert "CPU#1 stuck for 5s" in ended.detail


def test_qemu_killed_by_a_signal_is_told_from_a_guest_that_ended(plan_of: MakePlan) -> None:
    with Guest(plan_of(BOOT + "signal 9\n")) as guest:
        ended = guest.wait(Deadline.after(20))
    assert ended.kind == "qemu-died"
    assert "signal 9" in ended.detail


def test_a_panic_before_init_is_a_boot_failure_that_names_the_panic(plan_of: MakePlan) -> None:
    with Guest(plan_of("console Kernel panic - not syncing: VFS: Unable to mount root fs\n")) as guest:
        ended = guest.wait(Deadline.after(20))
    assert ended.kind == "boot-failure"
    assert "Unable to mount root fs" in ended.detail


def test_a_kernel_that_never_says_a_word_is_a_boot_failure(plan_of: MakePlan) -> None:
    with Guest(plan_of("forever\n"), quiet=0.2) as guest:
        ended = guest.wait(Deadline.after(20))
    assert ended.kind == "boot-failure"
    assert "never said a word" in ended.detail


def test_a_guest_that_keeps_talking_is_stopped_at_the_deadline(plan_of: MakePlan) -> None:
    with Guest(plan_of(BOOT + "forever\n")) as guest:
        ended = guest.wait(Deadline.after(0.2))
    assert ended.kind == "timeout"


def test_a_dead_qemu_is_noticed_long_before_any_deadline(plan_of: MakePlan) -> None:
    with Guest(plan_of(BOOT + "forever\n")) as guest:
        while "lab: init" not in guest.console:
            guest.watch(Deadline())
        os.kill(guest.pid, 9)
        died = time.monotonic()
        ended = guest.wait()
    assert time.monotonic() - died < 0.5, "20 ms on a quiet host"
    assert ended.kind == "qemu-died"


def test_records_come_while_the_guest_still_runs(plan_of: MakePlan) -> None:
    with Guest(plan_of(BOOT + "record one\nrecord two\nforever\n")) as guest:
        records = guest.records()
        assert [next(records), next(records)] == ["one", "two"]
        assert guest.end is None


def test_records_written_before_a_panic_are_not_lost_and_a_torn_one_is_dropped(plan_of: MakePlan) -> None:
    with Guest(plan_of(BOOT + "record one\nrecord two\ntorn thr\n" + PANIC)) as guest:
        assert list(guest.records(Deadline.after(20))) == ["one", "two"]
    assert guest.end is not None
    assert guest.end.kind == "panic"


def test_a_record_counts_as_a_sign_of_life(plan_of: MakePlan) -> None:
    script = BOOT + "sleep 0.5\nrecord 1\n" * 4 + FINISH
    with Guest(plan_of(script), quiet=1.5) as guest:
        assert guest.wait(Deadline.after(20)).kind == "finished"


def test_the_programs_status_is_handed_on(plan_of: MakePlan) -> None:
    script = BOOT + FINISH.replace("status 0", "status 3")
    with Guest(plan_of(script)) as guest:
        assert guest.wait(Deadline.after(20)).status == 3


def test_leaving_the_block_ends_qemu_and_removes_its_socket_folder(plan_of: MakePlan) -> None:
    with Guest(plan_of("forever\n")) as guest:
        pid, socket = guest.pid, guest.plan.qmp
    assert socket is not None
    assert not socket.parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_waiting_for_ssh_says_why_the_guest_ended(plan_of: MakePlan) -> None:
    script = BOOT + "console lab: broken: the guest has no eth0\nconsole reboot: Power down\n"
    with Guest(plan_of(script)) as guest, pytest.raises(LabBroke, match="no eth0"):
        guest.wait_ready(Deadline.after(20))


def test_a_panic_that_comes_in_two_pieces_is_still_noticed(plan_of: MakePlan) -> None:
    with Guest(plan_of(BOOT + "forever\n")) as guest:
        while "lab: init" not in guest.console:
            guest.watch(Deadline())
        for piece in ("[ 1.0] Kernel panic - not ", "syncing: Fatal exception\n"):
            with guest.plan.console.open("a") as console:
                console.write(piece)
            guest.watch(Deadline())
        assert guest.wait(Deadline.after(20)).kind == "panic"
