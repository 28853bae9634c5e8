# SPDX-License-Identifier: GPL-2.0-only
"""A cost as bars on an axis of logarithms."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log2

from harness.cost.change import CostChange
from harness.cost.words import figures

WIDTH = 1000  # units of the picture's axis


@dataclass(frozen=True)
class CostBar:
    """One quantity: its ratio's interval on an axis of logarithms whose middle is 1, in units."""

    change: CostChange
    figures: str
    left: float
    right: float
    dot: float


@dataclass(frozen=True)
class CostPicture:
    """Bars on an axis from 1 / ``most`` to ``most`` times as dear."""

    bars: tuple[CostBar, ...]
    most: int


def cost_picture(cost: Sequence[CostChange]) -> CostPicture | None:
    """The picture of what was measured, None where nothing was."""
    sound = [each for each in cost if 0 < each.low <= each.high]
    if not sound:
        return None
    most = max(1, ceil(max(abs(log2(value)) for each in sound for value in (each.low, each.high))))
    return CostPicture(tuple(_bar(each, most) for each in sound), 2**most)


def _bar(change: CostChange, most: int) -> CostBar:
    def at(ratio: float) -> float:
        return round(WIDTH * (log2(ratio) + most) / (2 * most), 1)

    left, right = at(change.low), at(change.high)
    return CostBar(change, figures(change), left, right, min(max(at(change.ratio), left), right))
