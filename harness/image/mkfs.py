# SPDX-License-Identifier: GPL-2.0-only
"""File systems made by the host's mkfs programs, with nothing of the host or the hour in them."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from harness.errors import BadInput
from harness.image import xfs_stamp
from harness.image.fsdax import DATA_OFFSET
from harness.process import run

UUID = "6c616200-6578-4034-8000-0000006c6162"
EPOCH = "1700000000"
# 1.47.1 and later heed SOURCE_DATE_EPOCH, before that it is E2FSPROGS_FAKE_TIME; /etc/mke2fs.conf differs by host.
CLEAN = {"E2FSPROGS_FAKE_TIME": EPOCH, "SOURCE_DATE_EPOCH": EPOCH, "DETERMINISTIC_SEED": "1"}
CLEAN |= {"MKE2FS_CONFIG": os.devnull}
# What every kernel from 4.6 on can mount; ext4 needs its journal, a reserve for root is of no use here.
EXT4_FEATURES = "none,has_journal,extent,ext_attr,dir_index,filetype,flex_bg,sparse_super,large_file,extra_isize"
EXT4 = ["mkfs.ext4", "-q", "-F", "-b", "4096", "-I", "256", "-m", "0", "-O", EXT4_FEATURES, "-U", UUID]
# Blocks of 2 MiB are given out where a fault of 2 MiB can map them: at multiples of it.
PMD = 2 << 20
SMALL_JOURNAL_BELOW = 48 << 20
# Each feature by name, as the defaults change from release to release; those that DAX and kernels from 4.6 on agree on.
XFS_METADATA = f"crc=1,finobt=1,rmapbt=0,bigtime=0,inobtcount=0,uuid={UUID}"
XFS = ["mkfs.xfs", "-q", "-f", "-K", "-b", "size=4096", "-i", "size=512,sparse=1"]
XFS_SMALLEST = 300 << 20  # below it mkfs.xfs wants a word for it that old releases do not know


def ext4_words(image: Path | str, size: int) -> list[str]:
    """The command, run with CLEAN, that makes ext4 of ``size`` bytes in ``image``, from DATA_OFFSET on."""
    stride = PMD >> 12
    extended = f"offset={DATA_OFFSET},hash_seed={UUID},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0,nodiscard"
    extended += f",stride={stride},stripe_width={stride}"
    journal = 8 if size >= SMALL_JOURNAL_BELOW else 4
    return [*EXT4, "-J", f"size={journal}", "-E", extended, str(image), f"{size >> 10}k"]


def make_ext4(image: Path, size: int) -> None:
    """Makes it."""
    run(ext4_words(image, size), env=CLEAN)


def make_xfs(image: Path, size: int, reflink: int = 0) -> None:
    """Makes xfs of ``size`` bytes in ``image``, from DATA_OFFSET on; mkfs.xfs has no offset, so by way of a file.

    ``reflink`` 1: files can share blocks, which a kernel before 6.0 does not mount with DAX.
    """
    alone = image.with_name(image.name + ".xfs")
    with alone.open("wb") as stream:
        stream.truncate(size)
    small = ["--unsupported"] if size < XFS_SMALLEST else []
    run([*XFS, "-m", f"{XFS_METADATA},reflink={reflink}", *small, alone], env=CLEAN)
    xfs_stamp.settle(alone, int(EPOCH))
    copy = [f"if={alone}", f"of={image}", "bs=64K", f"seek={DATA_OFFSET >> 16}"]
    run(["dd", *copy, "conv=sparse,notrunc", "status=none"])
    alone.unlink()


MAKERS: dict[str, Callable[[Path, int], None]] = {"ext4": make_ext4, "xfs": make_xfs}
MAKERS["xfs-reflink"] = partial(make_xfs, reflink=1)


def maker(filesystem: str) -> Callable[[Path, int], None]:
    """The function that makes ``filesystem``. Raises BadInput for one that the lab does not know."""
    if filesystem not in MAKERS:
        raise BadInput(f"there is no file system `{filesystem}`: choose one of {', '.join(MAKERS)}")
    return MAKERS[filesystem]
