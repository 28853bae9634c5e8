# SPDX-License-Identifier: GPL-2.0-only
"""Windows in words, each with what became of it on the other kernel."""

from dataclasses import dataclass

from harness.report import facts
from harness.results.run import Run
from harness.sweep.records import SweepResult
from harness.verdict.closed import fate


@dataclass(frozen=True)
class WindowLine:
    """One window in words, and what became of it on the other kernel, "" where there is none."""

    kernel: str
    where: str
    told: str
    fate: str


def window_fates(run: Run, result: SweepResult) -> list[WindowLine]:
    """The windows of one sweep."""
    other = next((kernel for kernel in run.kernels if kernel.name != result.kernel), None)
    compared = run.result(result.scenario, other.name) if other else None
    lines = []
    for window in facts.result_windows(run, result):
        became = ""
        if other and compared:
            points = run.points.get(result.kernel, ()), run.points.get(other.name, ())
            became = f"{fate(window, points[0], compared, points[1])} on {other.name}"
        order = "".join("ABCD"[actor] for actor in window.order)
        told = f"c={window.bound}, start {order}, {'ABCD'[window.actor]} stopped: {', '.join(window.kinds)}"
        lines.append(WindowLine(result.kernel, str(window), told, became))
    return lines
