# SPDX-License-Identifier: GPL-2.0-only
"""Stress of a run: each kernel's scenarios raced in a guest of several CPUs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.experiment import Experiment
from harness.engine.guests import fresh_nvdimms, guest_plan, mounted, supplies
from harness.engine.stresser import StressLedger
from harness.engine.subject import Subject
from harness.engine.sweeper import CRASH
from harness.errors import LabBroke
from harness.guest.plan import Accelerator
from harness.guest.runner import Guest
from harness.image.initramfs import assemble, overlay
from harness.kernel.artefacts import Kernel
from harness.progress import Progress
from harness.sweep.job import Job
from harness.sweep.records import StressResult

TAGS = "dirty-tags"


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
            plan = Plan(subject, guest, folder / f"{subject.name}-stress", races, accelerator)
            race(plan, ledger, experiment.scenarios, deadline)
            progress.update(len(results))
            results += [ledger.results[each.name] for each in experiment.scenarios if each.name in ledger.results]
            logs.append((subject, ledger.log))
    return Raced(tuple(results), tuple(logs))


@dataclass(frozen=True)
class Plan:
    """One kernel's stress."""

    subject: Subject
    guest: GuestSpec
    folder: Path
    races: int
    accelerator: Accelerator


def race(plan: Plan, ledger: StressLedger, scenarios: Sequence[Scenario], deadline: Deadline) -> None:
    """Guest after guest until every scenario is told of; one that the lab is at fault for ends it."""
    for number in range(len(scenarios)):
        left = [scenario for scenario in scenarios if scenario.name not in ledger.results]
        if not left or deadline.passed:
            return
        left = [scenario for scenario in left if scenario.mount == left[0].mount]
        job = Job(plan.subject.kernel.build_id, (), tuple(left), races=plan.races, cpus=plan.guest.cpus)
        try:
            _boot(plan, job, ledger, number, deadline)
        except LabBroke as error:
            for scenario in left:
                if scenario.name not in ledger.results:
                    ledger.results[scenario.name] = _broken(scenario, plan, str(error))
            return


def _broken(scenario: Scenario, plan: Plan, why: str) -> StressResult:
    return StressResult(scenario.name, plan.subject.name, plan.guest.cpus, 0, {}, 0.0, (), why)


def _modules(kernel: Kernel) -> dict[str, bytes]:
    """dirty-tags alone: it needs no probe, and stress runs without any. The racer says so where it is missing."""
    return {f"modules/{TAGS}.ko": kernel.modules[TAGS].read_bytes()} if TAGS in kernel.modules else {}


def _boot(plan: Plan, job: Job, ledger: StressLedger, number: int, deadline: Deadline) -> None:
    """One guest. Raises LabBroke if it ended in a way that no kernel is to blame for."""
    guest = mounted(plan.guest, job.scenarios[0].mount)
    store = supplies(guest)
    folder = plan.folder / f"guest-{number}"
    folder.mkdir(parents=True)
    boot = guest_plan("stress", guest, plan.subject.kernel.bzimage, folder, plan.accelerator)
    initramfs = assemble(folder / "initramfs", store.base, overlay({**job.files(), **_modules(plan.subject.kernel)}))
    boot = replace(boot, initramfs=initramfs, nvdimms=fresh_nvdimms(boot.nvdimms, store.template, folder))
    ledger.begin_guest()
    try:
        with Guest(boot) as running:
            for line in running.records(deadline):
                ledger.take(line)
            end = running.wait(deadline)
    finally:
        for nvdimm in boot.nvdimms:
            nvdimm.image.unlink()
        initramfs.unlink()
    if ledger.finished or end.kind == "timeout":
        return
    if end.kind in CRASH:
        ledger.under_way(end.console)
        ledger.crash(CRASH[end.kind], end.detail)
    if ledger.now not in ledger.results:
        raise LabBroke(f"a guest ended before its work was done ({end.kind}): {end.detail}")
