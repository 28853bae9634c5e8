# SPDX-License-Identifier: GPL-2.0-only
"""On a tree of a few files with real thin archives; tests/vm/test_mutants.py asks kbuild itself."""

import subprocess
from pathlib import Path

import pytest

from harness.kernel import descent
from harness.kernel.descent import Whole

MAKEFILE = "build-dir\t:= .\n\n$(build-dir): prepare\n\t$(Q)$(MAKE) $(build)=$@\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / ".config").write_text("CONFIG_FS_DAX=y\n")
    for name in ("fs/dax.c", "fs/ext4/inode.c", "fs/whole.c", "fs/part.c", "fs/module.c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("int x;\n")
        built = (tmp_path / name).with_suffix(".o")
        built.write_bytes(b"\x7fELF")
        commands = f"source_{name} := {name}\n\ndeps_{name} := \\\n  include/linux/dax.h \\\n"
        (built.parent / f".{built.name}.cmd").write_text(commands)
    with (tmp_path / "fs" / ".whole.o.cmd").open("a") as commands_of_whole:
        commands_of_whole.write("  fs/ext4/../part.c \\\n")
    archive(tmp_path / "fs/ext4", "inode.o")
    archive(tmp_path / "fs", "dax.o", "whole.o", "part.o", "ext4/inode.o")
    archive(tmp_path, "fs/dax.o", "fs/whole.o")
    return tmp_path


def archive(folder: Path, *members: str, kind: str = "cDPrST") -> None:
    """As kbuild's ar_builtin (scripts/Makefile.build)."""
    (folder / "built-in.a").unlink(missing_ok=True)
    subprocess.run(["ar", kind, "built-in.a", *members], cwd=folder, check=True)


def after(tree: Path, *names: str) -> tuple[str, ...] | None:
    return Whole().built(tree, None).and_changed(names).objects(tree)


def test_c_files_that_are_built_in_are_made_by_name(tree: Path) -> None:
    assert after(tree, "fs/ext4/inode.c", "fs/dax.c") == ("fs/dax.o", "fs/ext4/inode.o")


@pytest.mark.parametrize(
    "name",
    [
        "include/linux/dax.h",
        "fs/Makefile",
        "fs/module.c",  # of no archive
        "fs/part.c",  # another file includes it
        "fs/gone.c",
    ],
)
def test_what_others_may_depend_on_takes_the_whole_way(tree: Path, name: str) -> None:
    assert after(tree, "fs/dax.c", name) is None


def test_a_tree_in_which_nothing_has_changed_is_left_to_make(tree: Path) -> None:
    assert after(tree) is None


@pytest.mark.parametrize(
    "makefile",
    ["descend: $(build-dirs)\n", "build-dir\t:= $(KBUILD_EXTMOD)\n$(build-dir): prepare\n"],
    ids=["v5.10", "of modules alone"],
)
def test_makefiles_without_one_target_for_all_directories_take_the_whole_way(tree: Path, makefile: str) -> None:
    (tree / "Makefile").write_text(makefile)
    assert after(tree, "fs/dax.c") is None


def test_a_kernel_that_trims_exported_symbols_takes_the_whole_way(tree: Path) -> None:
    (tree / ".config").write_text("CONFIG_TRIM_UNUSED_KSYMS=y\n")
    assert after(tree, "fs/dax.c") is None


def test_archives_that_hold_objects_themselves_are_never_just_touched(tree: Path) -> None:
    archive(tree / "fs/ext4", "inode.o", kind="cDPrS")
    assert after(tree, "fs/ext4/inode.c") is None


def test_touching_reaches_every_archive_up_to_the_tree(tree: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("built-in.a")}
    descent.touch_archives(tree, ["fs/ext4/inode.o"])
    assert all(path.stat().st_mtime_ns > time for path, time in before.items())
    times = [(tree / name / "built-in.a").stat().st_mtime_ns for name in ("fs/ext4", "fs", ".")]
    assert times == sorted(times), "one that is older than a member would be made again"


def test_an_object_that_was_made_by_name_may_have_begun_to_include_another(tree: Path) -> None:
    whole = Whole().built(tree, None)
    assert "fs/module.c" not in whole.included
    (tree / "fs/.dax.o.cmd").write_text("deps_fs/dax.o := \\\n  fs/module.c \\\n")
    assert whole.built(tree, ["fs/dax.o"]).included == whole.included | {"fs/module.c"}


def test_what_has_changed_is_known_until_all_is_built(tree: Path) -> None:
    assert descent.read(tree) is None
    descent.put(tree, Whole(included=frozenset({"fs/part.c"})).and_changed(["fs/dax.c"]))
    assert descent.read(tree) == Whole(frozenset({"fs/dax.c"}), frozenset({"fs/part.c"}))
    descent.forget(tree)
    assert descent.read(tree) is None
