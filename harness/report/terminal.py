# SPDX-License-Identifier: GPL-2.0-only
"""The report on a terminal: table, windows, one interleaving a failing scenario, verdict, lines to type."""

import os
import sys
import textwrap
from collections.abc import Iterable

from harness.cost.words import cost_rows, cost_told
from harness.report import facts
from harness.report.columns import text
from harness.report.harmless import harmless
from harness.report.page import p_values
from harness.results.run import KernelInfo, Run
from harness.sweep.records import SweepResult
from harness.verdict.statistics import rate
from harness.verdict.verdict import Cell, CellWord, Word

MAX_SENTENCES = 12
MAX_WINDOWS = 8
_COLOUR = {
    CellWord.FAILS: "31", CellWord.BROKEN: "35",
    CellWord.SILENT: "32", CellWord.AS_EXPECTED: "32", CellWord.KNOWN: "32",
    Word.FAIL: "31", Word.PASS: "32", Word.BROKEN: "35", Word.INCONCLUSIVE: "33",
}  # fmt: skip


def render_terminal(run: Run, width: int = 100, colour: bool | None = None) -> str:
    """The report as text of at most ``width`` columns.

    ``colour`` None means: if stdout is a terminal and NO_COLOR (https://no-color.org) is not set.
    """
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") if colour is None else colour
    parts = [_table(run, width, colour)]
    parts += [part for scenario in run.plan.scenarios if (part := _scenario(run, scenario.name, width))]
    parts += [_cost(run, width), _log(run, width), _verdict(run, width, colour)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(run: Run, width: int, colour: bool) -> str:
    first = max([len(each.name) for each in run.plan.scenarios] + [8])
    first = min(first, width // 3)
    column = (width - first) // max(1, len(run.kernels)) - 2
    head = [["scenario"], *[_heading(kernel) for kernel in run.kernels]]
    lines = [*_side_by_side(head, first, column), "-" * width]
    for scenario in run.plan.scenarios:
        cells = [_cell_lines(run, scenario.name, kernel) for kernel in run.kernels]
        rows = _side_by_side([[scenario.name], *cells], first, column)
        lines += [_painted(rows[0], run, scenario.name) if colour else rows[0], *rows[1:]]
    return "\n".join(lines)


def _heading(kernel: KernelInfo) -> list[str]:
    release = f" {kernel.release}" if kernel.release else ""
    return [f"{kernel.name} ({kernel.side}){release}"]


def _cell_lines(run: Run, scenario: str, kernel: KernelInfo) -> list[str]:
    cell = run.verdict.cell(scenario, kernel.name) if run.verdict else None
    result, race = run.result(scenario, kernel.name), run.race(scenario, kernel.name)
    lines = [str(cell.word) if cell else ""]
    if cell and cell.word in (CellWord.BROKEN, CellWord.UNPROVEN, CellWord.LACKING, CellWord.NOT_RUN):
        lines.append(cell.sentence)
    if result:
        lines.append(facts.per_bound(result))
        lines += [told] if (told := facts.atomic_line(result)) else []
        counted = ", ".join(f"{kind} {number}" for kind, number in facts.kinds(result).items())
        lines += [line for line in (counted, facts.actor_line(result.outcomes)) if line]
    if race:
        lines += [f"stress: {_race(races, race.races, str(kind))}" for kind, races in race.failures.items() if races]
        if not any(race.failures.values()):
            lines.append(f"stress: {rate(0, race.races)}")
    return lines


def _race(failed: int, races: int, kind: str) -> str:
    return f"{kind} {rate(failed, races)}"


def _side_by_side(cells: list[list[str]], first: int, column: int) -> list[str]:
    """Each cell's lines wrapped to its column, the columns side by side."""
    widths = [first] + [column] * (len(cells) - 1)
    wrapped = [_wrapped(lines, width) for lines, width in zip(cells, widths, strict=True)]
    height = max(map(len, wrapped))
    rows = []
    for number in range(height):
        parts = [
            (lines[number] if number < len(lines) else "").ljust(width)
            for lines, width in zip(wrapped, widths, strict=True)
        ]
        rows.append("  ".join(parts).rstrip())
    return rows


def _wrapped(lines: Iterable[str], width: int) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(harmless(line), width, subsequent_indent="  ") or [""]]


def _painted(row: str, run: Run, scenario: str) -> str:
    """The verdict words of a row in colour, last first so that places to the left stay right."""
    cells = [cell for cell in (run.verdict.cells if run.verdict else ()) if cell.scenario == scenario]
    at = len(row)
    for cell in reversed(cells):
        place = row.rfind(cell.word, 0, at)
        if place >= 0:
            row = row[:place] + _paint(cell, cell.word) + row[place + len(cell.word) :]
            at = place
    return row


def _paint(cell: Cell | Word, words: str) -> str:
    code = _COLOUR.get(cell.word if isinstance(cell, Cell) else cell)
    return f"\x1b[1;{code}m{words}\x1b[0m" if code else words


def _scenario(run: Run, scenario: str, width: int) -> str:
    results = [result for kernel in run.kernels if (result := run.result(scenario, kernel.name)) and result.outcomes]
    lines = [line for result in results for line in _windows(run, result, width)]
    lines += _wrapped((f"stress, {told}" for told in p_values(run, scenario)), width)
    shown = facts.shown_result(run, scenario)
    outcome = facts.shown_outcome(shown) if shown else None
    if shown and outcome:
        told = "; ".join(facts.told(outcome))
        lines += ["", *_wrapped([f"{shown.kernel}: {told}"], width), ""]
        lines += [text(facts.diagram(run, shown, outcome), width), ""] if outcome.trace else []
        lines.append(f"replay: {facts.replay_line(run, shown, outcome)}")
    return "\n".join([f"== {scenario} ==", *lines]) if lines else ""


def _windows(run: Run, result: SweepResult, width: int) -> list[str]:
    lines = [f"{result.kernel}, {told}" for told in facts.window_lines(run, result)]
    more = [f"... and {len(lines) - MAX_WINDOWS} more"] if len(lines) > MAX_WINDOWS else []
    return _wrapped(lines[:MAX_WINDOWS] + more, width)


def _cost(run: Run, width: int) -> str:
    if not run.cost:
        return ""
    rows = cost_rows(run.cost.changes)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows]
    table = [lines[0], "-" * len(lines[0]), *lines[1:]] if run.cost.changes else []
    return "\n".join(["== cost ==", *_wrapped(cost_told(run.cost), width), *map(harmless, table)])


