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

Observe = Callable[[int], Outcome | None]  # races at one commit; None: the time ended in them


@dataclass
class Flaky:
    """A bisect over ``line``, commits of a graph with each the parent of the next, the last one bad.

    Evidence of a failure holds for the culprit and all behind it. ``seen`` may hold tests made before; ``ended`` says
    that no time is left.
    """

    line: Sequence[int]
    observe: Observe
    confidence: float = 0.95
    tests_max: int = 400
    seen: list[tuple[int, Outcome]] = field(default_factory=list)
    ended: Callable[[], bool] = lambda: False

    def run(self) -> tuple[tuple[int, ...], float]:
        """The most likely commits and their probability, below ``confidence`` where the tests ran out.

        They are several where those between two commits that can be tested cannot.
        """
        while True:
            groups = self._groups()
            engine = self._engine(groups)
            weights = [float(each) for each in engine.distribution[::-1]]
            best = max(range(len(groups)), key=weights.__getitem__)
            if weights[best] >= self.confidence or len(self.seen) >= self.tests_max or self.ended():
                break
            commit = self._testable(groups, len(groups) - 1 - int(engine.select()))
            found = None if commit is None else self.observe(commit)
            if commit is None or found is None:
                break
            self.seen.append((commit, found))
        return groups[best], weights[best]

    def _engine(self, groups: Sequence[tuple[int, ...]]) -> Any:
        """The engine over groups, as one that is asked for a commit that cannot be tested would ask for ever; with the
        evidence so far. Place 0 is the last group."""
        import numpy as np
        from git_bayesect import Bisector  # type: ignore[import-untyped]  # it ships none

        engine = Bisector(np.array([float(len(group)) for group in groups[::-1]]), **PRIORS)
        place = {commit: len(groups) - 1 - at for at, group in enumerate(groups) for commit in group}
        for commit, outcome in self.seen:
            if outcome.says:
                engine.record(place[commit], outcome is Outcome.BAD)
        return engine

    def _silent(self) -> set[int]:
        """Commits that said nothing too often, and never anything else."""
        counts = Counter(commit for commit, outcome in self.seen if not outcome.says)
        spoke = {commit for commit, outcome in self.seen if outcome.says}
        return {commit for commit, count in counts.items() if count >= UNSAYING_MAX and commit not in spoke}

    def _groups(self) -> list[tuple[int, ...]]:
        """Commits that cannot be told apart: one that can be tested, and those before it that cannot."""
        silent, groups, group = self._silent(), [], tuple[int, ...]()
        for commit in self.line:
            group = (*group, commit)
            if commit not in silent:
                groups.append(group)
                group = ()
        return [*groups, *([group] if group else [])]

    def _testable(self, groups: Sequence[tuple[int, ...]], at: int) -> int | None:
        """The commit that is tested for a group; for the last one, if nothing in it can be tested, that of the next."""
        silent = self._silent()
        near = [group[-1] for group in groups[at::-1] if group[-1] not in silent]
        return near[0] if near else None


def first_parents(graph: Graph, tip: int) -> list[int]:
    """The line that leads to ``tip`` by first parents, oldest first."""
    line = [tip]
    while graph.parents[line[-1]]:
        line.append(graph.parents[line[-1]][0])
    return line[::-1]
