# SPDX-License-Identifier: GPL-2.0-only
"""A kernel that dies without a word is booted once more, and the sentence says what was seen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.deadline import Deadline
from harness.guest import early, runner
from harness.guest.argv import kernel_arguments, qemu_argv
from harness.guest.end import GuestEnd
from harness.guest.plan import GuestPlan
from harness.guest.runner import Guest

MakePlan = Callable[[str], GuestPlan]
FIRMWARE = "\x1bc\x1b[?7l\x1b[2J\x1b[0mSeaBIOS (version 1.16.2)\nBooting from ROM..\x1bc\x1b[?7l\x1b[2J"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second boot of a test says all it has to say at once."""
    monkeypatch.setattr(early, "QUIET", 0.3)
    monkeypatch.setattr(runner, "GRACE", 0.05)


def _end(plan: GuestPlan, quiet: float = 20.0) -> GuestEnd:
    with Guest(plan, quiet) as guest:
        return guest.wait(Deadline.after(20))


@pytest.mark.parametrize(
    ("console", "mute"),
    [
        ("", True),
        (FIRMWARE, True),
        ("Decompressing Linux... Parsing ELF... done.\nBooting the kernel.\n", True),
        (FIRMWARE + "[    0.000000] Linux version 4.6.2\n", False),
        ("Linux version 4.4.155 (lab@lab)\n", False),
        ("Kernel panic - not syncing: VFS\n", False),
        ("[    0.5] lab: init\n", False),
    ],
)
def test_a_guest_is_mute_until_the_first_line_of_its_log(console: str, mute: bool) -> None:
    assert early.is_mute(console) is mute


def test_a_triple_fault_is_told_with_its_likely_cause(plan_of: MakePlan) -> None:
    plan = plan_of("console Booting from ROM..\nearly Booting the kernel.\ncpu CPU Reset (CPU 0)\ncpu Triple fault\n")
    ended = _end(plan)
    assert ended.kind == "boot-failure"
    assert "a triple fault behind the decompressor reset the CPU, before the kernel's first word" in ended.detail
    assert "linker younger than the kernel" in ended.detail and "\n" not in ended.detail


def test_a_decompressor_that_says_nothing_is_not_told_apart_from_the_boot_code(plan_of: MakePlan) -> None:
    ended = _end(plan_of("console Booting from ROM..\ncpu CPU Reset (CPU 0)\ncpu Triple fault\n"))
    assert "; a triple fault reset the CPU, before the kernel's first word" in ended.detail


def test_the_early_console_follows_in_the_console_log(plan_of: MakePlan) -> None:
    plan = plan_of("console Booting from ROM..\nearly Decompressing Linux...\n")
    ended = _end(plan)
    said = f"Booting from ROM..\n{early.HEADING}Booting from ROM..\nDecompressing Linux...\n"
    assert plan.console.read_text() == ended.console == said


def test_a_decompressor_that_gives_up_is_quoted(plan_of: MakePlan) -> None:
    script = (
        "early Decompressing Linux...\nearly XZ-compressed data is corrupt\nearly\nearly  -- System halted\nforever\n"
    )
    ended = _end(plan_of(script.replace("early\n", "")), quiet=0.3)
    assert "the image's decompressor says: XZ-compressed data is corrupt: the bzImage is damaged" in ended.detail


def test_a_kernel_that_speaks_up_early_is_quoted(plan_of: MakePlan) -> None:
    script = "early [    0.000000] Linux version 4.6.2\nearly [    0.000000] BUG: no memory\n"
    assert "its last line: [    0.000000] BUG: no memory" in _end(plan_of(script)).detail


def test_a_kernel_that_says_nothing_either_way_may_be_no_kernel(plan_of: MakePlan) -> None:
    assert "CONFIG_EARLY_PRINTK" in _end(plan_of("forever\n"), quiet=0.2).detail


@pytest.mark.parametrize(
    ("script", "change"),
    [
        ("console [    0.1] Linux version 6.1.192\n", {}),
        ("stderr no such machine\nexit 1\n", {}),
        ("console Booting from ROM..\n", {"gdb": Path("/nowhere/gdb")}),
    ],
)
def test_who_has_spoken_or_cannot_run_is_booted_once(plan_of: MakePlan, script: str, change: dict[str, Path]) -> None:
    plan = replace(plan_of(script), gdb=change.get("gdb"))
    _end(plan)
    assert not early.plan_of(plan).folder.exists()


def test_the_second_boot_alone_has_an_early_console_and_a_log_of_resets(plan_of: MakePlan) -> None:
    first = plan_of("")
    second = early.plan_of(first)
    for words in ("earlyprintk=serial,ttyS0,9600", "earlycon=uart8250,io,0x3f8,9600n8"):
        assert words in kernel_arguments(second).split() and words not in kernel_arguments(first)
    assert "cpu_reset" in qemu_argv(second) and "-d" not in qemu_argv(first)
    assert second.folder == first.folder / "early"
