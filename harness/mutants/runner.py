# SPDX-License-Identifier: GPL-2.0-only
"""Builds each mutant in place, sweeps the scenarios on it, and fills its row of the kill matrix.

While one mutant is swept the next is built: make leaves cores idle where it links, and guests where they boot.
"""

import json
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from harness import folders
from harness.config.models import Lab
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.subject import Subject
from harness.errors import BadInput, KernelFailed, LabBroke
from harness.kernel.sources import SourceTree, obtain_for
from harness.mutants.corpus import Killer, Mutant
from harness.mutants.matrix import Cell, Matrix, Row, State, beyond, strongest_first
from harness.mutants.stand import Stand
from harness.progress import say
from harness.results.files import write_whole
from harness.results.folder import RunFolder

RACED_SCENARIOS = 3  # of those that kill a mutant: stress that misses in the strongest is not saved by the rest


@dataclass(frozen=True)
class Corpus:
    """What a matrix is made of. ``bound`` is a ceiling over the scenarios' own; ``races`` 0 leaves stress out.

    ``deep``: a mutant that survives is swept again at the scenarios' own bounds. ``killers_only``: a mutant with lines
    `Killed-by` is swept in these scenarios alone.
    """

    lab: Lab
    base: str
    mutants: tuple[Mutant, ...]
    scenarios: tuple[Scenario, ...]
    bound: int = 1
    deep: bool = True
    races: int = 0
    fresh: bool = False
    both_wake_ups: bool = False
    killers_only: bool = False
    atomic_stops: bool = False

    def scenarios_for(self, mutant: Mutant) -> tuple[Scenario, ...]:
        """Those that run on the mutant's file system, its killers alone where that is asked for."""
        there = [each for each in self.scenarios if each.filesystem(mutant.filesystem) == mutant.filesystem]
        named = {killer.scenario for killer in mutant.killers} if self.killers_only else set()
        return tuple(each for each in there if each.name in named or not named)


@dataclass
class Bench:
    """Makes one matrix. Guests' files go to ``folder``."""

    corpus: Corpus
    folder: Path
    deadline: Deadline
    tree: SourceTree = field(init=False)
    stands: dict[tuple[str, bool], Stand] = field(
        init=False
    )  # by file system, and whether atomic sections are stopped in

    def __post_init__(self) -> None:
        """Raises BadInput for a base kernel that has no source to patch."""
        corpus = self.corpus
        spec = corpus.lab.kernels[corpus.base]
        if not spec.source:
            raise BadInput(f"kernels.{corpus.base}: it is prebuilt, a mutant needs its `source`")
        self.tree = obtain_for(spec, self.deadline)
        self.stands = {
            (filesystem, atomic): Stand(
                corpus.lab, corpus.base, self.tree, self.folder, self.deadline, corpus.fresh, corpus.both_wake_ups,
                filesystem, atomic_stops=atomic,
            )
            for filesystem, atomic in {_stand_of(corpus, mutant) for mutant in corpus.mutants}
        }  # fmt: skip

    def matrix(self) -> Matrix:
        """Every row, by name. What the deadline leaves no time for is not in it.

        ``path`` has it too, also what there is of it when something ends the lab.
        """
        began = time.monotonic()
        rows = self._rows(began)
        return self._kept(rows, began)

    @property
    def path(self) -> Path:
        """The file with every cell."""
        return self.folder / "matrix.json"

    def _kept(self, rows: Sequence[Row], began: float) -> Matrix:
        by_name = tuple(sorted(rows, key=lambda row: row.name))
        seconds = round(time.monotonic() - began, 1)
        matrix = Matrix(self.corpus.base, self.tree.release, by_name, self._control(), seconds)
        write_whole(self.path, json.dumps(matrix.plain(), indent=1) + "\n")
        return matrix

    def _rows(self, began: float) -> list[Row]:
        """Neighbours touch the same files, so that the work tree has little to compile anew."""
        order = sorted(self.corpus.mutants, key=lambda each: (each.filesystem, self.units(each), each.name))
        rows: list[Row] = []
        with ThreadPoolExecutor(1) as builder:
            built = self._build(builder, order[0])
            for number, (mutant, following) in enumerate(zip_longest(order, order[1:]), 1):
                if self.deadline.passed:
                    break
                say(f"mutant {number} of {len(order)}: {mutant.name}")
                ahead = self._build(builder, following) if following else built
                row = self._timed(mutant, built)
                rows += [row] if row else []
                self._kept(rows, began)
                built = ahead
        return rows

    def _build(self, builder: ThreadPoolExecutor, mutant: Mutant) -> Future[Subject]:
        stand = self.stand(mutant)
        return builder.submit(stand.subject, mutant.name, self.units(mutant), (mutant.path,))

    def _timed(self, mutant: Mutant, built: Future[Subject]) -> Row | None:
        """The row, None if there was no time for it."""
        began = time.monotonic()
        try:
            row = self._row(mutant, built)
        except LabBroke:
            if self.deadline.passed:
                return None
            raise
        return replace(row, seconds=round(time.monotonic() - began, 1))

    def _row(self, mutant: Mutant, built: Future[Subject]) -> Row:
        units = self.units(mutant)
        row = Row(
            mutant.name, mutant.subject, mutant.symptom, mutant.row, mutant.upstream, units, mutant.survives,
            "survived", filesystem=mutant.filesystem,
        )  # fmt: skip
        try:
            subject = built.result()
        except KernelFailed as error:
            return replace(row, state="no-compile", detail=str(error), lost=_lost(mutant, ()))
        return self._swept(row, mutant, subject)

    def _swept(self, row: Row, mutant: Mutant, subject: Subject) -> Row:
        stand, scenarios = self.stand(mutant), self.corpus.scenarios_for(mutant)
        cells = stand.cells(subject, row.units, _bounded(scenarios, self.corpus.bound))
        killers = self._killers(mutant, cells)
        if not killers and self.corpus.deep and _said(cells):
            deeper = stand.cells(subject, row.units, _deeper(scenarios, mutant, self.corpus.bound))
            cells = _merged(cells, deeper)
            killers = self._killers(mutant, cells)
        state, detail = _state(cells, killers)
        names = tuple(cell.scenario for cell in killers)
        raced = [each for name in names[:RACED_SCENARIOS] for each in scenarios if each.name == name]
        return replace(
            row, state=state, detail=detail, cells=cells, killers=names, lost=_lost(mutant, cells),
            raced=stand.races(subject, row.units, raced, self.corpus.races) if self.corpus.races and raced else (),
        )  # fmt: skip

    def stand(self, mutant: Mutant) -> Stand:
        """Where it is made and tried: a mutant that only shows by stops in atomic sections gets them unasked."""
        return self.stands[_stand_of(self.corpus, mutant)]

    def units(self, mutant: Mutant) -> tuple[str, ...]:
        return tuple(sorted({*self.corpus.lab.experiment.points.units, *mutant.units}))

    def _killers(self, mutant: Mutant, cells: Sequence[Cell]) -> list[Cell]:
        """Cells that fail where the base kernel, at points of the same files, does not."""
        failing = {cell.scenario: cell for cell in cells if cell.kinds and not cell.broken}
        wanted = [each.model_copy(update={"bound": failing[each.name].bound})
                  for each in self.corpus.scenarios if each.name in failing]  # fmt: skip
        control = self.stand(mutant).controls(self.units(mutant), wanted)
        shown = [cell for cell in failing.values() if beyond(cell, control[cell.scenario, cell.bound])]
        return strongest_first(shown)

    def _control(self) -> dict[str, tuple[Cell, ...]]:
        """The base kernel's failing cells, by file system (but for ext4), stops in atomic sections, and units."""
        return {
            f"{_told_stand(*which)}{key}": tuple(cells.values())
            for which, stand in sorted(self.stands.items())
            for key, cells in stand.control.items()
        }


