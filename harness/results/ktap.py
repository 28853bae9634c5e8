# SPDX-License-Identifier: GPL-2.0-only
"""KTAP (Documentation/dev-tools/ktap.rst): a test a kernel, a subtest a scenario, the verdict last."""

from collections.abc import Sequence

from harness.report.harmless import harmless
from harness.results.junit import PASSED
from harness.results.run import KernelInfo, Run
from harness.verdict.verdict import Cell, CellWord, Word


def ktap(run: Run) -> str:
    """The run as KTAP version 1."""
    assert run.verdict
    lines = ["KTAP version 1", f"1..{len(run.kernels) + 1}"]
    for number, kernel in enumerate(run.kernels, 1):
        lines += _kernel(number, kernel, [cell for cell in run.verdict.cells if cell.kernel == kernel.name])
    passed = run.verdict.word is Word.PASS
    lines += [f"# {_line(run.verdict.sentence)}", f"{_ok(passed)} {len(run.kernels) + 1} verdict"]
    return "\n".join(lines) + "\n"


def _kernel(number: int, kernel: KernelInfo, cells: Sequence[Cell]) -> list[str]:
    lines = ["  KTAP version 1", f"  1..{len(cells)}"]
    for place, cell in enumerate(cells, 1):
        lines += [f"  # {_line(cell.sentence)}", f"  {_result(cell, kernel, place)}"]
    return [*lines, f"{_ok(not any(_failed(cell, kernel) for cell in cells))} {number} {_line(kernel.name)}"]


def _result(cell: Cell, kernel: KernelInfo, place: int) -> str:
    if _failed(cell, kernel):
        return f"not ok {place} {cell.scenario}"
    skip = "" if cell.word in PASSED or cell.word is CellWord.FAILS else f" # SKIP {cell.word}"
    return f"ok {place} {cell.scenario}{skip}"


def _failed(cell: Cell, kernel: KernelInfo) -> bool:
    return cell.word is CellWord.BROKEN or (cell.word is CellWord.FAILS and kernel.side == "with")


def _ok(passed: bool) -> str:
    return "ok" if passed else "not ok"


def _line(text: str) -> str:
    return " ".join(harmless(text).replace("#", "").split())
