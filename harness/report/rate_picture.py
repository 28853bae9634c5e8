# SPDX-License-Identifier: GPL-2.0-only
"""Rates of random races as a small picture: one bar a kernel and kind, from one end of its interval to the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.verdict.statistics import Rate, percent, upper_bound

WIDTH = 1000  # units of the picture's axis
NICE = (1, 2, 5, 10)


@dataclass(frozen=True)
class Bar:
    """``left`` and ``right`` end the interval, ``dot`` is the observed rate, all in units; ``told`` is it in words."""

    kernel: str
    kind: str
    left: float
    right: float
    dot: float
    told: str


@dataclass(frozen=True)
class RatePicture:
    """Bars on one axis from 0 to ``top``, which is said in words."""

    bars: tuple[Bar, ...]
    top: str


def rate_picture(rates: Sequence[tuple[str, str, Rate]]) -> RatePicture | None:
    """The picture of (kernel, kind, rate); None where no race was run."""
    run = [each for each in rates if each[2].races]
    if not run:
        return None
    top = _top(max(_high(rate) for _, _, rate in run))
    bars = tuple(
        Bar(kernel, kind, _at(rate.low, top), _at(_high(rate), top), _at(rate.share, top), str(rate))
        for kernel, kind, rate in run
    )
    return RatePicture(bars, percent(top))


def _high(rate: Rate) -> float:
    """Without a failure the one-sided bound, which is what the words beside it say."""
    return rate.high if rate.failed else upper_bound(rate.races)


def _at(share: float, top: float) -> float:
    return round(WIDTH * min(share / top, 1), 1)


def _top(share: float) -> float:
    """The next of 1, 2, 5 times a power of ten, at most 1."""
    from math import floor, log10

    unit = 10.0 ** floor(log10(share))
    return min(1.0, next(step * unit for step in NICE if step * unit >= share * 0.999999))
