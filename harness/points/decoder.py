# SPDX-License-Identifier: GPL-2.0-only
"""Source frames of addresses, and of function + offset as the kernel's log and stacks print them."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.points.elf import Function, Vmlinux, opened
from harness.points.point import Frame
from harness.points.scopes import Scopes
from harness.points.unit import Unit, units_of


class Decoder:
    """Looks up one vmlinux; a context manager. Only the units that hold an asked address are parsed.

    Where a unit has no DWARF a frame is the function alone. Raises BadInput for a file that is no vmlinux.
    """

    def __init__(self, vmlinux: Path) -> None:
        self._path = vmlinux
        self._stack = ExitStack()
        self._scopes: dict[Unit, Scopes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def __call__(self, function: str, offset: int) -> Frame | None:
        """Innermost frame of ``function + offset``: what ``collect.dmesg.findings`` takes as ``decode``."""
        frames = self.named(function, offset)
        return frames[0] if frames else None

    def named(self, function: str, offset: int) -> tuple[Frame, ...]:
        """Frames of ``function + offset``, innermost first; () for a function that the kernel has not.

        Of several functions of that name the first with DWARF and room for the offset is meant.
        """
        fitting = [one for one in self._by_name.get(function, []) if one.start + offset < one.end]
        for one in fitting:
            if self._unit(one.start):
                return self.at(one.start + offset)
        return (Frame(function, "", 0),) if fitting else ()

    def at(self, address: int) -> tuple[Frame, ...]:
        """Frames of the instruction at ``address``, innermost first; () outside every function."""
        unit = self._unit(address)
        if unit and (frames := self._scoped(unit).frames(address)):
            return frames
        name = self._kernel.name_at(address)
        return (Frame(name, "", 0),) if name else ()

    @cached_property
    def _kernel(self) -> Vmlinux:
        return self._stack.enter_context(opened(self._path))

    @cached_property
    def _units(self) -> list[Unit]:
        return list(units_of(self._kernel.dwarf)) if self._kernel.elf.has_dwarf_info() else []

    @cached_property
    def _by_name(self) -> dict[str, list[Function]]:
        table: dict[str, list[Function]] = defaultdict(list)
        for function in self._kernel.functions:
            table[function.name].append(function)
        return table

    def _unit(self, address: int) -> Unit | None:
        return next((unit for unit in self._units if unit.holds(address)), None)

    def _scoped(self, unit: Unit) -> Scopes:
        if unit not in self._scopes:
            self._scopes[unit] = Scopes(unit)
        return self._scopes[unit]


def resolve(vmlinux: Path, addresses: Iterable[int]) -> dict[int, tuple[Frame, ...]]:
    """Frames of each address, innermost first; the function alone where its unit has no DWARF. Raises BadInput."""
    with Decoder(vmlinux) as decoder:
        return {address: decoder.at(address) for address in addresses}
