# SPDX-License-Identifier: GPL-2.0-only
"""What a kill matrix is made of: which mutants, in which scenarios, with how many stops."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from harness.config.models import Lab
from harness.config.scenario import Scenario
from harness.engine.batches import WORTH, cost
from harness.mutants.corpus import Mutant


@dataclass(frozen=True)
class Corpus:
    """What a matrix is made of. ``bound`` is a ceiling over the scenarios' own; ``races`` 0 leaves stress out.

    ``deep``: a mutant that survives is swept again at the scenarios' own bounds. ``killers_only``: a mutant with lines
    `Killed-by` is swept in these scenarios alone. ``prune``: stops that equal others are left out, the first one too.
    """

    lab: Lab
    base: str
    mutants: tuple[Mutant, ...]
    scenarios: tuple[Scenario, ...]
    bound: int = 1
    deep: bool = True
    races: int = 0
    fresh: bool = False
    both_wake_ups: bool = False
    killers_only: bool = False
    atomic_stops: bool = False
    prune: bool = False

    def scenarios_for(self, mutant: Mutant) -> tuple[Scenario, ...]:
        """Those that run on the mutant's file system, its killers alone where that is asked for."""
        there = [each for each in self.scenarios if each.filesystem(mutant.filesystem) == mutant.filesystem]
        named = {killer.scenario for killer in mutant.killers} if self.killers_only else set()
        return tuple(each for each in there if each.name in named or not named)

    def cost(self, mutant: Mutant) -> int:
        """About how many schedules its row takes, with a boot for as many as it lasts: for the time that is left."""
        scenarios = self.scenarios_for(mutant)
        dies_early = any(killer.bound <= self.bound for killer in mutant.killers)
        further = deeper(scenarios, mutant, self.bound) if self.deep and not dies_early else []
        return WORTH + sum(map(cost, [*bounded(scenarios, self.bound), *further]))

    @property
    def at_once(self) -> int:
        """Mutants that are tried at once, in one guest each; one where they are raced, which takes all cores."""
        return 1 if self.races else max(1, min(os.cpu_count() or 1, len(self.mutants)))


def bounded(scenarios: Sequence[Scenario], bound: int) -> list[Scenario]:
    """The scenarios with at most that many stops."""
    return [each.at_most(bound) for each in scenarios]


def deeper(scenarios: Sequence[Scenario], mutant: Mutant, ceiling: int) -> list[Scenario]:
    """Scenarios whose own bound, or the one that the mutant asks for, is beyond the ceiling."""
    asked = {killer.scenario: killer.bound for killer in mutant.killers}
    bounds = {each.name: max(each.bound, asked.get(each.name, 0)) for each in scenarios}
    return [each.model_copy(update={"bound": bounds[each.name]}) for each in scenarios if bounds[each.name] > ceiling]
