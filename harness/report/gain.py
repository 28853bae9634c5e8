# SPDX-License-Identifier: GPL-2.0-only
"""What further ways of exploring are good for, as a Markdown table: a line a way, all mutants together."""

from collections.abc import Sequence

from harness.mutants.gain import WAYS, Gained, Way, by_way

HEAD = ("way", "mutants", "sweeps", "schedules", "failing", "left out", "kinds that plain does not show", "seconds")


def render_gain(gained: Sequence[Gained]) -> str:
    """The table, then the sweeps whose pruning disagrees, and those that say nothing."""
    plain = {(each.mutant, each.scenario): each for each in gained if each.way == WAYS[0].name and not each.broken}
    ways = dict(by_way(gained))
    lines = [_row(HEAD), _row(["---"] * len(HEAD))]
    lines += [_row(_line(way, ways[way.name], plain)) for way in WAYS if ways[way.name]]
    pruned = [each for each in gained if each.left and not each.broken]
    differ = [f"{each.mutant}, {each.scenario}: {said}" for each in pruned for said in each.disagree]
    untold = sum(each.untold for each in pruned)
    lines += ["", f"Pruning: {len(pruned)} sweeps, failing schedules whose equal differs: {len(differ)}, "
              f"whose equal is not known as the kernel died: {untold}."]  # fmt: skip
    lines += [f"- {each}" for each in differ]
    lines += [f"- {each.mutant}, {each.scenario}, {each.way}: broken: {each.broken}" for each in gained if each.broken]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(way: Way, rows: Sequence[Gained], plain: dict[tuple[str, str], Gained]) -> list[str]:
    known = [(each, plain.get((each.mutant, each.scenario))) for each in rows]
    more = [f"{each.mutant} in {each.scenario}: {', '.join(kinds)}" for each, other in known
            if other and (kinds := [kind for kind in each.kinds if kind not in other.kinds])]  # fmt: skip
    return [
        way.name, str(len({each.mutant for each in rows})), str(len(rows)), f"{sum(each.ran for each in rows):,}",
        f"{sum(each.failed for each in rows):,}", f"{sum(each.left for each in rows):,}",
        f"{len(more)}: {'; '.join(more)}" if more else "none", f"{sum(each.seconds for each in rows):.0f}",
    ]  # fmt: skip
