# SPDX-License-Identifier: GPL-2.0-only
"""`lab try`: builds the kernels without and with a change, finds who reaches it, sweeps these, compares."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.config import loader
from harness.config.filesystems import with_filesystems
from harness.config.models import Lab
from harness.config.scenario import Scenario
from harness.engine.experiment import SIDES, Choice, Experiment, debug_units, scenario_named, wanted
from harness.engine.kernels import Made, differing_units
from harness.engine.pick import Reach, choose, reach_of, unstopped
from harness.engine.run import Manner, perform
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, sweep_all
from harness.points.touched import Line
from harness.progress import say
from harness.results.folder import RunFolder
from harness.results.run import Run
from harness.trial.change import Change, change_of
from harness.trial.lines import changed_lines
from harness.trial.scope import Scope, functions_of, scope_of
from harness.trial.verdict import Reached, judge_trial

WITHOUT, WITH = "base", "tried"  # names of the two kernels
XFS = "fs/xfs/"
HEADERS = ".h"


@dataclass(frozen=True)
class TrialChoice:
    """What the command line says. ``bound`` is a ceiling, ``budget`` in seconds; ``fewest``: no scenario that adds
    nothing."""

    config: Path
    word: str
    base: str | None = None
    git: Path | None = None
    scenarios: tuple[str, ...] = ()
    bound: int = 1
    budget: float | None = None
    granularity: str | None = None
    filesystem: str | None = None
    fewest: bool = False


@dataclass
class Trial:
    """One trial; ``reached`` is filled in while it runs."""

    choice: TrialChoice
    change: Change
    experiment: Experiment
    reached: list[Reached] = field(default_factory=list)

    def choose(self, experiment: Experiment, made: Sequence[Made], hall: Hall) -> tuple[Experiment, list[Subject]]:
        """The scenarios that reach the change on either kernel, and the points of its functions and their callers."""
        scopes = self._scopes(made)
        found: dict[str, Scenario] = {}
        every: list[Reach] = []
        for scope in scopes:
            reaches = _reaches(scope, experiment.scenarios, hall)
            every += reaches
            on = [each for each in reaches if (each.lines if scope.lines else each.functions)]
            found |= {each.scenario.name: each.scenario for each in on}
            self.reached.append(Reached.of(scope, on))
        if self.choice.fewest and found:
            fewest = {each.name for each in choose(every, {})}
            found = {name: each for name, each in found.items() if name in fewest}
        chosen = tuple(each for each in experiment.scenarios if each.name in found)
        say(f"{len(chosen)} of {len(experiment.scenarios)} scenarios reach the change")
        subjects = [scope.subject for scope in scopes] if chosen else []
        return replace(experiment, scenarios=chosen), subjects

    def _scopes(self, made: Sequence[Made]) -> list[Scope]:
        kernels = [each.kernel for each in made]
        release = next((each.info.release for each in made if each.info.release), "")
        units = sorted({*debug_units(self.experiment.kernels, (), release), *differing_units(made)})
        if not units or kernels[0] is None or kernels[1] is None:
            return []
        files = {*units, *(name for kernel in kernels if kernel for name in kernel.edited if name.endswith(HEADERS))}
        lines = changed_lines(kernels[0], kernels[1], sorted(files))
        fine = self.choice.granularity == "instructions"
        pairs = list(zip(kernels, lines, strict=True))
        touched = {name for kernel, changed in pairs if kernel for name in functions_of(kernel, units, changed)}
        return [
            scope_of(each.wanted.name, each.kernel, units, changed, touched, fine)
            for each, changed in zip(made, lines, strict=True)
            if each.kernel
        ]


def resolve_trial(choice: TrialChoice) -> Trial:
    """Joins lab.yaml and the command line. Raises BadInput."""
    lab = loader.load_lab(choice.config)
    name = choice.base or lab.experiment.with_
    loader.check_kernel(choice.config, name, lab.kernels)
    change = change_of(choice.word, lab.kernels[name], choice.git)
    every = loader.load_scenarios()
    named = [scenario_named(each, every) for each in choice.scenarios] or list(every.values())
    scenarios = tuple(each.model_copy(update={"bound": min(each.bound, choice.bound)}) for each in named)
    filesystem = choice.filesystem or _filesystem(change)
    if filesystem:
        scenarios = tuple(each.model_copy(update={"mount": f"{filesystem}-dax"}) for each in scenarios)
    lab = _lab(lab, change, scenarios, choice)
    kernels = tuple(wanted(lab, side) for side in SIDES)
    plain = Choice(choice.config, budget=choice.budget, granularity=choice.granularity, stress=False)
    return Trial(choice, change, Experiment(plain, lab, kernels, scenarios))


def _lab(lab: Lab, change: Change, scenarios: Iterable[Scenario], choice: TrialChoice) -> Lab:
    points = lab.experiment.points.model_copy(
        update={"units": (), "granularity": choice.granularity or lab.experiment.points.granularity}
    )
    experiment = lab.experiment.model_copy(update={"without": WITHOUT, "with_": WITH, "points": points})
    kernels = {WITHOUT: change.without, WITH: change.with_}
    lab = lab.model_copy(update={"kernels": kernels, "experiment": experiment})
    mounts = {each.mount.removesuffix("-dax") for each in scenarios if each.mount}
    return with_filesystems(lab, sorted(mounts))


def _filesystem(change: Change) -> str | None:
    """A change of XFS is reached on XFS alone."""
    from harness.kernel.series import edited_files
    from harness.kernel.spec import patches_for

    if not (change.with_.patches or change.with_.revert):
        return None
    edited = edited_files(patches_for(change.with_, None, ""))
    return "xfs" if any(name.startswith(XFS) for name in edited) else None


def _reaches(scope: Scope, scenarios: Sequence[Scenario], hall: Hall) -> list[Reach]:
    if not scope.fine:
        return []
    inner = replace(hall, folder=hall.folder.parent / "reach")
    results = sweep_all([scope.tracer], unstopped(scenarios), inner)[0].results
    lines: set[Line] = set(scope.lines)
    return [reach_of(one, result, scope.fine, lines) for one, result in zip(scenarios, results, strict=True)]


def perform_trial(trial: Trial) -> tuple[RunFolder, Run]:
    """Runs it; a run folder like any other is left behind. Raises BadInput and LabBroke as perform() does."""

    def judge(run: Run) -> Run:
        return replace(run, verdict=judge_trial(run, trial.reached))

    return perform(trial.experiment, Manner(judge=judge, reproduce=reproduce_line(trial.choice), choose=trial.choose))


def reproduce_line(choice: TrialChoice) -> str:
    """The command that runs the same again."""
    words = ["./lab", "try", choice.word, f"--bound={choice.bound}"]
    words += [f"--base={choice.base}"] if choice.base else []
    words += [f"--git={choice.git}"] if choice.git else []
    words += ["--scenario=" + ",".join(choice.scenarios)] if choice.scenarios else []
    words += [f"--points={choice.granularity}"] if choice.granularity else []
    words += [f"--filesystem={choice.filesystem}"] if choice.filesystem else []
    words += [f"--budget={choice.budget:.0f}s"] if choice.budget else []
    words += ["--fewest"] if choice.fewest else []
    return shlex.join(words)
