# SPDX-License-Identifier: GPL-2.0-only
"""From lab.yaml and the command line to what is to be run: kernels, series, scenarios with bounds, expectations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness import folders
from harness.config import loader
from harness.config.filesystems import of_mounts, with_filesystems
from harness.config.models import KernelSpec, Lab
from harness.config.scenario import Scenario
from harness.config.series import Expectation, Series
from harness.engine.own_tree import with_tree
from harness.errors import BadInput
from harness.kernel.spec import patches_for
from harness.results.run import Plan, ScenarioPlan, Side
from harness.sweep.job import scenario_lines

SCENARIOS = folders.PROJECT / "guest-tests" / "scenarios"
PATCHES = folders.PROJECT / "patches"
SIDES: tuple[Side, Side] = ("without", "with")


@dataclass(frozen=True)
class Choice:
    """What the command line says over lab.yaml; None or empty leaves lab.yaml's word."""

    config: Path
    without: str | None = None
    with_: str | None = None
    scenarios: tuple[str, ...] = ()
    bound: int | None = None
    budget: float | None = None  # seconds
    granularity: str | None = None
    stress: bool = True
    prune: bool = False  # leave out stops that equal another
    prune_from: int = 2  # ... of schedules of at least that many stops
    sample: int = 0  # one of so many that are left out is run all the same
    both_wake_ups: bool = False  # a resumed actor that wakes another also goes on before that one
    atomic_stops: bool = False  # also a stop in an atomic section, the others on a second CPU meanwhile
    pick: bool = False  # only the scenarios that reach what the patches touch
    reuse: bool = False  # take sweeps that an earlier run made of the same content
    cost: bool = False  # measure what faults and syncs cost on both kernels
    tree: Path | None = None  # the user's tree, as it is, in place of the kernel with the patch


@dataclass(frozen=True)
class Wanted:
    """One kernel of the experiment."""

    side: Side
    name: str
    spec: KernelSpec
    series: Series | None = None

    def patches(self, release: str) -> tuple[Path, ...]:
        """The patch files for a source of that release, none for an unpatched kernel."""
        return patches_for(self.spec, self.series, release)


