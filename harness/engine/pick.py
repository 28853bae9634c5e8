# SPDX-License-Identifier: GPL-2.0-only
"""`lab run --pick`: the fewest scenarios that reach what the patches touch, those that kill most mutants first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.config.scenario import Scenario
from harness.engine.batches import cost
from harness.engine.experiment import Experiment
from harness.engine.kernels import Made, points_of
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, sweep_all
from harness.errors import BadInput
from harness.kernel.artefacts import Kernel
from harness.kernel.series import edited_files
from harness.kernel.sources.tree import SourceTree
from harness.mutants.corpus import load_mutants
from harness.points.point import Point
from harness.points.touched import Line, code_around, code_lines, difference, lines_with_code, touched_functions
from harness.progress import say
from harness.sweep.records import SweepResult

Item = tuple[str, str]  # what a scenario is good for: ("line", "fs/dax.c:12") or ("mutant", name)


@dataclass(frozen=True)
class Reach:
    """What one scenario passes of the touched code when nobody is stopped."""

    scenario: Scenario
    lines: frozenset[Line]
    functions: frozenset[str]


def picked(experiment: Experiment, made: Sequence[Made], hall: Hall) -> Experiment:
    """The experiment with the chosen scenarios alone.

    Raises BadInput where no kernel has a patch, or no scenario reaches what the patches touch.
    """
    reaches, everything = [], set[Line]()
    for each in made:
        found, lines = _reaches(experiment, each, hall)
        reaches += found
        everything |= lines
    if not everything:
        raise BadInput("--pick: no kernel of the experiment has a patch that touches code: run without --pick")
    chosen = choose(reaches, _powers(experiment, made))
    if not chosen:
        raise BadInput(
            f"--pick: no scenario reaches what the patches touch ({_places(everything)}): run without --pick"
        )
    unreached = everything - {line for reach in reaches for line in reach.lines}
    say(f"picked {len(chosen)} of {len(experiment.scenarios)} scenarios: {', '.join(each.name for each in chosen)}")
    if unreached:
        say(f"no scenario reaches {_places(unreached)} without a stop")
    return _narrowed(experiment, chosen)


def _reaches(experiment: Experiment, made: Made, hall: Hall) -> tuple[list[Reach], set[Line]]:
    """What each scenario reaches on one kernel at every instruction of the touched functions, and what there is."""
    units = [name for name in made.kernel.edited if name.endswith(".c")] if made.kernel else []
    if made.kernel is None or made.tree is None or not units:
        return [], set()
    points = points_of(made.kernel, units, True)
    lines = touched(made.kernel, made.tree, points)
    functions = touched_functions(points, lines)
    near = [point for point in points if point.function in functions]
    if not near:
        return [], set()
    subject = Subject(made.wanted.name, made.kernel, tuple(replace(each, index=at) for at, each in enumerate(near)))
    inner = replace(hall, folder=hall.folder.parent / "pick")
    results = sweep_all([subject], unstopped(experiment.scenarios), inner)[0].results
    pairs = zip(experiment.scenarios, results, strict=True)
    reached = [reach_of(scenario, result, subject.points, lines) for scenario, result in pairs]
    return reached, lines_with_code(near, lines)


def touched(kernel: Kernel, tree: SourceTree, points: Sequence[Point]) -> set[Line]:
    """Lines of the kernel's sources that its patches touch, and the code around what they take away.

    Where lines without code took the place of others, as a barrier() that of a call, code may have gone too.
    """
    lines, places = set[Line](), set[Line]()
    with_code = code_lines(points)
    for name in filter(kernel.keeps, kernel.edited):  # but for files that the patches remove
        before, after = (tree.content(name) or b"").decode(errors="replace"), kernel.source(name)
        found = difference(before, after)
        lines |= {(name, number) for number in found.come}
        places |= {(name, number) for number in found.gaps}
        places |= {(name, block[0]) for block in found.replaced if not with_code & {(name, line) for line in block}}
    return lines | code_around(points, places)


def _narrowed(experiment: Experiment, chosen: Sequence[Scenario]) -> Experiment:
    """As if the chosen scenarios had been named on the command line, which is what reproduces the run."""
    names = tuple(each.name for each in chosen)
    choice = replace(experiment.choice, scenarios=names, pick=False)
    expectations = {name: expected for name, expected in experiment.expectations.items() if name in names}
    return replace(experiment, choice=choice, scenarios=tuple(chosen), expectations=expectations)


def unstopped(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """The scenarios without stops and further checks: what they pass is all that is asked."""
    return [each.model_copy(update={"bound": 0, "checks": ()}) for each in scenarios]


def reach_of(scenario: Scenario, result: SweepResult, points: Sequence[Point], lines: set[Line]) -> Reach:
    """What a scenario that was swept without stops passed of ``lines``."""
    cover = result.coverage
    passed = {*cover.stopped, *cover.reached, *cover.beyond, *cover.atomic}
    hit = [point for point in points if point.index in passed]
    return Reach(scenario, frozenset(lines_with_code(hit, lines)), frozenset(point.function for point in hit))


def _powers(experiment: Experiment, made: Sequence[Made]) -> dict[str, set[str]]:
    """By scenario the mutants of the touched files that it kills, as their headers say."""
    files = {name for each in made for name in edited_files(each.wanted.patches(each.info.release))}
    powers: dict[str, set[str]] = {each.name: set() for each in experiment.scenarios}
    for mutant in load_mutants().values():
        for killer in mutant.killers:
            if killer.scenario in powers and files & set(mutant.files):
                powers[killer.scenario].add(mutant.name)
    return powers


def choose(reaches: Sequence[Reach], powers: Mapping[str, set[str]]) -> list[Scenario]:
    """Greedy cover of the touched lines and of the mutants near them; ties by power, then by cost, then by name."""
    useful: dict[str, tuple[Scenario, set[Item]]] = {}
    for reach in reaches:
        items = useful.setdefault(reach.scenario.name, (reach.scenario, set()))[1]
        items |= {("line", f"{file}:{number}") for file, number in reach.lines}
        if reach.functions:
            items |= {("function", name) for name in reach.functions}
            items |= {("mutant", name) for name in powers.get(reach.scenario.name, ())}
    left = {item for _scenario, items in useful.values() for item in items}
    chosen = []
    while left:
        best, items = min(useful.values(), key=lambda each: _rank(each[0], each[1] & left, powers))
        chosen.append(best)
        left -= items
    return chosen


def _rank(scenario: Scenario, new: set[Item], powers: Mapping[str, set[str]]) -> tuple[int, int, int, str]:
    return (-len(new), -len(powers.get(scenario.name, ())), cost(scenario), scenario.name)


def _places(lines: set[Line]) -> str:
    return ", ".join(f"{file}:{number}" for file, number in sorted(lines)[:12]) + (", ..." if len(lines) > 12 else "")
