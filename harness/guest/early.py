# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel died of that died without a word: one more boot with an early console, and what QEMU saw of the CPU."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.deadline import Deadline

if TYPE_CHECKING:
    from harness.guest.end import GuestEnd
    from harness.guest.plan import GuestPlan

PATIENCE = 60.0  # seconds for that boot; QEMU runs a kernel to its console in two
QUIET = 10.0  # seconds without a word until that boot is taken to hang
CPU_LOG = "cpu.log"
# Words of a kernel that has come as far as its console, or died saying so; all else is the firmware's.
KERNEL = re.compile(r"Linux version|^\[ *\d+\.\d+\]|Kernel panic|lab: ", re.MULTILINE)
# error() in arch/x86/boot/compressed/misc.c, the same since v2.6.
HALTED = re.compile(r"\n*(?P<why>[^\n]+)\n+ *-- System halted")
BOOTING = "Booting the kernel"
TRIPLE_FAULT = "Triple fault"
HEADING = "\n--- not a word until here; once more, with an early console ---\n"


def is_mute(console: str) -> bool:
    """Whether the kernel has died, or hangs, before the first line of its log."""
    return not KERNEL.search(console)


def plan_of(plan: "GuestPlan") -> "GuestPlan":
    """The second boot: in a folder of its own, so that the first one's console stays."""
    return replace(plan, folder=plan.folder / "early", early=True)


def diagnosed(plan: "GuestPlan", end: "GuestEnd") -> "GuestEnd":
    """``end`` of a guest that was mute, with what another boot says. Its early console follows in the console log."""
    from harness.guest.runner import Guest

    again = plan_of(plan)
    with Guest(again, QUIET) as guest:
        second = guest.wait(Deadline.after(PATIENCE))
    cpu = again.folder / CPU_LOG
    detail = why(second.console, cpu.read_text("utf-8", "replace") if cpu.exists() else "")
    console = f"{end.console}{HEADING}{second.console}"
    plan.console.write_text(console, "utf-8", "replace")
    return replace(end, detail=f"{end.detail}; {detail}", console=console)


def why(console: str, cpu_log: str) -> str:
    """One sentence on what was seen with an early console, and the likely cause: pure."""
    if halted := HALTED.search(console):
        return f"with an early console the image's decompressor says: {halted['why'].strip()}: the bzImage is damaged"
    if not is_mute(console):
        lines = [line.strip() for line in console.splitlines() if line.strip()]
        return f"with an early console the kernel says more, its last line: {lines[-1]}"
    if TRIPLE_FAULT in cpu_log:
        # A decompressor without CONFIG_EARLY_PRINTK does not say how far it came.
        where = " behind the decompressor" if BOOTING in console else ""
        return (
            f"a triple fault{where} reset the CPU, before the kernel's first word: the likely cause is an image "
            "that is laid out otherwise than its boot code takes it, as by a linker younger than the kernel (page "
            "size of segments: docs/kernels.md, Compilers and linkers)"
        )
    return (
        "with an early console it says nothing either: the bzImage is damaged or not for x86-64, or the kernel dies "
        "before it heeds its command line, and its decompressor has no CONFIG_EARLY_PRINTK to say more"
    )