@dataclass(frozen=True)
class Experiment:
    """What is to be run. ``expectations`` by scenario are those of the kernel without the patch."""

    choice: Choice
    lab: Lab
    kernels: tuple[Wanted, ...]
    scenarios: tuple[Scenario, ...]
    expectations: dict[str, Expectation] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The part of it that reports show."""
        experiment = self.lab.experiment
        filesystem = self.lab.guest("sweep").filesystem
        stress = experiment.stress.races if self.choice.stress else 0
        return Plan(
            scenarios=tuple(_scenario_plan(scenario, filesystem) for scenario in self.scenarios),
            budget_seconds=self.budget_seconds, coverage_floor=experiment.coverage_floor,
            granularity=experiment.points.granularity, units=self.units,
            stress_races=stress, stress_cpus=experiment.stress.cpus if stress else 0,
            both_wake_ups=self.choice.both_wake_ups, atomic_stops=self.choice.atomic_stops,
            stress_seconds=experiment.stress.seconds if stress else 0,
            prune_from=self.choice.prune_from if self.choice.prune else 0,
        )  # fmt: skip

    @property
    def budget_seconds(self) -> float:
        """Wall seconds that the run may take."""
        return self.choice.budget or self.lab.experiment.budget_seconds

    @property
    def units(self) -> tuple[str, ...]:
        """Source files that lab.yaml asks points of; those that the series touch come on top."""
        return self.lab.experiment.points.units


def resolve(choice: Choice) -> Experiment:
    """Loads and joins everything. Raises BadInput for whatever is wrong in lab.yaml, a scenario or a series."""
    lab = loader.load_lab(choice.config)
    if choice.tree:
        lab, choice = with_tree(lab, choice, choice.tree)
    lab = _with_kernels(lab, choice)
    every = loader.load_scenarios(SCENARIOS)
    scenarios = _scenarios(lab, choice, every)
    lab = with_filesystems(lab, of_mounts(scenario.mount for scenario in scenarios))
    kernels = tuple(wanted(lab, side) for side in SIDES)
    without = kernels[0].series
    expect = dict(without.expect) if without else {}
    for name in expect:
        if name not in every:
            series = without.name if without else ""
            raise BadInput(f"patches/{series}/series.yaml: expect: no scenario is called `{name}`")
    chosen = {scenario.name for scenario in scenarios}
    return Experiment(choice, lab, kernels, scenarios, {name: expect[name] for name in expect if name in chosen})


def _with_kernels(lab: Lab, choice: Choice) -> Lab:
    changes = {key: name for key, name in (("without", choice.without), ("with_", choice.with_)) if name}
    for name in changes.values():
        loader.check_kernel(choice.config, name, lab.kernels)
    experiment = lab.experiment.model_copy(update=changes)
    if choice.granularity:
        points = experiment.points.model_copy(update={"granularity": choice.granularity})
        experiment = experiment.model_copy(update={"points": points})
    if experiment.without == experiment.with_:
        raise BadInput(f"`{experiment.with_}` cannot be compared with itself: name two kernels")
    return lab.model_copy(update={"experiment": experiment})


def wanted(lab: Lab, side: Side) -> Wanted:
    """The kernel of that side, with its series. Raises BadInput for a wrong series."""
    name, spec = lab.kernel(side)
    return Wanted(side, name, spec, loader.load_series(PATCHES / spec.series) if spec.series else None)


def _scenarios(lab: Lab, choice: Choice, every: dict[str, Scenario]) -> tuple[Scenario, ...]:
    chosen = choice.scenarios or tuple(each.name for each in lab.scenarios) or _usual(lab, every)
    bounds = {each.name: each.bound for each in lab.scenarios if each.bound is not None}
    found = [bounded(scenario_named(name, every), bounds.get(name), choice.bound) for name in dict.fromkeys(chosen)]
    return tuple(found)


def _usual(lab: Lab, every: dict[str, Scenario]) -> tuple[str, ...]:
    """All but those of another file system, which takes other kernels, and those about files without points."""
    usual, units = lab.guest("sweep").filesystem, set(lab.experiment.points.units)
    ours = {name: each for name, each in every.items() if not each.units or units & set(each.units)}
    return tuple(name for name in sorted(ours) if ours[name].filesystem(usual) == usual)


def scenario_named(name: str, every: dict[str, Scenario]) -> Scenario:
    """That one of ``every``. Raises BadInput that names those with a like name."""
    if name not in every:
        close = [each for each in every if name in each]
        raise BadInput(f"no scenario is called `{name}`; there are {', '.join(close or sorted(every))}")
    return every[name]


def bounded(scenario: Scenario, in_lab: int | None, asked: int | None) -> Scenario:
    """``asked`` on the command line is a ceiling: c = 2 for all would take hours where c = 1 says enough."""
    scenario = scenario if in_lab is None else scenario.model_copy(update={"bound": in_lab})
    return scenario if asked is None else scenario.at_most(asked)


def _scenario_plan(scenario: Scenario, filesystem: str) -> ScenarioPlan:
    return ScenarioPlan(
        name=scenario.name, title=scenario.title, actors=tuple(actor.op for actor in scenario.actors),
        bound=scenario.bound, prepare=scenario.prepare, guards=tuple(scenario.guards),
        documented=dict(scenario.documented), filesystem=scenario.filesystem(filesystem),
        idle=scenario.idle or "", job=scenario_lines([scenario.at_most(0)])[0],
    )  # fmt: skip


def debug_units(kernels: Sequence[Wanted], units: Sequence[str], release: str) -> tuple[str, ...]:
    """Source files that need debug information on every kernel: those edited by any series, and ``units``."""
    from harness.kernel.series import edited_files

    edited = [name for wanted in kernels for name in edited_files(wanted.patches(release)) if name.endswith(".c")]
    return tuple(sorted({*units, *edited}))
