# SPDX-License-Identifier: GPL-2.0-only
"""Points behind which an actor only computes: a stop there is the same race as a stop at its next point.

An actor that goes from one point to its next one in registers and on its own stack alone does nothing that another
actor could see or disturb, so that both stops give the same order of all that matters (partial-order reduction; P.
Godefroid, LNCS 1032). What is not known to be harmless is taken to touch memory: operands in memory other than the
stack's, calls out of the chosen files, returns, indirect jumps, string and locked instructions, all that has a segment.
An object on the stack that others can reach, as a wait queue's entry, is not told apart.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import capstone

from harness.points.elf import Function, opened
from harness.points.instructions import TARGET
from harness.points.point import Point

STACK = re.compile(r"\[rsp(?: [+-] 0x[0-9a-f]+| [+-] \d+)?\]")
HARMLESS = frozenset(
    word
    for words in (
        "mov movzx movsx movsxd movabs lea add sub adc sbb and or xor not neg test cmp shl shr sar rol ror inc dec",
        "imul cdqe cdq cqo cwde push pop nop bt bsf bsr tzcnt lzcnt popcnt bswap endbr64",
    )
    for word in words.split()
)
BY_CONDITION = re.compile(r"^(set|cmov)[a-z]+$")
FAR = 64  # instructions between two points; further ones are taken to touch memory


@dataclass(frozen=True)
class Code:
    """One decoded instruction."""

    mnemonic: str
    operands: str
    next: int


@dataclass
class _Walk:
    """The decoded code of the functions that hold the points."""

    code: Mapping[int, Code]
    points: frozenset[int]

    def silent(self, start: int) -> bool:
        """Whether every way from the point at ``start`` to a next point is harmless."""
        todo, seen = [start], set[int]()
        while todo:
            at = todo.pop()
            if at in seen or (at != start and at in self.points):
                continue
            seen.add(at)
            steps = self._steps(at)
            if steps is None or len(seen) > FAR:
                return False
            todo += steps
        return True

    def _steps(self, at: int) -> list[int] | None:
        """Where the harmless instruction at that address leads; None if it is none."""
        one = self.code.get(at)
        if one is None:
            return None
        target = int(one.operands, 16) if TARGET.match(one.operands) else None
        if one.mnemonic.startswith("j"):
            if target is None or target not in self.code:
                return None
            return [target] if one.mnemonic == "jmp" else [target, one.next]
        if one.mnemonic == "call":  # only where the callee's entry is a point: it ends the way
            return [] if target in self.points else None
        return [one.next] if _harmless(one) else None


def _harmless(one: Code) -> bool:
    if one.mnemonic not in HARMLESS and not BY_CONDITION.match(one.mnemonic):
        return False
    if one.mnemonic in ("lea", "nop"):
        return True
    return ":" not in one.operands and "[" not in STACK.sub("", one.operands)


def silent_points(vmlinux: Path, points: Sequence[Point]) -> frozenset[int]:
    """Indices of the points behind which the actor only computes until its next point.

    Raises BadInput for a file that is no vmlinux.
    """
    addresses = sorted(point.address for point in points)
    code: dict[int, Code] = {}
    with opened(vmlinux) as kernel:
        for function in kernel.functions:
            if bisect_left(addresses, function.start) < bisect_left(addresses, function.end):
                code.update(_decoded(function, kernel.code(function)))
    walk = _Walk(code, frozenset(addresses))
    return frozenset(point.index for point in points if walk.silent(point.address))


def _decoded(function: Function, code: bytes) -> dict[int, Code]:
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    return {
        address: Code(mnemonic, operands, address + size)
        for address, size, mnemonic, operands in decoder.disasm_lite(code, function.start)
    }
