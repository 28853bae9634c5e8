# SPDX-License-Identifier: GPL-2.0-only
"""The window map: the touched source, and beside each line how the points on it fared, kernel by kernel."""

from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from harness.points.point import Frame
from harness.results.run import KernelInfo, Run
from harness.sweep.records import Schedule, SweepResult
from harness.sweep.window import source_line

Mark = Literal["fails", "passes", "missed", "beyond", "atomic", "refused", "never"]
WORST_FIRST: tuple[Mark, ...] = ("fails", "passes", "missed", "beyond", "atomic", "refused", "never")
Place = tuple[str, int]  # function, offset


@dataclass(frozen=True)
class Fared:
    """One line on one kernel: its number, and the points on it by mark, for each actor that could be told apart."""

    line: int
    actors: dict[int, dict[Mark, int]]
    others: dict[Mark, int]  # points without a stop: missed, beyond, atomic, refused, never

    @property
    def worst(self) -> Mark:
        """The mark that decides the colour."""
        marks = {mark for counts in [*self.actors.values(), self.others] for mark, number in counts.items() if number}
        return next((mark for mark in WORST_FIRST if mark in marks), "never")


@dataclass(frozen=True)
class MapRow:
    """One source line, with how it fared on each kernel; None where that kernel has no point on such a line."""

    file: str
    function: str
    text: str
    fared: tuple[Fared | None, ...]


Key = tuple[str, str, int]  # file, function, line


def window_map(run: Run, scenario: str, limit: int = 400) -> tuple[MapRow, ...]:
    """The map of one scenario, in source order, at most ``limit`` lines; a column a kernel, in the run's order.

    Lines of functions that nobody entered are left out. Lines of two kernels correspond if difflib pairs them.
    """
    columns = [_lines(run, kernel, run.result(scenario, kernel.name)) for kernel in run.kernels]
    rows: list[tuple[Key, str, dict[int, Fared]]] = []
    for number, (kernel, lines) in enumerate(zip(run.kernels, columns, strict=True)):
        rows = _merged(rows, number, kernel, lines)
    shown = [
        MapRow(key[0], key[1], text, tuple(by.get(number) for number in range(len(columns)))) for key, text, by in rows
    ]
    return tuple(shown[:limit])


def _lines(run: Run, kernel: KernelInfo, result: SweepResult | None) -> dict[Key, Fared]:
    """What each line of one kernel saw, by file, function, line, sorted."""
    if not result:
        return {}
    failed, passed = _stops(result)
    by_line: dict[Key, list[tuple[int, Place]]] = defaultdict(list)
    for point in run.points.get(kernel.name, ()):
        frame = source_line(point) or Frame(point.function, point.unit, 0)
        by_line[(frame.file, frame.function, frame.line)].append((point.index, (point.function, point.offset)))
    entered = {key[:2] for key, points in by_line.items() if any(_reached(result, index) for index, _ in points)}
    return {key: _fared(key[2], by_line[key], result, failed, passed) for key in sorted(by_line) if key[:2] in entered}


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


def _reached(result: SweepResult, index: int) -> bool:
    cover = result.coverage
    return any(index in part for part in (cover.stopped, cover.reached, cover.beyond, cover.atomic))


def _fared(
    line: int,
    points: Sequence[tuple[int, Place]],
    result: SweepResult,
    failed: Mapping[Place, set[int]],
    passed: Mapping[Place, set[int]],
) -> Fared:
    actors: dict[int, Counter[Mark]] = defaultdict(Counter)
    others: Counter[Mark] = Counter()
    for index, place in points:
        bad, good = failed.get(place, set()), passed.get(place, set())
        for actor in bad | good:
            actors[actor]["fails" if actor in bad else "passes"] += 1
        if not bad | good:
            others[_unstopped(result, index)] += 1
    return Fared(line, {actor: dict(actors[actor]) for actor in sorted(actors)}, dict(others))


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


def _merged(
    rows: list[tuple[Key, str, dict[int, Fared]]], column: int, kernel: KernelInfo, lines: Mapping[Key, Fared]
) -> list[tuple[Key, str, dict[int, Fared]]]:
    """Adds a kernel's lines to the rows so far, pairing those of one function with the same text."""
    fresh = [(key, _text(kernel, key), {column: fared}) for key, fared in lines.items()]
    if not rows:
        return fresh
    ours, theirs = ([(key[0], key[1], text or str(key[2])) for key, text, _ in each] for each in (rows, fresh))
    merged: list[tuple[Key, str, dict[int, Fared]]] = []
    for what, begin, end, other_begin, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what == "equal":
            pairs = zip(rows[begin:end], fresh[other_begin:other_end], strict=True)
            merged += [(key, text, {**by, **more}) for (key, text, by), (_, _, more) in pairs]
        else:
            merged += rows[begin:end] + fresh[other_begin:other_end]
    return merged


def _text(kernel: KernelInfo, key: Key) -> str:
    return kernel.lines.get(key[0], {}).get(key[2], "").rstrip()
