# SPDX-License-Identifier: GPL-2.0-only
"""How a guest ended, told from its console, QEMU's status and what the lab itself had to do: pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from harness.process import tail

EndKind = Literal[
    "finished", "panic", "oops", "hang", "soft-lockup", "lockup", "boot-failure", "qemu-died", "timeout",
    "starved"
]  # fmt: skip
Stopped = Literal["", "hang", "timeout", "over", "asked", "starved"]

SOFT_LOCKUP = re.compile(r"BUG: soft lockup.*")
STUCK = re.compile(r"BUG: soft lockup - CPU#\d+ stuck for (\d+)s")
# A watchdog's thread goes before all others, and comes by each fifth of the threshold (set_sample_period() in
# kernel/watchdog.c). So a CPU is called stuck for no fault of its own where it was kept from running for four fifths in
# one piece. The rest is what the lab may be late by.
STUCK_KEPT, STUCK_RAN = 0.8, 6.0
PANIC = re.compile(r"Kernel panic - not syncing.*")
OOPS = re.compile(
    r"(?:BUG: (?:unable to handle|kernel NULL|KASAN)|kernel BUG at|general protection fault|Oops:|invalid opcode:"
    r"|stack segment:|double fault:|Unable to handle kernel).*"
)
# What unknown_nmi_panic=1 makes of the NMI that a silent guest is sent (arch/x86/kernel/nmi.c), then interleave.ko.
LAST_WORDS = re.compile(r"Kernel panic - not syncing: NMI: Not continuing")
STARVED = re.compile(r"interleave: nobody could be scheduled for (\d+) ms")
# Guest time, 50 million instructions; where somebody can be scheduled it is 20 ms. Spinning takes a host long: each
# PAUSE leaves QEMU's translated code, and a loaded host counted 300 ms in 30 s.
STARVED_MS = 100
IN_LAB = re.compile(r"\] +(?:RIP: 0010:)?\w[\w.]*\+0x[0-9a-f]+/0x[0-9a-f]+ \[(interleave|dirty_tags|durability)\]")
ONCE_OVER = re.compile(r"reboot: (?:Power down|System halted)")
TERMINAL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|c)")  # what a firmware tells a terminal
INIT = "lab: init"
READY = "lab: ready"
BROKEN = re.compile(r"lab: broken: (.*)")
STATUS = re.compile(r"lab: job ended with status (\d+)")


@dataclass(frozen=True)
class GuestEnd:
    """How it ended, one sentence about it, the whole console, and the status of the guest's program if it had one."""

    kind: EndKind
    detail: str
    console: str
    status: int | None = None


def is_over(console: str) -> bool:
    """Whether the guest's kernel has said its last word, though QEMU may still run."""
    return bool(PANIC.search(console) or SOFT_LOCKUP.search(console) or ONCE_OVER.search(console))


def classify(console: str, returncode: int, qemu_log: str, stopped: Stopped = "", note: str = "") -> GuestEnd:
    """Names the end of a guest.

    ``returncode`` is QEMU's, negative for a signal; ``stopped`` says why the lab stopped QEMU, "" if it did not,
    "asked" if it had fallen silent and was sent an NMI for its last words; ``note`` adds what the lab saw then.
    """
    asked = _asked(console, note) if stopped == "asked" else None
    lab = _lab_end(console, returncode, qemu_log, stopped, note)
    kind, detail = asked or _crash(console) or lab or _own_end(console)
    if kind not in ("qemu-died", "timeout", "boot-failure", "starved") and INIT not in console:
        kind, detail = "boot-failure", f"{kind} before init: {detail}"
    status = STATUS.search(console)
    return GuestEnd(kind, detail, console, int(status[1]) if status else None)


def excused(ended: GuestEnd, kept: Callable[[float], float]) -> GuestEnd:
    """``ended``; but a soft lockup of a CPU that the host did not let run is nobody's but the host's.

    The watchdog of a guest with a clock of its own counts seconds of the host. ``kept(seconds)`` says for how many of
    the last ones the guest could not run.
    """
    stuck = STUCK.search(ended.detail) if ended.kind == "soft-lockup" else None
    if not stuck:
        return ended
    seconds = STUCK_KEPT * float(stuck[1])
    held = kept(seconds)
    if seconds - held >= STUCK_RAN:
        return ended
    detail = f"the host did not let the guest run for {held:.0f} s, whereupon its watchdog said: {ended.detail}"
    return replace(ended, kind="starved", detail=detail)


def _asked(console: str, note: str) -> tuple[EndKind, str] | None:
    """A guest that answered with a panic: its kernel's lockup, if that says so itself, else only a silent guest."""
    panic = PANIC.search(console)
    if not panic or not LAST_WORDS.match(panic[0]):
        return None
    said = console[panic.start() :]
    starved = STARVED.search(said)
    if not starved or int(starved[1]) < STARVED_MS:
        return "hang", f"{note}; asked by an NMI it showed no lockup: it may be slow, or the host is"
    if own := IN_LAB.search(said):
        return "hang", f"{note}; the CPU is kept in the lab's own module {own[1]}"
    # Neither the time nor the address within a loop is the same each time.
    return "lockup", "the kernel keeps the CPU: no task could be scheduled any more"


def _crash(console: str) -> tuple[EndKind, str] | None:
    if lockup := SOFT_LOCKUP.search(console):
        return "soft-lockup", lockup[0].strip()
    if not (panic := PANIC.search(console)):
        return None
    oops = OOPS.search(console, endpos=panic.start())
    return ("oops", oops[0].strip()) if oops else ("panic", panic[0].strip())


def _lab_end(console: str, returncode: int, qemu_log: str, stopped: Stopped, note: str) -> tuple[EndKind, str] | None:
    if stopped in ("hang", "asked"):
        return "hang", f"{note}; its last line was: {_last_line(console)}"
    if stopped == "starved":
        return "starved", f"{note}; its last line was: {_last_line(console)}"
    if stopped == "timeout":
        return "timeout", f"the time given was over; its last line was: {_last_line(console)}"
    if returncode and not stopped:
        how = f"signal {-returncode}" if returncode < 0 else f"status {returncode}"
        return "qemu-died", f"QEMU ended with {how}: {tail(qemu_log) or 'it gave no reason'}"
    return None


def _own_end(console: str) -> tuple[EndKind, str]:
    if broken := BROKEN.search(console):
        return "boot-failure", broken[1].strip()
    if ONCE_OVER.search(console):
        return "finished", "powered off"
    return "panic", f"the guest reset itself without a word (triple fault); its last line was: {_last_line(console)}"


def _last_line(console: str) -> str:
    lines = [line.strip() for line in TERMINAL.sub("", console).splitlines() if line.strip()]
    return lines[-1] if lines else "(it never said a word)"
