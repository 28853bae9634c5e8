# SPDX-License-Identifier: GPL-2.0-only
"""Which scenarios a mutant is swept in, and what its row says when none is left."""

from dataclasses import replace

from harness import folders
from harness.config.loader import load_lab, load_scenarios
from harness.mutants.corpus import Mutant, load_mutants
from harness.mutants.matrix import Cell
from harness.mutants.runner import Corpus, _deeper, _state

PLAIN = load_scenarios()["read-write-hole"]
SHARING = PLAIN.model_copy(update={"name": "sharing", "mount": "xfs-reflink-dax"})
MUTANT = load_mutants()["writeback-without-flush"]
CELL = Cell("read-write-hole", 1, {0: 2, 1: 12}, {}, {}, 0, 0.1, True)


def names(mutant: Mutant, killers_only: bool = False) -> list[str]:
    every = (PLAIN, SHARING, load_scenarios()["fsync-write"])
    corpus = Corpus(load_lab(folders.PROJECT / "lab.yaml"), "stock", (mutant,), every, killers_only=killers_only)
    return [each.name for each in corpus.scenarios_for(mutant)]


def test_a_mutant_is_swept_on_its_own_file_system() -> None:
    assert names(MUTANT) == ["read-write-hole", "fsync-write"]
    assert names(replace(MUTANT, filesystem="xfs")) == ["read-write-hole", "fsync-write"]
    assert names(replace(MUTANT, filesystem="xfs-reflink")) == ["read-write-hole", "sharing", "fsync-write"]


def test_only_its_killers_are_swept_where_that_is_asked_for() -> None:
    assert "fsync-write" in {killer.scenario for killer in MUTANT.killers}
    assert names(MUTANT, killers_only=True) == ["fsync-write"]
    assert names(replace(MUTANT, killers=(), survives="same code"), killers_only=True) == names(MUTANT)


def test_a_survivor_goes_to_the_scenarios_own_bounds() -> None:
    assert [each.bound for each in _deeper([PLAIN, SHARING], MUTANT, 1)] == [2, 2]
    assert _deeper([PLAIN.model_copy(update={"bound": 1})], MUTANT, 1) == []


def test_no_scenario_at_all_is_no_survival() -> None:
    assert _state([], [])[0] == "broken"
    assert _state([CELL], []) == ("survived", "")
    assert _state([CELL], [CELL]) == ("killed", "")
