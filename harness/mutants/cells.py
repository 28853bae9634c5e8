# SPDX-License-Identifier: GPL-2.0-only
"""Cells kept in the cache by what they were made from: a matrix that was killed goes on where it was."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from harness import folders
from harness.config.scenario import Scenario
from harness.engine.guests import mounted, supplies
from harness.engine.reuse import booted, qemu_version, sweep_key
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall
from harness.image.content import digest
from harness.mutants.matrix import Cell, Raced
from harness.results.files import write_whole
from harness.sweep.job import scenario_lines
from harness.sweep.records import Kind

Value = TypeVar("Value", Cell, Raced)

GUEST_LOST = frozenset({Kind.HANG, Kind.SPIN, Kind.OOPS, Kind.OOM, Kind.ERROR})  # what a lost guest is booked as


@dataclass(frozen=True)
class Shelf:
    """Where the cells of one kernel lie; ``hall`` is where it is swept, or has the guest that it is raced in."""

    subject: Subject
    hall: Hall
    fresh: bool = False  # nothing that is there counts

    def cell(self, scenario: Scenario) -> Cell | None:
        """The sweep's cell that was kept, None if there is none."""
        found = _read(self._sweep(scenario), Cell) if not self.fresh else None
        return found if found and _ended_by_itself(found) else None

    def keep(self, scenario: Scenario, cell: Cell) -> None:
        """Keeps a cell that says something; one that the lab broke, or the budget cut short, is made again."""
        if not cell.broken and _ended_by_itself(cell) and (cell.complete or not self._late):
            _write(self._sweep(scenario), cell)

    def raced(self, scenario: Scenario, races: int) -> Raced | None:
        """What that many random races gave, None if it was not kept."""
        return _read(self._stress(scenario, races), Raced) if not self.fresh else None

    def keep_raced(self, scenario: Scenario, races: int, raced: Raced) -> None:
        """Keeps it unless the lab broke, or the budget ended before all races were run."""
        if not raced.broken and (raced.races >= races or not self._late):
            _write(self._stress(scenario, races), raced)

    @property
    def _late(self) -> bool:
        """Whether the budget is over: then nobody can tell what it cut short from what lost too many guests."""
        return self.hall.deadline.passed

    def _sweep(self, scenario: Scenario) -> Path:
        return _place(sweep_key(self.subject, scenario, self.hall))

    def _stress(self, scenario: Scenario, races: int) -> Path:
        guest, kernel = mounted(self.hall.guest, scenario), self.subject.kernel
        store = self.hall.supplies if guest == self.hall.guest else supplies(guest, network=True)
        return _place(digest(
            "stress", str(races), guest.model_dump_json(), qemu_version(), store.base.name, store.template.name,
            booted(kernel.bzimage), kernel.modules_folder.name if kernel.modules_folder else "",
            *scenario_lines([scenario]),
        ))  # fmt: skip


def _ended_by_itself(cell: Cell) -> bool:
    """Whether every schedule was run, or so many guests were lost that the rest was left out.

    Each of these is a failing schedule. An incomplete cell that has none was cut short, by whichever lab it was kept.
    """
    return cell.complete or bool(GUEST_LOST & {Kind(kind) for kind in cell.kinds})


def _place(key: str) -> Path:
    return folders.cache() / "cells" / f"{key}.json"


def _read(path: Path, kind: type[Value]) -> Value | None:
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None  # also one of another lab, of another time: made again


def _write(path: Path, value: Cell | Raced) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(asdict(value), sort_keys=True) + "\n")
