# SPDX-License-Identifier: GPL-2.0-only
"""Builds each mutant in place, sweeps the scenarios on it, and fills its row of the kill matrix."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.config.filesystems import of_mounts, with_filesystems
from harness.config.models import KernelSpec, Lab
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.guests import supplies
from harness.engine.kernels import points_of
from harness.engine.races import Plan, race
from harness.engine.stresser import StressLedger
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, sweep_all
from harness.errors import BadInput, KernelFailed, LabBroke
from harness.guest import accel
from harness.image.racer import build_racer
from harness.kernel.build import build
from harness.kernel.sources import SourceTree, obtain_for
from harness.kernel.spec import patches, request_for
from harness.mutants.cells import Shelf
from harness.mutants.corpus import Killer, Mutant
from harness.mutants.matrix import Cell, Matrix, Raced, Row, State, beyond, cell_of, raced_of, strongest_first
from harness.progress import say

RACED_SCENARIOS = 3  # of those that kill a mutant: stress that misses in the strongest is not saved by the rest


@dataclass(frozen=True)
class Corpus:
    """What a matrix is made of. ``bound`` is a ceiling over the scenarios' own; ``races`` 0 leaves stress out.

    ``deep``: a mutant that survives is swept again at the scenarios' own bounds.
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

    @property
    def named(self) -> dict[str, Scenario]:
        """The scenarios by name."""
        return {each.name: each for each in self.scenarios}


