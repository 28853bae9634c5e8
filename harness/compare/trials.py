# SPDX-License-Identifier: GPL-2.0-only
"""Blocks of races in random order, alternating between kernels, until enough is known about each scenario."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.compare.rates import MARGIN, RateChange, of_duel, settled_same
from harness.compare.sequential import ALPHA, Duel, interval
from harness.deadline import Deadline
from harness.sweep.records import StressResult

BLOCK = 128  # races: two files of 64 windows

# kernel, scenario, seed, races -> what the block gave
RaceBlock = Callable[[str, str, int, int], StressResult]


@dataclass(frozen=True)
class Block:
    """One block as it was run; the order of blocks is that of time."""

    scenario: str
    kernel: str
    failed: int
    races: int
    seconds: float

    @property
    def pace(self) -> float:
        """Races a second, 0 where it took no time."""
        return self.races / self.seconds if self.seconds else 0.0


@dataclass
class Trials:
    """Races ``scenarios`` on all ``kernels``, the first against each other one.

    In each round the kernels take their turn in an order drawn anew, so that a load on the host, or a file system that
    ages, harms none of them more than the others. A kernel whose comparison is settled leaves; the first stays until
    all have. At most ``most`` races a kernel and scenario.
    """

    kernels: Sequence[str]
    scenarios: Sequence[str]
    race: RaceBlock
    most: int = 2000
    seed: int = 1
    block: int = BLOCK
    blocks: list[Block] = field(default_factory=list)
    duels: dict[tuple[str, str], Duel] = field(default_factory=dict)  # by scenario and kernel
    broken: dict[tuple[str, str], str] = field(default_factory=dict)

    def run(self, deadline: Deadline) -> None:
        """All scenarios, one after the other."""
        draw = random.Random(self.seed)
        for scenario in self.scenarios:
            for kernel in self.kernels[1:]:
                self.duels[scenario, kernel] = Duel()
            while not deadline.passed and (left := self._open(scenario)):
                self._round(scenario, left, draw)

    def changes(self, kernel: str) -> list[RateChange]:
        """What is known of each scenario on ``kernel`` against the first, not yet adjusted."""
        base = self.kernels[0]
        found = []
        for scenario in self.scenarios:
            why = self.broken.get((scenario, kernel)) or self.broken.get((scenario, base), "")
            found.append(of_duel(scenario, self.duels.get((scenario, kernel), Duel()), why))
        return found

    def _open(self, scenario: str) -> list[str]:
        """Kernels to race on; the first of all is one of them while there is another."""
        if (scenario, self.kernels[0]) in self.broken:
            return []
        left = [kernel for kernel in self.kernels[1:] if not self._settled(scenario, kernel)]
        return [self.kernels[0], *left] if left else []

    def _settled(self, scenario: str, kernel: str) -> bool:
        duel = self.duels[scenario, kernel]
        if (scenario, kernel) in self.broken or min(duel.races) >= self.most:
            return True
        comparisons = len(self.scenarios) * (len(self.kernels) - 1)
        if duel.p <= ALPHA / comparisons:  # then it holds behind Holm's adjustment too
            return True
        before, after = (interval(*each) for each in zip(duel.failed, duel.races, strict=True))
        return settled_same(before, after, MARGIN)

    def _round(self, scenario: str, kernels: Sequence[str], draw: random.Random) -> None:
        order = draw.sample(list(kernels), len(kernels))
        seed = draw.randrange(1, 1 << 31)  # the same for all kernels of a round
        counts: dict[str, tuple[int, int]] = {}
        for kernel in order:
            result = self.race(kernel, scenario, seed, self.block)
            if result.broken or not result.races:
                self.broken[scenario, kernel] = result.broken or "no race was run"
                continue
            counts[kernel] = result.failing, result.races
            self.blocks.append(Block(scenario, kernel, *counts[kernel], result.seconds))
        base = counts.get(self.kernels[0])
        for kernel in kernels[1:]:
            if base and kernel in counts:
                self.duels[scenario, kernel].block(base, counts[kernel])
