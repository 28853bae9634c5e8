# SPDX-License-Identifier: GPL-2.0-only
"""`lab compare`: sweeps what was not swept, races, measures, and leaves a folder of the comparison behind."""

import datetime
import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from harness import folders
from harness.compare.comparison import Answer, ComparedKernel, Comparison, PairChange, pair
from harness.compare.pace import pace_changes
from harness.compare.rates import RateChange, judged, of_counts
from harness.compare.seat import Seat
from harness.compare.seen import Seen, seen
from harness.compare.sides import Side
from harness.compare.store import FILE, dump
from harness.compare.text import render_comparison
from harness.compare.trials import Trials
from harness.config.filesystems import of_mounts, with_filesystems
from harness.config.loader import load_series
from harness.config.models import Lab
from harness.config.scenario import Scenario
from harness.cost.change import CostChange, cost_changes
from harness.counted import counted
from harness.deadline import Deadline
from harness.engine.cost_guest import measured
from harness.engine.experiment import PATCHES, Choice, Experiment, Wanted
from harness.engine.run import Manner, environment, perform
from harness.guest import accel
from harness.kernel import artefacts, prebuilt
from harness.kernel.artefacts import Kernel
from harness.kernel.spec import module_folders
from harness.progress import say
from harness.report.comparison import render_comparison_html
from harness.results.files import write_whole
from harness.results.folder import RunFolder
from harness.results.run import KernelInfo, Run
from harness.verdict.cells import judge_cell
from harness.verdict.verdict import Verdict, Word

