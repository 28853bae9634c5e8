# SPDX-License-Identifier: GPL-2.0-only
"""Cells are kept by what they were made from."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.loader import load_scenarios
from harness.engine.subject import Subject
from harness.kernel.artefacts import Kernel
from harness.mutants.cells import Shelf
from harness.mutants.matrix import Cell, Raced

SCENARIO = load_scenarios()["fsync-write"]
CELL = Cell("fsync-write", 1, {0: 2, 1: 12}, {0: 0, 1: 3}, {"tags": 3}, 7, 0.1, True)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
    racer = tmp_path / "racer"
    racer.write_bytes(b"racer")
    return Shelf(Subject("stock", Kernel("stock", "key", tmp_path, "6.1.192", "ab"), ()), ("fs/dax.c",), racer)


def test_a_kept_cell_comes_back_as_it_was(shelf: Shelf) -> None:
    assert shelf.cell(SCENARIO) is None
    shelf.keep(SCENARIO, CELL)
    assert shelf.cell(SCENARIO) == CELL


def test_another_racer_bound_or_unit_is_another_cell(shelf: Shelf) -> None:
    shelf.keep(SCENARIO, CELL)
    assert shelf.cell(SCENARIO.model_copy(update={"bound": 0})) is None
    assert replace(shelf, units=("fs/dax.c", "fs/ext4/inode.c")).cell(SCENARIO) is None
    shelf.racer.write_bytes(b"another")
    assert shelf.cell(SCENARIO) is None


def test_another_file_system_is_another_cell_whoever_asks_for_it(shelf: Shelf) -> None:
    shelf.keep(SCENARIO, CELL)
    on_xfs = SCENARIO.model_copy(update={"mount": "xfs-dax"})
    assert shelf.cell(on_xfs) is None
    assert replace(shelf, filesystem="xfs").cell(SCENARIO) is None
    assert shelf.cell(SCENARIO.model_copy(update={"mount": "ext4-dax"})) == CELL
    replace(shelf, filesystem="xfs").keep(SCENARIO, CELL)
    assert shelf.cell(on_xfs) == CELL


def test_what_says_nothing_is_not_kept(shelf: Shelf) -> None:
    shelf.keep(SCENARIO, replace(CELL, broken="canary"))
    shelf.keep(SCENARIO, replace(CELL, complete=False, kinds={}))
    shelf.keep_raced(SCENARIO, 10, Raced("fsync-write", 10, {}, 0.1, "qemu died"))
    assert shelf.cell(SCENARIO) is None
    assert shelf.raced(SCENARIO, 10) is None


def test_fresh_looks_at_nothing_that_is_there(shelf: Shelf) -> None:
    shelf.keep(SCENARIO, CELL)
    assert replace(shelf, fresh=True).cell(SCENARIO) is None


def test_a_damaged_file_is_made_again(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(SCENARIO, CELL)
    next((tmp_path / "cache" / "cells").iterdir()).write_text("{")
    assert shelf.cell(SCENARIO) is None
