# SPDX-License-Identifier: GPL-2.0-only
"""The info block that makes a label-less NVDIMM come up as an fsdax namespace, with struct pages and hence DAX.

A raw namespace has no struct pages, and kernels from 5.x on refuse DAX on it ("DAX unsupported by block device"). The
kernel writes this block itself when user space binds pfn0.0 by sysfs; written on the host it spares every boot that
dance. Layout: struct nd_pfn_sb in drivers/nvdimm/pfn.h; checks: nd_pfn_validate() in drivers/nvdimm/pfn_devs.c. Kernels
read minor version 4 since 5.4 and ignore its two fields before.
"""

import struct

INFO_OFFSET = 4096  # SZ_4K in nd_pfn_validate()
DATA_OFFSET = 2 << 20  # where the file system begins: aligned so that 2 MiB entries are possible
ALIGN = 2 << 20
BLOCK_SIZE = 4096
PAGE = 4096
STRUCT_PAGE = 64
SIGNATURE = b"NVDIMM_PFN_INFO\0"
UUID = bytes.fromhex("6c6162006673646178006e76646d6d30")
PFN_MODE_RAM = 1  # struct pages in memory, not on the device: enum nd_pfn_mode
FIELDS = struct.Struct("<16s16s16sIHHQQIIIIIH")
CHECKSUM = struct.Struct("<Q")


def info_block(size: int) -> bytes:
    """The block for a device of ``size`` bytes, to be put at INFO_OFFSET; no label, so its parent uuid is 0."""
    pages = (size - DATA_OFFSET) // PAGE
    parent, flags, pad, truncated = bytes(16), 0, 0, 0
    head = FIELDS.pack(
        SIGNATURE, UUID, parent, flags, 1, 4, DATA_OFFSET, pages, PFN_MODE_RAM, pad, truncated, ALIGN, PAGE, STRUCT_PAGE
    )
    body = head.ljust(BLOCK_SIZE - CHECKSUM.size, b"\0")
    return body + CHECKSUM.pack(fletcher64(body + bytes(CHECKSUM.size)))


def fletcher64(data: bytes) -> int:
    """The checksum of nd_fletcher64() in drivers/nvdimm/core.c, over little-endian 32-bit words."""
    low = high = 0
    for (word,) in struct.iter_unpack("<I", data):
        low = (low + word) & 0xFFFFFFFF
        high = (high + low) & 0xFFFFFFFF
    return high << 32 | low
