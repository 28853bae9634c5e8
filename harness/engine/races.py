# SPDX-License-Identifier: GPL-2.0-only
"""Stress of a run: each kernel's scenarios raced in a guest of several CPUs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.collect.console import behind
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.batches import by_image
from harness.engine.experiment import Experiment
from harness.engine.guests import mounted
from harness.engine.stress_guest import Raced as GuestRaced
from harness.engine.stress_guest import StressBoot, race_in_guest
from harness.engine.stresser import StressLedger
from harness.engine.subject import Subject
from harness.engine.sweeper import CRASH
from harness.errors import LabBroke
from harness.guest.end import GuestEnd
from harness.guest.plan import Accelerator
from harness.guest.ssh import ConnectionLost
from harness.progress import Progress, say
from harness.sweep.job import Job
from harness.sweep.records import Kind, StressResult

DEATHS = {**CRASH, "hang": Kind.HANG}  # a guest of several CPUs has no NMI to be asked by
CONNECTIONS_LOST_MAX = 2  # of one kernel: a third is no accident


@dataclass(frozen=True)
class Raced:
    """Results of all kernels, and each kernel's log lines by scenario."""

    results: tuple[StressResult, ...] = ()
    logs: tuple[tuple[Subject, dict[str, list[str]]], ...] = ()


def race_all(
    experiment: Experiment,
    subjects: Sequence[Subject],
    guest: GuestSpec,
    folder: Path,
    deadline: Deadline,
    accelerator: Accelerator,
) -> Raced:
    """Races every scenario on every kernel, one guest at a time: each wants the cores for itself."""
    races = experiment.plan.stress_races
    if not races:
        return Raced()
    results: list[StressResult] = []
    logs = []
    with Progress("racing at random", len(subjects) * len(experiment.scenarios)) as progress:
        for subject in subjects:
            ledger = StressLedger(subject.name, experiment.scenarios, guest.cpus)
            seconds = experiment.plan.stress_seconds
            plan = Plan(subject, guest, folder / f"{subject.name}-stress", races, accelerator, seconds)
            race(plan, ledger, experiment.scenarios, deadline, _teller(progress, ledger, len(results)))
            results += [ledger.results[each.name] for each in experiment.scenarios if each.name in ledger.results]
            logs.append((subject, ledger.log))
    return Raced(tuple(results), tuple(logs))


def _teller(progress: Progress, ledger: StressLedger, before: int) -> Callable[[], None]:
    """Says how far it is; ``before`` are the results of the kernels before this one."""
    return lambda: progress.update(before + ledger.done, f"{ledger.kernel}, {ledger.now}")


@dataclass(frozen=True)
class Plan:
    """One kernel's stress; ``seconds`` are those that a scenario's races may take, 0 any."""

    subject: Subject
    guest: GuestSpec
    folder: Path
    races: int
    accelerator: Accelerator
    seconds: int = 0


def race(
    plan: Plan, ledger: StressLedger, scenarios: Sequence[Scenario], deadline: Deadline,
    tell: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Guest after guest until every scenario is told of; one that the lab is at fault for ends its image's.

    ``tell`` is called with each record that the ledger took.

    A guest that lives but cannot be heard is replaced, CONNECTIONS_LOST_MAX times: what it had not told is raced again.
    """
    lost = 0
    for number in range(len(scenarios) + CONNECTIONS_LOST_MAX):
        left = [scenario for scenario in scenarios if scenario.name not in ledger.results]
        if not left or deadline.passed:
            return
        left = next(iter(by_image(left, plan.guest.filesystem).values()))
        job = Job(
            plan.subject.kernel.build_id, (), tuple(left), races=plan.races, seconds=plan.seconds, cpus=plan.guest.cpus
        )
        try:
            _boot(plan, job, ledger, number, deadline, tell)
        except ConnectionLost as error:
            lost += 1
            if lost > CONNECTIONS_LOST_MAX:
                _break(plan, ledger, left, str(error))
                continue
            say(f"{plan.subject.name}: {error}; racing on in a fresh guest")
        except LabBroke as error:
            _break(plan, ledger, left, str(error))


def _break(plan: Plan, ledger: StressLedger, left: Sequence[Scenario], why: str) -> None:
    for each in left:
        broken = StressResult(each.name, plan.subject.name, plan.guest.cpus, 0, {}, 0.0, (), why)
        ledger.results.setdefault(each.name, broken)


def _boot(
    plan: Plan, job: Job, ledger: StressLedger, number: int, deadline: Deadline, tell: Callable[[], None]
) -> None:
    """One guest. Raises LabBroke if it ended in a way that no kernel is to blame for."""
    guest = mounted(plan.guest, job.scenarios[0])
    boot = StressBoot(plan.subject.kernel, guest, plan.folder / f"guest-{number}", plan.accelerator)
    ledger.begin_guest()

    def take(line: str) -> None:
        ledger.take(line)
        tell()

    raced = race_in_guest(boot, job, take, deadline)
    book_crash(ledger, raced.end)
    if ledger.finished or (raced.end and raced.end.kind == "timeout"):
        return
    if ledger.now not in ledger.results:
        raise LabBroke(f"a guest ended before its work was done {how_ended(raced, ledger)}")


def book_crash(ledger: StressLedger, end: GuestEnd | None) -> None:
    """Counts a guest's end against its kernel, where that is to blame."""
    if end and end.kind in DEATHS:
        ledger.under_way(end.console)
        ledger.crash(DEATHS[end.kind], end.detail, behind(end.console, ledger.heard))


def how_ended(raced: GuestRaced, ledger: StressLedger) -> str:
    """How a guest or its racer ended that left a scenario without a result."""
    if raced.end:
        return f"({raced.end.kind}): {raced.end.detail}"
    return f"(the racer's status is {raced.status}): {raced.said or ledger.gone or 'it gave no reason'}"
