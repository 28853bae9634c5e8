# SPDX-License-Identifier: GPL-2.0-only
"""What is measured of each way of exploring."""

from dataclasses import replace

from harness import folders
from harness.config.loader import load_lab, load_scenarios
from harness.mutants.corpus import load_mutants
from harness.mutants.gain import PLAIN, WAYS, _gained, _scenarios, by_way
from harness.mutants.scope import Corpus
from harness.sweep.records import Kind
from tests.unit.sweep.test_agreement import FIRST, SECOND, failing, result

PRUNED = WAYS[1]
WHOLE = replace(result(failing(FIRST, Kind.TAGS), failing(SECOND, Kind.TAGS)), schedules={0: 2, 1: 3}, failing={1: 2})


def test_a_mutant_is_measured_in_its_killers_at_the_bounds_that_kill() -> None:
    mutant = load_mutants()["state-set-before-schedule"]
    corpus = Corpus(load_lab(folders.PROJECT / "lab.yaml"), "stock", (mutant,), tuple(load_scenarios().values()))
    assert [(each.name, each.bound) for each in _scenarios(corpus, mutant)] == [("fsync-write", 2)]


def test_a_plain_sweep_is_counted_and_not_compared() -> None:
    gained = _gained("m", PLAIN, WHOLE, WHOLE)
    assert (gained.ran, gained.failed, gained.kinds, gained.disagree) == (5, 2, ("tags",), ())


def test_a_pruned_sweep_is_compared_with_the_whole_one() -> None:
    kept = replace(result(failing(SECOND, Kind.TAGS)), pruned=1)
    assert _gained("m", PRUNED, kept, WHOLE).disagree == ()
    silent = replace(result(passing=(str(SECOND),)), pruned=1)
    assert len(_gained("m", PRUNED, silent, WHOLE).disagree) == 2


def test_of_a_schedule_without_a_trace_the_equal_is_not_known() -> None:
    died = replace(WHOLE, outcomes=(replace(WHOLE.outcomes[0], trace=()), WHOLE.outcomes[1]))
    gained = _gained("m", PRUNED, replace(result(failing(SECOND, Kind.TAGS)), pruned=1), died)
    assert (gained.disagree, gained.untold) == ((), 1)
    early = replace(result(), pruned=1, complete=False)
    assert (_gained("m", PRUNED, early, WHOLE).disagree, _gained("m", PRUNED, early, WHOLE).untold) == ((), 2)


def test_a_broken_sweep_disagrees_with_nothing_and_counts_in_no_way() -> None:
    broken = _gained("m", PRUNED, replace(result(), broken="QEMU died"), WHOLE)
    assert (broken.broken, broken.disagree) == ("QEMU died", ())
    assert dict(by_way([broken, _gained("m", PLAIN, WHOLE, WHOLE)]))["pruned"] == []
