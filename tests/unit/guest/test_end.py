# SPDX-License-Identifier: GPL-2.0-only
"""How a guest ended, told from its words alone."""

import pytest

from harness.guest.end import classify, excused, is_over

INIT = "[    0.5] lab: init\n"
PANIC = "[    9.0] Kernel panic - not syncing: Fatal exception\n"


@pytest.mark.parametrize(
    "line",
    [
        "BUG: unable to handle page fault for address: 0000000000001000",
        "BUG: kernel NULL pointer dereference, address: 0000000000000000",
        "kernel BUG at fs/dax.c:190!",
        "general protection fault, probably for non-canonical address",
        "BUG: KASAN: use-after-free in dax_insert_entry",
        "Oops: 0000 [#1] PREEMPT SMP",
    ],
)
def test_the_first_line_of_an_oops_is_its_detail(line: str) -> None:
    ended = classify(f"{INIT}[    8.0] {line}\nRIP: 0010:dax_fault+0x1\n{PANIC}", 0, "")
    assert (ended.kind, ended.detail) == ("oops", line)


def test_a_soft_lockup_that_panics_is_still_called_a_soft_lockup() -> None:
    text = (
        INIT
        + "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [racer:60]\nKernel panic - not syncing: softlockup: hung"
    )
    assert classify(text, 0, "").kind == "soft-lockup"


def test_a_reset_without_a_word_is_a_panic_that_says_so() -> None:
    ended = classify(INIT + "lab: job begins\n", 0, "")
    assert ended.kind == "panic"
    assert "triple fault" in ended.detail


def test_a_panic_counts_even_where_qemu_had_to_be_killed() -> None:
    assert classify(INIT + PANIC, -9, "", "over").kind == "panic"


def test_a_warning_is_not_the_end_of_a_guest() -> None:
    assert not is_over(INIT + "WARNING: CPU: 0 PID: 50 at fs/dax.c:409 dax_insert_entry+0x2ce\n")


def test_a_machine_that_halts_as_it_has_no_acpi_is_over() -> None:
    assert is_over(INIT + "reboot: System halted\n")
    assert classify(INIT + "reboot: System halted\n", -9, "", "over").kind == "finished"


NMI = "[   40.0] Kernel panic - not syncing: NMI: Not continuing\n"
SPIN = "[   40.0] RIP: 0010:native_queued_spin_lock_slowpath+0x20a/0x250\n[   40.0]  dax_lock_page+0x6d/0x180\n"
SAID = "[   40.1] interleave: in schedule hwpoison-read AB A1#1\n"
STARVED = "[   40.1] interleave: nobody could be scheduled for {} ms\n"


def test_a_silent_guest_whose_kernel_says_that_nobody_can_be_scheduled_is_a_lockup() -> None:
    ended = classify(INIT + NMI + SPIN + SAID + STARVED.format(3170), 0, "", "asked", "no word for 30 s")
    assert ended.kind == "lockup"
    assert "3170" not in ended.detail, "equal each time"


@pytest.mark.parametrize("said", [SAID + STARVED.format(20), SAID, ""])
def test_a_silent_guest_in_which_tasks_can_be_scheduled_is_not_the_kernel_s_lockup(said: str) -> None:
    ended = classify(INIT + NMI + SPIN + said, 0, "", "asked", "no word for 30 s")
    assert ended.kind == "hang"
    assert ended.detail.startswith("no word for 30 s; asked by an NMI it showed no lockup")


@pytest.mark.parametrize("frame", [" il_hit+0x1f/0x120 [interleave]", "RIP: 0010:walk+0x2/0x10 [dirty_tags]"])
def test_a_lockup_in_the_lab_s_own_module_is_not_the_kernel_s(frame: str) -> None:
    said = NMI + f"[   40.0] {frame}\n" + SPIN + SAID + STARVED.format(3170)
    ended = classify(INIT + said, 0, "", "asked", "no word for 30 s")
    assert ended.kind == "hang"
    assert "the lab's own module" in ended.detail


def test_a_lab_function_that_only_lies_on_the_stack_does_not_count() -> None:
    said = NMI + SPIN + "[   40.0]  ? il_stopped+0x1f/0x120 [interleave]\n" + SAID + STARVED.format(3170)
    assert classify(INIT + said, 0, "", "asked", "no word for 30 s").kind == "lockup"


def test_a_silent_guest_that_does_not_answer_is_a_hang() -> None:
    ended = classify(INIT + "last words\n", -9, "", "asked", "no word for 30 s")
    assert (ended.kind, "last words" in ended.detail) == ("hang", True)


def test_a_guest_that_panicked_of_itself_when_it_was_asked_is_a_panic() -> None:
    assert classify(INIT + PANIC, 0, "", "asked", "no word for 30 s").kind == "panic"


LOCKUP = "watchdog: BUG: soft lockup - CPU#1 stuck for 61s! [racer:60]\n"


@pytest.mark.parametrize(
    ("share", "kind"), [(0.0, "soft-lockup"), (0.5, "soft-lockup"), (0.8, "soft-lockup"), (1.0, "starved")]
)
def test_a_soft_lockup_of_a_cpu_that_the_host_did_not_let_run_is_the_host_s(share: float, kind: str) -> None:
    ended = excused(classify(INIT + LOCKUP, 0, ""), lambda seconds: share * seconds)
    assert ended.kind == kind
    assert LOCKUP.strip().removeprefix("watchdog: ") in ended.detail
    assert ended.detail.startswith("the host did not let the guest run for 49 s") == (kind == "starved")


def test_no_other_end_is_excused() -> None:
    panicked = classify(INIT + PANIC, 0, "")
    assert excused(panicked, lambda seconds: seconds) is panicked


@pytest.mark.parametrize("console", ["", INIT])
def test_a_guest_that_its_host_did_not_let_run_is_no_boot_failure_either(console: str) -> None:
    ended = classify(console, -9, "", "starved", "the host did not let the guest run: no word for 600 s")
    assert ended.kind == "starved"
    assert ended.detail.startswith("the host did not let the guest run: no word for 600 s; its last line was: ")
