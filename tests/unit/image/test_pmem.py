# SPDX-License-Identifier: GPL-2.0-only
"""NVDIMM images: whole file systems, sparse, the same bytes each time."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.image import fsdax
from harness.image.pmem import fresh_copy, pmem_template

SIZE = 64 << 20
CHECKS = {"ext4": ["e2fsck", "-fn"], "xfs": ["xfs_repair", "-n"], "xfs-aligned": ["xfs_repair", "-n"]}
PROGRAMS = {"ext4": "mkfs.ext4", "xfs": "mkfs.xfs", "xfs-aligned": "mkfs.xfs"}


@pytest.fixture(autouse=True)
def a_fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))


def needs(filesystem: str) -> None:
    if not shutil.which(PROGRAMS[filesystem], path="/usr/sbin:/sbin:/usr/bin"):
        pytest.skip(f"needs {PROGRAMS[filesystem]}")


@pytest.mark.parametrize("filesystem", CHECKS)
def test_the_file_system_is_sound_and_the_info_block_before_it(filesystem: str, tmp_path: Path) -> None:
    needs(filesystem)
    data = pmem_template(SIZE, filesystem).read_bytes()
    alone = tmp_path / "alone"
    alone.write_bytes(data[fsdax.DATA_OFFSET :])
    assert len(data) == SIZE
    assert data[4096:8192] == fsdax.info_block(SIZE)
    assert subprocess.run([*CHECKS[filesystem], alone], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("filesystem", CHECKS)
def test_two_templates_are_the_same_bytes(filesystem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(filesystem)
    digests = set()
    for number in (1, 2):
        monkeypatch.setenv("LAB_CACHE", str(tmp_path / f"cache{number}"))
        digests.add(hashlib.sha256(pmem_template(SIZE, filesystem).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_copy_keeps_the_holes(tmp_path: Path) -> None:
    copy = fresh_copy(pmem_template(SIZE, "ext4"), tmp_path / "copy")
    assert copy.stat().st_size == SIZE
    assert copy.stat().st_blocks * 512 < SIZE // 3


@pytest.mark.parametrize(("size", "filesystem"), [(SIZE + 4096, "ext4"), (2 << 20, "ext4"), (SIZE, "btrfs")])
def test_what_cannot_be_is_refused_in_a_sentence(size: int, filesystem: str) -> None:
    with pytest.raises(BadInput):
        pmem_template(size, filesystem)
