# SPDX-License-Identifier: GPL-2.0-only
"""The functions that the stops of a schedule lie in."""

from harness.results.run import Run
from harness.sweep.records import Schedule, SweepResult

Functions = dict[tuple[str, int], frozenset[str]]  # of each point, by ELF function and offset; inlined ones too


def functions_of(run: Run, result: SweepResult) -> Functions:
    """Of every point of the result's kernel; nothing where no outcome needs it."""
    if not result.outcomes:
        return {}
    return {(point.function, point.offset): frozenset(frame.function for frame in point.frames) | {point.function}
            for point in run.points.get(result.kernel, ())}  # fmt: skip


def places(schedule: Schedule, functions: Functions) -> list[frozenset[str]]:
    """For each stop the functions that it lies in."""
    return [functions.get((stop.function, stop.offset), frozenset({stop.function})) for stop in schedule.stops]
