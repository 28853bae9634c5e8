# SPDX-License-Identifier: GPL-2.0-only
"""Kernels get the file systems that guests mount, and no other."""

from pathlib import Path

import pytest

from harness.config.filesystems import of_mounts, with_filesystems
from harness.config.loader import load_lab
from harness.errors import BadInput

LAB = """\
kernels:
  one: {source: {debian: linux-source-6.1}, config: [CONFIG]}
  two: {source: {debian: linux-source-6.1}}
guests:
  sweep: {filesystem: FILESYSTEM}
experiment: {without: one, with: two}
"""


def _lab(folder: Path, filesystem: str, config: str = "") -> Path:
    path = folder / "lab.yaml"
    path.write_text(LAB.replace("FILESYSTEM", filesystem).replace("CONFIG", config))
    return path


def test_a_guest_with_xfs_gives_xfs_to_every_kernel_that_is_built(tmp_path: Path) -> None:
    lab = load_lab(_lab(tmp_path, "xfs"))
    assert [spec.config for spec in lab.kernels.values()] == [("filesystem-xfs",)] * 2


def test_without_such_a_guest_no_kernel_has_it(tmp_path: Path) -> None:
    lab = load_lab(_lab(tmp_path, "ext4"))
    assert [spec.config for spec in lab.kernels.values()] == [(), ()]


def test_what_a_verb_asks_for_comes_on_top_once_and_before_the_kernels_own_fragments(tmp_path: Path) -> None:
    lab = with_filesystems(load_lab(_lab(tmp_path, "xfs", "debug-kasan")), ["xfs", "ext4"])
    assert lab.kernels["one"].config == ("filesystem-xfs", "debug-kasan")


def test_an_unknown_file_system_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="filesystem"):
        load_lab(_lab(tmp_path, "btrfs"))


def test_scenarios_name_their_file_system_by_their_mount() -> None:
    assert of_mounts(["xfs-dax", None, "ext4-dax", "xfs-dax"]) == ("ext4", "xfs")
