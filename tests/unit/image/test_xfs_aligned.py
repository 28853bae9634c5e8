# SPDX-License-Identifier: GPL-2.0-only
"""xfs for pages of 2 MiB: what decides on where blocks lie is in its super block."""

import shutil
import struct
from pathlib import Path

import pytest

from harness.image import xfs_aligned
from harness.image.fsdax import DATA_OFFSET
from harness.image.mkfs import XFS_SMALLEST

BLOCKS = (2 << 20) >> 12
# Offsets in struct xfs_dsb, fs/xfs/libxfs/xfs_format.h.
GROUP_BLOCKS, UNIT, WIDTH, RO_COMPAT = 84, 184, 188, 212
REFLINK = 1 << 2

pytestmark = pytest.mark.skipif(not shutil.which("mkfs.xfs", path="/usr/sbin:/sbin:/usr/bin"), reason="needs mkfs.xfs")


def super_block(image: Path) -> bytes:
    """The first sector of the file system."""
    with image.open("rb") as stream:
        stream.seek(DATA_OFFSET)
        return stream.read(512)


def number(block: bytes, offset: int) -> int:
    """A big-endian number of 32 bits."""
    value: int = struct.unpack_from(">I", block, offset)[0]
    return value


@pytest.mark.parametrize("size", [32 << 20, 126 << 20, 254 << 20, XFS_SMALLEST, 510 << 20])
def test_the_unit_is_2_mib_and_every_allocation_group_begins_at_a_multiple_of_it(size: int, tmp_path: Path) -> None:
    xfs_aligned.make(tmp_path / "image", size)
    block = super_block(tmp_path / "image")
    assert block[:4] == b"XFSB"
    assert (number(block, UNIT), number(block, WIDTH)) == (BLOCKS, BLOCKS)
    assert number(block, GROUP_BLOCKS) % BLOCKS == 0
    assert list(tmp_path.iterdir()) == [tmp_path / "image"]


def test_each_of_the_two_is_what_its_name_says(tmp_path: Path) -> None:
    for name, make in xfs_aligned.MAKERS.items():
        make(tmp_path / name, 62 << 20)
        assert bool(number(super_block(tmp_path / name), RO_COMPAT) & REFLINK) is ("reflink" in name)
