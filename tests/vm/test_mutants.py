# SPDX-License-Identifier: GPL-2.0-only
"""Known-wrong kernels are caught: a scenario that stops finding its bug fails here. `lab mutants` runs them all."""

from pathlib import Path

import pytest

from harness.config.loader import load_lab, load_scenarios
from harness.deadline import Deadline
from harness.mutants.corpus import load_mutants
from harness.mutants.matrix import Cell
from harness.mutants.runner import Bench
from harness.mutants.scope import Corpus
from tests.vm.conftest import LAB

BUDGET = 300.0  # seconds for one: a switch of the work tree, a boot or two, one scenario; CI's cores may be slow
MUTANTS = (
    "ext4-read-fault-unlocked",
    "ext4-zeroes-found-block",
    "mm-invalidate-drops-dirty",
    "pmem-flush-merged",
    "writeback-without-flush",
    "ext4-fault-transaction-first",
)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_killed_by_its_strongest_scenario_within_its_budget(name: str, run_folders: Path) -> None:
    mutant = load_mutants()[name]
    killer = mutant.killers[0]
    scenario = load_scenarios()[killer.scenario].model_copy(update={"bound": killer.bound})
    corpus = Corpus(
        load_lab(LAB), "stock", (mutant,), (scenario,), bound=killer.bound, deep=False, fresh=True,
    )  # fmt: skip
    folder = run_folders / "mutants" / name
    folder.mkdir(parents=True)
    deadline = Deadline.after(BUDGET)
    (row,) = Bench(corpus, folder, deadline).matrix().rows
    assert not deadline.passed
    assert (row.state, row.lost) == ("killed", ()), row.detail
    cell: Cell = row.cell(killer.scenario)
    assert cell.fails_at == killer.bound
    assert set(killer.kinds) <= set(cell.kinds)


def test_mutants_that_are_tried_at_once_share_what_the_base_kernel_shows(run_folders: Path) -> None:
    mutants = tuple(load_mutants()[name] for name in ("pmem-flush-merged", "writeback-without-flush"))
    scenarios = load_scenarios()
    killer = next(each.scenario for each in mutants[0].killers)
    corpus = Corpus(
        load_lab(LAB), "stock", mutants, (scenarios[killer], scenarios["fsync-write"]), deep=False, fresh=True,
    )  # fmt: skip
    folder = run_folders / "mutants" / "at-once"
    folder.mkdir(parents=True)
    rows = Bench(corpus, folder, Deadline.after(2 * BUDGET)).matrix().rows
    assert [(row.name, row.state) for row in rows] == [(each.name, "killed") for each in mutants]
    kept = [path.name for path in folder.iterdir() if path.is_dir()]
    assert sum(name.startswith("stock-") for name in kept) <= len(corpus.scenarios), "each is swept once on the base"
    assert {name.rpartition("-")[0] for name in kept} == {"stock", *(each.name for each in mutants)}


def test_a_pruned_matrix_runs_fewer_schedules_and_kills_by_the_same_kinds(run_folders: Path) -> None:
    mutant, scenarios = load_mutants()["ext4-fault-transaction-first"], load_scenarios()
    killers = tuple(scenarios[each.scenario] for each in mutant.killers)
    rows = {}
    for name, prune in (("whole", False), ("pruned", True)):
        folder = run_folders / "mutants" / name
        folder.mkdir(parents=True)
        corpus = Corpus(load_lab(LAB), "stock", (mutant,), killers, deep=False, prune=prune)
        (rows[name],) = Bench(corpus, folder, Deadline.after(2 * BUDGET)).matrix().rows
    whole, pruned = rows["whole"], rows["pruned"]
    assert (pruned.state, pruned.lost, set(pruned.killers)) == ("killed", (), set(whole.killers))
    for cell in pruned.cells:
        assert set(cell.kinds) == set(whole.cell(cell.scenario).kinds)
        assert cell.pruned
        assert sum(cell.ran.values()) + cell.pruned <= sum(whole.cell(cell.scenario).ran.values())
