# SPDX-License-Identifier: GPL-2.0-only
"""`lab run`: builds, sweeps, races, judges, and leaves a run folder behind."""

import datetime
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from harness.collect.known_issues import load_known_issues, mark
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.cost.change import Cost
from harness.deadline import Deadline
from harness.engine.batches import BATCHES
from harness.engine.cost_guest import cost_of
from harness.engine.experiment import SCENARIOS, Experiment
from harness.engine.guests import check_filesystems, supplies
from harness.engine.kernels import Made, differing_units, make_kernels, subject
from harness.engine.logs import guest_findings
from harness.engine.own_tree import HEAD
from harness.engine.pick import picked
from harness.engine.races import Raced, race_all
from harness.engine.reproduce import command, seconds
from harness.engine.reuse import qemu_version, sweep_what_is_new
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, Swept
from harness.errors import BadInput
from harness.guest import accel
from harness.history.recorder import record
from harness.kernel.abilities import check_ssh
from harness.points.decoder import Decoder
from harness.points.point import Frame
from harness.process import run as run_program
from harness.progress import say
from harness.report.html import render_html
from harness.report.logs import excerpts
from harness.results.files import write_whole
from harness.results.folder import RunFolder
from harness.results.run import GuestFinding, KernelInfo, Run, appearing
from harness.sweep.records import StressResult, SweepResult
from harness.verdict.judge import judged


@dataclass(frozen=True)
class Manner:
    """How a kind of run differs from `lab run`: guests a kernel, who judges, the line that does it again, and who
    chooses scenarios and points once the kernels are built."""

    batches: int = BATCHES
    judge: Callable[[Run], Run] = judged
    reproduce: str = ""
    choose: Callable[[Experiment, Sequence[Made], Hall], tuple[Experiment, list[Subject]]] | None = None


def perform(experiment: Experiment, manner: Manner = Manner()) -> tuple[RunFolder, Run]:
    """Runs the whole experiment within its budget. Raises BadInput and LabBroke only for what stops all of it."""
    started, began = datetime.datetime.now(datetime.UTC), time.monotonic()
    deadline = Deadline.after(experiment.budget_seconds)
    made = make_kernels(experiment, deadline)
    _check_sweepable(experiment, made)
    sweep_guest, stress_guest = experiment.lab.guest("sweep"), experiment.lab.guest("stress")
    built = [each.kernel for each in made if each.kernel]
    for guest in (sweep_guest, stress_guest) if experiment.plan.stress_races else (sweep_guest,):
        check_filesystems(built, experiment.scenarios, guest)
    folder = RunFolder.create()
    store = supplies(sweep_guest)
    hall = Hall(
        sweep_guest, store, folder.path / "guests", deadline, batches=manner.batches,
        sample=experiment.choice.sample, both_wake_ups=experiment.choice.both_wake_ups,
    )  # fmt: skip
    if experiment.choice.pick:
        experiment = picked(experiment, made, hall)
    experiment, subjects = manner.choose(experiment, made, hall) if manner.choose else _plain(experiment, made)
    say(f"run {folder.number}: {len(experiment.scenarios)} scenarios on {', '.join(each.name for each in subjects)}")
    sweepable = [each for each in subjects if each.points]
    swept = sweep_what_is_new(sweepable, experiment.scenarios, hall, reuse=experiment.choice.reuse) if sweepable else []
    accelerator = accel.probe()
    raced = race_all(experiment, subjects, stress_guest, folder.path / "guests", deadline, accelerator)
    infos = tuple(_booted(each.info, swept, raced) for each in made)
    cost = _cost(experiment, subjects, sweep_guest, folder.path, deadline) if experiment.choice.cost else None
    _keep_inputs(folder.path, made, experiment)
    run = Run(
        number=folder.number, started=started.isoformat(timespec="seconds"), seconds=time.monotonic() - began,
        plan=replace(experiment.plan, units=tuple(sorted({point.unit for each in subjects for point in each.points}))),
        kernels=tuple(_with_lines(info, swept) for info in infos),
        results=tuple(result for each in swept for result in each.results), stress=raced.results,
        findings=tuple(_findings(swept, raced.logs)), expectations=experiment.expectations,
        points={each.subject.name: appearing(each.subject.points, each.results) for each in swept},
        accel=accelerator, environment=environment(), reproduce=manner.reproduce or reproduce_line(experiment),
        cost=cost,
    )  # fmt: skip
    run = manner.judge(run)
    _keep_logs(folder.path, swept, raced)
    write_whole(folder.path / "report.html", render_html(run, logs=excerpts(folder.path / "dmesg")))
    folder.save(run)
    record(folder, run)
    return folder, run


