# SPDX-License-Identifier: GPL-2.0-only
"""Builds each mutant in place, sweeps the scenarios on it, and fills its row of the kill matrix.

Kernels are built one after the other, in one work tree, while those that are built are swept: make leaves cores idle
where it links, and guests where they boot.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from harness import folders
from harness.deadline import Deadline
from harness.engine.subject import Subject
from harness.errors import BadInput, KernelFailed, LabBroke
from harness.kernel.sources import SourceTree, obtain_for
from harness.mutants.corpus import Killer, Mutant
from harness.mutants.matrix import Cell, Matrix, Row, State, beyond, strongest_first
from harness.mutants.scope import Corpus, bounded, deeper
from harness.mutants.stand import Stand
from harness.pools import pools
from harness.progress import Progress, say
from harness.results.files import write_whole
from harness.results.folder import RunFolder

Thing = TypeVar("Thing")

BUILD_WORTH = 10_000  # schedules that take about as long as a kernel's build in place, for the time that is left
RACED_SCENARIOS = 3  # of those that kill a mutant: stress that misses in the strongest is not saved by the rest


@dataclass
class Bench:
    """Makes one matrix. Guests' files go to ``folder``."""

    corpus: Corpus
    folder: Path
    deadline: Deadline
    stop: threading.Event = field(default_factory=threading.Event)
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
        workers = max(1, (os.cpu_count() or 1) // corpus.at_once)
        self.stands = {
            (filesystem, atomic): Stand(
                corpus.lab, corpus.base, self.tree, self.folder, self.deadline, corpus.fresh, corpus.both_wake_ups,
                filesystem, atomic_stops=atomic, prune=corpus.prune, workers=workers, stop=self.stop,
                quiet=corpus.at_once > 1,
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
        matrix = Matrix(
            self.corpus.base, self.tree.release, by_name, self._control(), seconds, prune=self.corpus.prune
        )  # fmt: skip
        write_whole(self.path, json.dumps(matrix.plain(), indent=1) + "\n")
        return matrix

    def _rows(self, began: float) -> list[Row]:
        order = spread(
            sorted(
                self.corpus.mutants,
                key=lambda each: (-self._lasting(each), each.filesystem, self.units(each), each.name),
            ),
            lambda mutant: not mutant.killers,
        )
        costs = {mutant.name: self.foreseen(mutant) for mutant in order}
        rows: list[Row] = []
        with pools(1, self.corpus.at_once, stop=self.stop) as (builder, pool):
            built = [self._build(builder, mutant) for mutant in order]
            work = {
                pool.submit(self._tried, f"mutant {number} of {len(order)}", mutant, subject): mutant
                for number, (mutant, subject) in enumerate(zip(order, built, strict=True), 1)
            }
            for row in self._ended(work, costs):
                rows.append(row)
                self._kept(rows, began)
        return rows

    def _lasting(self, mutant: Mutant) -> int:
        """Survivors at points of further files go first: at those of fs/ext4/inode.c all scenarios take minutes."""
        return 0 if mutant.killers else len(self.units(mutant))

    def foreseen(self, mutant: Mutant) -> int:
        """About how many schedules the row takes, a build counted as so many."""
        built = self.stand(mutant).is_built(mutant.name, self.units(mutant), (mutant.path,))
        return self.corpus.cost(mutant) + (0 if built else BUILD_WORTH)

    def _ended(self, work: Mapping[Future[Row | None], Mutant], costs: Mapping[str, int]) -> Iterator[Row]:
        """Rows as they come."""
        done, total = 0, sum(costs.values())
        with Progress("mutants", total, quiet=self.corpus.at_once == 1) as progress:
            for number, future in enumerate(as_completed(work), 1):
                row = future.result()
                done += costs[work[future].name]
                progress.update(done, f"{number} of {len(work)}")
                if row:
                    yield row

    def _tried(self, place: str, mutant: Mutant, built: Future[Subject]) -> Row | None:
        if self.deadline.passed:
            return None
        say(f"{place}: {mutant.name}")
        return self._timed(mutant, built)

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
        if self.deadline.passed and row.wrong:  # sweeps that the deadline cut off show less than was promised
            return None
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
        cells = stand.cells(subject, row.units, bounded(scenarios, self.corpus.bound))
        killers = self._killers(mutant, cells)
        if not killers and self.corpus.deep and _said(cells):
            further = stand.cells(subject, row.units, deeper(scenarios, mutant, self.corpus.bound))
            cells = _merged(cells, further)
            killers = self._killers(mutant, cells)
        state, detail = _state(cells, killers, mutant.untested)
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


def spread(things: Sequence[Thing], long: Callable[[Thing], bool]) -> list[Thing]:
    """The same things, the ``long`` ones evenly among the others from the first on, each of both sorts in its order.

    A survivor is swept for as long as ten others are built: several at the end would leave cores idle. Otherwise
    neighbours touch the same files, so that the work tree has little to compile anew.
    """
    sorts = [thing for thing in things if long(thing)], [thing for thing in things if not long(thing)]
    placed = [(place / len(sort), thing) for sort in sorts for place, thing in enumerate(sort)]
    return [thing for _, thing in sorted(placed, key=lambda each: each[0])]


def perform_matrix(corpus: Corpus, deadline: Deadline) -> tuple[Matrix, Path]:
    """The matrix, and the file in a run folder of its own that has every cell."""
    bench = Bench(corpus, RunFolder.create(folders.runs() / "mutants").path, deadline)
    return bench.matrix(), bench.path


def _stand_of(corpus: Corpus, mutant: Mutant) -> tuple[str, bool]:
    return mutant.filesystem, corpus.atomic_stops or mutant.atomic


def _told_stand(filesystem: str, atomic_stops: bool) -> str:
    words = [*([] if filesystem == "ext4" else [filesystem]), *(["atomic stops"] if atomic_stops else [])]
    return f"{', '.join(words)}: " if words else ""


def _said(cells: Sequence[Cell]) -> bool:
    return any(not cell.broken for cell in cells)


def _state(cells: Sequence[Cell], killers: Sequence[Cell], untested: str = "") -> tuple[State, str]:
    """And why. Scenarios of which the lab says ``untested``, as the mutant's header foresees, tell nothing of it."""
    if killers:
        return "killed", ""
    if not cells:
        return "broken", "none of the scenarios that were asked for runs on its file system"
    if all("(boot-failure)" in cell.broken for cell in cells):
        return "no-boot", cells[0].broken
    telling = [cell for cell in cells if not (untested and untested in cell.broken)]
    if not telling:
        return "broken", cells[0].broken
    unsaid = next((cell for cell in telling if cell.broken or not cell.complete), None)
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
    """Whether the cell shows it, or was not swept that deep. What a broken one shows is no kill."""
    shown = bool(cell.kinds) and not cell.broken and set(killer.kinds) <= set(cell.kinds)
    return cell.bound < killer.bound or shown
