# SPDX-License-Identifier: GPL-2.0-only
"""Windows in words, each with what became of it on the other kernels."""

from dataclasses import dataclass

from harness.report import facts
from harness.results.run import Run
from harness.sweep.records import SweepResult
from harness.sweep.window import Window
from harness.verdict.closed import fate


@dataclass(frozen=True)
class WindowLine:
    """One window in words, and what became of it on the other kernels, "" where there is none."""

    kernel: str
    where: str
    told: str
    fate: str


def window_fates(run: Run, result: SweepResult) -> list[WindowLine]:
    """The windows of one sweep."""
    lines = []
    for window in facts.result_windows(run, result):
        order = "".join("ABCD"[actor] for actor in window.order)
        told = f"c={window.bound}, start {order}, {'ABCD'[window.actor]} stopped: {', '.join(window.kinds)}"
        lines.append(WindowLine(result.kernel, str(window), told, _became(run, result, window)))
    return lines


def _became(run: Run, result: SweepResult, window: Window) -> str:
    """``"fails on v1; closed on v2, v3"``: kernels of one fate together, in the run's order."""
    found: dict[str, list[str]] = {}
    for kernel in run.kernels:
        other = run.result(result.scenario, kernel.name) if kernel.name != result.kernel else None
        if other:
            became = fate(window, run.points.get(result.kernel, ()), other, run.points.get(kernel.name, ()))
            found.setdefault(became, []).append(kernel.name)
    return "; ".join(f"{became} on {', '.join(names)}" for became, names in found.items())
