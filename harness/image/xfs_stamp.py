# SPDX-License-Identifier: GPL-2.0-only
"""Gives the inodes of a new xfs one fixed time and generation: no mkfs.xfs up to 6.13 heeds SOURCE_DATE_EPOCH or
DETERMINISTIC_SEED, so that it writes the hour, and 6.13 a random generation to each chunk of inodes as the kernel does.

Only the root directory and two realtime inodes exist in it. Offsets: struct xfs_dinode in fs/xfs/libxfs/xfs_format.h.
"""

import struct
from functools import cache
from pathlib import Path

from harness.errors import LabBroke

CHUNK = 64  # inodes; the root directory is the first one of its chunk
IN_USE = 3
SUPERBLOCK = struct.Struct(">4sI")
ROOT_INODE, GROUP_BLOCKS, INODE_SIZE = 56, 84, 104  # offsets in the superblock
TIMES = (32, 40, 48, 144)  # atime, mtime, ctime, crtime
MODE, GENERATION, CRC = 2, 92, 100
CASTAGNOLI = 0x82F63B78


def settle(image: Path, seconds: int) -> None:
    """Writes ``seconds`` since 1970 to every inode in use, generation 0 to all of them, in place.

    Raises LabBroke if this is no small, new xfs.
    """
    with image.open("r+b") as stream:
        head = stream.read(512)
        magic, block = SUPERBLOCK.unpack_from(head)
        (root,), (size,) = struct.unpack_from(">Q", head, ROOT_INODE), struct.unpack_from(">H", head, INODE_SIZE)
        # The root's number is its place counted in inodes, as long as it lies in the first allocation group.
        (group,) = struct.unpack_from(">I", head, GROUP_BLOCKS)
        if magic != b"XFSB" or root * size >= group * block:
            raise LabBroke(f"{image}: mkfs.xfs left no xfs whose root inode lies in its first allocation group")
        stream.seek(root * size)
        inodes = [stream.read(size) for _ in range(CHUNK)]
        used = sum(inode[MODE : MODE + 2] != b"\0\0" for inode in inodes)
        if used != IN_USE or not all(inode.startswith(b"IN") for inode in inodes):
            raise LabBroke(f"{image}: mkfs.xfs left {used} inodes in the root directory's chunk, where {IN_USE} belong")
        stream.seek(root * size)
        stream.write(b"".join(_stamped(inode, seconds) for inode in inodes))


def _stamped(inode: bytes, seconds: int) -> bytes:
    changed = bytearray(inode)
    for offset in TIMES if inode[MODE : MODE + 2] != b"\0\0" else ():
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
