# SPDX-License-Identifier: GPL-2.0-only
"""The report as Markdown, for a merge request or a step summary."""

import re

from harness.cost.words import cost_rows, cost_told
from harness.report import facts
from harness.report.columns import text
from harness.report.harmless import harmless
from harness.report.page import p_values
from harness.results.run import KernelInfo, Run
from harness.verdict.statistics import rate

_SPECIAL = re.compile(r"([\\*_{}\[\]<>#|!~])")


def render_markdown(run: Run) -> str:
    """The report as Markdown: verdict, table, windows, one interleaving a failing scenario."""
    parts = [_verdict(run), _table(run)]
    parts += [part for plan in run.plan.scenarios if (part := _scenario(run, plan.name))]
    parts += [_cost(run), f"Reproduce: {_code(run.reproduce)}"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _verdict(run: Run) -> str:
    if not run.verdict:
        return "# No verdict"
    verdict = run.verdict
    lines = [f"# {verdict.word}, run {run.number}", "", _plain(verdict.sentence)]
    lines += [f"- {_plain(sentence)}" for sentence in verdict.reasons[:50]]
    lines += [f"- also: {_plain(sentence)}" for sentence in verdict.findings[:50]]
    return "\n".join(lines)


def _table(run: Run) -> str:
    names = [f"{_plain(kernel.name)} ({kernel.side})" for kernel in run.kernels]
    rows = [["scenario", *names], ["---"] * (len(names) + 1)]
    rows += [
        [_plain(plan.name), *(_cell(run, plan.name, kernel) for kernel in run.kernels)] for plan in run.plan.scenarios
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(run: Run, scenario: str, kernel: KernelInfo) -> str:
    cell = run.verdict.cell(scenario, kernel.name) if run.verdict else None
    result, race = run.result(scenario, kernel.name), run.race(scenario, kernel.name)
    parts = [f"**{cell.word}**"] if cell else []
    if result:
        parts.append(facts.per_bound(result))
        parts += [f"{kind} {number}" for kind, number in facts.kinds(result).items()]
    if race:
        parts += [f"stress {kind} {rate(races, race.races)}" for kind, races in race.failures.items() if races]
    return "<br>".join([*parts[:1], *map(_plain, parts[1:])])


def _scenario(run: Run, scenario: str) -> str:
    results = [result for kernel in run.kernels if (result := run.result(scenario, kernel.name)) and result.outcomes]
    lines = [
        f"- {_plain(result.kernel)}: {_plain(told)}" for result in results for told in facts.window_lines(run, result)
    ]
    lines += [f"- stress, {_plain(told)}" for told in p_values(run, scenario)]
    shown = facts.shown_result(run, scenario)
    outcome = facts.shown_outcome(shown) if shown else None
    if shown and outcome and outcome.trace:
        lines += ["", "```", text(facts.diagram(run, shown, outcome)).replace("```", "'''"), "```"]
        lines += ["", f"Replay: {_code(facts.replay_line(run, shown, outcome))}"]
    return "\n".join([f"## {_plain(scenario)}", "", *lines]) if lines else ""


def _cost(run: Run) -> str:
    if not run.cost:
        return ""
    lines = ["## Cost", "", *(f"- {_plain(told)}" for told in cost_told(run.cost))]
    rows = cost_rows(run.cost.changes)
    if len(rows) > 1:
        table = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
        lines += ["", *(f"| {' | '.join(map(_plain, row))} |" for row in table)]
    return "\n".join(lines)


def _plain(words: str) -> str:
    """One line in which nothing of a guest's means anything to Markdown; `names` in our own sentences stay code."""
    return _SPECIAL.sub(r"\\\1", " ".join(harmless(words).split()))


def _code(words: str) -> str:
    return f"`` {' '.join(harmless(words).replace('`', chr(39)).split())} ``"
