# SPDX-License-Identifier: GPL-2.0-only
"""Instruction boundaries of a function, and what each instruction is to a schedule."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import capstone

from harness.points.elf import Function
from harness.points.point import PointKind

TARGET = re.compile(r"^0x[0-9a-f]+$")
TABLE = re.compile(r"\*8\b")  # jmp [table + rax*8]: a switch stays in its function
COLD = re.compile(r"\.cold(\.\d+)?$")
# A probe there would break what the instruction is for: WARN and BUG are found by the address of their ud2.
NEVER = frozenset({"ud0", "ud1", "ud2", "int3", "endbr64", ".byte"})
# Calls that the compiler adds: ftrace's, and the sanitisers' before each access.
ADDED = ("__fentry__", "mcount", "__asan_", "__hwasan_", "__tsan_", "__kcsan_", "__kmsan_", "__sanitizer_cov_")
RETURN_THUNKS = frozenset({"__x86_return_thunk", "its_return_thunk", "srso_return_thunk", "retbleed_return_thunk"})


@dataclass(frozen=True)
class Instruction:
    """One instruction, ``kind`` as a preemption point."""

    address: int
    kind: PointKind


def family(name: str) -> str:
    """The function a symbol is part of: ``f`` for ``f.cold``."""
    return COLD.sub("", name)


def instructions(function: Function, code: bytes, symbol_at: Callable[[int], str | None]) -> Iterator[Instruction]:
    """The instructions of a function that may be probed, each with its kind.

    ``symbol_at`` gives the name of the function that holds an address. Bytes that do not decode are skipped: the
    kernel's own decoder refuses a probe that is not on a boundary.
    """
    first = True
    for address, _, mnemonic, operands in _decoder().disasm_lite(code, function.start):
        mnemonic = mnemonic.split()[-1]
        if mnemonic in NEVER:
            continue
        if first and not COLD.search(function.name):
            yield Instruction(address, "entry")
        elif (kind := _kind(function, mnemonic, operands, symbol_at)) is not None:
            yield Instruction(address, kind)
        first = False


def decoded(function: Function, code: bytes) -> Iterator[tuple[str, str]]:
    """Mnemonic without its prefixes and operands of each instruction of a function."""
    for _address, _size, mnemonic, operands in _decoder().disasm_lite(code, function.start):
        yield mnemonic.split()[-1], operands


def _kind(function: Function, mnemonic: str, operands: str, symbol_at: Callable[[int], str | None]) -> PointKind | None:
    """None for calls that only instrumentation made."""
    target = symbol_at(int(operands, 16)) if TARGET.match(operands) else None
    if mnemonic in ("ret", "retq"):
        return "return"
    if mnemonic in ("call", "lcall"):
        return None if target and target.startswith(ADDED) else "call"
    if mnemonic.startswith("j"):
        return _jump(function, operands, target)
    return "instruction"


def _jump(function: Function, operands: str, target: str | None) -> PointKind:
    if not TARGET.match(operands):
        return "instruction" if TABLE.search(operands) else "tail-call"
    if target in RETURN_THUNKS:
        return "return"
    inside = function.start <= int(operands, 16) < function.end
    return "instruction" if inside or (target and family(target) == family(function.name)) else "tail-call"


@cache
def _decoder() -> capstone.Cs:
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    decoder.skipdata = True
    return decoder
