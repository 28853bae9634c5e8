# SPDX-License-Identifier: GPL-2.0-only
"""Where the mutants of one file system are made and tried: kernels built from one source, swept and raced."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from harness.config.filesystems import with_filesystems
from harness.config.models import GuestSpec, KernelSpec, Lab
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.guests import supplies
from harness.engine.kernels import points_of
from harness.engine.races import Plan, race
from harness.engine.stresser import StressLedger
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, sweep_all
from harness.errors import LabBroke
from harness.guest import accel
from harness.kernel import artefacts
from harness.kernel.build import BuildRequest, build
from harness.kernel.sources import SourceTree
from harness.kernel.spec import patches, request_for
from harness.mutants.cells import Shelf
from harness.mutants.matrix import Cell, Raced, cell_of, raced_of

FIRST_RACES = 10  # one part of so many is raced first: what shows there needs no more


@dataclass
class Stand:
    """``filesystem`` is that of the guests; guests' files go to ``folder``. ``fresh``: no kept cell counts.

    Several mutants may be tried at once, each with ``workers`` guests at a time; ``stop`` ends them all, ``quiet``
    keeps their sweeps from showing progress. ``prune``: stops that equal others are left out, the first one too.
    """

    lab: Lab
    base: str
    tree: SourceTree
    folder: Path
    deadline: Deadline
    fresh: bool = False
    both_wake_ups: bool = False
    filesystem: str = "ext4"
    atomic_stops: bool = False
    prune: bool = False
    workers: int = os.cpu_count() or 1
    stop: threading.Event = field(default_factory=threading.Event)
    quiet: bool = False
    control: dict[str, dict[tuple[str, int], Cell]] = field(default_factory=dict)
    _known: dict[str, dict[tuple[str, int], Cell]] = field(default_factory=dict)
    _one_asks: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def spec(self) -> KernelSpec:
        """The base kernel, with the file system."""
        return with_filesystems(self.lab, [self.filesystem]).kernels[self.base]

    def guest(self, mode: str) -> GuestSpec:
        """The guest of ``"sweep"`` or ``"stress"``."""
        found: GuestSpec = self.lab.guest("sweep" if mode == "sweep" else "stress")
        return found.model_copy(update={"filesystem": self.filesystem})

    def subject(self, name: str, units: Sequence[str], more: tuple[Path, ...] = ()) -> Subject:
        """The base kernel with the patches ``more``, and its points. Raises KernelFailed if it does not compile."""
        kernel = build(self.request(name, units, more), deadline=self.deadline)
        subject = Subject(name, kernel, tuple(points_of(kernel, list(units), False)))
        return subject.pruned(1) if self.prune else subject

    def is_built(self, name: str, units: Sequence[str], more: tuple[Path, ...]) -> bool:
        """Whether the kernel of such a subject is in the cache."""
        return artefacts.load(self.request(name, units, more).key, name) is not None

    def request(self, name: str, units: Sequence[str], more: tuple[Path, ...]) -> BuildRequest:
        """What `build` is asked for."""
        return request_for(name, self.spec, self.tree, (*patches(self.spec, self.tree), *more), units)

    def cells(self, subject: Subject, units: Sequence[str], scenarios: Sequence[Scenario]) -> tuple[Cell, ...]:
        """A cell a scenario, in their order: kept ones, and what is missing by one sweep."""
        hall = self._hall("sweep", subject.name)
        shelf = Shelf(subject, hall, self.fresh)
        found = {scenario.name: shelf.cell(scenario) for scenario in scenarios}
        missing = [scenario for scenario in scenarios if found[scenario.name] is None]
        if missing:
            for scenario, result in zip(missing, sweep_all([subject], missing, hall)[0].results, strict=True):
                found[scenario.name] = cell = cell_of(result)
                shelf.keep(scenario, cell)
        return tuple(cell for cell in found.values() if cell is not None)

    def controls(self, units: Sequence[str], wanted: Sequence[Scenario]) -> dict[tuple[str, int], Cell]:
        """The base kernel's cells at points of the same files, by scenario and bound. Each is made once.

        Raises LabBroke where they say nothing.
        """
        if not wanted:
            return {}
        where = ", ".join(units)
        with self._one_asks:
            known = self._known.setdefault(where, {})
            missing = [each for each in wanted if (each.name, each.bound) not in known]
            if missing:
                cells = self.cells(self.subject(self.base, units), units, missing)
                broken = next((cell for cell in cells if cell.broken or not cell.complete), None)
                if broken:
                    raise LabBroke(f"control: {broken.scenario} on {self.base}: {broken.broken or 'not complete'}")
                known.update({(cell.scenario, cell.bound): cell for cell in cells})
            found = {(each.name, each.bound): known[each.name, each.bound] for each in wanted}
            failing = {key: cell for key, cell in found.items() if cell.kinds}
            self.control.setdefault(where, {}).update(failing)
        return found

    def races(
        self, subject: Subject, units: Sequence[str], scenarios: Sequence[Scenario], races: int
    ) -> tuple[Raced, ...]:
        """Random races: a part first, and all of them in another guest only where that part shows nothing."""
        first = self._raced(subject, units, scenarios, max(1, races // FIRST_RACES))
        if any(each.failures or each.broken for each in first):
            return first
        return self._raced(subject, units, scenarios, races)

    def _raced(
        self, subject: Subject, units: Sequence[str], scenarios: Sequence[Scenario], races: int
    ) -> tuple[Raced, ...]:
        hall = self._hall("stress", f"{subject.name}-stress")
        shelf = Shelf(subject, hall, self.fresh)
        raced = {each.name: shelf.raced(each, races) for each in scenarios}
        missing = [each for each in scenarios if raced[each.name] is None]
        if missing:
            ledger = StressLedger(subject.name, missing, hall.guest.cpus)
            plan = Plan(subject, hall.guest, hall.folder, races, accel.probe())
            race(plan, ledger, missing, self.deadline)
            for each in missing:
                if each.name in ledger.results:
                    raced[each.name] = result = raced_of(ledger.results[each.name])
                    shelf.keep_raced(each, races, result)
        return tuple(each for each in raced.values() if each is not None)

    def _hall(self, mode: str, name: str) -> Hall:
        guest = self.guest(mode)
        store = supplies(guest, network=mode == "stress")
        return Hall(
            guest, store, self._place(name), self.deadline, both_wake_ups=self.both_wake_ups,
            atomic_stops=self.atomic_stops, workers=self.workers, stop=self.stop, quiet=self.quiet,
        )  # fmt: skip

    def _place(self, name: str) -> Path:
        """A folder that is not there yet: a subject is swept and raced more than once."""
        return self.folder / f"{name}-{len(list(self.folder.glob(name + '-*')))}"
