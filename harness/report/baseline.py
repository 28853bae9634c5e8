# SPDX-License-Identifier: GPL-2.0-only
"""The baseline beside the sweep on a terminal: a line a kernel and method."""

from collections.abc import Sequence

from harness.baseline.comparison import Compared
from harness.baseline.holes import Holes
from harness.mutants.matrix import Cell
from harness.report.text_table import aligned

HEAD = ("kernel", "method", "tried", "found", "seconds", "seconds to the first")


def render_baseline(compared: Sequence[Compared]) -> str:
    """The table. A cell that the lab broke says so, and counts for nothing."""
    rows = [HEAD]
    for each in compared:
        rows.append((each.kernel, "baseline", *_holes(each.holes)))
        rows += [("", f"sweep {cell.scenario}", *_cell(cell)) for cell in each.cells]
    return "\n".join(aligned(rows))


def _holes(holes: Holes) -> tuple[str, str, str, str]:
    counts = {"lost": holes.lost, "differ": holes.differ, "sigbus": holes.sigbus}
    words = [f"{name} {count}" for name, count in counts.items() if count] + list(holes.splats)
    words += [holes.died] if holes.died else []
    tried = f"{holes.rounds * holes.pages:,} pages, {holes.threads} threads"
    return tried, ", ".join(words) or "nothing", f"{holes.seconds:.1f}", ""


def _cell(cell: Cell) -> tuple[str, str, str, str]:
    tried = f"{sum(cell.ran.values()):,} schedules, c={cell.bound}"
    if cell.broken:
        return tried, f"broken: {cell.broken}", "", ""
    kinds = ", ".join(f"{kind} {count}" for kind, count in cell.kinds.items()) or "nothing"
    soon = f"{cell.seconds_to_first:.2f}" if cell.seconds_to_first is not None else ""
    return tried, kinds, f"{cell.seconds:.1f}", soon
