# SPDX-License-Identifier: GPL-2.0-only
"""Rates of failure that may be looked at after every block: a test of two rates, and intervals, valid at any time.

Two kernels are raced block by block, and one stops when enough is known. A test for a fixed number of races (Fisher's)
would then raise more false alarms than it says. What is used here holds at every moment at once:

- R. Turner, A. Ly, P. Gruenwald. *Generic E-variables for exact sequential k-sample tests that allow for optional
  stopping.* Journal of Statistical Planning and Inference 230 (2024), arXiv:2106.02693: the test of two rates.
- H. Robbins. *Statistical methods related to the law of the iterated logarithm.* Ann. Math. Statist. 41 (1970); S. R.
  Howard, A. Ramdas, J. McAuliffe, J. Sekhon. *Time-uniform, nonparametric, nonasymptotic confidence sequences.* Ann.
  Statist. 49 (2021): the intervals.
- R. Johari, P. Koomen, L. Pekelis, D. Walsh. *Always Valid Inference.* Operations Research 70 (2022): the p-value.

Races of one block are taken for independent of each other. numpy is imported by the functions that need it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from math import exp, inf, lgamma, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

ALPHA = 0.05
RATES = (0.0005, 0.002, 0.006, 0.02, 0.06, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95)  # alternatives of the mixture


@dataclass
class Duel:
    """The test that two kernels fail at the same rate. ``failed`` and ``races`` are (one, other) so far.

    For rates a and b, a block of n and m races, and c = (n a + m b) / (n + m), the likelihood ratio of (a, b) against
    (c, c) has an expectation of at most 1 whatever rate the two kernels share: with x of a race's n factors and y of m,
    x^n y^m <= ((n x + m y) / (n + m))^(n + m) = 1. So has its product over blocks, and the mean over pairs (a, b). By
    Ville's inequality that mean ever reaches 1 / alpha with a probability of at most alpha.
    """

    failed: list[int] = field(default_factory=lambda: [0, 0])
    races: list[int] = field(default_factory=lambda: [0, 0])
    highest: float = 0.0  # log of the mean, at its highest
    _logs: "NDArray[float64] | None" = None

    def block(self, one: tuple[int, int], other: tuple[int, int]) -> None:
        """A block of races of each kernel: (failed, races). Raises ValueError for what cannot be."""
        for at, (failed, races) in enumerate((one, other)):
            if not 0 <= failed <= races:
                raise ValueError(f"{failed} failures in {races} races cannot be")
            self.failed[at] += failed
            self.races[at] += races
        if not one[1] or not other[1]:
            return  # nothing to set against it
        counts = (one[0], one[1] - one[0], other[0], other[1] - other[0])
        self._logs = _weights(one[1], other[1]) @ counts + (0.0 if self._logs is None else self._logs)
        self.highest = max(self.highest, _log_mean(self._logs))

    @property
    def p(self) -> float:
        """Holds whenever one looks: at most alpha with a probability of at most alpha where the rates are equal."""
        return min(1.0, exp(-self.highest))


@cache
def _weights(races: int, other: int) -> "NDArray[float64]":
    """For each pair (a, b): the log ratio of a race of the one that fails, that passes, and of the other's."""
    from numpy import array

    found = []
    for a in RATES:
        for b in RATES:
            common = (races * a + other * b) / (races + other)
            found.append((*_logs(a, common), *_logs(b, common)))
    return array(found)


def _logs(rate: float, common: float) -> tuple[float, float]:
    return log(rate / common), log((1 - rate) / (1 - common))


def _log_mean(logs: "NDArray[float64]") -> float:
    from numpy import exp

    top = logs.max()
    return float(top + log(exp(logs - top).mean()))


@dataclass(frozen=True)
class Sequence:
    """``failed`` of ``races``, and the interval that covers the true rate at every moment at once."""

    failed: int
    races: int
    low: float
    high: float


def interval(failed: int, races: int, alpha: float = ALPHA) -> Sequence:
    """The confidence sequence of Robbins' mixture, over Beta(1/2, 1/2): wider than an interval for one look.

    Raises ValueError unless 0 <= failed <= races.
    """
    if not 0 <= failed <= races:
        raise ValueError(f"{failed} failures in {races} races cannot be")
    if not races:
        return Sequence(0, 0, 0.0, 1.0)

    def outside(rate: float) -> bool:
        return _log_mixture(failed, races) - _log_binomial(rate, failed, races) >= log(1 / alpha)

    share = failed / races
    return Sequence(failed, races, _edge(outside, share, 0.0), _edge(outside, share, 1.0))


def _log_mixture(failed: int, races: int) -> float:
    def log_beta(a: float, b: float) -> float:
        return lgamma(a) + lgamma(b) - lgamma(a + b)

    return log_beta(failed + 0.5, races - failed + 0.5) - log_beta(0.5, 0.5)


def _log_binomial(rate: float, failed: int, races: int) -> float:
    if (failed and rate <= 0) or (failed < races and rate >= 1):
        return -inf
    return (failed * log(rate) if failed else 0.0) + ((races - failed) * log(1 - rate) if failed < races else 0.0)


def _edge(outside: Callable[[float], bool], inner: float, outer: float) -> float:
    """Where ``outside`` begins between the two, told on the safe side."""
    if not outside(outer):
        return outer
    for _halving in range(60):
        middle = (inner + outer) / 2
        inner, outer = (inner, middle) if outside(middle) else (middle, outer)
    return outer


def races_needed(bound: float, alpha: float = ALPHA) -> int:
    """Races without a failure that exclude a rate of ``bound``, however often one has looked (0 < bound < 1)."""
    if not 0 < bound < 1:
        raise ValueError(f"a rate to exclude lies between 0 and 1, not at {bound}")
    low, high = 1, 2
    while interval(0, high, alpha).high > bound:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if interval(0, middle, alpha).high > bound else (low, middle)
    return low