WORDS = {
    Answer.REGRESSED: Word.FAIL, Answer.UNKNOWN: Word.INCONCLUSIVE, Answer.FIXED: Word.PASS,
    Answer.BETTER: Word.PASS, Answer.SAME: Word.PASS,
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What is to be compared, and how. ``races`` is the most a scenario and kernel, 0 leaves stress out.

    ``words`` are those of the command line, to do the same again.
    """

    words: tuple[str, ...]
    config: Path
    lab: Lab
    sides: tuple[Side, ...]
    scenarios: tuple[Scenario, ...]
    races: int = 2000
    cost: bool = True
    seed: int = 1
    budget: float | None = None  # seconds
    reuse: bool = True  # take sweeps that an earlier run made of the same content

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios' names."""
        return tuple(each.name for each in self.scenarios)

    @property
    def fresh(self) -> tuple[Side, ...]:
        """The sides that are to be swept."""
        return tuple(side for side in self.sides if side.spec)


@dataclass
class Found:
    """What is known of each side so far, by label."""

    seen: dict[str, Seen] = field(default_factory=dict)
    rates: dict[str, tuple[RateChange, ...]] = field(default_factory=dict)
    cost: dict[str, tuple[CostChange, ...]] = field(default_factory=dict)
    runs: dict[str, Path] = field(default_factory=dict)


def compare(wish: Wish) -> tuple[Path, Comparison]:
    """The comparison and its folder. Raises BadInput and LabBroke as perform() does."""
    started, began = datetime.datetime.now(datetime.UTC), time.monotonic()
    deadline = Deadline.after(wish.budget)
    folder = RunFolder.create(folders.runs() / "compare").path
    found = Found()
    _take_past(wish, found)
    _sweep(wish, found, deadline)
    trials = _race(wish, found, folder, deadline)
    _cost(wish, found, trials, folder, deadline)
    comparison = Comparison(
        started.isoformat(timespec="seconds"), round(time.monotonic() - began, 1), _kernels(wish, found),
        _pairs(wish, found), _steps(wish, found), tuple(trials.blocks) if trials else (), environment(), line(wish),
    )  # fmt: skip
    write_whole(folder / FILE, dump(comparison))
    write_whole(folder / "compare.txt", render_comparison(comparison, colour=False))
    write_whole(folder / "compare.html", render_comparison_html(comparison))
    return folder, comparison


def line(wish: Wish) -> str:
    """The command that compares the same again."""
    return shlex.join(["./lab", "compare", *wish.words])


def _take_past(wish: Wish, found: Found) -> None:
    for side in wish.sides:
        if side.run:
            found.seen[side.label] = seen(side.label, RunFolder(side.run).load(), side.kernel)
            found.runs[side.label] = side.run


def _sweep(wish: Wish, found: Found, deadline: Deadline) -> None:
    """One run with all kernels that are to be swept; its verdict is the exact part's answer."""
    if not wish.fresh:
        return

    def judge(run: Run) -> Run:
        _take_run(wish, found, run)
        return replace(run, verdict=_verdict(wish, found, run))

    folder, run = perform(_experiment(wish, deadline), Manner(judge=judge, reproduce=line(wish)))
    _take_run(wish, found, run)
    found.runs |= {side.label: folder.path for side in wish.fresh}


def _take_run(wish: Wish, found: Found, run: Run) -> None:
    found.seen |= {side.label: seen(side.label, run, side.label) for side in wish.fresh}


def _experiment(wish: Wish, deadline: Deadline) -> Experiment:
    kernels = {side.label: side.spec for side in wish.fresh if side.spec}
    lab = wish.lab.model_copy(update={"kernels": {**wish.lab.kernels, **kernels}})
    lab = with_filesystems(lab, of_mounts(scenario.mount for scenario in wish.scenarios))
    choice = Choice(wish.config, scenarios=wish.names, budget=deadline.remaining(), stress=False, reuse=wish.reuse)
    first = wish.sides[0].label
    wanted = []
    for label in kernels:
        spec = lab.kernels[label]
        series = load_series(PATCHES / spec.series) if spec.series else None
        wanted.append(Wanted("without" if label == first else "with", label, spec, series))
    return Experiment(choice, lab, tuple(wanted), wish.scenarios)


def _verdict(wish: Wish, found: Found, run: Run) -> Verdict:
    pairs = _pairs(wish, found)
    worst = Comparison("", 0.0, (), pairs).answer
    cells = tuple(judge_cell(run, scenario, kernel).cell
                  for scenario in run.plan.scenarios for kernel in run.kernels if kernel.state == "booted")  # fmt: skip
    reasons = tuple(reason for each in pairs for reason in each.reasons if each.answer is worst)
    told = " ".join(each.sentence for each in pairs if each.answer is worst)
    return Verdict(WORDS[worst], f"{WORDS[worst]}: {told}", reasons, (), cells)


def _pairs(wish: Wish, found: Found) -> tuple[PairChange, ...]:
    first, *others = [side.label for side in wish.sides]
    return tuple(
        pair(found.seen[first], found.seen[each], wish.names, found.rates.get(each, ()), found.cost.get(each, ()))
        for each in others
    )  # fmt: skip


def _steps(wish: Wish, found: Found) -> tuple[PairChange, ...]:
    """Each against the one before it, by sweep alone; the second against the first is among the pairs."""
    labels = [side.label for side in wish.sides]
    return tuple(pair(found.seen[one], found.seen[two], wish.names) for one, two in pairwise(labels[1:]))


def _kernels(wish: Wish, found: Found) -> tuple[ComparedKernel, ...]:
    infos = {side.label: found.seen[side.label].kernel for side in wish.sides}
    return tuple(
        ComparedKernel(label, str(found.runs[label]), info.name, info.release, info.series, info.version,
                       info.build_id, info.state)
        for label, info in infos.items()
    )  # fmt: skip


def _built(wish: Wish, found: Found) -> dict[str, Kernel]:
    """The kernels that can be booted again, by label: a past run's only while the cache has it."""
    kernels = {side.label: _bootable(side, found.seen[side.label].kernel) for side in wish.sides}
    return {label: kernel for label, kernel in kernels.items() if kernel}


def _bootable(side: Side, info: KernelInfo) -> Kernel | None:
    if info.state != "booted":
        return None
    if side.spec and side.spec.build:
        return prebuilt.from_folder(side.spec.build, side.label, own=module_folders(), deadline=Deadline())
    kernel = artefacts.load(info.key, side.label) if info.key else None
    folder = folders.cache() / "modules" / info.modules
    return replace(kernel, modules_folder=folder if info.modules and folder.is_dir() else None) if kernel else None


def _race(wish: Wish, found: Found, folder: Path, deadline: Deadline) -> Trials | None:
    """Fresh races of kernels that can be booted; else what the past runs say."""
    first, *others = [side.label for side in wish.sides]
    kernels = _built(wish, found) if wish.races else {}
    raced = [label for label in others if label in kernels] if first in kernels else []
    trials = _trials(wish, {label: kernels[label] for label in (first, *raced)}, folder, deadline) if raced else None
    rates = {label: trials.changes(label) for label in raced} if trials else {}
    if not wish.races or not raced:
        rates |= {label: _past_rates(wish, found.seen[first], found.seen[label]) for label in others}
    flat = judged([each for label in rates for each in rates[label]])
    at = 0
    for label, changes in rates.items():
        found.rates[label] = flat[at : at + len(changes)]
        at += len(changes)
    return trials


def _trials(wish: Wish, kernels: dict[str, Kernel], folder: Path, deadline: Deadline) -> Trials:
    guest, accelerator = wish.lab.guest("stress"), accel.probe()
    seats = {label: Seat(label, kernel, guest, folder / "guests" / label, accelerator)
             for label, kernel in kernels.items()}  # fmt: skip
    scenarios = {each.name: each for each in wish.scenarios}
    say(f"racing {counted(len(scenarios), 'scenario')} on {', '.join(kernels)}, block by block in random order")
    trials = Trials(
        list(kernels), list(scenarios),
        lambda kernel, scenario, seed, races: seats[kernel].block(scenarios[scenario], seed, races, deadline),
        wish.races, wish.seed,
    )  # fmt: skip
    try:
        trials.run(deadline)
    finally:
        for seat in seats.values():
            seat.close()
    return trials


def _past_rates(wish: Wish, before: Seen, after: Seen) -> list[RateChange]:
    found = []
    for name in wish.names:
        one, two = before.race(name), after.race(name)
        if one and two:
            counts = [(each.failing, each.races) for each in (one, two)]
            found.append(of_counts(name, counts[0], counts[1], one.broken or two.broken))
    return found


def _cost(wish: Wish, found: Found, trials: Trials | None, folder: Path, deadline: Deadline) -> None:
    first, *others = [side.label for side in wish.sides]
    kernels = _built(wish, found) if wish.cost else {}
    measures = {}
    for label in kernels if first in kernels else ():
        say(f"measuring what faults and syncs cost on {label}")
        measures[label] = measured(kernels[label], wish.lab.guest("sweep"), folder / "cost" / label, deadline)
    for label in others:
        changes: Sequence[CostChange] = ()
        if label in measures:
            changes = cost_changes(measures[first], measures[label])
        found.cost[label] = (*changes, *(pace_changes(trials.blocks, first, label) if trials else ()))
