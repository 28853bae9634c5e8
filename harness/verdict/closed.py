# SPDX-License-Identifier: GPL-2.0-only
"""What became of a window on another kernel: closed, removed, not reached, or still failing."""

from collections.abc import Sequence
from typing import Literal

from harness.points.point import Point
from harness.sweep.records import SweepResult
from harness.sweep.window import Window, source_line

Fate = Literal["closed", "removed", "not reached", "fails"]


def fate(window: Window, points: Sequence[Point], other: SweepResult, other_points: Sequence[Point]) -> Fate:
    """``points`` are those of the window's kernel, ``other`` is the same scenario on the kernel to compare with.

    Closed is said only where corresponding code was stopped at and passed: code of the same function, inlined or not.
    Line numbers are no help, as a patch moves them.
    """
    functions = _functions(window, points)
    there = [point for point in other_points if _function(point) in functions]
    if not there:
        return "removed"
    places = {(point.function, point.offset) for point in there}
    stops = (stop for outcome in other.outcomes for stop in outcome.schedule.stops)
    if any((stop.function, stop.offset) in places for stop in stops):
        return "fails"
    return "closed" if any(point.index in other.coverage.stopped for point in there) else "not reached"


def _functions(window: Window, points: Sequence[Point]) -> set[str]:
    by_place = {(point.function, point.offset): point for point in points}
    found = (by_place.get((stop.function, stop.offset)) for stop in window.stops)
    return {_function(point) for point in found if point} or {stop.function for stop in window.stops}


def _function(point: Point) -> str:
    frame = source_line(point)
    return frame.function if frame else point.function
