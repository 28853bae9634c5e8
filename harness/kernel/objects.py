# SPDX-License-Identifier: GPL-2.0-only
"""Digests of objects' code, by which it is told which objects differ between two kernels (elf(5))."""

import hashlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path

from harness.image.content import write_atomically

FOLDERS = ("fs", "mm", "drivers/dax", "drivers/nvdimm")
EXECUTABLE, PROGBITS, SYMTAB, RELA = 0x4, 1, 2, 4
PC32, PLT32 = 2, 4  # R_X86_64_, in the System V ABI's AMD64 supplement
SECTION, SYMBOL, RELOCATION = struct.Struct("<IIQQQQIIQQ"), struct.Struct("<IBBHQQ"), struct.Struct("<QQq")


def digests(tree: Path, memory: Path | None = None) -> dict[str, str]:
    """Object path ("fs/dax.o") -> sha256 over its code and that code's relocations, for the folders that matter.

    With a file ``memory``, objects that did not change since the last call are not read again.
    """
    before = _remembered(memory) if memory else {}
    now: dict[str, list[str]] = {}
    for path in _objects(tree):
        name, status = str(path.relative_to(tree)), path.stat()
        stamp = f"{status.st_mtime_ns}:{status.st_size}"
        known = before.get(name)
        now[name] = known if known and known[0] == stamp else [stamp, code_digest(path.read_bytes())]
    if memory:
        write_atomically(memory, [json.dumps(now).encode()])
    return {name: digest for name, (_, digest) in now.items()}


def _remembered(memory: Path) -> dict[str, list[str]]:
    try:
        return dict(json.loads(memory.read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def _objects(tree: Path) -> Iterator[Path]:
    """Objects made from one source file; those linked from several repeat what is in them."""
    for folder in FOLDERS:
        for path in sorted((tree / folder).rglob("*.o")):
            if path.with_suffix(".c").exists() or path.with_suffix(".S").exists():
                yield path


def code_digest(data: bytes) -> str:
    """sha256 over the executable sections of a 64-bit little-endian ELF object and what they refer to by name."""
    total = hashlib.sha256()
    if data[:6] != b"\x7fELF\x02\x01":
        total.update(data)
        return total.hexdigest()
    sections = _sections(data)
    names = _symbol_names(data, sections)
    code = {index for index, each in enumerate(sections) if each[1] == PROGBITS and each[2] & EXECUTABLE}
    for index in sorted(code):
        total.update(_bytes(data, sections[index]))
    for each in sections:
        if each[1] == RELA and each[7] in code:
            for offset, info, addend in RELOCATION.iter_unpack(_bytes(data, each)):
                total.update(b"%x %x %s %d\n" % (offset, info & 0xFFFFFFFF, names[info >> 32], addend))
    return total.hexdigest()


def plt32_as_pc32(data: bytes) -> bytes:
    """A 64-bit object with R_X86_64_PLT32 as R_X86_64_PC32: without a procedure linkage table they mean the same."""
    changed = bytearray(data)
    for section in (each for each in _sections(data) if each[1] == RELA):
        for at in range(section[4], section[4] + section[5], RELOCATION.size):
            offset, info, addend = RELOCATION.unpack_from(data, at)
            if info & 0xFFFFFFFF == PLT32:
                RELOCATION.pack_into(changed, at, offset, info - PLT32 + PC32, addend)
    return bytes(changed)


def _sections(data: bytes) -> list[tuple[int, ...]]:
    offset, size, count = struct.unpack_from("<Q", data, 40)[0], *struct.unpack_from("<HH", data, 58)
    return [SECTION.unpack_from(data, offset + index * size) for index in range(count)]


def _symbol_names(data: bytes, sections: list[tuple[int, ...]]) -> list[bytes]:
    """Name of each symbol; a section's symbol has the section's number, behind which its contents lie."""
    for each in sections:
        if each[1] == SYMTAB:
            strings = _bytes(data, sections[each[6]])
            symbols = SYMBOL.iter_unpack(_bytes(data, each))
            return [strings[name : strings.index(b"\0", name)] or b"#%d" % place for name, _, _, place, _, _ in symbols]
    return []


def _bytes(data: bytes, section: tuple[int, ...]) -> bytes:
    return data[section[4] : section[4] + section[5]]
