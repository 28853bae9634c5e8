# SPDX-License-Identifier: GPL-2.0-only
"""A miniature kernel tree: its Makefile answers what the lab asks of a kernel's, in milliseconds, with the real gcc."""

import shutil
from pathlib import Path

from harness.kernel.build import BuildRequest
from harness.kernel.sources import SourceTree
from harness.kernel.sources.tree import release_of

TREE = Path(__file__).parent / "kernel_tree"

FRAGMENT = "CONFIG_KPROBES=y\nCONFIG_DAX=y\n"
GOOD_PATCH = """\
--- a/fs/dax.c
+++ b/fs/dax.c
@@ -4,5 +4,5 @@

 int dax_fault(int entry)
 {
-\treturn lock_entry(entry) + 1;
+\treturn lock_entry(entry) + 2;
 }
"""
REJECTED_PATCH = GOOD_PATCH.replace("lock_entry(entry) + 1", "old_name(entry)")
UNCOMPILABLE_PATCH = GOOD_PATCH.replace("lock_entry(entry) + 2", "no_such_thing")


def tree_in(folder: Path) -> Path:
    """A fresh copy of the miniature tree in ``folder``."""
    shutil.copytree(TREE, folder)
    return folder


def source(folder: Path) -> SourceTree:
    """The miniature tree as a source: pristine, its digest made up."""
    tree = tree_in(folder / "pristine")
    return SourceTree(tree, release_of(tree), "fake-digest")


def request(folder: Path, *, patch: str = "", fragment: str = FRAGMENT, modules: tuple[Path, ...] = ()) -> BuildRequest:
    """A build of the miniature tree with one patch and one fragment, both given as text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lab-test.config").write_text(fragment)
    (folder / "one.patch").write_text(patch)
    pristine = source(folder) if not (folder / "pristine").exists() else None
    tree = pristine or SourceTree(folder / "pristine", release_of(folder / "pristine"), "fake-digest")
    patches = (folder / "one.patch",) if patch else ()
    return BuildRequest("fake", tree, patches, (folder / "lab-test.config",), ("fs/dax.c",), modules)


def module_in(folder: Path) -> Path:
    """A module of one file beside a shared header, as in guest-tests/."""
    module = folder / "guest-tests" / "modules" / "probe"
    module.mkdir(parents=True)
    (module / "Kbuild").write_text("obj-m := probe.o\n")
    (module / "probe.c").write_text('#include "shared.h"\nint probe(void) { return SHARED; }\n')
    (folder / "guest-tests" / "include").mkdir()
    (folder / "guest-tests" / "include" / "shared.h").write_text("#define SHARED 7\n")
    return module


def compiled(log: Path) -> list[str]:
    """The objects that a build log says were compiled."""
    return [line.split()[1] for line in log.read_text().splitlines() if line.startswith("  CC ")]
