# SPDX-License-Identifier: GPL-2.0-only
"""One night: fetch, build, see whether anything is new, run it, compare it with the last good night."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness import folders
from harness.collect import detector
from harness.collect.known_issues import in_force
from harness.config.filesystems import of_mounts, with_filesystems
from harness.deadline import Deadline
from harness.engine.experiment import Experiment
from harness.engine.guests import supplies
from harness.engine.kernels import Made, make_kernels
from harness.engine.reuse import qemu_version
from harness.engine.run import Start, perform
from harness.errors import ExitStatus
from harness.history.nights import Night
from harness.history.recorder import entry_of
from harness.history.store import History
from harness.image.content import digest
from harness.nightly.changes import Changes, changes
from harness.nightly.mutants import Kills, corpus_of, kill_matrix
from harness.progress import say
from harness.results import store as files
from harness.results.folder import RunFolder
from harness.results.run import MODES, Run
from harness.sweep.job import scenario_lines
from harness.verdict.verdict import Word

CODE = folders.PROJECT / "harness"


@dataclass(frozen=True)
class Wanted:
    """What a night is to do. ``fresh``: run what ran before. ``mutants``: make the kill matrix too."""

    experiment: Experiment
    fresh: bool = False
    mutants: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of it. Without news ``folder`` and ``run`` are None and ``last`` is the night that ran the same."""

    status: ExitStatus
    folder: RunFolder | None = None
    run: Run | None = None
    baseline: Night | None = None
    last: Night | None = None
    changes: Changes = field(default_factory=Changes)
    kills: Kills = field(default_factory=Kills)


def perform_night(wanted: Wanted) -> Outcome:
    """Does it and records it. Raises BadInput, LabBroke as perform() does."""
    experiment, start = wanted.experiment, Start.now(wanted.experiment)
    corpus = corpus_of(experiment, wanted.fresh) if wanted.mutants else None
    made = make_kernels(experiment, start.deadline)
    mark = fingerprint(experiment, made, [each.path for each in corpus.mutants] if corpus else [])
    with History.open() as history:
        nights = history.nights(watch(experiment))
        last, baseline = nights.last(), nights.baseline()
        if last and last.fingerprint == mark and last.word != Word.BROKEN and not wanted.fresh:
            return Outcome(ExitStatus(last.status), last=last)
        before = _before(history, baseline)
        mutants_before = nights.last_mutants()
    folder, run = perform(experiment, start=replace(start, made=made))
    kills = kill_matrix(corpus, mutants_before, _matrix_deadline(start, experiment)) if corpus else Kills()
    found = changes(before, run) if before else Changes()
    status = worse(status_of(run, before, found), kills.status)
    known = {**mutants_before, **kills.states} if kills.states else {}  # a mutant that was not reached is as it was
    _record(folder, watch(experiment), "" if unfinished(run) or kills.unfinished else mark, status, known)
    return Outcome(status, folder, run, baseline, last, found, kills)


def _matrix_deadline(start: Start, experiment: Experiment) -> Deadline:
    """The night's where the command line says how long that is: lab.yaml's budget is meant for a run alone."""
    return start.deadline if experiment.choice.budget else Deadline()


def watch(experiment: Experiment) -> str:
    """What nights are compared with each other: the kernels' names, in the roles they play."""
    return " / ".join(each.name for each in experiment.kernels)


def fingerprint(experiment: Experiment, made: Sequence[Made], mutants: Sequence[Path]) -> str:
    """Of all that a night would run, and of all that it would be judged by.

    The kernels by content, the lab's programs and guests, scenarios, what is asked for; what is expected, documented
    and known today, the floor of coverage, the detectors, and the lab's code itself: another version may judge the same
    records otherwise. How long it may take is left out: one that was cut short is gone on with all the same.
    """
    mounts = of_mounts(scenario.mount for scenario in experiment.scenarios)
    lab = with_filesystems(experiment.lab, mounts)
    store, choice = supplies(lab.guest("sweep")), experiment.choice
    kernels = [part for each in made for part in (each.info.name, each.info.key or each.info.detail, each.info.modules)]
    asked = (replace(experiment.plan, budget_seconds=0.0), choice.prune, choice.sample, bool(mutants))
    guests = [lab.guest(mode).model_dump_json() for mode in MODES]
    expected = {name: each.model_dump(mode="json") for name, each in experiment.expectations.items()}
    known = [each.model_dump_json() for each in in_force(datetime.datetime.now(datetime.UTC).date())]
    return digest(
        qemu_version(), store.base.name, store.template.name, *kernels, *scenario_lines(experiment.scenarios), *guests,
        repr(asked), repr(sorted(expected.items())), *known, *detector.files(), *_code(), *mutants,
    )  # fmt: skip


def _code() -> list[Path]:
    return sorted(CODE.rglob("*.py"))


def unfinished(run: Run) -> bool:
    """Whether the budget ended first: the next night has work to do though nothing is new."""
    return run.seconds >= run.plan.budget_seconds or any(each.state == "not-run" for each in run.kernels)


def status_of(run: Run, before: Run | None, found: Changes) -> ExitStatus:
    """The run's own status where there is nothing to compare with, else what the changes say."""
    assert run.verdict
    if before is None or run.verdict.word is Word.BROKEN:
        return run.verdict.status
    failed_before = before.verdict is not None and before.verdict.word is Word.FAIL
    if found.worse or (run.verdict.word is Word.FAIL and not failed_before):
        return ExitStatus.KERNEL_FAILED
    return ExitStatus.INCONCLUSIVE if found.lost or found.unknown else ExitStatus.AS_EXPECTED


def worse(one: ExitStatus, other: ExitStatus) -> ExitStatus:
    """Which of the two wins: a failed kernel before a broken lab before what proves nothing."""
    order = (ExitStatus.KERNEL_FAILED, ExitStatus.LAB_BROKE, ExitStatus.INCONCLUSIVE, ExitStatus.AS_EXPECTED)
    return min(one, other, key=order.index)


def _before(history: History, night: Night | None) -> Run | None:
    return files.load(history.results(night.run).decode(), f"run {night.number} of the history") if night else None


def _record(folder: RunFolder, watched: str, mark: str, status: ExitStatus, mutants: Mapping[str, str]) -> None:
    with History.open() as history:
        entry = entry_of(folder)
        history.add(entry)  # where the run itself could not
        history.nights(watched).add(entry.id, mark, int(status), mutants)
    say(f"night recorded: run {folder.number}, status {int(status)}")
