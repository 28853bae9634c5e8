# SPDX-License-Identifier: GPL-2.0-only
import json
import os
from pathlib import Path

import pytest

from harness.kernel import variant


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """A pristine tree of two files and a work tree that shares them by hard links."""
    pristine, tree = tmp_path / "pristine", tmp_path / "tree"
    for folder in (pristine, tree):
        folder.mkdir()
    for name in ("one.c", "two.c"):
        (pristine / name).write_text(name)
        os.link(pristine / name, tree / name)
        os.utime(pristine / name, (1000, 1000))
    return pristine, tree


def test_only_what_differs_is_touched(trees: tuple[Path, Path]) -> None:
    pristine, tree = trees
    assert variant.switch(tree, pristine, {"one.c": b"changed", "two.c": b"two.c"}) == ("one.c",)
    assert (tree / "one.c").read_text() == "changed"
    assert (tree / "two.c").stat().st_mtime == 1000


def test_the_pristine_tree_stays_pristine(trees: tuple[Path, Path]) -> None:
    pristine, tree = trees
    variant.switch(tree, pristine, {"one.c": b"changed", "two.c": None})
    assert (pristine / "one.c").read_text() == "one.c" and (pristine / "two.c").exists()


def test_switching_back_restores_adds_and_removes(trees: tuple[Path, Path]) -> None:
    pristine, tree = trees
    variant.switch(tree, pristine, {"one.c": None, "sub/new.c": b"new"})
    assert not (tree / "one.c").exists() and (tree / "sub/new.c").read_text() == "new"
    assert variant.switch(tree, pristine, {}) == ("one.c", "sub/new.c")
    assert (tree / "one.c").read_text() == "one.c" and not (tree / "sub/new.c").exists()


def test_a_restored_file_is_newer_than_objects_of_the_other_variant(trees: tuple[Path, Path]) -> None:
    pristine, tree = trees
    variant.switch(tree, pristine, {"one.c": b"changed"})
    before = (tree / "one.c").stat().st_mtime_ns
    variant.switch(tree, pristine, {})
    assert (tree / "one.c").stat().st_mtime_ns >= before


def test_a_killed_switch_is_repaired_by_the_next(trees: tuple[Path, Path]) -> None:
    pristine, tree = trees
    (tree / variant.STATE).write_text(json.dumps(["one.c"]))
    (tree / "one.c").unlink()
    (tree / "one.c").write_text("half of a")
    assert variant.switch(tree, pristine, {}) == ("one.c",)
    assert (tree / "one.c").read_text() == "one.c"
