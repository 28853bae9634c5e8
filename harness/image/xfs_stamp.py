# SPDX-License-Identifier: GPL-2.0-only
"""Gives the inodes of a new xfs one fixed time: mkfs.xfs before 6.11 knows no SOURCE_DATE_EPOCH and writes the hour.

Only the root directory and two realtime inodes exist in it. Offsets: struct xfs_dinode in fs/xfs/libxfs/xfs_format.h.
"""

import struct
from functools import cache
from pathlib import Path

from harness.errors import LabBroke

INODES = 3
SUPERBLOCK = struct.Struct(">4sI")
ROOT_INODE, GROUP_BLOCKS, INODE_SIZE = 56, 84, 104  # offsets in the superblock
TIMES = (32, 40, 48, 144)  # atime, mtime, ctime, crtime
GENERATION, CRC = 92, 100
CASTAGNOLI = 0x82F63B78


def settle(image: Path, seconds: int) -> None:
    """Writes ``seconds`` since 1970 to every inode in use, in place. Raises LabBroke if this is no small, new xfs."""
    with image.open("r+b") as stream:
        head = stream.read(512)
        magic, block = SUPERBLOCK.unpack_from(head)
        (root,), (size,) = struct.unpack_from(">Q", head, ROOT_INODE), struct.unpack_from(">H", head, INODE_SIZE)
        # The root's number is its place counted in inodes, as long as it lies in the first allocation group.
        (group,) = struct.unpack_from(">I", head, GROUP_BLOCKS)
        if magic != b"XFSB" or root * size >= group * block:
            raise LabBroke(f"{image}: mkfs.xfs left no xfs whose root inode lies in its first allocation group")
        for number in range(root, root + INODES):
            stream.seek(number * size)
            inode = stream.read(size)
            stream.seek(number * size)
            stream.write(_stamped(inode, seconds))


def _stamped(inode: bytes, seconds: int) -> bytes:
    if inode[:2] != b"IN":
        raise LabBroke("mkfs.xfs left no inode where the root directory and its neighbours should be")
    changed = bytearray(inode)
    for offset in TIMES:
        struct.pack_into(">II", changed, offset, seconds, 0)
    struct.pack_into(">I", changed, GENERATION, 0)
    struct.pack_into("<I", changed, CRC, 0)
    struct.pack_into("<I", changed, CRC, crc32c(bytes(changed)))
    return bytes(changed)


def crc32c(data: bytes) -> int:
    """The CRC of xfs metadata (polynomial of Castagnoli, RFC 3720)."""
    value, table = 0xFFFFFFFF, _table()
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


@cache
def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (CASTAGNOLI if value & 1 else 0)
        table.append(value)
    return table
