# SPDX-License-Identifier: GPL-2.0-only
"""A comparison (harness/compare) as one self-contained HTML file: answers, scenarios, windows, rates, cost."""

from harness.compare.comparison import Comparison, PairChange
from harness.report.cost_picture import cost_picture
from harness.report.html import digest, style, template

TONES = {"fixed": "good", "better": "good", "same": "good", "regressed": "bad", "slower": "bad"}


def render_comparison_html(comparison: Comparison) -> str:
    """The comparison as an HTML document without a script."""
    from markupsafe import Markup

    return template("comparison.html.j2").render(
        comparison=comparison, pictures=[cost_picture(pair.cost) for pair in comparison.pairs], tones=TONES,
        shares=_shares, style=Markup(style()), style_digest=digest(style()),
    )  # fmt: skip


def _shares(pair: PairChange, number: int) -> str:
    change = pair.scenarios[number]
    before, after = (f"{f}/{s}" if s else "not swept" for f, s in zip(change.failing, change.schedules, strict=True))
    return f"{before} → {after}"
