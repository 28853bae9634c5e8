# SPDX-License-Identifier: GPL-2.0-only
"""The kill matrix as Markdown, for docs/mutants.md: a line a mutant, those that random races miss, the survivors."""

from collections.abc import Iterable, Sequence

from harness.mutants.matrix import Matrix, Raced, Row
from harness.report.kill_matrix import reason, summary

HEAD = ("mutant", "row", "killed by", "c", "kinds", "schedules to the first", "random races to the first")


def render_matrix_markdown(matrix: Matrix) -> str:
    """Three parts: the table, the names of the mutants that need a stop and that stress misses, the survivors."""
    killed = [row for row in matrix.rows if row.state == "killed"]
    silent = [row.name for row in killed if row.needs_race and row.silent_in_stress]
    parts = [f"{summary(matrix)}.", _table(HEAD, map(_line, killed))]
    if silent:
        parts.append(f"Silent without a stop and in random races, {len(silent)}: {', '.join(silent)}.")
    if survivors := [row for row in matrix.rows if row.state != "killed"]:
        parts.append(_table(("not killed", "row", "why"), map(_survivor, survivors)))
    return "\n\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _line(row: Row) -> tuple[str, ...]:
    best = row.cell(row.killers[0])
    more = f" and {len(row.killers) - 1} more" if len(row.killers) > 1 else ""
    first = f"{best.first} of {sum(best.ran.values())}"
    return (row.name, row.row, best.scenario + more, str(best.fails_at), ", ".join(best.kinds), first,
            races_told(row.raced))  # fmt: skip


def races_told(raced: Sequence[Raced]) -> str:
    """Races until one fails on average, of the scenario that shows it soonest; or in how many none did."""
    told = [each for each in raced if not each.broken]
    if not told:
        return "broken" if raced else "not raced"
    hits = [each.races_to_first for each in told if each.races_to_first is not None]
    return f"{min(hits):,.0f}" if hits else f"none in {sum(each.races for each in told):,}"


def _survivor(row: Row) -> tuple[str, str, str]:
    return row.name, row.row, reason(row).replace("|", "\\|")
