# SPDX-License-Identifier: GPL-2.0-only
"""Made-up histories with merges, and the choice that plain git bisect makes."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.bisect.graph import Graph, bits
from harness.bisect.outcome import Outcome
from harness.bisect.planner import Cost, answer, next_step

FILES = 3000


@dataclass(frozen=True)
class History:
    """A graph, the commit that brings the bug, and those that cannot be tested."""

    graph: Graph
    culprit: int
    untestable: frozenset[int] = frozenset()

    def test(self, commit: int) -> Outcome:
        """What a sweep of the commit says."""
        if commit in self.untestable:
            return Outcome.NO_BUILD
        return Outcome.BAD if self.graph.reach[commit] >> self.culprit & 1 else Outcome.GOOD


def history(seed: int, commits: int, untestable: float = 0.0) -> History:
    """Topics of 1 to 40 commits, each about a few files, merged into a main line."""
    dice = random.Random(seed)
    parents: list[tuple[int, ...]] = [()]
    files = [_touched(dice, 0)]
    main = 0
    while len(parents) < commits - 1:
        topic = main if dice.random() < 0.5 else dice.randrange(max(0, main - 50), main + 1)
        about = dice.randrange(FILES)
        for _ in range(min(dice.randint(1, 40), commits - 1 - len(parents))):
            parents.append((topic,))
            files.append(_touched(dice, about))
            topic = len(parents) - 1
        if topic != main and len(parents) < commits:
            parents.append((main, topic) if main != parents[topic][0] else (topic,))
            files.append(frozenset())
            main = len(parents) - 1
    graph = Graph(tuple(map(str, range(len(parents)))), tuple(parents), tuple(files))
    tip = graph.reach[main]
    inside = list(bits(tip))
    renamed = {old: new for new, old in enumerate(inside)}
    kept = Graph(
        tuple(str(index) for index in range(len(inside))),
        tuple(tuple(renamed[parent] for parent in parents[old]) for old in inside), tuple(files[old] for old in inside),
    )  # fmt: skip
    culprit = dice.randrange(len(inside))
    broken = frozenset(index for index in range(len(inside) - 1) if dice.random() < untestable)
    return History(kept, culprit, broken - {culprit})


def _touched(dice: random.Random, about: int) -> frozenset[str]:
    return frozenset(str((about + int(dice.expovariate(0.2))) % FILES) for _ in range(dice.randint(1, 4)))


def plain_git(graph: Graph, outcomes: Mapping[int, Outcome], _at: int, _cost: Cost) -> int | None:
    """The commit nearest to the middle, as git-bisect(1) takes it, whatever its build costs."""
    candidates = graph.candidates(outcomes)
    total = candidates.bit_count()
    if total == 1:
        return None
    counts = ((index, (graph.reach[index] & candidates).bit_count()) for index in bits(candidates))
    return -max((min(count, total - count), -index) for index, count in counts)[1]


def planned(graph: Graph, outcomes: Mapping[int, Outcome], at: int, cost: Cost) -> int | None:
    """The lab's choice."""
    step = next_step(graph, outcomes, at, cost)
    return step.commit if step else None


Choose = Callable[[Graph, Mapping[int, Outcome], int, Cost], int | None]


@dataclass(frozen=True)
class Bisected:
    """What was found, the seconds that it took, and the number of tests."""

    found: tuple[int, ...]
    seconds: float
    tests: int


def bisected(made: History, choose: Choose, cost: Cost) -> Bisected:
    """A whole bisect."""
    at = len(made.graph.commits) - 1
    outcomes, seconds = {at: Outcome.BAD}, 0.0
    while (commit := choose(made.graph, outcomes, at, cost)) is not None:
        seconds += cost.build(made.graph.distance(at, commit, cost.limit)) + cost.sweep
        outcomes[commit], at = made.test(commit), commit
    return Bisected(answer(made.graph, outcomes), seconds, len(outcomes) - 1)
