# SPDX-License-Identifier: GPL-2.0-only
"""A comparison on a terminal: a table of scenarios and kernels, then each kernel against the first."""

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence

from harness.compare.comparison import Comparison, PairChange
from harness.compare.exact import ScenarioChange, Signature
from harness.compare.rates import RateChange
from harness.compare.windows import WindowChange
from harness.cost.change import cost_word
from harness.cost.words import cost_lines
from harness.report.harmless import harmless

MAX_WINDOWS = 8
MAX_LINES = 6
COLOURS = {"fixed": "32", "better": "32", "same": "", "regressed": "31", "unknown": "33"}


def render_comparison(comparison: Comparison, width: int = 100, colour: bool | None = None) -> str:
    """The comparison as text of at most ``width`` columns, file names aside.

    ``colour`` None means: if stdout is a terminal and NO_COLOR (https://no-color.org) is not set.
    """
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") if colour is None else colour
    parts = [_table(comparison)]
    parts += [_pair(each, width) for each in comparison.pairs]
    parts += [_step(each, width) for each in comparison.steps]
    parts.append(_end(comparison))
    text = "\n\n".join(part for part in parts if part) + "\n"
    return _painted(text, comparison) if colour else text


def _table(comparison: Comparison) -> str:
    first = comparison.kernels[0].label if comparison.kernels else ""
    names = [change.scenario for change in comparison.pairs[0].scenarios] if comparison.pairs else []
    rows = [["scenario", f"{first}: failing", *(pair.after for pair in comparison.pairs)]]
    for at, name in enumerate(names):
        base = comparison.pairs[0].scenarios[at]
        rows.append([name, _share(base, 0), *(_cell(pair.scenarios[at]) for pair in comparison.pairs)])
    rows += _race_rows(comparison, names)
    rows.append(["cost", "", *(cost_word(pair.cost) for pair in comparison.pairs)])
    rows.append(["answer", "", *(pair.answer.upper() for pair in comparison.pairs)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(harmless(each) for each in (lines[0], "-" * len(lines[0]), *lines[1:]))


def _race_rows(comparison: Comparison, names: Sequence[str]) -> list[list[str]]:
    rows = []
    for name in names:
        words = [next((each.word for each in pair.rates if each.scenario == name), "") for pair in comparison.pairs]
        if any(words):
            rows.append([f"{name}, races", "", *words])
    return rows


def _share(change: ScenarioChange, at: int) -> str:
    return f"{change.failing[at]}/{change.schedules[at]}" if change.schedules[at] else "not swept"


def _cell(change: ScenarioChange) -> str:
    return f"{change.word} {_share(change, 1)}"


def _pair(pair: PairChange, width: int) -> str:
    lines = [f"== {pair.after} against {pair.before} ==", *_wrapped([pair.sentence], width)]
    for change in pair.scenarios:
        lines += _wrapped(_scenario(change), width)
    lines += _wrapped(_signatures("new", pair.new_signatures) + _signatures("gone", pair.gone_signatures), width)
    lines += _wrapped((_rate(each) for each in pair.rates), width)
    lines += _wrapped(cost_lines(pair.cost), width)
    if pair.blind:
        lines += _wrapped(
            [f"lines of {', '.join(pair.blind)} were taken as they are: the sources were not kept"], width
        )
    return "\n".join(lines)


def _scenario(change: ScenarioChange) -> list[str]:
    """Nothing of a scenario in which nothing happened."""
    if change.word == "same" and not change.windows and not change.lost and not change.gained:
        return []
    why = f" ({change.why})" if change.word == "unknown" else ""
    lines = [
        f"{change.scenario}: {change.word}{why}, {_share(change, 0)} -> {_share(change, 1)} fail at c <= {change.bound}"
    ]
    lines += [f"  new: {', '.join(change.new)}"] if change.new else []
    lines += [f"  gone: {', '.join(change.gone)}"] if change.gone else []
    lines += [f"  {_window(each)}" for each in change.windows[:MAX_WINDOWS]]
    lines += (
        [f"  ... and {len(change.windows) - MAX_WINDOWS} more windows"] if len(change.windows) > MAX_WINDOWS else []
    )
    for what, spans in (("lost", change.lost), ("gained", change.gained)):
        told = [f"{each.where} ({each.function})" for each in spans[:MAX_LINES]]
        more = f" and {len(spans) - MAX_LINES} more" if len(spans) > MAX_LINES else ""
        lines += [f"  coverage {what}: {', '.join(told)}{more}"] if spans else []
    return lines


def _window(change: WindowChange) -> str:
    where = f"{change.before} -> {change.after}" if change.before and change.after else change.before or change.after
    if change.before == change.after:
        where = change.after
    return f"{change.change}: c={change.bound}, {'ABCD'[change.actor]} stopped: {where} ({', '.join(change.kinds)})"


def _signatures(what: str, found: Iterable[Signature]) -> list[str]:
    return [f"log, {what}: {each.title} in {', '.join(each.scenarios) or 'no scenario'}" for each in found]


def _rate(change: RateChange) -> str:
    needed = f"; {change.needed:,} races without a failure would halve the bound" if change.needed else ""
    return f"{change.scenario}, races: {change}{needed}"


def _step(pair: PairChange, width: int) -> str:
    told = ", ".join(f"{each.scenario} {each.word}" for each in pair.scenarios if each.word != "same") or "the same"
    return "\n".join(_wrapped([f"{pair.after} since {pair.before}, by sweep: {told}"], width))


def _end(comparison: Comparison) -> str:
    return f"reproduce: {comparison.reproduce}"


def _wrapped(lines: Iterable[str], width: int) -> list[str]:
    found = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        found += textwrap.wrap(harmless(line), width, subsequent_indent=indent, break_on_hyphens=False) or [""]
    return found


def _painted(text: str, comparison: Comparison) -> str:
    for answer in {pair.answer for pair in comparison.pairs}:
        code = COLOURS[answer]
        text = text.replace(answer.upper(), f"\x1b[1;{code}m{answer.upper()}\x1b[0m") if code else text
    return text
