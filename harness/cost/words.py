# SPDX-License-Identifier: GPL-2.0-only
"""A cost in words and in rows of a table."""

from collections.abc import Sequence

from harness.cost.change import MARGIN, TAIL, Cost, CostChange, cost_word

SHOWN = ("instructions", "median latency", TAIL)  # of an operation whose cost is as it was
COLUMNS = ("median latency", TAIL, "throughput", "blocked", "instructions")  # of the table


def slower(change: CostChange) -> str:
    """A cost in words: ``"write-hole, median latency: 5.1 -> 20,013 us, 3,900 times"``."""
    return (
        f"{change.operation}, {change.quantity}: {number(change.before)} -> {number(change.after)}"
        f"{change.unit and ' '}{change.unit}, {number(change.ratio)} times as dear "
        f"[{number(change.low)}, {number(change.high)}]"
    )


def number(value: float) -> str:
    """Three digits and more, never as a power of ten: ``"16,204"``, ``"31.8"``, ``"0.85"``."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def figures(change: CostChange) -> str:
    """``"instructions 3,853 -> 4,224"``."""
    return f"{change.quantity} {number(change.before)} -> {number(change.after)}{change.unit and ' '}{change.unit}"


def cost_lines(cost: Sequence[CostChange]) -> list[str]:
    """A line for each operation, with what is as it was, and a line for each quantity that is not."""
    lines = []
    for name in dict.fromkeys(each.operation for each in cost if each.exact):
        own = [each for each in cost if each.operation == name and each.exact]
        same = [figures(each) for each in own if each.word == "same" and each.quantity in SHOWN]
        lines.append(f"cost, {name}: {'; '.join(same) or 'nothing as before'}")
        lines += [f"  {told}" for told in _changed(own)]
    return lines + [f"in wall time, {each.word}: {slower(each)}" for each in cost if not each.exact]


def cost_rows(cost: Sequence[CostChange]) -> list[list[str]]:
    """A table: a row of titles, then one an operation with each quantity before and after."""
    by = {(each.operation, each.quantity): each for each in cost}
    shown = [name for name in COLUMNS if any(quantity == name for _, quantity in by)]
    units = {each.quantity: each.unit for each in cost}
    rows = [["operation", *(f"{name}{units[name] and ', '}{units[name]}" for name in shown)]]
    for operation in dict.fromkeys(each.operation for each in cost):
        cells = [by.get((operation, name)) for name in shown]
        rows.append([operation, *(f"{number(each.before)} -> {number(each.after)}" if each else "" for each in cells)])
    return rows


def cost_told(cost: Cost) -> list[str]:
    """What a run says of it: one sentence, and a line for each quantity that is not as on the other kernel."""
    head = f"`{cost.after}` against `{cost.before}`"
    if cost.missing:
        return [f"{head}: not measured: {cost.missing}"]
    return [f"{head}: {cost_word(cost.changes)}, by a margin of {MARGIN} times", *_changed(cost.changes)]


def _changed(cost: Sequence[CostChange]) -> list[str]:
    return [f"{each.word}: {slower(each)}" for each in cost if each.word != "same"]
