# SPDX-License-Identifier: GPL-2.0-only
"""Axes of the picture of all schedules of two stops: down, where the first actor was stopped; across, the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.sweep.records import Outcome, Schedule, Stop, SweepResult
from harness.sweep.window import trace_order

Place = tuple[str, int, int]  # function, offset, visit, which is negative for a stop that goes on first (`^`)
Group = tuple[tuple[int, ...], int, int]  # start order, actor of the first stop, of the second


@dataclass(frozen=True)
class Grid:
    """One picture: its group, and the places along its axes in the order in which their actors pass them."""

    order: tuple[int, ...]
    down_actor: int
    across_actor: int
    down: tuple[Place, ...]
    across: tuple[Place, ...]


def grids(result: SweepResult) -> tuple[Grid, ...]:
    """A grid for each start order and pair of actors that schedules of two stops were run for."""
    downs: dict[Group, dict[Place, None]] = {}
    acrosses: dict[Group, dict[Place, None]] = {}
    for schedule in _schedules(result):
        first, second = schedule.stops
        group = (schedule.order, first.actor, second.actor)
        downs.setdefault(group, {})[_place(first)] = None
        acrosses.setdefault(group, {})[_place(second)] = None
    outcomes = [each for each in result.outcomes if len(each.schedule.stops) == 2]
    return tuple(
        Grid(*group, _axis(downs[group], outcomes, group[1]), _axis(acrosses[group], outcomes, group[2]))
        for group in sorted(downs)
    )


def _schedules(result: SweepResult) -> Iterable[Schedule]:
    yield from (Schedule.parse(text) for text in result.passing if text.count("@") == 2)
    yield from (each.schedule for each in result.outcomes if len(each.schedule.stops) == 2)


def _place(stop: Stop) -> Place:
    return (stop.function, stop.offset, signed_visit(stop))


ATOMIC = 1 << 16  # the racer counts visits in 16 bits


def signed_visit(stop: Stop) -> int:
    """What tells two stops at one point apart: the visit, negative for a stop that goes on first, ATOMIC more in an
    atomic section."""
    return -stop.visit if stop.first else stop.visit + ATOMIC * stop.atomic


def _axis(places: dict[Place, None], outcomes: Sequence[Outcome], actor: int) -> tuple[Place, ...]:
    """In the order the actor passes them; what no failing trace holds stays behind what was run before it."""
    known = {place: number for number, place in enumerate(trace_order(outcomes, actor))}
    if not known:
        return tuple(places)
    ranks, last = {}, -1.0
    for number, place in enumerate(places):
        passed = known.get((*place[:2], abs(place[2]) % ATOMIC))
        last = float(passed) if passed is not None else last + 1e-6 * (number + 1) / (len(places) + 1)
        ranks[place] = last
    return tuple(sorted(places, key=ranks.__getitem__))
