# SPDX-License-Identifier: GPL-2.0-only
"""The kill matrix of a night: whether the lab still sees what it claims to see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.loader import load_scenarios
from harness.deadline import Deadline
from harness.engine.experiment import Experiment
from harness.errors import ExitStatus, LabBroke
from harness.mutants.corpus import check_killers, load_mutants
from harness.mutants.matrix import Matrix, Row
from harness.mutants.runner import perform_matrix
from harness.mutants.scope import Corpus

MAX_NAMES = 6


@dataclass(frozen=True)
class Kills:
    """``states`` by mutant; ``told``: what changed since the last matrix, or is not as a header says.

    ``unfinished``: there was no time for all of them, or the lab broke.
    """

    states: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    status: ExitStatus = ExitStatus.AS_EXPECTED
    path: Path | None = None
    unfinished: bool = False


def corpus_of(experiment: Experiment, fresh: bool) -> Corpus:
    """All mutants of patches/mutants on the kernel `with`, each in what its header promises.

    Scenarios that kill it, at c = 1 or the bound named there; for one that survives all of them, at their own bounds.
    Pruned where the night's sweeps are.

    Raises BadInput for a wrong header.
    """
    mutants, scenarios = load_mutants(), load_scenarios()
    check_killers(mutants.values(), scenarios)
    lab, every = experiment.lab, tuple(mutants.values())
    base, tried = lab.experiment.with_, tuple(scenarios.values())
    return Corpus(lab, base, every, tried, fresh=fresh, killers_only=True, prune=experiment.choice.prune)


def kill_matrix(corpus: Corpus, before: Mapping[str, str], deadline: Deadline) -> Kills:
    """The matrix, until the deadline: what there was no time for is tried in another night.

    A lab that breaks here takes nothing of the night's run with it.
    """
    try:
        matrix, path = perform_matrix(corpus, deadline)
    except LabBroke as error:
        return Kills(told=(f"the lab broke: {error}",), status=error.status, unfinished=True)
    return judged_kills(matrix, before, path, [each.name for each in corpus.mutants])


def judged_kills(matrix: Matrix, before: Mapping[str, str], path: Path, asked: Sequence[str]) -> Kills:
    """What the matrix says of the mutants that were ``asked`` for, beside the last one."""
    states = {row.name: str(row.state) for row in matrix.rows}
    changed = [f"mutant {name}: {state}, it was {before[name]}" for name, state in states.items()
               if before.get(name, state) != state]  # fmt: skip
    wrong = [_wrong(row) for row in matrix.rows if row.wrong]
    left = [name for name in asked if name not in states]
    late = [f"no time was left for {len(left)} of {len(asked)} mutants: {', '.join(left[:MAX_NAMES])}"
            + ", ..." * (len(left) > MAX_NAMES)] if left else []  # fmt: skip
    status = ExitStatus.LAB_BROKE if wrong else ExitStatus.INCONCLUSIVE if left else ExitStatus.AS_EXPECTED
    return Kills(states, (*wrong, *changed, *late), status, path, bool(left))


def _wrong(row: Row) -> str:
    lost = f": {', '.join(row.lost)} does not show it" if row.lost else ""
    return f"mutant {row.name} is not as its header says ({row.state}){lost}"
