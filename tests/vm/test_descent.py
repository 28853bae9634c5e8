# SPDX-License-Identifier: GPL-2.0-only
"""A kernel that was made without kbuild's way through all directories is the one that kbuild makes."""

import hashlib
from pathlib import Path

from harness.config.loader import load_lab
from harness.deadline import Deadline
from harness.kernel import worktree
from harness.kernel.build import BuildRequest
from harness.kernel.locks import locked
from harness.kernel.sources import obtain_for
from harness.kernel.spec import patches, request_for
from harness.kernel.worktree import WorkTree
from tests.fakes.kernel import compiled
from tests.vm.conftest import HOUR, LAB

UNIT = "fs/dax.c"


def built(tree: WorkTree, request: BuildRequest, more: bytes, log: Path) -> str:
    """The digest of the kernel with ``more`` at the end of the unit."""
    tree.prepare({**request.wanted, UNIT: (request.source.folder / UNIT).read_bytes() + more}, Deadline.after(HOUR))
    tree.build(log, Deadline.after(HOUR), log.stem)
    return hashlib.sha256((tree.tree / "vmlinux").read_bytes()).hexdigest()


def test_a_changed_c_file_gives_the_kernel_that_kbuild_gives(tmp_path: Path) -> None:
    spec = load_lab(LAB).kernels["stock"]
    source = obtain_for(spec, Deadline.after(HOUR))
    request = request_for("stock", spec, source, patches(spec, source), (UNIT,))
    with locked(worktree.place(request.tree_key), Deadline.after(HOUR), "build a kernel") as lock:
        tree = WorkTree(request.tree_key, source, request.options, request.toolchain, lock, request.arguments)
        first = built(tree, request, b"", tmp_path / "first.log")
        by_name = built(tree, request, b"\nint lab_of_this_test = 1;\n", tmp_path / "by-name.log")
        assert compiled(tmp_path / "by-name.log") == [UNIT.replace(".c", ".o"), "arch/x86/boot/compressed/misc.o"]
        assert " AR      fs/" not in (tmp_path / "by-name.log").read_text()
        for name in ("fs/dax.o", "fs/built-in.a", "built-in.a", "vmlinux.a", "vmlinux.o", "vmlinux"):
            (tree.tree / name).unlink()
        tree.make(worktree.TARGETS, tmp_path / "whole.log", Deadline.after(HOUR), "whole")
        assert hashlib.sha256((tree.tree / "vmlinux").read_bytes()).hexdigest() == by_name != first
        assert built(tree, request, b"", tmp_path / "again.log") == first