@dataclass
class Bench:
    """Makes one matrix. Guests' files go to ``folder``."""

    corpus: Corpus
    folder: Path
    deadline: Deadline
    tree: SourceTree = field(init=False)
    control: dict[str, tuple[Cell, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises BadInput for a base kernel that has no source to patch."""
        mounts = of_mounts(scenario.mount for scenario in self.corpus.scenarios)
        self.corpus = replace(self.corpus, lab=with_filesystems(self.corpus.lab, mounts))
        spec = self._spec()
        if not spec.source:
            raise BadInput(f"kernels.{self.corpus.base}: it is prebuilt, a mutant needs its `source`")
        self.tree = obtain_for(spec, self.deadline)

    def matrix(self) -> Matrix:
        """Every row. What the deadline leaves no time for is not in it."""
        began = time.monotonic()
        rows = []
        for number, mutant in enumerate(self.corpus.mutants, 1):
            if self.deadline.passed:
                break
            say(f"mutant {number} of {len(self.corpus.mutants)}: {mutant.name}")
            rows.append(self._row(mutant))
        seconds = round(time.monotonic() - began, 1)
        return Matrix(self.corpus.base, self.tree.release, tuple(rows), self.control, seconds)

    def _row(self, mutant: Mutant) -> Row:
        began = time.monotonic()
        units = self._units(mutant)
        row = Row(
            mutant.name, mutant.subject, mutant.symptom, mutant.row, mutant.upstream, units, mutant.survives, "survived"
        )
        try:
            subject = self._subject(mutant.name, units, (mutant.path,))
        except KernelFailed as error:
            return replace(row, state="no-compile", detail=str(error), lost=_lost(mutant, ()))
        row = self._swept(row, mutant, subject)
        return replace(row, seconds=round(time.monotonic() - began, 1))

    def _swept(self, row: Row, mutant: Mutant, subject: Subject) -> Row:
        cells = self._cells(subject, row.units, self._bounded(self.corpus.bound))
        killers = self._killers(row.units, cells)
        if not killers and self.corpus.deep and _said(cells):
            cells = _merged(cells, self._cells(subject, row.units, self._deeper(mutant)))
            killers = self._killers(row.units, cells)
        state, detail = _state(cells, killers)
        raced = self._races(subject, row.units, [cell.scenario for cell in killers]) if self.corpus.races else ()
        return replace(
            row, state=state, detail=detail, cells=cells, killers=tuple(cell.scenario for cell in killers),
            lost=_lost(mutant, cells), raced=raced,
        )  # fmt: skip

    def _spec(self) -> KernelSpec:
        return self.corpus.lab.kernels[self.corpus.base]

    def _units(self, mutant: Mutant) -> tuple[str, ...]:
        return tuple(sorted({*self.corpus.lab.experiment.points.units, *mutant.units}))

    def _subject(self, name: str, units: Sequence[str], more: tuple[Path, ...] = ()) -> Subject:
        spec = self._spec()
        request = request_for(name, spec, self.tree, (*patches(spec, self.tree), *more), units)
        kernel = build(request, deadline=self.deadline)
        return Subject(name, kernel, tuple(points_of(kernel, list(units), False)))

    def _bounded(self, bound: int) -> list[Scenario]:
        return [each.model_copy(update={"bound": min(each.bound, bound)}) for each in self.corpus.scenarios]

    def _deeper(self, mutant: Mutant) -> list[Scenario]:
        """Scenarios whose own bound, or the one that the mutant asks for, is beyond the ceiling."""
        asked = {killer.scenario: killer.bound for killer in mutant.killers}
        bounds = {each.name: max(each.bound, asked.get(each.name, 0)) for each in self.corpus.scenarios}
        return [each.model_copy(update={"bound": bounds[each.name]}) for each in self.corpus.scenarios
                if bounds[each.name] > self.corpus.bound]  # fmt: skip

    def _cells(self, subject: Subject, units: Sequence[str], scenarios: Sequence[Scenario]) -> tuple[Cell, ...]:
        guest = self.corpus.lab.guest("sweep")
        shelf = Shelf(subject, units, build_racer(), self.corpus.fresh, self.corpus.both_wake_ups, guest.filesystem)
        found = {scenario.name: shelf.cell(scenario) for scenario in scenarios}
        missing = [scenario for scenario in scenarios if found[scenario.name] is None]
        if missing:
            folder = self.folder / f"{subject.name}-{len(list(self.folder.glob(subject.name + '-*')))}"
            hall = Hall(guest, supplies(guest), folder, self.deadline, both_wake_ups=self.corpus.both_wake_ups)
            for scenario, result in zip(missing, sweep_all([subject], missing, hall)[0].results, strict=True):
                found[scenario.name] = cell = cell_of(result)
                shelf.keep(scenario, cell)
        return tuple(cell for cell in found.values() if cell is not None)

    def _killers(self, units: tuple[str, ...], cells: Sequence[Cell]) -> list[Cell]:
        """Cells that fail where the base kernel, at points of the same files, does not."""
        failing = [cell for cell in cells if cell.kinds and not cell.broken]
        control = self._control(units, failing)
        return strongest_first([cell for cell in failing if beyond(cell, control[cell.scenario, cell.bound])])

    def _control(self, units: tuple[str, ...], failing: Sequence[Cell]) -> dict[tuple[str, int], Cell]:
        """The base kernel's cells of the scenarios that failed. Raises LabBroke where they say nothing."""
        if not failing:
            return {}
        wanted = [self.corpus.named[cell.scenario].model_copy(update={"bound": cell.bound}) for cell in failing]
        cells = self._cells(self._subject(self.corpus.base, units), units, wanted)
        broken = next((cell for cell in cells if cell.broken or not cell.complete), None)
        if broken:
            raise LabBroke(f"control: {broken.scenario} on {self.corpus.base}: {broken.broken or 'not complete'}")
        key = ", ".join(units)
        shown = {(cell.scenario, cell.bound): cell for cell in (*self.control.get(key, ()), *cells) if cell.kinds}
        self.control[key] = tuple(shown.values())
        return {(cell.scenario, cell.bound): cell for cell in cells}

    def _races(self, subject: Subject, units: Sequence[str], killers: Sequence[str]) -> tuple[Raced, ...]:
        wanted = [self.corpus.named[name] for name in killers[:RACED_SCENARIOS]]
        guest = self.corpus.lab.guest("stress")
        shelf = Shelf(subject, units, build_racer(), self.corpus.fresh, self.corpus.both_wake_ups, guest.filesystem)
        raced = {each.name: shelf.raced(each, self.corpus.races) for each in wanted}
        missing = [each for each in wanted if raced[each.name] is None]
        if missing:
            ledger = StressLedger(subject.name, missing, guest.cpus)
            folder = self.folder / f"{subject.name}-stress"
            race(Plan(subject, guest, folder, self.corpus.races, accel.probe()), ledger, missing, self.deadline)
            for each in missing:
                if each.name in ledger.results:
                    raced[each.name] = result = raced_of(ledger.results[each.name])
                    shelf.keep_raced(each, self.corpus.races, result)
        return tuple(each for each in raced.values() if each is not None)


def _said(cells: Sequence[Cell]) -> bool:
    return any(not cell.broken for cell in cells)


def _state(cells: Sequence[Cell], killers: Sequence[Cell]) -> tuple[State, str]:
    if killers:
        return "killed", ""
    if cells and all("(boot-failure)" in cell.broken for cell in cells):
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
        f"{killer.scenario} c={killer.bound} {','.join(killer.kinds)}"
        for killer in mutant.killers
        if killer.scenario in by_name and not _holds(killer, by_name[killer.scenario])
    )


def _holds(killer: Killer, cell: Cell) -> bool:
    return cell.bound < killer.bound or (bool(cell.kinds) and set(killer.kinds) <= set(cell.kinds))
