# SPDX-License-Identifier: GPL-2.0-only
"""All schedules of two stops as a picture: down, where the first actor was stopped; across, the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.sweep.records import Outcome, Schedule, Stop, SweepResult
from harness.sweep.window import trace_order

PASSED, NOT_RUN = "passed", "not run"
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Band:
    """A stretch of an axis in one function, ``length`` stops from ``start`` on."""

    function: str
    start: int
    length: int


@dataclass(frozen=True)
class Grid:
    """``paths`` holds by outcome one SVG path of unit squares, neighbours merged; ``counts`` how many squares."""

    title: str
    down: int
    across: int
    paths: dict[str, str]
    counts: dict[str, int]
    down_bands: tuple[Band, ...]
    across_bands: tuple[Band, ...]
    down_actor: str
    across_actor: str


def grids(result: SweepResult) -> tuple[Grid, ...]:
    """A grid for each start order and pair of actors that schedules of two stops were run for."""
    cells: dict[tuple[tuple[int, ...], int, int], dict[tuple[Place, Place], str]] = {}
    for schedule, what in _schedules(result):
        first, second = schedule.stops
        group = (schedule.order, first.actor, second.actor)
        cells.setdefault(group, {})[(_place(first), _place(second))] = what
    outcomes = [each for each in result.outcomes if len(each.schedule.stops) == 2]
    return tuple(_grid(order, one, other, cells[(order, one, other)], outcomes) for order, one, other in sorted(cells))


def _schedules(result: SweepResult) -> list[tuple[Schedule, str]]:
    passed = [(Schedule.parse(text), PASSED) for text in result.passing if text.count("@") == 2]
    failed = [
        (each.schedule, each.violations[0].kind.value)
        for each in result.outcomes
        if len(each.schedule.stops) == 2 and each.violations
    ]
    return passed + failed


def _place(stop: Stop) -> Place:
    return (stop.function, stop.offset, stop.visit)


def _grid(
    order: tuple[int, ...], one: int, other: int, cells: dict[tuple[Place, Place], str], outcomes: Sequence[Outcome]
) -> Grid:
    rows = _axis(dict.fromkeys(down for down, _ in cells), outcomes, one)
    columns = _axis(dict.fromkeys(across for _, across in cells), outcomes, other)
    paths: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for y, row in enumerate(rows):
        line = [cells.get((row, column), NOT_RUN) for column in columns]
        for start, length, what in _runs(line):
            counts[what] = counts.get(what, 0) + length
            paths.setdefault(what, []).append(f"M{start} {y}h{length}v1h-{length}z")
    letters = "".join("ABCD"[actor] for actor in order)
    return Grid(
        f"start {letters}, {'ABCD'[one]} stopped, then {'ABCD'[other]}", len(rows), len(columns),
        {what: "".join(parts) for what, parts in paths.items() if what != NOT_RUN}, counts,
        _bands(rows), _bands(columns), "ABCD"[one], "ABCD"[other],
    )  # fmt: skip


def _axis(places: dict[Place, None], outcomes: Sequence[Outcome], actor: int) -> list[Place]:
    """In the order the actor passes them; what no failing trace holds stays behind what was run before it."""
    known = {place: number for number, place in enumerate(trace_order(outcomes, actor))}
    if not known:
        return list(places)
    ranks, last = {}, -1.0
    for number, place in enumerate(places):
        last = float(known[place]) if place in known else last + 1e-6 * (number + 1) / (len(places) + 1)
        ranks[place] = last
    return sorted(places, key=ranks.__getitem__)


def _runs(line: Sequence[str]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for at, what in enumerate(line):
        if found and found[-1][2] == what:
            found[-1] = (found[-1][0], found[-1][1] + 1, what)
        else:
            found.append((at, 1, what))
    return found


def _bands(places: Sequence[Place]) -> tuple[Band, ...]:
    return tuple(Band(function, start, length) for start, length, function in _runs([place[0] for place in places]))
