# SPDX-License-Identifier: GPL-2.0-only
"""The call trace in a block of kernel log."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

PLACE = r"(?P<function>[\w.$]+)\+0x(?P<offset>[0-9a-f]+)/0x[0-9a-f]+(?: \[(?P<module>[^\]]+)\])?"
# " foo+0x1/0x2 [ext4]", before 4.10 " [<ffffffff8118d7a0>] ? foo+0x1/0x2"
ENTRY = re.compile(rf"\s*(?:\[<[0-9a-f]+>\]\s*)?(?P<maybe>\? )?{PLACE}\s*$")
# "RIP: 0010:foo+0x1/0x2", before 4.10 "RIP: 0010:[<ffffffff8118d7a0>]  [<ffffffff8118d7a0>] foo+0x1/0x2"
RIP = re.compile(rf"RIP: 0010:(?:\[<[0-9a-f]+>\]\s*){{0,2}}{PLACE}")
BEGIN = re.compile(r"Call Trace:")
MARK = re.compile(r"\s*</?(?:TASK|IRQ|SOFTIRQ|NMI|EOI|EOE|#DF|#DB|ENTRY_TRAMPOLINE)>\s*$")
# Registers of an interrupted or the calling context, an address without a symbol.
ASIDE = re.compile(
    r"(?:RIP|RSP|RAX|RDX|RBP|R1[03]|Code|ORIG_RAX|FS|CS|CR2|DR[03]|PKRU|EFLAGS)\b"
    r"|\s*(?:\[<[0-9a-f]+>\]\s*)?\?? ?0x[0-9a-f]+"
)
# Functions that report, at the head of a trace: what they report about comes after them.
REPORTERS = re.compile(
    r"(?:__)?(?:dump_stack(?:_lvl)?|show_stack|warn|warn_printk|warn_slowpath_\w+|report_bug|handle_bug|panic|die(?:_body)?"
    r"|oops_end|page_fault_oops|no_context|bad_area\w*|do_page_fault|do_user_addr_fault|exc_\w+|asm_(?:exc|sysvec)_\w+"
    r"|kasan_\w+|asan_\w+|print_\w+|check_(?:noncircular|prevs?_add|usage\w*|deadlock|irq_usage|wait_context)"
    r"|might_\w+|_might_sleep|schedule_bug|schedule|schedule_timeout(?:_\w+)?|io_schedule|validate_chain|mark_lock\w*"
    r"|lock_acquire|lock_release|lockdep_rcu_suspicious|register_lock_class|debug_check_no_locks_held|sched_show_task"
    r"|ubsan_\w+|bad_page|dump_header|oom_kill_process|page_fault|invalid_op|lock_sys_exit|lockdep_sys_exit)$"
)
BUILDS = re.compile(r"\.(?:isra|constprop|part|cold|llvm)\b.*$")


@dataclass(frozen=True)
class Call:
    """One entry: ``exact`` where the offset is that of the instruction itself and not of the one it returns to."""

    function: str
    offset: int
    module: str = ""
    exact: bool = False

    @property
    def name(self) -> str:
        """The function's name as the source has it, without the compiler's suffixes."""
        return BUILDS.sub("", self.function)

    def __str__(self) -> str:
        return f"{self.function}+{self.offset:#x}" + (f" [{self.module}]" if self.module else "")


def calls(bodies: Sequence[str], *, interrupts: bool = True) -> tuple[Call, ...]:
    """The block's first trace, innermost first: the faulting instruction, then its callers.

    Entries that the unwinder was unsure of ("? ") and the reporting functions at the head are left out, and the
    part of the interrupt (of the NMI if there is one) too where ``interrupts`` is false.
    """
    found: list[Call] = []
    interrupt = task = 0
    aside = "NMI" if any("<NMI>" in body for body in bodies) else "IRQ"
    for body in _traced(bodies):
        if match := RIP.match(body):
            found.append(_call(match, exact=True))
        elif (match := ENTRY.match(body)) and not match["maybe"]:
            found.append(_call(match))
        elif f"<{aside}>" in body and not interrupts:
            interrupt = len(found)
        elif f"</{aside}>" in body and not interrupts:
            # The interrupted instruction itself is told on the NMI's stack, behind the interrupt's on the task's.
            task = len(found) - bool(found and found[-1].exact)
    return _trimmed(found[:interrupt] + found[task:])


def trace_goes_on(body: str) -> bool:
    """Whether this line can be part of a call trace that has begun."""
    return bool(ENTRY.match(body) or MARK.match(body) or ASIDE.match(body))


def _traced(bodies: Sequence[str]) -> list[str]:
    """Lines up to the trace's end: what follows are other tasks' stacks (KASAN) or registers printed again."""
    taken: list[str] = []
    begun = False
    for body in bodies:
        if begun and not trace_goes_on(body):
            break
        begun = begun or bool(BEGIN.match(body))
        if begun or RIP.match(body):
            taken.append(body)
        if "</TASK>" in body:
            break
    return taken


def _call(match: re.Match[str], exact: bool = False) -> Call:
    return Call(match["function"], int(match["offset"], 16), (match["module"] or "").split(" ")[0], exact)


def _trimmed(found: list[Call]) -> tuple[Call, ...]:
    at = next((index for index, call in enumerate(found) if not REPORTERS.match(call.name)), 0)
    return tuple(call for index, call in enumerate(found[at:]) if index == 0 or call != found[at + index - 1])
