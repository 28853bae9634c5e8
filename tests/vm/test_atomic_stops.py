# SPDX-License-Identifier: GPL-2.0-only
"""Stops inside atomic sections on a real kernel: exact, silent where nothing is wrong, and the kill that takes them."""

from dataclasses import replace
from pathlib import Path

from harness.config.loader import load_lab, load_scenarios
from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine.experiment import Choice, resolve
from harness.engine.replay import replay
from harness.engine.run import perform
from harness.mutants.corpus import load_mutants
from harness.mutants.runner import Bench
from harness.mutants.scope import Corpus
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.sweep.records import SweepResult
from tests.vm.conftest import LAB

NAME = "fsync-write"  # the store needs the lock of the tree that fsync holds, but not all the way
MUTANT = "mm-mkclean-pmd-cleared"
BUDGET = 300.0  # seconds, as in test_mutants.py


def swept(*, atomic: bool) -> tuple[RunFolder, Run]:
    return perform(resolve(Choice(LAB, scenarios=(NAME,), bound=1, stress=False, atomic_stops=atomic)))


def on_stock(run: Run) -> SweepResult:
    result = run.result(NAME, "stock")
    assert result is not None
    return result


def test_stock_is_silent_twice_alike_the_other_schedules_stay_and_what_spins_counts_as_not_tested(
    run_folders: Path,
) -> None:
    folder, run = swept(atomic=True)
    result, again, plain = on_stock(run), on_stock(swept(atomic=True)[1]), on_stock(swept(atomic=False)[1])
    assert replace(result, seconds=0.0) == replace(again, seconds=0.0), "the digest too"
    assert not result.broken and result.complete and not result.failing
    assert {text for text in result.passing if "!" not in text} == set(plain.passing)
    assert result.within and result.given_up
    assert not set(result.given_up) & set(result.passing)
    assert sum(result.schedules.values()) == len(result.passing)
    assert result.coverage.within and not result.coverage.within & result.coverage.given_up
    assert result.coverage.stopped == plain.coverage.stopped
    tested = next(text for text in result.passing if "!" in text)
    for text, given_up in ((tested, False), (result.given_up[0], True)):
        done = replay(folder, text, scenario=NAME, kernel="stock", guest=GuestSpec())
        assert (str(done.replayed.schedule), done.replayed.given_up, done.parted) == (text, given_up, "")


def test_a_page_table_entry_that_is_away_for_an_instant_is_seen_by_such_a_stop_alone(run_folders: Path) -> None:
    mutant = load_mutants()[MUTANT]
    (killer,) = mutant.killers
    assert killer.atomic
    scenario = load_scenarios()[killer.scenario].model_copy(update={"bound": killer.bound})
    corpus = Corpus(load_lab(LAB), "stock", (mutant,), (scenario,), bound=killer.bound, deep=False, fresh=True)
    folder = run_folders / "mutants"
    folder.mkdir()
    bench = Bench(corpus, folder, Deadline.after(BUDGET))
    (row,) = bench.matrix().rows
    assert (row.state, row.lost) == ("killed", ()), row.detail
    cell = row.cell(killer.scenario)
    assert cell.kinds == {kind.value: 1 for kind in killer.kinds}
    bench.stand(mutant).atomic_stops = False
    (without,) = bench.stand(mutant).cells(
        bench.stand(mutant).subject(MUTANT, row.units, (mutant.path,)), row.units, [scenario]
    )
    assert without.complete and not without.kinds
