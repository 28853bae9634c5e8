# SPDX-License-Identifier: GPL-2.0-only
"""github.annotations: workflow commands that GitHub Actions shows beside the source lines of a change.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions: what is printed to the job's log.
"""

from collections.abc import Iterator

from harness.report.harmless import harmless
from harness.results.run import Run
from harness.sweep.window import windows
from harness.verdict.verdict import Cell, CellWord, Word

MOST = 10  # of each level that GitHub shows of one step
LEVELS = {Word.PASS: "notice", Word.FAIL: "error", Word.BROKEN: "error", Word.INCONCLUSIVE: "warning"}


def annotations(run: Run) -> str:
    """The verdict, then a line for each scenario that fails on the kernel under test, with its first window's place."""
    assert run.verdict
    lines = [_command(LEVELS[run.verdict.word], f"dax-lab: {run.verdict.word}", run.verdict.sentence)]
    kernel = run.kernel("with")
    failing = [cell for cell in run.verdict.cells if kernel and cell.kernel == kernel.name and _counts(cell)]
    lines += [_failure(run, cell) for cell in failing[: MOST - 1]]
    if len(failing) >= MOST:
        lines.append(_command("warning", "dax-lab", f"{len(failing) - MOST + 1} more scenarios fail: see the report"))
    return "".join(f"{line}\n" for line in lines)


def _counts(cell: Cell) -> bool:
    return cell.word in (CellWord.FAILS, CellWord.BROKEN)


def _failure(run: Run, cell: Cell) -> str:
    place = next(_places(run, cell), {})
    return _command("error", f"{cell.scenario} on {cell.kernel}", f"{cell.word}: {cell.sentence}", **place)


def _places(run: Run, cell: Cell) -> Iterator[dict[str, str]]:
    result = run.result(cell.scenario, cell.kernel)
    for window in windows(result, run.points.get(cell.kernel, ())) if result else ():
        if window.begins:
            yield {"file": window.begins.file, "line": str(window.begins.line)}


def _command(level: str, title: str, text: str, **properties: str) -> str:
    """``::error file=fs/dax.c,line=985,title=...::text``: what could end a property or the line is escaped."""
    given = {**properties, "title": title}
    words = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in given.items())
    return f"::{level} {words}::{_escaped(text, '')}"


def _escaped(text: str, more: str) -> str:
    text = harmless(text)
    for letter in "%\r\n" + more:
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text