def _plain(experiment: Experiment, made: Sequence[Made]) -> tuple[Experiment, list[Subject]]:
    return experiment, _subjects(experiment, made)


def _subjects(experiment: Experiment, made: Sequence[Made]) -> list[Subject]:
    from harness.engine.experiment import debug_units

    instructions = experiment.lab.experiment.points.granularity == "instructions"
    release = next((each.info.release for each in made if each.info.release), "")
    units = {*debug_units(experiment.kernels, experiment.units, release), *differing_units(made)}
    subjects = [_subject(each, sorted(units), instructions) for each in made if each.kernel]
    choice = experiment.choice
    return [each.pruned(choice.prune_from) for each in subjects] if choice.prune else subjects


def _subject(made: Made, units: Sequence[str], every_instruction: bool) -> Subject:
    """Without points where the kernel cannot be swept."""
    if made.info.lacks and made.kernel:
        return Subject(made.wanted.name, made.kernel, ())
    return subject(made, units, every_instruction=every_instruction)


def _check_sweepable(experiment: Experiment, made: Sequence[Made]) -> None:
    """A kernel that cannot be swept is raced all the same; where nothing but a sweep is asked for it is bad input.

    Stress speaks to its guests over SSH, a sweep does not.
    """
    for each in made:
        if each.kernel and experiment.plan.stress_races:
            check_ssh(each.info.name, each.kernel.config, ", or leave out stress by --no-stress")
        if not each.info.lacks:
            continue
        told = f"{each.info.name}: it lacks {each.info.lacks}, so that it cannot be swept"
        if experiment.choice.pick or not experiment.plan.stress_races:
            raise BadInput(
                f"{told}, and a sweep is what was asked for: build it so, or leave out --pick and --no-stress"
            )
        say(f"{told}: it is raced by stress alone")


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


def _with_lines(info: KernelInfo, swept: Sequence[Swept]) -> KernelInfo:
    """Adds the source that reports quote: of each function from its first point's line to its last's."""
    for each in swept:
        if each.subject.name == info.name:
            frames = [frame for point in appearing(each.subject.points, each.results) for frame in point.frames]
            return replace(info, lines=_quoted(each.subject, spans(frames)))
    return info


def spans(frames: Iterable[Frame]) -> set[tuple[str, int]]:
    """File and line of every line between the first and the last of each function's ``frames``."""
    ends: dict[tuple[str, str], tuple[int, int]] = {}
    for frame in frames:
        first, last = ends.get((frame.file, frame.function), (frame.line, frame.line))
        ends[(frame.file, frame.function)] = min(first, frame.line), max(last, frame.line)
    return {(file, line) for (file, _), (first, last) in ends.items() for line in range(first, last + 1) if line}


def _quoted(subject: Subject, places: set[tuple[str, int]]) -> dict[str, dict[int, str]]:
    quoted: dict[str, dict[int, str]] = {}
    for file in {file for file, _line in places}:
        try:
            lines = subject.kernel.source(file).splitlines()
        except BadInput:
            continue  # a header: only edited and asked files are kept beside a kernel
        quoted[file] = {line: lines[line - 1] for name, line in sorted(places) if name == file and line <= len(lines)}
    return quoted


