# SPDX-License-Identifier: GPL-2.0-only
"""`lab try`: builds the kernels without and with a change, finds who reaches it, sweeps these, compares."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.config import loader
from harness.config.filesystems import of_mounts, with_filesystems
from harness.config.models import Lab
from harness.config.scenario import Scenario
from harness.engine.experiment import SIDES, Choice, Experiment, debug_units, scenario_named, wanted
from harness.engine.kernels import Made, differing_units
from harness.engine.pick import Reach, choose, reach_of
from harness.engine.reproduce import command, seconds
from harness.engine.run import Manner, perform
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, sweep_all
from harness.errors import LabBroke
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
    units: tuple[str, ...] = ()


@dataclass
class Trial:
    """One trial; ``reached``, ``left`` and ``functions`` are filled in while it runs."""

    choice: TrialChoice
    change: Change
    experiment: Experiment
    reached: list[Reached] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)  # scenarios that cannot be run there -> why
    functions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by kernel, those with points

    def choose(self, experiment: Experiment, made: Sequence[Made], hall: Hall) -> tuple[Experiment, list[Subject]]:
        """The scenarios that reach the change on either kernel, and the points of its functions and their callers."""
        scopes = self._scopes(made)
        found: dict[str, Scenario] = {}
        every: list[Reach] = []
        for scope in scopes:
            reaches = self._reaches(scope, experiment.scenarios, hall)
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
        self.functions = {each.name: tuple(sorted({point.function for point in each.points})) for each in subjects}
        return replace(experiment, scenarios=chosen), subjects

    def _reaches(self, scope: Scope, scenarios: Sequence[Scenario], hall: Hall) -> list[Reach]:
        if not scope.fine:
            return []
        inner = replace(hall, folder=hall.folder.parent / "reach")
        # With their checks: what a check needs may be missing too, as the journal's commits of a MAP_SYNC store on XFS.
        results = sweep_all([scope.tracer], [each.at_most(0) for each in scenarios], inner)[0].results
        impossible = {result.scenario: result.broken for result in results if result.broken}
        if len(impossible) == len(results):
            raise LabBroke(f"no scenario runs on {scope.name}: {next(iter(impossible.values()))}")
        self.left |= impossible  # what cannot be run cannot reach anything
        lines, pairs = set(scope.lines), zip(scenarios, results, strict=True)
        return [reach_of(one, result, scope.fine, lines) for one, result in pairs if not result.broken]

    def _scopes(self, made: Sequence[Made]) -> list[Scope]:
        kernels = [each.kernel for each in made]
        release = next((each.info.release for each in made if each.info.release), "")
        changed_units = sorted({*debug_units(self.experiment.kernels, (), release), *differing_units(made)})
        more = [unit for unit in self.experiment.units if unit not in changed_units]
        units = sorted({*changed_units, *more})
        if not changed_units or kernels[0] is None or kernels[1] is None:
            return []
        files = {
            *changed_units,
            *(name for kernel in kernels if kernel for name in kernel.edited if name.endswith(HEADERS)),
        }
        lines = changed_lines(kernels[0], kernels[1], sorted(files))
        fine = self.choice.granularity == "instructions"
        pairs = list(zip(kernels, lines, strict=True))
        touched = {name for kernel, changed in pairs if kernel for name in functions_of(kernel, units, changed)}
        return [
            scope_of(each.wanted.name, each.kernel, units, changed, touched, more, every_instruction=fine)
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
    scenarios = tuple(each.at_most(choice.bound) for each in named)
    filesystem = choice.filesystem or _filesystem(change)
    if filesystem:
        scenarios = tuple(each.model_copy(update={"mount": f"{filesystem}-dax"}) for each in scenarios)
    lab = _lab(lab, change, scenarios, choice)
    kernels = tuple(wanted(lab, side) for side in SIDES)
    plain = Choice(choice.config, budget=choice.budget, granularity=choice.granularity, stress=False)
    return Trial(choice, change, Experiment(plain, lab, kernels, scenarios))


def _lab(lab: Lab, change: Change, scenarios: Iterable[Scenario], choice: TrialChoice) -> Lab:
    points = lab.experiment.points.model_copy(
        update={
            "units": choice.units or lab.experiment.points.units,
            "granularity": choice.granularity or lab.experiment.points.granularity,
        }
    )
    experiment = lab.experiment.model_copy(update={"without": WITHOUT, "with_": WITH, "points": points})
    kernels = {WITHOUT: change.without, WITH: change.with_}
    lab = lab.model_copy(update={"kernels": kernels, "experiment": experiment})
    return with_filesystems(lab, of_mounts(each.mount for each in scenarios))


def _filesystem(change: Change) -> str | None:
    """A change of XFS is reached on XFS alone."""
    from harness.kernel.series import edited_files
    from harness.kernel.spec import patches_for

    if not (change.with_.patches or change.with_.revert):
        return None
    edited = edited_files(patches_for(change.with_, None, ""))
    return "xfs" if any(name.startswith(XFS) for name in edited) else None


def perform_trial(trial: Trial) -> tuple[RunFolder, Run]:
    """Runs it; a run folder like any other is left behind. Raises BadInput and LabBroke as perform() does."""

    def judge(run: Run) -> Run:
        verdict = judge_trial(run, trial.reached, trial.left)
        return replace(run, plan=replace(run.plan, functions=trial.functions), verdict=verdict)

    return perform(trial.experiment, Manner(judge=judge, reproduce=reproduce_line(trial.choice), choose=trial.choose))


def reproduce_line(choice: TrialChoice) -> str:
    """The command that runs the same again."""
    units = [f"--unit={unit}" for unit in choice.units]
    return command(["try", choice.word, *units], choice.config, {
        "bound": choice.bound, "base": choice.base, "git": str(choice.git or ""), "scenario": choice.scenarios,
        "points": choice.granularity, "filesystem": choice.filesystem, "budget": seconds(choice.budget),
        "fewest": choice.fewest,
    })  # fmt: skip
