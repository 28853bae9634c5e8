# SPDX-License-Identifier: GPL-2.0-only
"""Preemption points of chosen source files in a vmlinux."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import BadInput
from harness.points.elf import Function, Vmlinux, opened
from harness.points.instructions import Instruction, instructions
from harness.points.point import Point
from harness.points.scopes import Scopes
from harness.points.unit import Unit, units_of

NAMED = 8  # units listed in an error


@dataclass(frozen=True)
class _Part:
    """One function of one asked unit."""

    unit: Unit
    function: Function


def find_points(vmlinux: Path, units: Sequence[str], *, every_instruction: bool = False) -> list[Point]:
    """Points of the source files ``units`` (``fs/dax.c``), by address, ``index`` counting from 0.

    By default function entries, calls, tail calls and returns; every instruction on demand. Raises BadInput for a file
    that is no vmlinux and for a unit that has no DWARF in it.
    """
    with opened(vmlinux) as kernel:
        asked = _asked(kernel, units)
        parts = _parts(kernel, asked)
        names = _step_names(parts)
        scopes = {unit: Scopes(unit) for unit in asked}
        found = [
            Point(0, one.address, names[part.function.start], one.address - part.function.start, one.kind,
                  part.unit.source, scopes[part.unit].frames(one.address))
            for part in parts
            for one in _chosen(kernel, part.function, every_instruction)
        ]  # fmt: skip
    return [replace(point, index=index) for index, point in enumerate(sorted(found, key=lambda point: point.address))]


def _asked(kernel: Vmlinux, sources: Sequence[str]) -> list[Unit]:
    everything = list(units_of(kernel.dwarf))
    present = {unit.source for unit in everything}
    for source in sources:
        if source not in present:
            raise BadInput(
                f"{kernel.path}: no DWARF for {source}: is it a source file of this kernel, is its option set, and was "
                f"it built with -gdwarf-4? DWARF is there for {_shortened(sorted(present))}"
            )
    return [unit for unit in everything if unit.source in set(sources)]


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (", ".join(names[:NAMED]) or "nothing") + more


def _parts(kernel: Vmlinux, units: Sequence[Unit]) -> list[_Part]:
    # By the unit's own addresses: static functions' names repeat across vmlinux.
    return [_Part(unit, function) for unit in units for function in kernel.functions if unit.holds(function.start)]


def _step_names(parts: Sequence[_Part]) -> dict[int, str]:
    """Address -> name, told apart by unit where two asked units have a function of one name (xas_next_entry)."""
    uses = Counter(part.function.name for part in parts)
    return {
        part.function.start: part.function.name
        if uses[part.function.name] == 1
        else f"{part.function.name}.{_word(part.unit.source)}"
        for part in parts
    }


def _word(source: str) -> str:
    """``mm_truncate`` for mm/truncate.c: a step's name is made of word characters and dots."""
    stem = source.rsplit(".", 1)[0]
    return "".join(letter if letter.isalnum() else "_" for letter in stem)


def _chosen(kernel: Vmlinux, function: Function, every_instruction: bool) -> list[Instruction]:
    code = kernel.code(function)
    found = instructions(function, code, kernel.name_at)
    return [one for one in found if every_instruction or one.kind != "instruction"]
