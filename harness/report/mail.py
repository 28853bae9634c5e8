# SPDX-License-Identifier: GPL-2.0-only
"""The report as plain text of 72 columns, to paste into a reply on a mailing list."""

import textwrap

from harness.report import facts
from harness.report.columns import text
from harness.report.harmless import harmless
from harness.results.run import Run

WIDTH = 72


def render_mail(run: Run, who: str = "NAME <ADDRESS>") -> str:
    """Verdict, windows and interleaving of each failing scenario; after a PASS a Tested-by line with its bound."""
    lines = _filled(run.verdict.sentence if run.verdict else "No verdict.")
    if run.verdict:
        for sentence in (*run.verdict.reasons[:12], *run.verdict.findings[:12]):
            lines += _filled(f"- {sentence}")
    for plan in run.plan.scenarios:
        lines += _scenario(run, plan.name)
    lines += ["", *_filled(f"Reproduce: {run.reproduce}")]
    if run.verdict and run.verdict.status == 0:
        bounds = sorted({plan.bound for plan in run.plan.scenarios})
        told = str(bounds[0]) if len(bounds) == 1 else f"{bounds[0]} to {bounds[-1]}"
        lines += ["", f"Tested-by: {harmless(who)} # at most {told} preemptive stops"]
    return "\n".join(lines) + "\n"


def _scenario(run: Run, scenario: str) -> list[str]:
    shown = facts.shown_result(run, scenario)
    outcome = facts.shown_outcome(shown) if shown else None
    if not shown or not outcome:
        return []
    lines = ["", f"{scenario}, {harmless(shown.kernel)}:"]
    for told in facts.window_lines(run, shown)[:6]:
        lines += _filled(f"  {told}")
    for violation in outcome.violations:
        lines += _filled(f"  {violation.kind}: {violation.detail}")
    return [*lines, "", *(text(facts.diagram(run, shown, outcome, 6), WIDTH).splitlines() if outcome.trace else [])]


def _filled(words: str) -> list[str]:
    return textwrap.wrap(harmless(words), WIDTH, subsequent_indent="  ")
