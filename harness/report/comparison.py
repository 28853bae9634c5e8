# SPDX-License-Identifier: GPL-2.0-only
"""A comparison (harness/compare) as one self-contained HTML file: answers, scenarios, windows, rates, cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log2

from harness.compare.comparison import Comparison, PairChange
from harness.compare.cost import CostChange
from harness.compare.text import figures
from harness.report.html import digest, style, template

WIDTH = 1000  # units of the picture's axis
TONES = {"fixed": "good", "better": "good", "same": "good", "regressed": "bad", "slower": "bad"}


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


def render_comparison_html(comparison: Comparison) -> str:
    """The comparison as an HTML document without a script."""
    from markupsafe import Markup

    return template("comparison.html.j2").render(
        comparison=comparison, pictures=[cost_picture(pair.cost) for pair in comparison.pairs], tones=TONES,
        shares=_shares, style=Markup(style()), style_digest=digest(style()),
    )  # fmt: skip


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


def _shares(pair: PairChange, number: int) -> str:
    change = pair.scenarios[number]
    before, after = (f"{f}/{s}" if s else "not swept" for f, s in zip(change.failing, change.schedules, strict=True))
    return f"{before} → {after}"
