# SPDX-License-Identifier: GPL-2.0-only
"""Bisects what only random races show: each test is evidence, and the end is a stated confidence.

The engine is git_bayesect's: the posterior over commits with unknown rates of failure on both sides, and the test that
is expected to lessen its entropy most.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.bisect.graph import Graph
from harness.bisect.outcome import Outcome

# How often a test fails, as Beta distributions: on the good side hardly ever, on the bad one nothing is known.
PRIORS = {"alpha_new": 0.5, "beta_new": 0.5, "alpha_old": 0.05, "beta_old": 0.95}
UNSAYING_MAX = 2  # tests of one commit that say nothing, then its neighbours are tested instead

Observe = Callable[[int], Outcome]  # races at one commit


@dataclass
class Flaky:
    """A bisect over ``line``, commits of a graph with each the parent of the next, the last one bad.

    Place 0 of the engine is the last commit: evidence of a failure holds for the culprit and all behind it.
    """

    line: Sequence[int]
    observe: Observe
    confidence: float = 0.95
    tests_max: int = 400
    seen: list[tuple[int, Outcome]] = field(default_factory=list)

    def run(self) -> tuple[tuple[int, ...], float]:
        """The most likely commits and their probability, below ``confidence`` where the tests ran out.

        They are several where those between two commits that can be tested cannot.
        """
        import numpy as np
        from git_bayesect import Bisector  # type: ignore[import-untyped]  # it ships none

        engine = Bisector(np.ones(len(self.line)), **PRIORS)
        group, probability = self._best(engine)
        while probability < self.confidence and len(self.seen) < self.tests_max:
            commit = self._testable(len(self.line) - 1 - int(engine.select()))
            if commit is None:
                break
            outcome = self.observe(commit)
            self.seen.append((commit, outcome))
            if outcome.says:
                engine.record(len(self.line) - 1 - list(self.line).index(commit), outcome is Outcome.BAD)
            group, probability = self._best(engine)
        return group, probability

    def _silent(self) -> set[int]:
        """Commits that said nothing too often."""
        counts = Counter(commit for commit, outcome in self.seen if not outcome.says)
        return {commit for commit, count in counts.items() if count >= UNSAYING_MAX}

    def _testable(self, at: int) -> int | None:
        """The commit at this place of the line, else the nearest that says something."""
        silent = self._silent()
        near = sorted((abs(place - at), commit) for place, commit in enumerate(self.line) if commit not in silent)
        return near[0][1] if near else None

    def _best(self, engine: Any) -> tuple[tuple[int, ...], float]:
        """Groups of commits that cannot be told apart: one that can be tested, and those before it that cannot."""
        weights = [float(each) for each in engine.distribution[::-1]]
        silent, groups = self._silent(), []
        group: tuple[tuple[int, ...], float] = ((), 0.0)
        for commit, weight in zip(self.line, weights, strict=True):
            group = ((*group[0], commit), group[1] + weight)
            if commit not in silent:
                groups.append(group)
                group = ((), 0.0)
        return max([*groups, *([group] if group[0] else [])], key=lambda each: each[1])


def first_parents(graph: Graph, tip: int) -> list[int]:
    """The line that leads to ``tip`` by first parents, oldest first."""
    line = [tip]
    while graph.parents[line[-1]]:
        line.append(graph.parents[line[-1]][0])
    return line[::-1]
