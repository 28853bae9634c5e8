# SPDX-License-Identifier: GPL-2.0-only
"""Bisects the same made-up histories by the lab's planner and as plain git does: python -m tests.simulate_bisect.

A test of a commit is exact in both, as a sweep is. What differs is which commits are built.
"""

import math
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.bisect.planner import Cost
from tests.unit.bisect.histories import Bisected, History, bisected, history, plain_git, planned

# A whole build is 60 times, and 3 times, a trial of 10 seconds.
DEAR, CHEAP = Cost(link=20, file=2, whole=600, sweep=10), Cost(link=2, file=0.5, whole=30, sweep=10)

Pair = tuple[History, Bisected, Bisected]


@dataclass(frozen=True)
class Told:
    """Mean seconds of both, and the mean saving of a pair with its 95 % interval."""

    mean_ours: float
    mean_theirs: float
    saved: float
    low: float
    high: float


def simulated(seeds: Iterable[int], commits: int, cost: Cost) -> list[Pair]:
    """One pair a seed."""
    histories = [history(seed, commits) for seed in seeds]
    return [(made, bisected(made, planned, cost), bisected(made, plain_git, cost)) for made in histories]


def told(pairs: Sequence[Pair]) -> Told:
    """The paired comparison, by Student's t."""
    from scipy.stats import t

    saved = [theirs.seconds - ours.seconds for _made, ours, theirs in pairs]
    mean, half = statistics.mean(saved), 0.0
    half = float(t.ppf(0.975, len(saved) - 1)) * statistics.stdev(saved) / math.sqrt(len(saved))
    ours = statistics.mean(each.seconds for _made, each, _theirs in pairs)
    return Told(ours, ours + mean, mean, mean - half, mean + half)


def main(count: int, commits: int) -> None:
    """Prints the table."""
    sys.stdout.write(f"{count} histories of {commits:,} commits with merges; seconds a bisect\n")
    for name, cost in (("build 60 trials", DEAR), ("build 3 trials", CHEAP)):
        pairs = simulated(range(count), commits, cost)
        right = sum(ours.found == (made.culprit,) for made, ours, _theirs in pairs)
        gain = told(pairs)
        ours, theirs = (statistics.mean(pair[side].tests for pair in pairs) for side in (1, 2))  # type: ignore[union-attr]
        sys.stdout.write(
            f"{name}: right {right}/{count}; lab {gain.mean_ours:.0f} ({ours:.1f} tests), git {gain.mean_theirs:.0f} "
            f"({theirs:.1f} tests), saved {gain.saved:.0f} [{gain.low:.0f}, {gain.high:.0f}]\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3] or ("200", "10000")))
