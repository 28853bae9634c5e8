# SPDX-License-Identifier: GPL-2.0-only
"""The kill matrix of a night: whether the lab still sees what it claims to see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.loader import load_scenarios
from harness.deadline import Deadline
from harness.engine.experiment import Experiment
from harness.errors import ExitStatus
from harness.mutants.corpus import load_mutants
from harness.mutants.matrix import Matrix, Row
from harness.mutants.runner import Corpus, perform_matrix


@dataclass(frozen=True)
class Kills:
    """``states`` by mutant; ``told``: what changed since the last matrix, or is not as a header says."""

    states: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    status: ExitStatus = ExitStatus.AS_EXPECTED
    path: Path | None = None


def kill_matrix(experiment: Experiment, before: Mapping[str, str], fresh: bool) -> Kills:
    """All mutants of patches/mutants on the kernel `with`, at c = 1, survivors at the scenarios' own bounds."""
    lab, every = experiment.lab, load_mutants()
    corpus = Corpus(lab, lab.experiment.with_, tuple(every.values()), tuple(load_scenarios().values()), fresh=fresh)
    matrix, path = perform_matrix(corpus, Deadline())
    return judged_kills(matrix, before, path)


def judged_kills(matrix: Matrix, before: Mapping[str, str], path: Path) -> Kills:
    """What the matrix says beside the last one."""
    states = {row.name: str(row.state) for row in matrix.rows}
    changed = [f"mutant {name}: {state}, it was {before[name]}" for name, state in states.items()
               if before.get(name, state) != state]  # fmt: skip
    wrong = [_wrong(row) for row in matrix.rows if row.wrong]
    return Kills(
        states, (*wrong, *changed), ExitStatus.LAB_BROKE if wrong else ExitStatus.AS_EXPECTED, path,
    )  # fmt: skip


def _wrong(row: Row) -> str:
    lost = f": {', '.join(row.lost)} does not show it" if row.lost else ""
    return f"mutant {row.name} is not as its header says ({row.state}){lost}"
