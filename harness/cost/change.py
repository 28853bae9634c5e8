# SPDX-License-Identifier: GPL-2.0-only
"""What a patch costs: the same operations timed on two kernels, and whether one is dearer by more than a margin."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any, Literal

CostWord = Literal["slower", "faster", "same", "unknown"]
MARGIN = 1.5  # a ratio between 1 / 1.5 and 1.5 is the same
CONFIDENCE = 0.95
RESAMPLES = 2000
INSTRUCTION_NS = 2  # -icount shift=1: what an instruction takes of the guest's time
TAIL = "99 % latency"  # of 64 operations the longest: it scatters from trial to trial
SLACK = 1.0  # us: added to both sides of what may be 0


@dataclass(frozen=True)
class Measure:
    """One quantity of one operation on one kernel: a value a trial."""

    operation: str
    quantity: str
    unit: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class CostChange:
    """A quantity on two kernels: medians, and how many times as dear the later one is, with its 95 % interval.

    ``exact``: in guest time, which counts instructions and sleep, the same on every boot and host. Else it is wall
    time, which does not decide: a race that fails takes longer than one that passes.
    """

    operation: str
    quantity: str
    unit: str
    before: float
    after: float
    ratio: float
    low: float
    high: float
    word: CostWord
    exact: bool = True


@dataclass(frozen=True)
class Cost:
    """The cost of one kernel (``after``) beside that of another; ``missing`` says why nothing was measured."""

    before: str
    after: str
    changes: tuple[CostChange, ...] = ()
    missing: str = ""


def measures(rows: Iterable[dict[str, Any]]) -> list[Measure]:
    """From the records of racer's cost.c, a quantity after the other for each operation.

    Latencies are of one operation, from the end of the last; "blocked" is the time without a CPU a operation.
    """
    found: dict[tuple[str, str, str], list[float]] = {}
    for row in sorted((row for row in rows if row["t"] == "cost"), key=lambda row: (row["name"], row["trial"])):
        count, each = len(row["each"]), sorted(row["each"])
        values = {
            ("median latency", "us"): _at(each, 0.5) / 1e3,
            ("90 % latency", "us"): _at(each, 0.9) / 1e3,
            (TAIL, "us"): _at(each, 0.99) / 1e3,
            ("throughput", "/s"): count * 1e9 / row["ns"],
            ("blocked", "us"): max(0.0, row["ns"] - row["cpu"]) / count / 1e3,
            ("instructions", ""): row["cpu"] / count / INSTRUCTION_NS,
        }
        for (quantity, unit), value in values.items():
            found.setdefault((row["name"], quantity, unit), []).append(value)
    return [Measure(*key, tuple(values)) for key, values in found.items()]


def _at(ordered: Sequence[float], share: float) -> float:
    """The percentile by nearest rank."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def cost_changes(before: Sequence[Measure], after: Sequence[Measure]) -> tuple[CostChange, ...]:
    """What both kernels have a measure of, in the order of the earlier one's."""
    news = {(each.operation, each.quantity): each for each in after}
    pairs = [(one, news.get((one.operation, one.quantity))) for one in before]
    return tuple(set_against(a.operation, a.quantity, a.unit, a.values, b.values) for a, b in pairs if b)


def cost_word(changes: Sequence[CostChange]) -> CostWord | Literal["not measured"]:
    """The cost as a whole: the worst of what decides. A tail that scatters too much to say anything is left out."""
    words = {each.word for each in changes if each.exact and not (each.quantity == TAIL and each.word == "unknown")}
    if not words:
        return "not measured"
    order: tuple[CostWord, ...] = ("slower", "unknown", "faster", "same")
    return next(word for word in order if word in words)


def set_against(
    operation: str, quantity: str, unit: str, one: Sequence[float], two: Sequence[float], exact: bool = True
) -> CostChange:  # fmt: skip
    """One quantity: the trials ``one`` of the earlier kernel, ``two`` of the later one."""
    olds, news = ([value + SLACK * (quantity == "blocked") for value in values] for values in (one, two))
    if unit == "/s":  # the more the better
        olds, news = ([1 / value for value in values] for values in (olds, news))
    ratio, (low, high) = median(news) / median(olds), _interval(olds, news)
    return CostChange(operation, quantity, unit, median(one), median(two), ratio, low, high, _word(low, high), exact)


def _interval(olds: Sequence[float], news: Sequence[float]) -> tuple[float, float]:
    """Of the ratio of medians, by resampling the trials of either kernel (percentile bootstrap, Efron 1979)."""
    from numpy import array, percentile
    from numpy import median as medians
    from numpy.random import default_rng

    draw = default_rng(1)  # the same figures for the same trials
    one, two = (medians(draw.choice(array(values), (RESAMPLES, len(values))), axis=1) for values in (olds, news))
    tail = 50 * (1 - CONFIDENCE)
    low, high = percentile(two / one, [tail, 100 - tail])
    return float(low), float(high)


def _word(low: float, high: float) -> CostWord:
    if low > MARGIN:
        return "slower"
    if high < 1 / MARGIN:
        return "faster"
    return "same" if low >= 1 / MARGIN and high <= MARGIN else "unknown"
