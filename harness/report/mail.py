# SPDX-License-Identifier: GPL-2.0-only
"""The report as plain text of 72 columns, to paste into a reply on a mailing list."""

import re
import shlex
import textwrap
from collections.abc import Iterable

from harness.cost.words import cost_told
from harness.counted import counted
from harness.report import facts
from harness.report.columns import text
from harness.report.fates import window_fates
from harness.report.harmless import harmless
from harness.results.run import KernelInfo, Run
from harness.sweep.records import SweepResult

WIDTH = 72
MAX_SENTENCES = 12
MAX_WINDOWS = 6
MAX_DRAWN = 3  # interleavings: nobody reads thirty of them in a mail
MAX_TOLD = 30  # scenarios told at all
GLUE = "\xa0"  # a blank that textwrap does not break at
TOGETHER = re.compile(r"c=\d \d+/\d+|\d+ s\b")


def render_mail(run: Run, who: str = "NAME <ADDRESS>") -> str:
    """Verdict, kernels, windows, interleavings in columns; after a PASS a Tested-by line with its bound.

    What failed on ``with`` comes first. Of further scenarios the windows alone are told.
    """
    lines = _filled(run.verdict.sentence if run.verdict else "No verdict.")
    if run.verdict:
        sentences = (*run.verdict.reasons, *run.verdict.findings)
        lines += [line for sentence in sentences[:MAX_SENTENCES] for line in _filled(f"- {sentence}")]
        lines += _more(len(sentences) - MAX_SENTENCES, "sentence", "verdict.json")
    lines += ["", *_kernels(run), *_scenarios(run), *_cost(run), "", "Reproduce:", *_typed(run.reproduce)]
    return "\n".join([*lines, *_tag(run, who)]) + "\n"


def _kernels(run: Run) -> list[str]:
    lines = [line for kernel in run.kernels for line in _filled(f"{kernel.side}: {_described(kernel)}")]
    qemu = run.environment.get("qemu", "")
    return lines + (_filled(f"on {qemu}, {run.accel}") if qemu else [])


def _described(kernel: KernelInfo) -> str:
    series = f" + {kernel.series} {kernel.version} ({', '.join(kernel.patches)})" if kernel.series else ""
    return ", ".join(filter(None, (kernel.name, f"{kernel.release}{series}", kernel.source)))


def _scenarios(run: Run) -> list[str]:
    """The scenarios with something to show, those in which ``with`` fails first."""
    found = [
        (result.kernel != tested.name if (tested := run.kernel("with")) else False, plan.name, result)
        for plan in run.plan.scenarios
        if (result := facts.shown_result(run, plan.name))
    ]
    found.sort(key=lambda each: each[0])
    lines = []
    for number, (_, name, result) in enumerate(found[:MAX_TOLD]):
        lines += _scenario(run, name, result, number < MAX_DRAWN)
    return lines + _more(len(found) - MAX_TOLD, "failing scenario", "the HTML report")


def _scenario(run: Run, scenario: str, shown: SweepResult, drawn: bool) -> list[str]:
    told = "; ".join(
        f"{result.kernel} {facts.per_bound(result)}"
        for kernel in run.kernels
        if (result := run.result(scenario, kernel.name))
    )
    lines = ["", *_filled(f"{scenario}, failing of run schedules: {told}")]
    windows = window_fates(run, shown)
    for window in windows[:MAX_WINDOWS]:
        fate = f", {window.fate}" if window.fate else ""
        lines += _filled(f"  {window.where} ({window.told}{fate})")
    lines += _more(len(windows) - MAX_WINDOWS, "window", "the HTML report", "  ")
    return lines + (_drawn(run, shown) if drawn else [])


def _drawn(run: Run, shown: SweepResult) -> list[str]:
    outcome = facts.shown_outcome(shown)
    if not outcome:
        return []
    lines = ["", *_filled(f"On {shown.kernel}, {outcome.schedule}:")]
    for sentence in facts.told(outcome):
        lines += _filled(f"  {sentence}")
    if outcome.trace:
        lines += ["", *text(facts.diagram(run, shown, outcome, 6), WIDTH).splitlines()]
    return [*lines, "", *_typed(facts.replay_line(run, shown, outcome))]


def _cost(run: Run) -> list[str]:
    if not run.cost:
        return []
    told = cost_told(run.cost)
    lines = _filled(f"Cost, {told[0]}")
    lines += [line for sentence in told[1:MAX_SENTENCES] for line in _filled(f"- {sentence}")]
    return ["", *lines, *_more(len(told) - MAX_SENTENCES, "quantity", "the HTML report")]


def _tag(run: Run, who: str) -> list[str]:
    """Only a PASS is a test passed; the bound belongs to it."""
    if not run.verdict or run.verdict.status != 0:
        return []
    bounds = sorted({plan.bound for plan in run.plan.scenarios})
    told = str(bounds[0]) if len(bounds) == 1 else f"{bounds[0]} to {bounds[-1]}"
    return ["", f"Tested-by: {harmless(who)} # at most {told} preemptive stops"]


def _more(count: int, what: str, where: str, indent: str = "") -> list[str]:
    return [f"{indent}... {counted(count, f'more {what}')}, in {where}"] if count > 0 else []


def _filled(words: str) -> list[str]:
    """Wrapped, a list's and an indented line's second line set in further."""
    plain = harmless(words)
    indent = " " * (len(plain) - len(plain.lstrip()) + 2)
    whole = TOGETHER.sub(lambda match: match[0].replace(" ", GLUE), plain)
    lines = textwrap.wrap(whole, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
    return [line.replace(GLUE, " ") for line in lines]


def _typed(command: str) -> list[str]:
    """A command line that can be pasted into a shell, broken by backslashes."""
    lines, line = [], " "
    for part in _parts(harmless(command)):
        if len(line) + len(part) > WIDTH - 2 and line.strip():
            lines.append(f"{line}\\" if part[0] != " " else f"{line} \\")
            line = part if part[0] != " " else f"   {part}"
        else:
            line += part
    return [*lines, line]


def _parts(command: str) -> Iterable[str]:
    """Words with the blank before them; a long one in pieces, which continue at the very beginning of a line."""
    try:
        words = [shlex.quote(word) for word in shlex.split(command)]
    except ValueError:  # no command line of ours
        words = command.split()
    for word in words:
        pieces = textwrap.wrap(word, WIDTH - 8, break_on_hyphens=False) if len(word) > WIDTH - 8 else [word]
        yield f" {pieces[0]}"
        yield from pieces[1:]
