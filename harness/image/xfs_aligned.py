# SPDX-License-Identifier: GPL-2.0-only
"""xfs that gives out blocks of 2 MiB where a fault of 2 MiB can map them: at multiples of it.

A stripe unit does that: an extent at the end of a file that is as long as the unit begins at a multiple of it
(xfs_bmapi_allocate(), aeof, and xfs_bmap_btalloc() in fs/xfs/libxfs/xfs_bmap.c), and mkfs.xfs makes allocation groups
whole units. An extent size hint does not: it is about places in the file. Inodes, too, come at multiples of the unit:
scenarios of 4 KiB keep the image that they have.

This is no part of mkfs.py, whose bytes are in the key of every image.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from harness.image import xfs_stamp
from harness.image.fsdax import DATA_OFFSET
from harness.image.mkfs import CLEAN, EPOCH, XFS, XFS_METADATA, XFS_SMALLEST
from harness.process import run


def geometry(size: int) -> list[str]:
    """Its words to mkfs.xfs.

    A stripe doubles the number of allocation groups from some 256 MiB on, and from 300 MiB on a log of 64 MiB has to
    fit in one. The log would take over the unit, which is longer than it can have (256 KiB), and mkfs.xfs would say so.
    """
    groups = ",agcount=4" if size >= XFS_SMALLEST else ""
    return ["-d", f"su=2m,sw=1{groups}", "-l", "su=4096"]


def make(image: Path, size: int, reflink: int = 0) -> None:
    """Makes it in ``image``, from DATA_OFFSET on, as `harness.image.mkfs.make_xfs` does."""
    alone = image.with_name(image.name + ".xfs")
    with alone.open("wb") as stream:
        stream.truncate(size)
    small = ["--unsupported"] if size < XFS_SMALLEST else []
    run([*XFS, *geometry(size), "-m", f"{XFS_METADATA},reflink={reflink}", *small, alone], env=CLEAN)
    xfs_stamp.settle(alone, int(EPOCH))
    copy = [f"if={alone}", f"of={image}", "bs=64K", f"seek={DATA_OFFSET >> 16}"]
    run(["dd", *copy, "conv=sparse,notrunc", "status=none"])
    alone.unlink()


MAKERS: dict[str, Callable[[Path, int], None]] = {
    "xfs-aligned": make, "xfs-reflink-aligned": partial(make, reflink=1),
}  # fmt: skip
