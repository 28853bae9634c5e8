# SPDX-License-Identifier: GPL-2.0-only
"""The image behind a guest's NVDIMM: an fsdax namespace with a file system, and a fresh copy of it for each boot."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from harness.config.scenario import driver
from harness.errors import BadInput
from harness.image import fsdax, mkfs, xfs_aligned, xfs_stamp
from harness.image.content import cached, digest
from harness.process import run

SMALLEST = {"ext4": 16 << 20, "xfs": 32 << 20}


def pmem_template(size_bytes: int, filesystem: str) -> Path:
    """The sparse image of ``size_bytes``, from the cache where it is there already; same input, same bytes.

    Raises BadInput for an unknown file system or a size that cannot be one, CommandFailed if mkfs does.
    """
    make = _maker(filesystem)
    smallest = SMALLEST[driver(filesystem)]
    if size_bytes < smallest or size_bytes % fsdax.ALIGN:
        least = f"at least {smallest >> 20}M for {filesystem}"
        raise BadInput(f"an NVDIMM of {size_bytes} bytes cannot be: take a multiple of 2M that is {least}")
    modules = (mkfs, fsdax, xfs_stamp, *([xfs_aligned] if filesystem in xfs_aligned.MAKERS else []))
    recipe = [Path(module.__file__ or "") for module in modules]
    key = digest(str(size_bytes), filesystem, *recipe)
    return cached("pmem", filesystem, key, partial(_make, size=size_bytes, make=make))


def fresh_copy(template: Path, destination: Path) -> Path:
    """Copies a template for one boot: shares its blocks where the host's file system can, else keeps the holes."""
    run(["cp", "--reflink=auto", "--sparse=always", template, destination])
    return destination


def _maker(filesystem: str) -> Callable[[Path, int], None]:
    return xfs_aligned.MAKERS.get(filesystem) or mkfs.maker(filesystem)


def _make(draft: Path, *, size: int, make: Callable[[Path, int], None]) -> None:
    with draft.open("wb") as stream:
        stream.truncate(size)
    make(draft, size - fsdax.DATA_OFFSET)
    with draft.open("r+b") as stream:
        stream.seek(fsdax.INFO_OFFSET)
        stream.write(fsdax.info_block(size))
