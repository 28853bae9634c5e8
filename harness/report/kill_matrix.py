# SPDX-License-Identifier: GPL-2.0-only
"""The kill matrix on a terminal: a line a mutant, then what each scenario is good for, then the survivors."""

from collections.abc import Sequence

from harness.counted import counted
from harness.mutants.matrix import Cell, Matrix, Raced, Row
from harness.report.text_table import aligned

HEAD = ("mutant", "row", "killed by", "needs", "schedules", "seconds", "stress", "seconds")


def render_kill_matrix(matrix: Matrix) -> str:
    """The whole of it as text; the JSON form has every cell."""
    lines = [*aligned([HEAD, *(_line(row) for row in matrix.rows)]), "", *_power(matrix.rows)]
    survivors = [row for row in matrix.rows if row.state != "killed"]
    if survivors:
        lines += ["", "not killed:", *(f"  {row.name}: {reason(row)}" for row in survivors)]
    lost = [(row.name, line) for row in matrix.rows for line in row.lost]
    if lost:
        lines += ["", "promised by the mutant's header and not shown:", *(f"  {name}: {line}" for name, line in lost)]
    return "\n".join([*lines, "", summary(matrix)])


def summary(matrix: Matrix) -> str:
    """One sentence with the counts."""
    rows = matrix.rows
    killed = [row for row in rows if row.state == "killed"]
    raced = [row for row in killed if row.needs_race and row.silent_in_stress]
    races = min((each.races for row in raced for each in row.raced), default=0)
    stress = f", {len(raced)} of them silent in at least {races:,} random races too" if races else ""
    return (
        f"{len(killed)} of {len(rows)} mutants of {matrix.base} {matrix.release} killed, "
        f"{sum(row.needs_race for row in killed)} only with a stop{stress}{_pruned(matrix)}; {matrix.seconds:.0f} s"
    )


def _pruned(matrix: Matrix) -> str:
    count = sum(cell.pruned for row in matrix.rows for cell in row.cells)
    return f", {counted(count, 'schedule')} pruned as equal to others" if matrix.prune else ""


def _line(row: Row) -> tuple[str, ...]:
    if row.state != "killed":
        return (row.name, row.row, row.state, *[""] * (len(HEAD) - 3))
    best = row.cell(row.killers[0])
    more = f" +{len(row.killers) - 1}" if len(row.killers) > 1 else ""
    found = f"{best.first} of {sum(best.ran.values())}"
    needs = f"c={best.fails_at} {_kinds(best)}"
    soon = f"{best.seconds_to_first:.2f}" if best.seconds_to_first is not None else ""
    return (row.name, row.row, best.scenario + more, needs, found, soon, *_stress(row.raced))


def _kinds(cell: Cell) -> str:
    return ",".join(cell.kinds)


def _stress(raced: Sequence[Raced]) -> tuple[str, str]:
    """Races to the first failure and the seconds they take, of the scenario that shows it soonest."""
    told = [each for each in raced if not each.broken]
    if not told:
        return ("not raced" if not raced else "broken", "")
    hits = [(each.seconds_to_first, each.races_to_first) for each in told if each.races_to_first is not None]
    if not hits:
        return (f"none in {sum(each.races for each in told):,}", f"{sum(each.seconds for each in told):.0f} without")
    seconds, races = min((seconds or 0.0, races) for seconds, races in hits)
    return (f"1 in {races:,.0f}", f"{seconds:.2f}")


def _power(rows: Sequence[Row]) -> list[str]:
    """Scenarios by the number of mutants that they kill, and those that no other one kills."""
    kills: dict[str, list[str]] = {}
    for row in rows:
        for name in row.killers:
            kills.setdefault(name, []).append(row.name)
    alone = {row.killers[0]: row.name for row in rows if len(row.killers) == 1}
    order = sorted(kills, key=lambda name: (-len(kills[name]), name))
    return [f"{len(kills[name]):4} {name}{' (alone: ' + alone[name] + ')' if name in alone else ''}" for name in order]


def reason(row: Row) -> str:
    """Why no scenario kills it, on one line: what went wrong goes before what its header says of a survivor."""
    trouble = row.detail.partition("\n")[0]
    return f"{row.state}: {trouble}" if trouble else row.survives or "no scenario shows it"
