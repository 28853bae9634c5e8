# SPDX-License-Identifier: GPL-2.0-only
"""Cells are kept by what they were made from."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from harness.config.loader import load_scenarios
from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine import reuse, sweeps
from harness.engine.guests import Supplies
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall
from harness.kernel.artefacts import Kernel
from harness.mutants import cells
from harness.mutants.cells import Shelf
from harness.mutants.matrix import Cell, Raced
from harness.points.point import Frame, Point

SCENARIO = load_scenarios()["fsync-write"]
CELL = Cell("fsync-write", 1, {0: 2, 1: 12}, {0: 0, 1: 3}, {"tags": 3}, 7, 0.1, True)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(reuse, "qemu_version", lambda: "QEMU 7.2")
    monkeypatch.setattr(cells, "qemu_version", lambda: "QEMU 7.2")
    for module in (cells, sweeps):
        monkeypatch.setattr(module, "supplies", lambda guest, network=False: of(tmp_path, guest.filesystem))
    (tmp_path / "bzImage").write_bytes(b"kernel")
    point = Point(0, 0x1000, "f", 0, "call", "fs/dax.c", (Frame("f", "fs/dax.c", 1),))
    subject = Subject("stock", Kernel("stock", "key", tmp_path, "6.1.192", "ab"), (point,))
    return Shelf(subject, Hall(GuestSpec(), of(tmp_path, "ext4"), tmp_path / "guests", Deadline()))


def of(folder: Path, filesystem: str, base: str = "base-racer") -> Supplies:
    return Supplies(folder / base, folder / f"template-{filesystem}")


def test_a_kept_cell_comes_back_as_it_was(shelf: Shelf) -> None:
    assert shelf.cell(SCENARIO) is None
    shelf.keep(SCENARIO, CELL)
    assert shelf.cell(SCENARIO) == CELL


def test_another_bound_point_racer_or_kernel_is_another_cell(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(SCENARIO, CELL)
    assert shelf.cell(SCENARIO.model_copy(update={"bound": 0})) is None
    moved = replace(shelf.subject, points=(replace(shelf.subject.points[0], address=0x2000),))
    assert replace(shelf, subject=moved).cell(SCENARIO) is None
    other = replace(shelf.hall, supplies=of(tmp_path, "ext4", "base-another-racer"))
    assert replace(shelf, hall=other).cell(SCENARIO) is None
    assert replace(shelf, hall=replace(shelf.hall, both_wake_ups=True)).cell(SCENARIO) is None
    (tmp_path / "bzImage").write_bytes(b"another")
    assert shelf.cell(SCENARIO) is None


def test_another_image_is_another_cell_whoever_asks_for_it(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(SCENARIO, CELL)
    on_xfs = SCENARIO.model_copy(update={"mount": "xfs-dax"})
    assert shelf.cell(on_xfs) is None
    assert shelf.cell(SCENARIO.model_copy(update={"mount": "ext4-dax"})) == CELL
    remade = Supplies(shelf.hall.supplies.base, tmp_path / "template-of-another-day")
    assert replace(shelf, hall=replace(shelf.hall, supplies=remade)).cell(SCENARIO) is None


def test_races_are_kept_by_their_number_and_guest(shelf: Shelf) -> None:
    raced = Raced("fsync-write", 10, {}, 0.1)
    shelf.keep_raced(SCENARIO, 10, raced)
    assert (shelf.raced(SCENARIO, 10), shelf.raced(SCENARIO, 11)) == (raced, None)
    more = replace(shelf.hall, guest=GuestSpec(cpus=4))
    assert replace(shelf, hall=more).raced(SCENARIO, 10) is None


def test_what_says_nothing_is_not_kept(shelf: Shelf) -> None:
    shelf.keep(SCENARIO, replace(CELL, broken="canary"))
    shelf.keep(SCENARIO, replace(CELL, complete=False, kinds={}))
    shelf.keep_raced(SCENARIO, 10, Raced("fsync-write", 10, {}, 0.1, "qemu died"))
    assert shelf.cell(SCENARIO) is None
    assert shelf.raced(SCENARIO, 10) is None


HUNG = replace(CELL, complete=False, kinds={"hang": 10, "tags": 3})
LATE = Deadline.after(0)


def test_a_cell_that_the_budget_cut_short_is_made_again_though_something_failed_in_it(shelf: Shelf) -> None:
    late = replace(shelf, hall=replace(shelf.hall, deadline=LATE))
    for cell in (HUNG, replace(CELL, complete=False)):
        late.keep(SCENARIO, cell)
        assert shelf.cell(SCENARIO) is None


def test_a_cell_that_was_whole_when_the_budget_ended_is_kept(shelf: Shelf) -> None:
    replace(shelf, hall=replace(shelf.hall, deadline=LATE)).keep(SCENARIO, CELL)
    assert shelf.cell(SCENARIO) == CELL


def test_a_cell_that_ended_as_too_many_guests_hung_is_kept(shelf: Shelf) -> None:
    shelf.keep(SCENARIO, HUNG)
    assert shelf.cell(SCENARIO) == HUNG


def test_a_kept_cell_that_is_incomplete_without_a_lost_guest_is_not_believed(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(SCENARIO, CELL)
    (kept,) = (tmp_path / "cache" / "cells").iterdir()
    kept.write_text(json.dumps(asdict(replace(CELL, complete=False))))  # as the lab kept it before
    assert shelf.cell(SCENARIO) is None


def test_races_that_the_budget_cut_short_are_run_again(shelf: Shelf) -> None:
    late = replace(shelf, hall=replace(shelf.hall, deadline=LATE))
    late.keep_raced(SCENARIO, 10, Raced("fsync-write", 9, {}, 0.1))
    assert shelf.raced(SCENARIO, 10) is None
    late.keep_raced(SCENARIO, 10, Raced("fsync-write", 10, {}, 0.1))
    assert shelf.raced(SCENARIO, 10) is not None


def test_fresh_looks_at_nothing_that_is_there(shelf: Shelf) -> None:
    shelf.keep(SCENARIO, CELL)
    assert replace(shelf, fresh=True).cell(SCENARIO) is None


def test_a_damaged_file_is_made_again(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(SCENARIO, CELL)
    next((tmp_path / "cache" / "cells").iterdir()).write_text("{")
    assert shelf.cell(SCENARIO) is None


def test_a_cell_with_stops_in_atomic_sections_is_another_one(shelf: Shelf) -> None:
    shelf.keep(SCENARIO, CELL)
    assert replace(shelf, hall=replace(shelf.hall, atomic_stops=True)).cell(SCENARIO) is None
