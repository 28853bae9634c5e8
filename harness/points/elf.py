# SPDX-License-Identifier: GPL-2.0-only
"""The parts of a vmlinux that points need: its code, its functions and what must not be probed."""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.elf.elffile import ELFFile

from harness.errors import BadInput

SYMBOL = struct.Struct("<IBBHQQ")  # Elf64_Sym: name, info, other, section, value, size
NOTYPE, FUNC = 0, 2
LOCAL = 0
# Text that kprobes refuses by construction: include/asm-generic/sections.h
UNPROBED = (("__noinstr_text_start", "__noinstr_text_end"), ("__entry_text_start", "__entry_text_end"))
# Padding before a function, not a function: CONFIG_CALL_PADDING (v6.2) and kCFI (v6.1)
PADDING = ("__pfx_", "__cfi_")


@dataclass(frozen=True)
class Function:
    """One function symbol: [start, end) in .text."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Symbol:
    """One symbol as the file has it."""

    name: str
    kind: int
    bind: int
    section: int
    value: int
    size: int


class Vmlinux:
    """An open vmlinux. Use ``opened()``."""

    def __init__(self, path: Path, elf: ELFFile) -> None:
        self.path, self.elf = path, elf

    @cached_property
    def dwarf(self) -> DWARFInfo:
        """Its debug information, not yet parsed. Raises BadInput where there is none."""
        if not self.elf.has_dwarf_info():
            raise BadInput(f"{self.path} has no DWARF: build the units in question with -gdwarf-4")
        return self.elf.get_dwarf_info(relocate_dwarf_sections=False)

    @cached_property
    def symbols(self) -> list[Symbol]:
        """Every symbol. Raises BadInput for a stripped file."""
        table = self.elf.get_section_by_name(".symtab")
        if table is None:
            raise BadInput(f"{self.path} has no symbol table: give the unstripped vmlinux of the build tree")
        names = self.elf.get_section(table["sh_link"]).data()
        return [
            Symbol(names[at : names.index(b"\0", at)].decode("ascii", "replace"), info & 15, info >> 4, *rest)
            for at, info, _, *rest in SYMBOL.iter_unpack(table.data())
            if info & 15 in (NOTYPE, FUNC)
        ]

    @cached_property
    def text(self) -> tuple[int, bytes]:
        """Address and bytes of .text."""
        section = self.elf.get_section_by_name(".text")
        if section is None:
            raise BadInput(f"{self.path} has no .text section: it is no vmlinux")
        return section["sh_addr"], section.data()

    @cached_property
    def functions(self) -> list[Function]:
        """Functions of .text by address, one each; not .init.text, .exit.text or noinstr text."""
        index = self.elf.get_section_index(".text")
        banned = self._unprobed()
        best: dict[int, Symbol] = {}
        for symbol in self.symbols:
            if symbol.kind != FUNC or symbol.section != index or not symbol.size or symbol.name.startswith(PADDING):
                continue
            if any(low <= symbol.value < high for low, high in banned):
                continue
            best[symbol.value] = max(best.get(symbol.value, symbol), symbol, key=_rank)
        return [Function(s.name, s.value, s.value + s.size) for _, s in sorted(best.items())]

    def _unprobed(self) -> list[tuple[int, int]]:
        marks = {symbol.name: symbol.value for symbol in self.symbols if symbol.kind == NOTYPE}
        return [(marks[low], marks[high]) for low, high in UNPROBED if low in marks and high in marks]

    @cached_property
    def _starts(self) -> list[int]:
        return [function.start for function in self.functions]

    def function_at(self, address: int) -> Function | None:
        """The function that holds ``address``."""
        at = bisect_right(self._starts, address) - 1
        found = self.functions[at] if at >= 0 else None
        return found if found and address < found.end else None

    @cached_property
    def _names(self) -> dict[int, str]:
        best: dict[int, Symbol] = {}
        for symbol in self.symbols:
            if symbol.name and not symbol.name.startswith(PADDING):
                best[symbol.value] = max(best.get(symbol.value, symbol), symbol, key=lambda one: (one.kind, _rank(one)))
        return {address: symbol.name for address, symbol in best.items()}

    def name_at(self, address: int) -> str | None:
        """What a jump to ``address`` jumps to: a symbol, assembler's included, else the function that holds it."""
        if exact := self._names.get(address):
            return exact
        function = self.function_at(address)
        return function.name if function else None

    def code(self, function: Function) -> bytes:
        """The function's bytes as linked; the kernel patches alternatives and jump labels at boot."""
        base, data = self.text
        return data[function.start - base : function.end - base]


def _rank(symbol: Symbol) -> tuple[bool, int, str]:
    """Of aliases at one address the global, then the largest, then any fixed one."""
    return symbol.bind != LOCAL, symbol.size, symbol.name


@contextmanager
def opened(path: Path) -> Iterator[Vmlinux]:
    """A vmlinux, open while the context lasts. Raises BadInput for what is no x86-64 ELF executable."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}; give the vmlinux of a built kernel tree") from None
    with stream:
        try:
            elf = ELFFile(stream)
        except ELFError as error:
            raise BadInput(f"{path} is no ELF file ({error}); give vmlinux, not bzImage") from None
        if elf["e_machine"] != "EM_X86_64" or elf["e_type"] == "ET_REL":
            raise BadInput(f"{path} is no linked x86-64 kernel; give vmlinux, not an object or a module")
        yield Vmlinux(path, elf)
