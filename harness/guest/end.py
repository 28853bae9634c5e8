# SPDX-License-Identifier: GPL-2.0-only
"""How a guest ended, told from its console, QEMU's status and what the lab itself had to do: pure."""

import re
from dataclasses import dataclass
from typing import Literal

from harness.process import tail

EndKind = Literal[
    "finished", "panic", "oops", "hang", "soft-lockup", "boot-failure", "qemu-died", "timeout"
]  # fmt: skip
Stopped = Literal["", "hang", "timeout", "over"]

SOFT_LOCKUP = re.compile(r"BUG: soft lockup.*")
PANIC = re.compile(r"Kernel panic - not syncing.*")
OOPS = re.compile(
    r"(?:BUG: (?:unable to handle|kernel NULL|KASAN)|kernel BUG at|general protection fault|Oops:|invalid opcode:"
    r"|stack segment:|double fault:|Unable to handle kernel).*"
)
ONCE_OVER = re.compile(r"reboot: (?:Power down|System halted)")
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

    ``returncode`` is QEMU's, negative for a signal; ``stopped`` says why the lab stopped QEMU, "" if it did not;
    ``note`` adds what the lab saw then.
    """
    kind, detail = _crash(console) or _lab_end(console, returncode, qemu_log, stopped, note) or _own_end(console)
    if kind not in ("qemu-died", "timeout", "boot-failure") and INIT not in console:
        kind, detail = "boot-failure", f"{kind} before init: {detail}"
    status = STATUS.search(console)
    return GuestEnd(kind, detail, console, int(status[1]) if status else None)


def _crash(console: str) -> tuple[EndKind, str] | None:
    if lockup := SOFT_LOCKUP.search(console):
        return "soft-lockup", lockup[0].strip()
    if not (panic := PANIC.search(console)):
        return None
    oops = OOPS.search(console, endpos=panic.start())
    return ("oops", oops[0].strip()) if oops else ("panic", panic[0].strip())


def _lab_end(console: str, returncode: int, qemu_log: str, stopped: Stopped, note: str) -> tuple[EndKind, str] | None:
    if stopped == "hang":
        return "hang", f"{note}; its last line was: {_last_line(console)}"
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
    lines = [line.strip() for line in console.splitlines() if line.strip()]
    return lines[-1] if lines else "(it never said a word)"