def perform_matrix(corpus: Corpus, deadline: Deadline) -> tuple[Matrix, Path]:
    """The matrix, and the file in a run folder of its own that has every cell."""
    bench = Bench(corpus, RunFolder.create(folders.runs() / "mutants").path, deadline)
    return bench.matrix(), bench.path


def _stand_of(corpus: Corpus, mutant: Mutant) -> tuple[str, bool]:
    return mutant.filesystem, corpus.atomic_stops or mutant.atomic


def _told_stand(filesystem: str, atomic_stops: bool) -> str:
    words = [*([] if filesystem == "ext4" else [filesystem]), *(["atomic stops"] if atomic_stops else [])]
    return f"{', '.join(words)}: " if words else ""


def _bounded(scenarios: Sequence[Scenario], bound: int) -> list[Scenario]:
    return [each.at_most(bound) for each in scenarios]


def _deeper(scenarios: Sequence[Scenario], mutant: Mutant, ceiling: int) -> list[Scenario]:
    """Scenarios whose own bound, or the one that the mutant asks for, is beyond the ceiling."""
    asked = {killer.scenario: killer.bound for killer in mutant.killers}
    bounds = {each.name: max(each.bound, asked.get(each.name, 0)) for each in scenarios}
    return [each.model_copy(update={"bound": bounds[each.name]}) for each in scenarios if bounds[each.name] > ceiling]


def _said(cells: Sequence[Cell]) -> bool:
    return any(not cell.broken for cell in cells)


def _state(cells: Sequence[Cell], killers: Sequence[Cell]) -> tuple[State, str]:
    if killers:
        return "killed", ""
    if not cells:
        return "broken", "none of the scenarios that were asked for runs on its file system"
    if all("(boot-failure)" in cell.broken for cell in cells):
        return "no-boot", cells[0].broken
    unsaid = next((cell for cell in cells if cell.broken or not cell.complete), None)
    if unsaid:
        return "broken", f"{unsaid.scenario}: {unsaid.broken or 'not every schedule was run'}"
    return "survived", ""


def _merged(before: Sequence[Cell], after: Sequence[Cell]) -> tuple[Cell, ...]:
    """The deeper cell in place of the other."""
    deeper = {cell.scenario: cell for cell in after}
    return tuple(deeper.get(cell.scenario, cell) for cell in before)


def _lost(mutant: Mutant, cells: Sequence[Cell]) -> tuple[str, ...]:
    """What the mutant's header promises and the cells do not show; scenarios that were not run promise nothing."""
    by_name = {cell.scenario: cell for cell in cells}
    return tuple(
        f"{killer.scenario} c={killer.bound}{'!' * killer.atomic} {','.join(killer.kinds)}"
        for killer in mutant.killers
        if killer.scenario in by_name and not _holds(killer, by_name[killer.scenario])
    )


def _holds(killer: Killer, cell: Cell) -> bool:
    return cell.bound < killer.bound or (bool(cell.kinds) and set(killer.kinds) <= set(cell.kinds))
