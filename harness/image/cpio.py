# SPDX-License-Identifier: GPL-2.0-only
"""A deterministic writer of newc cpio archives, the format of an initramfs (Documentation/driver-api/early-userspace).

Written in Python because device nodes then need no root, and because sorted names, inode numbers counted from 1 and
times of 0 give the same bytes from the same input.
"""

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TRAILER = "TRAILER!!!"


@dataclass(frozen=True, order=True)
class Entry:
    """One member: ``name`` without leading slash, ``mode`` with type bits, ``device`` (major, minor) of a node."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def directory(name: str, permissions: int = 0o755) -> Entry:
    """An empty directory."""
    return Entry(name, stat.S_IFDIR | permissions)


def regular(name: str, data: bytes, permissions: int = 0o644) -> Entry:
    """A file with its bytes."""
    return Entry(name, stat.S_IFREG | permissions, data)


def symlink(name: str, target: str) -> Entry:
    """A symbolic link."""
    return Entry(name, stat.S_IFLNK | 0o777, target.encode())


def character_device(name: str, major: int, minor: int, permissions: int = 0o600) -> Entry:
    """A character device node."""
    return Entry(name, stat.S_IFCHR | permissions, device=(major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive of ``entries``, missing parent directories added, padded to 4 bytes so that archives can be joined.

    Raises ValueError for two entries of one name.
    """
    members = _with_parents(entries)
    parts = [_member(entry, inode) for inode, entry in enumerate(members, 1)]
    return b"".join(parts) + _member(Entry(TRAILER, 0), 0)


def _with_parents(entries: Iterable[Entry]) -> list[Entry]:
    named: dict[str, Entry] = {}
    for entry in entries:
        if entry.name in named:
            raise ValueError(f"two entries of an archive are called {entry.name}")
        named[entry.name] = entry
    for parent in {parent for name in named for parent in _parents(name)} - named.keys():
        named[parent] = directory(parent)
    return [named[name] for name in sorted(named)]


def _parents(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _member(entry: Entry, inode: int) -> bytes:
    name = entry.name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, *entry.device, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
