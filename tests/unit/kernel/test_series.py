# SPDX-License-Identifier: GPL-2.0-only
import re
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.kernel import series
from harness.kernel.patches.local import patches
from tests.fakes import kernel as fake

ADDS_AND_DELETES = """\
--- /dev/null
+++ b/fs/new.c
@@ -0,0 +1 @@
+int added;
--- a/mm/memory.c
+++ /dev/null
@@ -1,3 +0,0 @@
-/* SPDX-License-Identifier: GPL-2.0-only */
-int handle_fault(int address);
-int handle_fault(int address) { return address; }
"""


def _patch(tmp_path: Path, text: str) -> Path:
    (tmp_path / "one.patch").write_text(text)
    return tmp_path / "one.patch"


def test_added_deleted_and_changed_files_are_named(tmp_path: Path) -> None:
    patches = [_patch(tmp_path, ADDS_AND_DELETES)]
    assert series.edited_files(patches) == ("fs/new.c", "mm/memory.c")
    assert series.apply(patches, fake.TREE) == {"fs/new.c": b"int added;\n", "mm/memory.c": None}


def test_a_removed_line_that_looks_like_a_header_is_none(tmp_path: Path) -> None:
    text = "--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1,2 +1 @@\n--- a/comment\n int x;\n"
    assert series.edited_files([_patch(tmp_path, text)]) == ("fs/dax.c",)


def test_patches_of_one_file_build_on_each_other(tmp_path: Path) -> None:
    first = _patch(tmp_path, fake.GOOD_PATCH)
    second = tmp_path / "two.patch"
    second.write_text(fake.GOOD_PATCH.replace("+ 2;", "+ 3;").replace("+ 1;", "+ 2;"))
    assert b"+ 3;" in (series.apply([first, second], fake.TREE)["fs/dax.c"] or b"")


@pytest.mark.parametrize("name", ["/etc/passwd", "a/../../etc/passwd"])
def test_a_patch_of_files_outside_the_tree_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="no file of a kernel tree"):
        series.edited_files([_patch(tmp_path, f"--- {name}\n+++ {name}\n@@ -1 +1 @@\n-a\n+b\n")])


def test_a_patch_by_diff_has_times_behind_its_names(tmp_path: Path) -> None:
    stamped = re.sub(r"^((?:---|\+\+\+) \S+)$", r"\1\t2026-11-28 06:19:14.701729550 +0000", fake.GOOD_PATCH, flags=re.M)
    patch = _patch(tmp_path, stamped)
    assert stamped.count("+0000") == 2 and patches(patch) == (patch,)
    assert series.apply([patch], fake.TREE) == series.apply([_patch(tmp_path, fake.GOOD_PATCH)], fake.TREE)


def test_text_that_is_no_patch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"one\.patch: no patch"):
        series.edited_files([_patch(tmp_path, "hello\n")])


def test_a_patch_of_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not apply"):
        series.apply([_patch(tmp_path, fake.GOOD_PATCH.replace("dax.c", "gone.c"))], fake.TREE)


def test_debug_flags_are_added_for_one_object_of_one_directory(tmp_path: Path) -> None:
    (tmp_path / "fs/xfs/libxfs").mkdir(parents=True)
    (tmp_path / "fs/xfs/Makefile").write_text("CFLAGS_libxfs/btree.o := -DKEPT\n")
    (tmp_path / "fs/xfs/libxfs/btree.c").touch()
    (tmp_path / "Makefile").write_text("VERSION = 6\n")
    makefile = (series.with_debug({}, ["fs/xfs/libxfs/btree.c"], tmp_path)["fs/xfs/Makefile"] or b"").decode()
    assert makefile.startswith("CFLAGS_libxfs/btree.o := -DKEPT\n")
    assert "\nCFLAGS_libxfs/btree.o += -gdwarf-4 " in makefile
