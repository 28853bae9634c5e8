# SPDX-License-Identifier: GPL-2.0-only
"""The host's checkers on real, small file systems, sound and damaged."""

from pathlib import Path

import pytest

from harness.config.scenario import driver
from harness.errors import LabBroke
from harness.image.pmem import pmem_template
from harness.powercut.fsck import CHECKERS
from harness.powercut.images import bare_template, write_image
from harness.powercut.medium import PAGE, Template

SIZES = {"ext4": 16 << 20, "xfs": 34 << 20, "xfs-aligned": 34 << 20}


def image(folder: Path, filesystem: str, pages: dict[int, bytes]) -> Path:
    template = Template(pmem_template(SIZES[filesystem], filesystem))
    return write_image(bare_template(template, folder / "bare"), pages, folder / "image", 1)


@pytest.mark.parametrize("filesystem", sorted(SIZES))
def test_a_new_file_system_is_clean(filesystem: str, tmp_path: Path) -> None:
    assert CHECKERS[driver(filesystem)](image(tmp_path, filesystem, {})) == ""


def test_a_lost_block_of_ext4_is_told(tmp_path: Path) -> None:
    template = Template(pmem_template(SIZES["ext4"], "ext4"))
    descriptors = bytearray(template.page(1))
    descriptors[12:16] = b"\xff\x00\xff\x00"  # free blocks and inodes of the first group
    assert "wrong for group" in CHECKERS["ext4"](image(tmp_path, "ext4", {1: bytes(descriptors)}))


def test_a_lost_block_of_xfs_is_told(tmp_path: Path) -> None:
    template = Template(pmem_template(SIZES["xfs"], "xfs"))
    first = bytearray(template.page(0))
    first[512 + 52 : 512 + 56] = b"\0\0\0\1"  # agf_freeblks of the first allocation group
    assert CHECKERS["xfs"](image(tmp_path, "xfs", {0: bytes(first)})) != ""


def test_what_is_no_file_system_is_the_labs_fault(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.write_bytes(bytes(16 * PAGE))
    with pytest.raises(LabBroke, match="e2fsck"):
        CHECKERS["ext4"](nothing)