def _log(run: Run, width: int) -> str:
    lines = []
    for each in run.findings[:MAX_SENTENCES]:
        finding = each.finding
        known = f", known: {finding.known}" if finding.known else ""
        place_ = f"{finding.where.file}:{finding.where.line}" if finding.where and finding.where.file else ""
        where = f" at {place_}" if place_ and place_ not in finding.title else ""
        place = f" in {each.scenario}" if each.scenario else ""
        lines.append(f"{each.kernel}{place}: {finding.title}{where}, {finding.count} times{known}")
    more = [f"... and {len(run.findings) - MAX_SENTENCES} more"] if len(run.findings) > MAX_SENTENCES else []
    return "\n".join(["== kernel log ==", *_wrapped(lines + more, width)]) if lines else ""


def _verdict(run: Run, width: int, colour: bool) -> str:
    verdict = run.verdict
    if not verdict:
        return f"reproduce: {run.reproduce}"
    lines = textwrap.wrap(harmless(verdict.sentence), width)
    if colour:
        lines[0] = lines[0].replace(verdict.word, _paint(verdict.word, verdict.word), 1)
    for title, sentences in (("why", verdict.reasons), ("also", verdict.findings)):
        lines += _wrapped((f"{title}: {sentence}" for sentence in sentences[:MAX_SENTENCES]), width)
        if len(sentences) > MAX_SENTENCES:
            lines.append(f"{title}: and {len(sentences) - MAX_SENTENCES} more, in verdict.json")
    return "\n".join([*lines, f"reproduce: {run.reproduce}"])
