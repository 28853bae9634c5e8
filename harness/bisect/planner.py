# SPDX-License-Identifier: GPL-2.0-only
"""Which commit to test next: the one that is expected to tell most for a second of building and sweeping."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from harness.bisect.graph import Graph, bits
from harness.bisect.outcome import Outcome

LOOKED_AT = 24  # commits whose build is estimated: those that split best, spread over how well
NEAR = 8.0  # commits: what is untestable mostly ends within so many
UNTESTABLE = 0.02  # of the commits, before any was seen


@dataclass(frozen=True)
class Cost:
    """Seconds of a commit's test. ``link``: of a build in which nothing but the last steps is done; ``file``: more for
    each file that differs from the tree's present state; ``whole``: a build from nothing, the most that it can be."""

    link: float = 20.0
    file: float = 2.0
    whole: float = 400.0
    sweep: float = 10.0

    @property
    def limit(self) -> int:
        """Differing files at which a build costs as much as one from nothing."""
        return math.ceil((self.whole - self.link) / self.file) if self.file else 0

    def build(self, files: int) -> float:
        """Seconds of a build with so many files that differ."""
        return min(self.whole, self.link + self.file * files)


@dataclass(frozen=True)
class Step:
    """A commit to test, what it is expected to tell in bits, and the seconds that it is expected to take."""

    commit: int
    bits: float
    seconds: float


def next_step(graph: Graph, outcomes: Mapping[int, Outcome], at: int, cost: Cost) -> Step | None:
    """The next commit, ``at`` being the one that the tree is in now; None where no test can tell more."""
    candidates = graph.candidates(outcomes)
    total = candidates.bit_count()
    steps = []
    for index, told in _splitting(graph, candidates, total, outcomes):
        seconds = cost.build(graph.distance(at, index, cost.limit) if graph.files else 0) + cost.sweep
        steps.append(Step(index, told, seconds))
    return max(steps, key=lambda step: (step.bits / step.seconds, -step.commit), default=None)


def _splitting(graph: Graph, candidates: int, total: int, outcomes: Mapping[int, Outcome]) -> list[tuple[int, float]]:
    """Commits and what their tests are expected to tell, the best ones and some that are nearly as good."""
    silent = [index for index, outcome in outcomes.items() if not outcome.says]
    told = [(index, _told((graph.reach[index] & candidates).bit_count() / total) * _testable(index, silent))
            for index in bits(candidates) if index not in outcomes]  # fmt: skip
    ranked = sorted((each for each in told if each[1] > 0), key=lambda each: -each[1])
    half = [each for each in ranked if each[1] >= ranked[0][1] / 2]
    return half[:: max(1, len(half) // LOOKED_AT)]


def _told(share: float) -> float:
    """Bits of an answer that is `bad` with probability ``share``."""
    if not 0 < share < 1:
        return 0.0
    return -share * math.log2(share) - (1 - share) * math.log2(1 - share)


def _testable(index: int, silent: list[int]) -> float:
    """Probability that a commit says something; those near an untestable one mostly do not either."""
    chance = 1 - UNTESTABLE
    for other in silent:
        chance *= 1 - 0.9 * math.exp(-abs(index - other) / NEAR)
    return chance


def answer(graph: Graph, outcomes: Mapping[int, Outcome]) -> tuple[int, ...]:
    """The commits that may be the first bad one: one if the bisect is over, more if the rest cannot be told apart."""
    return tuple(bits(graph.candidates(outcomes)))