def _findings(
    swept: Sequence[Swept], stress_logs: Sequence[tuple[Subject, dict[str, list[str]]]]
) -> list[GuestFinding]:
    found: list[GuestFinding] = []
    for each in swept:
        found += each.findings
        with Decoder(each.subject.kernel.vmlinux) as decode:
            found += guest_findings(each.subject.name, "sweep", each.logs, decode)
    for subject_, lines in stress_logs:
        with Decoder(subject_.kernel.vmlinux) as decode:
            found += guest_findings(subject_.name, "stress", lines.items(), decode)
    raced = [subject_ for subject_, _lines in stress_logs]
    return _known(found, {each.name: each.kernel.release for each in [*(one.subject for one in swept), *raced]})


def _known(found: list[GuestFinding], releases: dict[str, str]) -> list[GuestFinding]:
    issues = load_known_issues()
    today = datetime.datetime.now(datetime.UTC).date()
    marked = [mark([each.finding], issues, releases.get(each.kernel, ""), today).findings[0] for each in found]
    return [replace(each, finding=finding) for each, finding in zip(found, marked, strict=True)]


def _keep_inputs(folder: Path, made: Sequence[Made], experiment: Experiment) -> None:
    """Config and patches of each kernel and the scenarios as they were, so that a run explains itself later."""
    shutil.copy(experiment.choice.config, folder / "lab.yaml")
    write_whole(folder / "guest.json", experiment.lab.guest("sweep").model_dump_json(indent=1) + "\n")
    (folder / "scenarios").mkdir()
    for scenario in experiment.scenarios:
        path = SCENARIOS / f"{scenario.name}.yaml"
        (folder / "scenarios" / path.name).write_text(path.read_text() if path.is_file() else as_yaml(scenario))
    for each in made:
        kept = folder / "kernels" / each.wanted.name
        kept.mkdir(parents=True)
        if each.kernel is not None:
            shutil.copy(each.kernel.config, kept / "config")
            if each.kernel.build_log.is_file():
                shutil.copy(each.kernel.build_log, kept / "build.log")
        if each.info.release and each.wanted.spec.source:
            for patch in each.wanted.patches(each.info.release):
                shutil.copy(patch, kept / patch.name)


def as_yaml(scenario: Scenario) -> str:
    """A scenario that has no file, as one."""
    return yaml.safe_dump(scenario.model_dump(mode="json", exclude={"name"}, exclude_defaults=True), sort_keys=False)


def _keep_logs(folder: Path, swept: Sequence[Swept], raced: Raced) -> None:
    """dmesg/KERNEL.log: each kernel's log, under the scenario that was at work."""
    (folder / "dmesg").mkdir()
    logs: list[tuple[str, Iterable[tuple[str, Sequence[str]]]]] = [(each.subject.name, each.logs) for each in swept]
    logs += [(f"{subject_.name}-stress", lines.items()) for subject_, lines in raced.logs]
    for name, parts in logs:
        write_whole(folder / "dmesg" / f"{name}.log", "".join(_titled(scenario, lines) for scenario, lines in parts))


def _titled(scenario: str, lines: Sequence[str]) -> str:
    return "\n".join([f"== {scenario or 'boot'} ==", *lines, ""])


def environment() -> dict[str, str]:
    """Versions of what the result may depend on."""
    gcc = run_program(["gcc", "--version"]).stdout.split("\n", 1)[0]
    return {
        "qemu": qemu_version(),
        "compiler": gcc,
        "host": f"{os.cpu_count()} CPUs, {os.uname().sysname} {os.uname().release}",
    }


def reproduce_line(experiment: Experiment) -> str:
    """The command that runs the same again."""
    choice, lab = experiment.choice, experiment.lab.experiment
    without = ["--without", lab.without]
    words = [*without, "--with", lab.with_]
    if choice.tree:
        words = ["--tree", str(choice.tree), *([] if lab.without == HEAD else without)]
    return command(["run", *words], choice.config, {
        "scenario": choice.scenarios, "bound": choice.bound, "points": choice.granularity,
        "budget": seconds(choice.budget), "prune": choice.prune, "sample": choice.sample or None,
        "both-wake-ups": choice.both_wake_ups, "no-stress": not choice.stress, "cost": choice.cost,
    })  # fmt: skip
