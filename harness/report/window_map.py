# SPDX-License-Identifier: GPL-2.0-only
"""The window map: for each line of the touched source how the points on it fared in one scenario on one kernel."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from harness.points.point import Point
from harness.report.source_map import Key, key_of
from harness.sweep.records import Ended, Outcome, Schedule, Step, SweepResult

Mark = Literal["fails", "passes", "missed", "beyond", "atomic", "refused", "never"]
WORST_FIRST: tuple[Mark, ...] = ("fails", "passes", "missed", "beyond", "atomic", "refused", "never")
Place = tuple[str, int]  # function, offset


@dataclass(frozen=True)
class Fared:
    """The points on one line by mark, for each actor that could be told apart.

    ``waits`` counts by actor failing schedules in which it fell asleep behind this line (others leave no trace).
    """

    actors: dict[int, dict[Mark, int]]
    others: dict[Mark, int]  # points without a stop: missed, beyond, atomic, refused, never
    waits: dict[int, int] = field(default_factory=dict)

    @property
    def worst(self) -> Mark:
        """The mark that decides the colour."""
        marks = {mark for counts in [*self.actors.values(), self.others] for mark, number in counts.items() if number}
        return next((mark for mark in WORST_FIRST if mark in marks), "never")


def window_map(result: SweepResult, points: Sequence[Point]) -> dict[Key, Fared]:
    """What each line with a point saw, in source order. Lines of functions that nobody entered are left out."""
    failed, passed = _stops(result)
    waits = _waits(result.outcomes)
    by_line: dict[Key, list[tuple[int, Place]]] = defaultdict(list)
    for point in points:
        by_line[key_of(point)].append((point.index, (point.function, point.offset)))
    entered = {key[:2] for key, here in by_line.items() if any(_reached(result, index) for index, _ in here)}
    return {key: _fared(by_line[key], result, failed, passed, waits) for key in sorted(by_line) if key[:2] in entered}


def not_entered(result: SweepResult, points: Sequence[Point]) -> list[str]:
    """Functions of ``points``, by name, in which no actor of this scenario passed a point."""
    entered: dict[str, bool] = {}
    for point in points:
        function = key_of(point)[1]
        entered[function] = entered.get(function, False) or _reached(result, point.index)
    return sorted(function for function, reached in entered.items() if not reached)


def _stops(result: SweepResult) -> tuple[dict[Place, set[int]], dict[Place, set[int]]]:
    """By place the actors that were stopped there in a failing, and in a passing schedule."""
    failed: dict[Place, set[int]] = defaultdict(set)
    passed: dict[Place, set[int]] = defaultdict(set)
    for outcome in result.outcomes:
        for stop in outcome.schedule.stops:
            failed[(stop.function, stop.offset)].add(stop.actor)
    for text in result.passing:
        for stop in Schedule.parse(text).stops:
            passed[(stop.function, stop.offset)].add(stop.actor)
    return failed, passed


def _waits(outcomes: Sequence[Outcome]) -> dict[Place, Counter[int]]:
    """By place how many schedules had an actor fall asleep behind it."""
    found: dict[Place, Counter[int]] = defaultdict(Counter)
    for outcome in outcomes:
        for step in set(_asleep(outcome)):
            found[(step.function, step.offset)][step.actor] += 1
    return found


def _asleep(outcome: Outcome) -> Iterator[Step]:
    """Last steps before an actor gave up the CPU without a stop, and without having ended."""
    blocked = {end.actor for end in outcome.ends if end.ended is Ended.BLOCKED}
    later = set(blocked)
    for step, following in zip(reversed(outcome.trace), [None, *reversed(outcome.trace)], strict=False):
        gave_way = following is None or following.actor != step.actor
        if gave_way and not step.stopped and step.actor in later:
            yield step
        later.add(step.actor)


def _reached(result: SweepResult, index: int) -> bool:
    cover = result.coverage
    return any(index in part for part in (cover.stopped, cover.reached, cover.beyond, cover.atomic))


def _fared(
    points: Sequence[tuple[int, Place]],
    result: SweepResult,
    failed: Mapping[Place, set[int]],
    passed: Mapping[Place, set[int]],
    waits: Mapping[Place, Counter[int]],
) -> Fared:
    actors: dict[int, Counter[Mark]] = defaultdict(Counter)
    others: Counter[Mark] = Counter()
    slept: Counter[int] = Counter()
    for index, place in points:
        bad, good = failed.get(place, set()), passed.get(place, set())
        for actor in bad | good:
            actors[actor]["fails" if actor in bad else "passes"] += 1
        if not bad | good:
            others[_unstopped(result, index)] += 1
        slept += waits.get(place, Counter())
    return Fared({actor: dict(actors[actor]) for actor in sorted(actors)}, dict(others), dict(slept))


def _unstopped(result: SweepResult, index: int) -> Mark:
    cover = result.coverage
    parts: tuple[tuple[Mark, Container[int]], ...] = (
        ("passes", cover.stopped),
        ("missed", cover.reached),
        ("beyond", cover.beyond),
        ("atomic", cover.atomic),
        ("refused", cover.refused),
    )
    return next((mark for mark, part in parts if index in part), "never")
