# SPDX-License-Identifier: GPL-2.0-only
"""`lab powercut`: records what reaches the media, cuts, reboots, judges, and leaves a run folder behind."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.config.loader import load_series, series_folder
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.counted import counted
from harness.deadline import Deadline
from harness.engine.experiment import SCENARIOS, Choice, Experiment, debug_units, resolve
from harness.engine.guests import check_filesystems, mounted, supplies
from harness.engine.kernels import points_of
from harness.engine.reproduce import Value, command, seconds
from harness.engine.subject import Subject
from harness.errors import BadInput, LabBroke
from harness.guest.named import kernel_named
from harness.kernel.artefacts import Kernel
from harness.kernel.spec import patches_for
from harness.powercut import images, tally
from harness.powercut.cases import Case, cases
from harness.powercut.examiner import Examiner
from harness.powercut.junit import junit
from harness.powercut.medium import Template
from harness.powercut.recorder import Recorder, chosen, record
from harness.powercut.result import PowerCuts, dump
from harness.progress import say
from harness.results.files import write_whole
from harness.results.folder import CUTS, RunFolder
from harness.sweep.numbers import to_numbers
from harness.sweep.records import Schedule


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; None or empty leaves the default."""

    config: Path
    kernel: str = ""
    scenarios: tuple[str, ...] = ()
    schedule: str = ""
    bound: int = 1
    sample: int = 2
    seed: int = 1
    budget: float | None = None  # seconds


def perform(wish: Wish) -> tuple[RunFolder, PowerCuts]:
    """Does all of it. Raises BadInput for a wrong wish, KernelFailed for a kernel that does not compile."""
    began = time.monotonic()
    experiment = resolve(Choice(wish.config, scenarios=wish.scenarios, bound=wish.bound, budget=wish.budget))
    scenarios = _scenarios(experiment, wish)
    deadline = Deadline.after(experiment.budget_seconds)
    name = wish.kernel or experiment.lab.experiment.with_
    subject = _subject(experiment, name, deadline)
    check_filesystems([subject.kernel], scenarios, experiment.lab.guest("sweep"))
    only = to_numbers(_schedule(wish.schedule), subject.points) if wish.schedule else ""
    folder = RunFolder.create()
    _keep_inputs(folder.path, scenarios)
    say(f"run {folder.number}: power cuts in {counted(len(scenarios), 'scenario')} on {name}")
    recorder, found, examiner, broken = _cut(experiment, subject, scenarios, folder.path, deadline, wish, only)
    release, patches = subject.kernel.release, _patches(experiment, name, subject.kernel.release)
    failures = tally.known(examiner.failures, scenarios, subject.points, release, patches)
    done = PowerCuts(
        number=folder.number, kernel=name, release=release, key=subject.kernel.key,
        filesystem=examiner.guest.filesystem, seed=wish.seed, bound=wish.bound, sample=wish.sample,
        tallies=tally.tallies(scenarios, recorder, found, failures, broken), failures=tuple(failures),
        reproduce=reproduce_line(wish, name), seconds=time.monotonic() - began,
        left=examiner.left, boots=examiner.boots,
    )  # fmt: skip
    write_whole(folder.path / "reproduce", f"{done.reproduce}\n")
    write_whole(folder.path / CUTS, dump(done))
    write_whole(folder.path / "junit.xml", junit(done))
    return folder, done


def _cut(
    experiment: Experiment, subject: Subject, scenarios: Sequence[Scenario], folder: Path, deadline: Deadline,
    wish: Wish, only: str,
) -> tuple[Recorder, list[Case], Examiner, str]:  # fmt: skip
    """The recording, its crash images, what became of them, and why the lab broke ("" if it did not)."""
    guest, guests = _guest(experiment, scenarios), folder / "guests"
    store = supplies(guest)
    recorder = Recorder(subject, scenarios, Template(store.template))
    bare = images.bare_template(recorder.template, folder / "bare")
    examiner = Examiner(subject.kernel, guest, store.base, bare, guests, deadline)
    found: list[Case] = []
    try:
        record(recorder, subject, guest, store, guests / "recording", deadline, only)
        taken = recorder.cuts if only else chosen(recorder.cuts, wish.seed, wish.sample)
        found = cases(taken, recorder.template, wish.seed)
        say(f"{len(found)} crash images of {sum(len(case.claims) for case in found)} power cuts")
        examiner.examine(found)
    except LabBroke as error:
        return recorder, found, examiner, str(error)
    finally:
        bare.unlink()
    return recorder, found, examiner, ""


def _guest(experiment: Experiment, scenarios: Sequence[Scenario]) -> GuestSpec:
    """With one image for all: that of pages of 2 MiB, if there is one of these, which does for others too."""
    return mounted(experiment.lab.guest("sweep"), next((each for each in scenarios if each.size == "2M"), scenarios[0]))


def _subject(experiment: Experiment, name: str, deadline: Deadline) -> Subject:
    kernel: Kernel = kernel_named(experiment.choice.config, name, deadline)
    units = debug_units(experiment.kernels, experiment.units, kernel.release)
    instructions = experiment.lab.experiment.points.granularity == "instructions"
    return Subject(name, kernel, tuple(points_of(kernel, sorted(units), instructions)))


def _patches(experiment: Experiment, name: str, release: str) -> tuple[str, ...]:
    """Names of the kernel's patch files."""
    spec = experiment.lab.kernels[name]
    series = load_series(series_folder(spec.series)) if spec.series else None
    return tuple(path.name for path in patches_for(spec, series, release)) if spec.source else ()


def _scenarios(experiment: Experiment, wish: Wish) -> tuple[Scenario, ...]:
    """Those that were asked for, else all with `durable` checks. A file's promises are what they watch."""
    durable = tuple(each for each in experiment.scenarios if "durable" in each.checks)
    for each in experiment.scenarios:
        if wish.scenarios and each not in durable:
            raise BadInput(f"scenario {each.name} has no sync to hold a power cut against: `checks` lacks `durable`")
    if wish.schedule and len(durable) != 1:
        raise BadInput("--schedule is a schedule of one scenario: name it by --scenario")
    if len({each.filesystem(experiment.lab.guest("sweep").filesystem) for each in durable}) > 1:
        raise BadInput("these scenarios are of two file systems (`mount`): name those of one by --scenario")
    if not durable:
        raise BadInput(f"{wish.config}: scenarios: none of them has `durable` in its `checks`")
    return durable


def _schedule(text: str) -> Schedule:
    try:
        return Schedule.parse(text)
    except ValueError as error:
        raise BadInput(f"--schedule: {error}") from None


def _keep_inputs(folder: Path, scenarios: Sequence[Scenario]) -> None:
    (folder / "scenarios").mkdir()
    for each in scenarios:
        (folder / "scenarios" / f"{each.name}.yaml").write_bytes((SCENARIOS / f"{each.name}.yaml").read_bytes())


def reproduce_line(wish: Wish, kernel: str) -> str:
    """The command that does the same again."""
    drawn: dict[str, Value] = {} if wish.schedule else {"bound": wish.bound, "sample": wish.sample}
    return command(["powercut", "--kernel", kernel], wish.config, {
        "scenario": wish.scenarios, "schedule": wish.schedule, **drawn, "seed": wish.seed,
        "budget": seconds(wish.budget),
    })  # fmt: skip
