# SPDX-License-Identifier: GPL-2.0-only
"""The statistical part: by scenario what random races say, fixed / rarer / same / regressed / unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from harness.compare.holm import holm
from harness.compare.sequential import ALPHA, Duel, interval, races_needed
from harness.compare.sequential import Sequence as Rate
from harness.verdict.statistics import fisher, percent

RateWord = Literal["fixed", "rarer", "same", "regressed", "unknown"]
MARGIN = 0.05  # rates that differ by less are the same


@dataclass(frozen=True)
class RateChange:
    """Races of one scenario on two kernels.

    ``p`` is valid at any time (method "sequential") or for the one look that was taken ("fisher"), ``adjusted`` is
    Holm's over all comparisons. ``needed`` are races without a failure that would halve the bound on the later one.
    """

    scenario: str
    before: Rate
    after: Rate
    p: float
    method: Literal["sequential", "fisher"]
    adjusted: float = 1.0
    word: RateWord = "unknown"
    broken: str = ""
    needed: int = 0

    def __str__(self) -> str:
        if self.broken:
            return f"{self.word}: {self.broken}"
        return f"{self.word}: {told(self.before)} -> {told(self.after)}, p {self.adjusted:.2g}"


def told(rate: Rate) -> str:
    """A rate with its interval; no failure is an upper bound, never none."""
    if not rate.races:
        return "not raced"
    if not rate.failed:
        return f"0 of {rate.races:,}: below {percent(rate.high)}"
    span = f"[{percent(rate.low)}, {percent(rate.high)}]"
    return f"{rate.failed:,} of {rate.races:,}: {percent(rate.failed / rate.races)} {span}"


def of_duel(scenario: str, duel: Duel, broken: str = "") -> RateChange:
    """What a duel that was watched block by block has shown."""
    before, after = (interval(failed, races) for failed, races in zip(duel.failed, duel.races, strict=True))
    return _with_need(RateChange(scenario, before, after, duel.p, "sequential", broken=broken))


def of_counts(scenario: str, before: tuple[int, int], after: tuple[int, int], broken: str = "") -> RateChange:
    """What two past runs of a planned number of races have shown; each is (failed, races)."""
    p = fisher(before, after) if before[1] and after[1] else 1.0
    return _with_need(RateChange(scenario, interval(*before), interval(*after), p, "fisher", broken=broken))


def _with_need(change: RateChange) -> RateChange:
    after = change.after
    return change if after.failed or not after.races else replace(change, needed=races_needed(after.high / 2))


def judged(changes: Sequence[RateChange], alpha: float = ALPHA, margin: float = MARGIN) -> tuple[RateChange, ...]:
    """All comparisons of a report, with their words; none of them is adjusted by itself."""
    adjusted = holm([each.p for each in changes])
    return tuple(
        replace(each, adjusted=p, word=_word(each, p, alpha, margin))
        for each, p in zip(changes, adjusted, strict=True)
    )  # fmt: skip


def _word(change: RateChange, p: float, alpha: float, margin: float) -> RateWord:
    before, after = change.before, change.after
    if change.broken or not before.races or not after.races:
        return "unknown"
    if p <= alpha:
        if after.failed / after.races > before.failed / before.races:
            return "regressed"
        return "rarer" if after.failed else "fixed"
    return "same" if settled_same(before, after, margin) else "unknown"


def settled_same(before: Rate, after: Rate, margin: float = MARGIN) -> bool:
    """Whether the intervals leave no room for a difference of ``margin`` (a share of 1) in either direction."""
    return max(after.high - before.low, before.high - after.low) < margin
