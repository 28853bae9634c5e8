# SPDX-License-Identifier: GPL-2.0-only
"""`lab run`: builds, sweeps, races, judges, and leaves a run folder behind."""

import datetime
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from harness.config.models import GuestSpec
from harness.cost.change import Cost
from harness.counted import counted
from harness.deadline import Deadline
from harness.engine.batches import BATCHES
from harness.engine.cost_guest import cost_of
from harness.engine.enclosures import keep_inputs, keep_logs
from harness.engine.experiment import Experiment
from harness.engine.guests import check_filesystems, supplies
from harness.engine.kernels import Made, make_kernels
from harness.engine.logs import all_findings
from harness.engine.pick import picked
from harness.engine.races import Raced, race_all
from harness.engine.reproduce import reproduce_line
from harness.engine.reuse import qemu_version, sweep_what_is_new
from harness.engine.source_lines import with_lines
from harness.engine.subject import Subject
from harness.engine.subjects import check_sweepable, subjects_of
from harness.engine.sweeps import Hall, Swept
from harness.guest import accel
from harness.history.recorder import record
from harness.kernel.locks import waited
from harness.process import run as run_program
from harness.progress import say
from harness.report.html import render_html
from harness.report.logs import excerpts
from harness.results.files import write_whole
from harness.results.folder import RunFolder
from harness.results.run import KernelInfo, Run, appearing
from harness.sweep.records import StressResult, SweepResult
from harness.verdict.judge import judged


@dataclass(frozen=True)
class Start:
    """When a run began, and when its budget ends. ``made``: its kernels, where they were made to see what is new."""

    at: datetime.datetime
    began: float  # monotonic seconds
    deadline: Deadline
    made: Sequence[Made] | None = None

    @classmethod
    def now(cls, experiment: Experiment) -> Self:
        """A run that begins now."""
        return cls(datetime.datetime.now(datetime.UTC), time.monotonic(), Deadline.after(experiment.budget_seconds))


@dataclass(frozen=True)
class Manner:
    """How a kind of run differs from `lab run`: guests a kernel, who judges, the line that does it again, who chooses
    scenarios and points once the kernels are built, and who is told of the run before its report is drawn."""

    batches: int = BATCHES
    judge: Callable[[Run], Run] = judged
    reproduce: str = ""
    choose: Callable[[Experiment, Sequence[Made], Hall], tuple[Experiment, list[Subject]]] | None = None
    tell: Callable[[RunFolder, Run], None] = lambda folder, run: None


def perform(experiment: Experiment, manner: Manner = Manner(), start: Start | None = None) -> tuple[RunFolder, Run]:
    """Runs the whole experiment within its budget. Raises BadInput and LabBroke only for what stops all of it."""
    start = start or Start.now(experiment)
    deadline, made = start.deadline, start.made or make_kernels(experiment, start.deadline)
    check_sweepable(experiment, made)
    sweep_guest, stress_guest = experiment.lab.guest("sweep"), experiment.lab.guest("stress")
    built = [each.kernel for each in made if each.kernel]
    for guest in (sweep_guest, stress_guest) if experiment.plan.stress_races else (sweep_guest,):
        check_filesystems(built, experiment.scenarios, guest)
    folder = RunFolder.create()
    store = supplies(sweep_guest)
    hall = Hall(
        sweep_guest, store, folder.path / "guests", deadline, batches=manner.batches,
        sample=experiment.choice.sample, both_wake_ups=experiment.choice.both_wake_ups,
        atomic_stops=experiment.choice.atomic_stops,
    )  # fmt: skip
    experiment, subjects = _chosen(experiment, made, hall, manner)
    keep_inputs(folder.path, made, experiment)  # before minutes of sweeps, in which somebody may edit them
    say(f"run {folder.number}: {_told(experiment, subjects)}")
    sweepable = [each for each in subjects if each.points]
    swept = sweep_what_is_new(sweepable, experiment.scenarios, hall, reuse=experiment.choice.reuse) if sweepable else []
    accelerator = accel.probe()
    raced = race_all(experiment, subjects, stress_guest, folder.path / "guests", deadline, accelerator)
    infos = tuple(_booted(each.info, swept, raced) for each in made)
    cost = _cost(experiment, subjects, sweep_guest, folder.path, deadline) if experiment.choice.cost else None
    run = Run(
        number=folder.number, started=start.at.isoformat(timespec="seconds"), seconds=time.monotonic() - start.began,
        plan=replace(experiment.plan, units=tuple(sorted({point.unit for each in subjects for point in each.points}))),
        kernels=tuple(with_lines(info, swept) for info in infos),
        results=tuple(result for each in swept for result in each.results), stress=raced.results,
        findings=tuple(all_findings(swept, raced.logs)), expectations=experiment.expectations,
        points={each.subject.name: appearing(each.subject.points, each.results) for each in swept},
        accel=accelerator, environment=environment(), reproduce=manner.reproduce or reproduce_line(experiment),
        cost=cost, waited_seconds=round(waited(), 1),
    )  # fmt: skip
    run = manner.judge(run)
    keep_logs(folder.path, swept, raced)
    folder.save(run)
    record(folder, run)
    manner.tell(folder, run)  # some seconds before the report: drawing 89 scenarios takes six
    write_whole(folder.path / "report.html", render_html(run, logs=excerpts(folder.path / "dmesg")))
    return folder, run


def _chosen(
    experiment: Experiment, made: Sequence[Made], hall: Hall, manner: Manner
) -> tuple[Experiment, list[Subject]]:
    if any(each.info.state == "not-run" for each in made):  # the budget is over, and there is nothing to choose from
        return experiment, [] if manner.choose else subjects_of(experiment, made)
    if experiment.choice.pick:
        experiment = picked(experiment, made, hall)
    return manner.choose(experiment, made, hall) if manner.choose else (experiment, subjects_of(experiment, made))


def _told(experiment: Experiment, subjects: Sequence[Subject]) -> str:
    names = ", ".join(each.name for each in subjects)
    return f"{counted(len(experiment.scenarios), 'scenario')} on {names}" if names else "no kernel is there to run"


def _cost(
    experiment: Experiment, subjects: Sequence[Subject], guest: GuestSpec, folder: Path, deadline: Deadline
) -> Cost:
    without, with_ = (each.name for each in experiment.kernels)
    say(f"measuring what faults and syncs cost on {without} and {with_}")
    return cost_of({each.name: each.kernel for each in subjects}, (without, with_), guest, folder / "guests", deadline)


def _booted(info: KernelInfo, swept: Sequence[Swept], raced: Raced) -> KernelInfo:
    """A kernel whose every guest failed to boot says so instead of having results that are all broken."""
    results: list[SweepResult | StressResult]
    results = [result for each in swept if each.subject.name == info.name for result in each.results]
    results = results or [result for result in raced.results if result.kernel == info.name]
    unbooted = [result.broken for result in results if "(boot-failure)" in result.broken]
    if results and len(unbooted) == len(results):
        return replace(info, state="no-boot", detail=unbooted[0])
    return info


def environment() -> dict[str, str]:
    """Versions of what the result may depend on."""
    gcc = run_program(["gcc", "--version"]).stdout.split("\n", 1)[0]
    return {
        "qemu": qemu_version(),
        "compiler": gcc,
        "host": f"{os.cpu_count()} CPUs, {os.uname().sysname} {os.uname().release}",
    }
