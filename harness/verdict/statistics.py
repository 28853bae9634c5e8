# SPDX-License-Identifier: GPL-2.0-only
"""Rates of random races: intervals, a bound where nothing failed, and Fisher's exact test between two kernels.

scipy is imported by the functions that need it: loading it costs more than the rest of the lab.
"""

from dataclasses import dataclass
from typing import Literal

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Rate:
    """``failed`` of ``races`` and the two-sided interval of the true rate, all rates 0 to 1."""

    failed: int
    races: int
    low: float
    high: float
    confidence: float = CONFIDENCE

    @property
    def share(self) -> float:
        """The observed rate."""
        return self.failed / self.races if self.races else 0.0

    def __str__(self) -> str:
        if not self.races:
            return "no races run"
        if not self.failed:
            return (
                f"no failure in {self.races:,}: rate below {percent(upper_bound(self.races))} ({self.confidence:.0%})"
            )
        return f"{self.failed:,} of {self.races:,}: {percent(self.share)} [{percent(self.low)}, {percent(self.high)}]"


def percent(share: float) -> str:
    """0.0123 as ``"1.2%"``; two significant digits, so that a small rate never reads as 0."""
    value = 100 * share
    return f"{value:.0f}%" if value >= 10 or not value else f"{value:#.2g}%"


def rate(failed: int, races: int, method: Literal["exact", "wilson"] = "exact") -> Rate:
    """The rate with its 95 % interval: Clopper-Pearson ("exact") never covers less than it says, Wilson's is narrower.

    Raises ValueError unless 0 <= failed <= races.
    """
    _check(failed, races)
    if not races:
        return Rate(0, 0, 0.0, 1.0)
    from scipy.stats import binomtest

    interval = binomtest(failed, races).proportion_ci(CONFIDENCE, method=method)
    return Rate(failed, races, float(interval.low), float(interval.high))


def upper_bound(races: int, confidence: float = CONFIDENCE) -> float:
    """The rate that ``races`` races without a failure exclude: the one-sided Clopper-Pearson bound at 0 failures.

    1 - (1 - confidence) ** (1 / races), about 3 / races (the rule of three); 1.0 for no races.
    """
    return 1.0 if races <= 0 else float(1 - (1 - confidence) ** (1 / races))


def races_needed(bound: float, confidence: float = CONFIDENCE) -> int:
    """Races without a failure needed to say that the rate is below ``bound`` (0 < bound < 1)."""
    from math import ceil, log

    if not 0 < bound < 1:
        raise ValueError(f"a rate to exclude lies between 0 and 1, not at {bound}")
    return ceil(log(1 - confidence) / log(1 - bound) - 1e-9)


def fisher(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Two-sided p of Fisher's exact test that two kernels fail at the same rate; each is (failed, races)."""
    _check(*one)
    _check(*other)
    from scipy.stats import fisher_exact

    table = [[failed, races - failed] for failed, races in (one, other)]
    return float(fisher_exact(table)[1])


def _check(failed: int, races: int) -> None:
    if not 0 <= failed <= races:
        raise ValueError(f"{failed} failures in {races} races cannot be")
