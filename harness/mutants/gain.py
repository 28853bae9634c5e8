# SPDX-License-Identifier: GPL-2.0-only
"""What each further way of exploring is good for: the scenarios that kill a mutant, swept on it in each of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from harness import folders
from harness.config.scenario import MAX_BOUND, Scenario
from harness.deadline import Deadline
from harness.engine.guests import supplies
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, sweep_all
from harness.mutants.corpus import Mutant
from harness.mutants.runner import Bench
from harness.mutants.scope import Corpus
from harness.mutants.stand import Stand
from harness.progress import say
from harness.results.files import write_whole
from harness.results.folder import RunFolder
from harness.sweep.agreement import disagreements
from harness.sweep.records import SweepResult


@dataclass(frozen=True)
class Way:
    """One more stop than the mutant needs or not, stops that equal others left out, both orders of each wake-up."""

    name: str
    deeper: bool = False
    prune: bool = False
    both: bool = False


PLAIN = Way("plain")
WAYS = (
    PLAIN, Way("pruned", prune=True), Way("both wake-ups", both=True),
    Way("one stop more", deeper=True), Way("one stop more, pruned", deeper=True, prune=True),
)  # fmt: skip


@dataclass(frozen=True)
class Gained:
    """One scenario on one mutant in one way. ``disagree``: failing schedules that were pruned and whose equals differ.

    ``untold``: those whose equals are not known, as a schedule in which the kernel died has no trace, or a sweep ended
    early because the kernel died too often. ``ran`` and ``failed`` are schedules, ``left`` those pruned, ``first`` is
    that of ``Cell``; ``seconds`` of wall time.
    """

    mutant: str
    scenario: str
    way: str
    bound: int
    ran: int
    failed: int
    kinds: tuple[str, ...]
    first: int
    left: int
    seconds: float
    disagree: tuple[str, ...] = ()
    untold: int = 0
    broken: str = ""


def perform_gain(corpus: Corpus, deadline: Deadline) -> tuple[tuple[Gained, ...], Path]:
    """Every mutant's killers in every way, and the file that has them all, written behind each mutant."""
    folder = RunFolder.create(folders.runs() / "mutants").path
    bench, path, gained = Bench(corpus, folder, deadline), folder / "gain.json", list[Gained]()
    for number, mutant in enumerate(corpus.mutants, 1):
        if deadline.passed:
            break
        say(f"mutant {number} of {len(corpus.mutants)}: {mutant.name}")
        gained += _measured(bench, mutant)
        write_whole(path, json.dumps([asdict(each) for each in gained], indent=1) + "\n")
    return tuple(gained), path


def _measured(bench: Bench, mutant: Mutant) -> list[Gained]:
    stand, units = bench.stand(mutant), bench.units(mutant)
    subject = stand.subject(mutant.name, units, (mutant.path,))
    scenarios = _scenarios(bench.corpus, mutant)
    found: list[Gained] = []
    for deeper in (False, True) if bench.corpus.deep else (False,):
        at = [each.model_copy(update={"bound": min(each.bound + deeper, MAX_BOUND)}) for each in scenarios]
        ways = [way for way in WAYS if way.deeper == deeper]
        whole: list[SweepResult] = []
        for way in ways:
            results = _swept(stand, subject, at, way)
            whole = whole or results
            found += [_gained(mutant.name, way, *pair) for pair in zip(results, whole, strict=True)]
    return found


def _scenarios(corpus: Corpus, mutant: Mutant) -> list[Scenario]:
    """Its killers, each at the bound that kills."""
    bounds = {killer.scenario: killer.bound for killer in mutant.killers}
    return [each.model_copy(update={"bound": bounds[each.name]}) for each in corpus.scenarios_for(mutant)
            if each.name in bounds]  # fmt: skip


def _swept(stand: Stand, subject: Subject, scenarios: Sequence[Scenario], way: Way) -> list[SweepResult]:
    one = subject.pruned(1) if way.prune else subject
    one = replace(one, name=f"{subject.name}-{way.name.replace(' ', '-').replace(',', '')}")
    guest = stand.guest("sweep")
    hall = Hall(guest, supplies(guest), stand.folder, stand.deadline, both_wake_ups=way.both)
    return list(sweep_all([one], scenarios, hall)[0].results)


def _gained(mutant: str, way: Way, result: SweepResult, whole: SweepResult) -> Gained:
    kinds = sorted({each.kind.value for outcome in result.outcomes for each in outcome.violations})
    failing = whole.outcomes if way.prune and not result.broken else ()
    told = tuple(each for each in failing if each.trace and whole.complete and result.complete)
    differ = disagreements(replace(whole, outcomes=told), result)
    return Gained(
        mutant, result.scenario, way.name, result.bound, sum(result.schedules.values()), sum(result.failing.values()),
        tuple(kinds), result.first_failing, result.pruned, round(result.seconds, 2), differ, len(failing) - len(told),
        result.broken,
    )  # fmt: skip


def by_way(gained: Sequence[Gained]) -> Iterator[tuple[str, list[Gained]]]:
    """The rows of each way, in the order in which they are measured, without those that say nothing."""
    for way in WAYS:
        yield way.name, [each for each in gained if each.way == way.name and not each.broken]
