# SPDX-License-Identifier: GPL-2.0-only
"""The info block is what nd_pfn_validate() accepts."""

import struct

from harness.image import fsdax

SIZE = 128 << 20


def test_the_checksum_is_the_kernels_fletcher64() -> None:
    assert fsdax.fletcher64(struct.pack("<3I", 1, 2, 0xFFFFFFFF)) == (6 << 32) | 2


def test_the_block_checks_out_with_its_checksum_field_zeroed() -> None:
    block = fsdax.info_block(SIZE)
    (stored,) = struct.unpack("<Q", block[-8:])
    assert len(block) == 4096
    assert stored == fsdax.fletcher64(block[:-8] + bytes(8))


def test_fields_lie_where_struct_nd_pfn_sb_has_them() -> None:
    block = fsdax.info_block(SIZE)
    assert block[:16] == b"NVDIMM_PFN_INFO\0"
    assert block[32:48] == bytes(16), "a label-less namespace has no uuid"
    assert struct.unpack_from("<HH", block, 52) == (1, 4)
    assert struct.unpack_from("<QQI", block, 56) == (2 << 20, (126 << 20) // 4096, 1)
    assert struct.unpack_from("<IIIIH", block, 76) == (0, 0, 2 << 20, 4096, 64)
