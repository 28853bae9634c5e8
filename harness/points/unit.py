# SPDX-License-Identifier: GPL-2.0-only
"""Finding a source file's compile units in DWARF, and the tree-relative names of the files they mention."""

import os.path
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import cast

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.die import DIE
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.dwarf.ranges import BaseAddressEntry, RangeEntry

Span = tuple[int, int]  # [low, high) of addresses


@dataclass(frozen=True)
class Unit:
    """One compile unit with its tree-relative source name, its addresses and the root of the tree it was built from."""

    source: str
    cu: CompileUnit
    spans: tuple[Span, ...]
    folder: str
    root: str

    def holds(self, address: int) -> bool:
        """Whether the address is in this unit's own code."""
        return any(low <= address < high for low, high in self.spans)

    def tree_path(self, folder: str, name: str) -> str:
        """``fs/dax.c`` for a file as the line program names it; paths outside the tree stay absolute."""
        return _relative(_join(self.folder, folder, name), (self.root, self.folder))


def units_of(dwarf: DWARFInfo) -> Iterator[Unit]:
    """Every C compile unit, its DIEs not yet parsed."""
    for cu in dwarf.iter_CUs():
        top = cu.get_top_DIE()
        if top.tag == "DW_TAG_compile_unit" and "DW_AT_name" in top.attributes:
            yield _unit(cu, top)


def spans_of(die: DIE) -> tuple[Span, ...]:
    """The address ranges of a DIE; () where it has no code. DWARF 4 and 5."""
    if "DW_AT_ranges" in die.attributes:
        return tuple(_listed(die))
    if "DW_AT_low_pc" not in die.attributes or "DW_AT_high_pc" not in die.attributes:
        return ()
    low, high = die.attributes["DW_AT_low_pc"].value, die.attributes["DW_AT_high_pc"]
    return ((low, high.value if high.form == "DW_FORM_addr" else low + high.value),)


def _unit(cu: CompileUnit, top: DIE) -> Unit:
    name = text_of(top, "DW_AT_name")
    folder = os.path.normpath(text_of(top, "DW_AT_comp_dir") or "/")
    full = _join(folder, name)
    root = _root(name, folder, full)
    return Unit(_relative(full, (root, folder)), cu, spans_of(top), folder, root)


def text_of(die: DIE, attribute: str) -> str:
    """A string attribute, "" where it is missing."""
    found = die.attributes.get(attribute)
    return found.value.decode("utf-8", "replace") if found and isinstance(found.value, bytes) else ""


def _root(name: str, folder: str, full: str) -> str:
    """The source tree's root: the build folder, unless built with O=, where names climb out of it or are absolute."""
    if full.startswith(folder + "/"):
        return folder
    climbs = [part for part in PurePosixPath(name).parts if part == ".."]
    if climbs:
        return _join(folder, *climbs)
    return os.path.commonpath([folder, full])


def _join(folder: str, *parts: str) -> str:
    """The parts joined as text, ``..`` resolved: the tree may be on another machine."""
    return os.path.normpath(PurePosixPath(folder, *parts))


def _relative(full: str, roots: Iterable[str]) -> str:
    for root in roots:
        if root != "/" and full.startswith(root + "/"):
            return full[len(root) + 1 :]
    return full


def _listed(die: DIE) -> Iterator[Span]:
    cu = cast(CompileUnit, die.cu)
    top = cu.get_top_DIE().attributes
    base = top["DW_AT_low_pc"].value if "DW_AT_low_pc" in top else 0
    lists = cu.dwarfinfo.range_lists()
    if lists is None:
        return
    for entry in lists.get_range_list_at_offset(die.attributes["DW_AT_ranges"].value, cu):
        if isinstance(entry, BaseAddressEntry):
            base = entry.base_address
        elif isinstance(entry, RangeEntry):
            shift = 0 if entry.is_absolute else base
            if entry.begin_offset < entry.end_offset:
                yield entry.begin_offset + shift, entry.end_offset + shift
