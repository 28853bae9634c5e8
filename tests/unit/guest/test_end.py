# SPDX-License-Identifier: GPL-2.0-only
"""How a guest ended, told from its words alone."""

import pytest

from harness.guest.end import classify, is_over

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
