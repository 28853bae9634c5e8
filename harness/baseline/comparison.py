# SPDX-License-Identifier: GPL-2.0-only
"""The baseline and the sweep on the same kernels, in one run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.baseline.holes import Holes, test_holes
from harness.config.models import Lab
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.sources import obtain_for
from harness.mutants.corpus import Mutant
from harness.mutants.matrix import Cell
from harness.mutants.stand import Stand
from harness.progress import say


@dataclass(frozen=True)
class Wish:
    """What is to be compared: kernels of lab.yaml, and mutants of the kernel ``base``; scenarios at their bounds."""

    lab: Lab
    kernels: tuple[str, ...]
    mutants: tuple[Mutant, ...]
    base: str
    scenarios: tuple[Scenario, ...]
    rounds: int
    threads: int


@dataclass(frozen=True)
class Compared:
    """One kernel: what the baseline's rounds found, and each scenario's cell."""

    kernel: str
    holes: Holes
    cells: tuple[Cell, ...]


def compare(wish: Wish, folder: Path, deadline: Deadline) -> Iterator[Compared]:
    """One kernel after the other, until the deadline passes.

    Raises BadInput for a kernel without source, KernelFailed, LabBroke.
    """
    for name in wish.kernels:
        if not deadline.passed:
            yield _compared(wish, name, None, folder, deadline)
    for mutant in wish.mutants:
        if not deadline.passed:
            yield _compared(wish, wish.base, mutant, folder, deadline)


def _compared(wish: Wish, base: str, mutant: Mutant | None, folder: Path, deadline: Deadline) -> Compared:
    name = mutant.name if mutant else base
    say(f"baseline and sweep on {name}")
    spec = wish.lab.kernels[base]
    if not spec.source:
        raise BadInput(f"kernels.{base}: it is prebuilt; the baseline takes kernels that are built from a `source`")
    filesystem = mutant.filesystem if mutant else wish.lab.guest("sweep").filesystem
    stand = Stand(wish.lab, base, obtain_for(spec, deadline), folder, deadline, filesystem=filesystem)
    units = sorted({*wish.lab.experiment.points.units, *(mutant.units if mutant else ())})
    subject = stand.subject(name, units, (mutant.path,) if mutant else ())
    cells = stand.cells(subject, units, wish.scenarios)
    guest = stand.guest("stress")
    holes = test_holes(subject.kernel, guest, wish.rounds, wish.threads, folder / f"{name}-holes", deadline)
    return Compared(name, holes, cells)
