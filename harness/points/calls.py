# SPDX-License-Identifier: GPL-2.0-only
"""Which functions of chosen units call which, directly, from the machine code."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.points.elf import Function, opened
from harness.points.instructions import TARGET, decoded
from harness.points.point import Point


def callers(vmlinux: Path, points: Sequence[Point], called: Iterable[str]) -> set[str]:
    """Those of the points' functions that call or jump to one of ``called``; these themselves left out.

    Names are the points'. A call through a pointer is not seen.
    """
    names = {point.address - point.offset: point.function for point in points}
    wanted = {start for start, name in names.items() if name in set(called)}
    with opened(vmlinux) as kernel:
        functions = [each for each in kernel.functions if each.start in names and each.start not in wanted]
        return {names[each.start] for each in functions if _targets(each, kernel.code(each)) & wanted}


def _targets(function: Function, code: bytes) -> set[int]:
    found = {int(operands, 16) for mnemonic, operands in decoded(function, code)
             if TARGET.match(operands) and (mnemonic == "call" or mnemonic.startswith("j"))}  # fmt: skip
    return {address for address in found if not function.start <= address < function.end}
