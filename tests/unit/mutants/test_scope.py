# SPDX-License-Identifier: GPL-2.0-only
"""Which scenarios a mutant is swept in, how long that may take, and how many are tried at once."""

import os
from dataclasses import replace

import pytest

from harness import folders
from harness.config.loader import load_lab, load_scenarios
from harness.mutants.corpus import Mutant, load_mutants
from harness.mutants.scope import Corpus, deeper

PLAIN = load_scenarios()["read-write-hole"]
SHARING = PLAIN.model_copy(update={"name": "sharing", "mount": "xfs-reflink-dax"})
MUTANT = load_mutants()["writeback-without-flush"]


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
    assert [each.bound for each in deeper([PLAIN, SHARING], MUTANT, 1)] == [2, 2]
    assert deeper([PLAIN.model_copy(update={"bound": 1})], MUTANT, 1) == []


def test_a_mutant_that_survives_is_foreseen_to_take_longer_than_one_that_is_killed() -> None:
    mutants = (MUTANT, replace(MUTANT, name="survivor", killers=(), survives="same code"))
    every = tuple(load_scenarios().values())
    corpus = Corpus(load_lab(folders.PROJECT / "lab.yaml"), "stock", mutants, every, killers_only=True)
    killed, survivor = map(corpus.cost, mutants)
    shallow = replace(corpus, deep=False).cost(mutants[1])
    assert killed < shallow < survivor


def test_mutants_are_tried_at_once_but_for_races_which_take_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    mutants = tuple(load_mutants().values())
    corpus = Corpus(load_lab(folders.PROJECT / "lab.yaml"), "stock", mutants, (PLAIN,))
    assert (corpus.at_once, replace(corpus, mutants=(MUTANT,)).at_once, replace(corpus, races=100).at_once) == (4, 1, 1)
