# SPDX-License-Identifier: GPL-2.0-only
"""Which scenarios share a guest: fixed by the scenarios alone, so that the number of cores cannot change a result."""

from collections.abc import Sequence
from math import factorial

from harness.config.scenario import Scenario

STOPS_A_RUN = 45  # steps of a fault at calls and returns in fs/dax.c: what one more stop multiplies schedules by
BATCHES = 2  # of each kernel
WORTH = 1000  # schedules of cost() that take about as long as a guest's boot: fewer are not worth another one


def cost(scenario: Scenario) -> int:
    """About how many schedules the scenario has; only the order of magnitude matters."""
    others = len(scenario.actors) - 1
    runs: int = sum((STOPS_A_RUN * others) ** stops for stops in range(scenario.bound + 1))
    return factorial(others + 1) * runs


def batches(scenarios: Sequence[Scenario], count: int = BATCHES, guest: str = "ext4") -> list[tuple[Scenario, ...]]:
    """At most ``count`` batches for each image that is asked for: a guest mounts one, by default ``guest``. Fewer where
    each would be worth less than its boot.

    Pages of 2 MiB have guests of their own, half as many: whether ext4 finds blocks that such a fault can map, aligned
    to 2 MiB, depends on what small files left behind.
    """
    parts: list[tuple[Scenario, ...]] = []
    for group in by_image(scenarios, guest).values():
        small, huge = ([each for each in group if each.size == size] for size in ("4K", "2M"))
        parts += [*_balanced(small, count), *_balanced(huge, max(1, count // 2))]
    return parts


def by_image(scenarios: Sequence[Scenario], guest: str) -> dict[str, list[Scenario]]:
    """The scenarios by what they are run on, in the order of the images' names."""
    names = sorted({each.image(guest) for each in scenarios})
    return {name: [each for each in scenarios if each.image(guest) == name] for name in names}


def _balanced(scenarios: Sequence[Scenario], count: int) -> list[tuple[Scenario, ...]]:
    """At most ``count`` parts of about equal cost, none empty; within one, the given order."""
    loads = [0] * min(count, max(1, sum(map(cost, scenarios)) // WORTH))
    place: dict[str, int] = {}
    for scenario in sorted(scenarios, key=lambda each: (-cost(each), each.name)):
        lightest = loads.index(min(loads))
        loads[lightest] += cost(scenario)
        place[scenario.name] = lightest
    parts = [tuple(each for each in scenarios if place[each.name] == number) for number in range(len(loads))]
    return [part for part in parts if part]
