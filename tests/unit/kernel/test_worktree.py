# SPDX-License-Identifier: GPL-2.0-only
import os
from pathlib import Path

import pytest

from harness.deadline import Deadline
from harness.errors import BadInput, KernelFailed
from harness.kernel import worktree
from harness.kernel.artefacts import entry
from harness.kernel.build import build
from tests.fakes import kernel as fake


def test_an_object_half_written_by_a_killed_make_is_made_again(tmp_path: Path) -> None:
    request = fake.request(tmp_path)
    first = build(request, deadline=Deadline())
    tree = worktree.place(request.tree_key) / "linux"
    (tree / "mm/memory.o").write_bytes(b"\x7fELF half")
    (tree / worktree.BUSY).touch()
    (entry(request.key) / "kernel.json").unlink()
    assert build(request, deadline=Deadline()).build_id == first.build_id
    assert not (tree / worktree.BUSY).exists()


def test_objects_written_long_before_the_kill_are_kept(tmp_path: Path) -> None:
    request = fake.request(tmp_path)
    build(request, deadline=Deadline())
    tree = worktree.place(request.tree_key) / "linux"
    for name in ("fs/dax.c", "fs/Makefile", "mm/Makefile", ".config", "mm/memory.c"):
        os.utime(tree / name, (1000, 1000))
    os.utime(tree / "mm/memory.o", (2000, 2000))
    (tree / worktree.BUSY).touch()
    (entry(request.key) / "kernel.json").unlink()
    assert fake.compiled(build(request, deadline=Deadline()).build_log) == ["fs/dax.o"]


def test_a_patch_of_kconfig_configures_again(tmp_path: Path) -> None:
    asks = fake.FRAGMENT + "CONFIG_NEW=y\n"
    patch = "--- a/Kconfig\n+++ b/Kconfig\n@@ -1,3 +1,6 @@\n # SPDX-License-Identifier: GPL-2.0-only\n"
    patch += '+config NEW\n+\tbool "New"\n+\n config EXPERT\n \tbool "Expert"\n'
    kernel = build(fake.request(tmp_path, patch=patch, fragment=asks), deadline=Deadline())
    assert "CONFIG_NEW=y" in kernel.config.read_text()


def test_a_config_that_cannot_be_had_leaves_no_tree(tmp_path: Path) -> None:
    request = fake.request(tmp_path, fragment="CONFIG_FS_DAX=y\n")
    with pytest.raises(BadInput):
        build(request, deadline=Deadline())
    assert not worktree.place(request.tree_key).exists()


def test_a_changed_c_file_takes_no_way_through_all_directories(tmp_path: Path) -> None:
    first = build(fake.request(tmp_path), deadline=Deadline())
    assert "DESCEND" in first.build_log.read_text()
    patched = build(fake.request(tmp_path, patch=fake.GOOD_PATCH), deadline=Deadline())
    assert "DESCEND" not in patched.build_log.read_text()
    assert fake.compiled(patched.build_log) == ["fs/dax.o"]
    assert patched.build_id != first.build_id


def test_what_does_not_compile_is_told_of_the_whole_way_and_made_by_name_later(tmp_path: Path) -> None:
    build(fake.request(tmp_path), deadline=Deadline())
    request = fake.request(tmp_path, patch=fake.UNCOMPILABLE_PATCH)
    with pytest.raises(KernelFailed, match="no_such_thing"):
        build(request, deadline=Deadline())
    assert "DESCEND" in (worktree.place(request.tree_key) / "build.log").read_text()
    patched = build(fake.request(tmp_path, patch=fake.GOOD_PATCH), deadline=Deadline())
    assert "DESCEND" not in patched.build_log.read_text()


def test_a_tree_whose_make_was_killed_goes_the_whole_way(tmp_path: Path) -> None:
    request = fake.request(tmp_path)
    build(request, deadline=Deadline())
    (worktree.place(request.tree_key) / "linux" / worktree.BUSY).touch()
    patched = build(fake.request(tmp_path, patch=fake.GOOD_PATCH), deadline=Deadline())
    assert "DESCEND" in patched.build_log.read_text()
