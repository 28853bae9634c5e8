# SPDX-License-Identifier: GPL-2.0-only
"""One unit's line program: which file and line an address comes from."""

from bisect import bisect_right

from elftools.dwarf.lineprogram import LineProgram

from harness.points.unit import Unit

Place = tuple[int, int]  # index into the program's file table, line


class Lines:
    """Line table of one unit. Files are tree-relative names."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        program = unit.cu.dwarfinfo.line_program_for_CU(unit.cu)
        self._program: LineProgram | None = program
        self._version: int = program["version"] if program else 4
        rows = _rows(program) if program else {}
        self._addresses = sorted(rows)
        self._places = [rows[address] for address in self._addresses]
        self._files: dict[int, str] = {}

    def at(self, address: int) -> tuple[str, int]:
        """(file, line) of the instruction at ``address``; ("", 0) where the program says nothing."""
        place = self._places[at] if (at := bisect_right(self._addresses, address) - 1) >= 0 else None
        return (self.file(place[0]), place[1]) if place else ("", 0)

    def file(self, index: int) -> str:
        """The file that the program, DW_AT_call_file and DW_AT_decl_file call ``index``."""
        if index not in self._files:
            self._files[index] = self._name(index)
        return self._files[index]

    def _name(self, index: int) -> str:
        if self._program is None:
            return ""
        header = self._program.header
        # DWARF 5 counts files and folders from 0 (folder 0 is the build's), DWARF 4 from 1 with 0 implied.
        first = 0 if self._version >= 5 else 1
        files, folders = header["file_entry"], header["include_directory"]
        if not 0 <= index - first < len(files):
            return ""
        entry = files[index - first]
        at = entry.dir_index - first
        folder = folders[at].decode("utf-8", "replace") if 0 <= at < len(folders) else ""
        return self._unit.tree_path(folder, entry.name.decode("utf-8", "replace"))


def _rows(program: LineProgram) -> dict[int, Place | None]:
    """Last row of each address, as addr2line takes it; None where a sequence ends and none begins."""
    rows: dict[int, Place | None] = {}
    ends: set[int] = set()
    last: Place | None = None
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        if state.end_sequence:
            ends.add(state.address)
            last = None
            continue
        # Line 0 is "no source line": the compiler's glue belongs to the line before it.
        last = (state.file, state.line) if state.line or last is None else last
        rows[state.address] = last
    return {**dict.fromkeys(ends), **rows}
