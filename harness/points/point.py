# SPDX-License-Identifier: GPL-2.0-only
"""A preemption point and the source lines it stands for."""

from dataclasses import dataclass
from typing import Literal

PointKind = Literal["entry", "call", "tail-call", "return", "instruction"]


@dataclass(frozen=True)
class Frame:
    """One source position; ``file`` is relative to the kernel tree, and empty with line 0 where nothing is known."""

    function: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}" if self.file else self.function


@dataclass(frozen=True)
class Point:
    """One instruction before which an actor can be preempted.

    ``function`` is the ELF symbol, with ``.UNIT`` appended where two asked units have a static function of that name.
    ``frames`` are innermost first: the last is the function itself, those before it were inlined there.
    """

    index: int
    address: int
    function: str
    offset: int
    kind: PointKind
    unit: str
    frames: tuple[Frame, ...]

    @property
    def name(self) -> str:
        """``function+0x1f``: the same step in every trace and stop."""
        return f"{self.function}+{self.offset:#x}"
