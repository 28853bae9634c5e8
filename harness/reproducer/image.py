# SPDX-License-Identifier: GPL-2.0-only
"""pmem.sh: the commands that make the NVDIMM's image, as harness/image/ makes it."""

import shlex

from harness.config.models import GuestSpec
from harness.image import xfs_aligned
from harness.image.fsdax import DATA_OFFSET, INFO_OFFSET
from harness.image.mkfs import CLEAN, XFS, XFS_METADATA, XFS_SMALLEST, ext4_words


def image_script(guest: GuestSpec, filesystem: str) -> str:
    """A shell script that makes pmem.img afresh."""
    size = guest.nvdimm.size_bytes
    inner = size - DATA_OFFSET
    making = _ext4(inner) if filesystem == "ext4" else _xfs(inner, filesystem)
    lines = [
        "#!/bin/sh", "# SPDX-License-Identifier: GPL-2.0-only",
        "# An NVDIMM that comes up as fsdax, with a file system. fsdax-info: struct nd_pfn_sb, drivers/nvdimm/pfn.h.",
        "set -e", "PATH=$PATH:/usr/sbin:/sbin", "rm -f pmem.img", f"truncate -s {size} pmem.img", *making,
        f"dd if=fsdax-info of=pmem.img bs={INFO_OFFSET} seek=1 conv=notrunc status=none",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _ext4(size: int) -> list[str]:
    """The lab's own command and settings: the same bytes."""
    settings = " ".join(f"{name}={value}" for name, value in CLEAN.items())
    return [_quiet(f"{settings} {shlex.join(ext4_words('pmem.img', size))}")]


def _xfs(size: int, filesystem: str) -> list[str]:
    geometry = xfs_aligned.geometry(size) if filesystem in xfs_aligned.MAKERS else []
    metadata = f"{XFS_METADATA},reflink={int('reflink' in filesystem)}"
    small = ["--unsupported"] if size < XFS_SMALLEST else []
    return [
        f"truncate -s {size} pmem.xfs",
        _quiet(shlex.join([*XFS, *geometry, "-m", metadata, *small, "pmem.xfs"])),
        f"dd if=pmem.xfs of=pmem.img bs=64K seek={DATA_OFFSET >> 16} conv=sparse,notrunc status=none",
        "rm pmem.xfs",
    ]


def _quiet(making: str) -> str:
    """mkfs complains of what is meant: no mke2fs.conf, a small xfs. It is heard where it fails."""
    return f"{making} >mkfs.log 2>&1 || {{ cat mkfs.log >&2; exit 1; }}"
