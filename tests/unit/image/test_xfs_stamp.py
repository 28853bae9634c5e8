# SPDX-License-Identifier: GPL-2.0-only
"""Times of a new xfs are settled, and nothing else is touched by mistake."""

import struct
from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.image import xfs_stamp


def test_the_crc_is_castagnolis() -> None:
    assert xfs_stamp.crc32c(b"123456789") == 0xE3069283


def test_what_is_no_xfs_is_left_alone(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(bytes(4096))
    with pytest.raises(LabBroke, match="no xfs"):
        xfs_stamp.settle(image, 1)
    assert image.read_bytes() == bytes(4096)


def new_xfs(image: Path, generation: int, used: int = 3) -> Path:
    """A superblock and the root directory's chunk of inodes, as mkfs.xfs leaves them at the time ``generation``."""
    block = bytearray(512)
    struct.pack_into(">4sI", block, 0, b"XFSB", 4096)
    struct.pack_into(">Q", block, 56, 128)
    struct.pack_into(">I", block, 84, 16384)
    struct.pack_into(">H", block, 104, 512)
    inodes = bytearray()
    for number in range(64):
        inode = bytearray(512)
        struct.pack_into(">2sH", inode, 0, b"IN", 0o40755 if number < used else 0)
        struct.pack_into(">I", inode, 32, generation if number < used else 0)
        struct.pack_into(">I", inode, 92, generation)
        inodes += inode
    image.write_bytes(bytes(block) + bytes(128 * 512 - len(block)) + bytes(inodes))
    return image


def test_the_hour_and_the_generation_of_every_inode_are_settled(tmp_path: Path) -> None:
    images = [new_xfs(tmp_path / str(generation), generation) for generation in (17, 4711)]
    for image in images:
        xfs_stamp.settle(image, 1700000000)
    settled = [image.read_bytes()[128 * 512 :] for image in images]
    assert settled[0] == settled[1]
    first, free = settled[0][:512], settled[0][-512:]
    assert struct.unpack_from(">I", first, 32) == (1700000000,)
    assert struct.unpack_from(">I", free, 32) == (0,)
    for inode in (first, free):
        without = inode[:100] + bytes(4) + inode[104:]
        assert struct.unpack_from("<I", inode, 100) == (xfs_stamp.crc32c(without),)


def test_a_file_system_with_more_in_it_is_left_alone(tmp_path: Path) -> None:
    image = new_xfs(tmp_path / "image", 1, used=5)
    before = image.read_bytes()
    with pytest.raises(LabBroke, match="5 inodes"):
        xfs_stamp.settle(image, 1)
    assert image.read_bytes() == before
