# SPDX-License-Identifier: GPL-2.0-only
"""Cells kept in the cache by what they were made from: a matrix that was killed goes on where it was."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from harness import folders
from harness.config.scenario import Scenario
from harness.engine.subject import Subject
from harness.image.content import digest
from harness.mutants.matrix import Cell, Raced
from harness.results.files import write_whole
from harness.sweep.job import scenario_lines

Value = TypeVar("Value", Cell, Raced)


@dataclass(frozen=True)
class Shelf:
    """Where the cells of one kernel at one set of points lie; ``racer`` is the program that made them."""

    subject: Subject
    units: Sequence[str]
    racer: Path
    fresh: bool = False  # nothing that is there counts
    both_wake_ups: bool = False
    filesystem: str = "ext4"  # the guest's, of scenarios that name no mount

    def cell(self, scenario: Scenario) -> Cell | None:
        """The sweep's cell that was kept, None if there is none."""
        return _read(self._sweep(scenario), Cell) if not self.fresh else None

    def keep(self, scenario: Scenario, cell: Cell) -> None:
        """Keeps a cell that says something; one that the lab broke, or the budget cut short, is made again."""
        if not cell.broken and (cell.complete or cell.kinds):
            _write(self._sweep(scenario), cell)

    def raced(self, scenario: Scenario, races: int) -> Raced | None:
        """What that many random races gave, None if it was not kept."""
        return _read(self._stress(scenario, races), Raced) if not self.fresh else None

    def keep_raced(self, scenario: Scenario, races: int, raced: Raced) -> None:
        """Keeps it unless the lab broke."""
        if not raced.broken:
            _write(self._stress(scenario, races), raced)

    def _key(self, *parts: str) -> Path:
        kernel, modules = self.subject.kernel, self.subject.kernel.modules_folder
        made_of = (kernel.key, modules.name if modules else "", *sorted(self.units), *parts)
        return folders.cache() / "cells" / f"{digest(self.racer, *made_of)}.json"

    def _sweep(self, scenario: Scenario) -> Path:
        return self._key("sweep", *(["both-wake-ups"] if self.both_wake_ups else []), *self._asked(scenario))

    def _stress(self, scenario: Scenario, races: int) -> Path:
        return self._key("stress", str(races), *self._asked(scenario))

    def _asked(self, scenario: Scenario) -> list[str]:
        filesystem = scenario.filesystem(self.filesystem)
        return [*scenario_lines([scenario]), *([] if filesystem == "ext4" else [filesystem])]


def _read(path: Path, kind: type[Value]) -> Value | None:
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None  # also one of another lab, of another time: made again


def _write(path: Path, value: Cell | Raced) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(asdict(value), sort_keys=True) + "\n")
