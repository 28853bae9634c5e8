# SPDX-License-Identifier: GPL-2.0-only
"""Windows: runs of neighbouring failing stops of one actor, said as source lines.

A stop that fails in one of the two wake-up orders fails.
Neighbours are consecutive in the order in which the actor passes them, which the traces of failing schedules give. A
stop that was tried and passed ends a window; a point where no stop is possible does not, nothing being known of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.counted import counted
from harness.points.point import Frame, Point
from harness.sweep.records import Kind, Outcome, Schedule, Stop, SweepResult

Place = tuple[str, int, int]  # function, offset, visit


@dataclass(frozen=True)
class Window:
    """Neighbouring stops of ``actor``, from ``first`` to ``last``, that fail with ``kinds`` at ``bound`` stops.

    At bound 2 a stop counts as failing if it fails together with some stop of another actor (or a second of its own).
    ``begins`` and ``ends`` are their source lines, None where the kernel has no line information there.
    """

    scenario: str
    kernel: str
    actor: int
    bound: int
    order: tuple[int, ...]  # start order of the actors
    kinds: tuple[Kind, ...]
    stops: tuple[Stop, ...]
    begins: Frame | None = None
    ends: Frame | None = None

    @property
    def first(self) -> Stop:
        """The first failing stop."""
        return self.stops[0]

    @property
    def last(self) -> Stop:
        """The last failing stop."""
        return self.stops[-1]

    @property
    def width(self) -> int:
        """Number of stops in it."""
        return len(self.stops)

    @property
    def functions(self) -> frozenset[str]:
        """ELF functions its stops lie in."""
        return frozenset(stop.function for stop in self.stops)

    def __str__(self) -> str:
        return f"{_span(self)}, {counted(self.width, 'point')} wide"


def windows(result: SweepResult, points: Sequence[Point]) -> tuple[Window, ...]:
    """The windows of one sweep, the smallest bound first, then by start order, actor and place."""
    lines = {(point.function, point.offset): point for point in points}
    groups = sorted(
        {(len(each.schedule.stops), each.schedule.order) for each in result.outcomes if each.schedule.stops}
    )
    found = [window for bound, order in groups for window in _of_group(result, bound, order, lines)]
    return _without_mirrored(found)


def needs_no_race(result: SweepResult) -> tuple[Outcome, ...]:
    """The failing schedules without any stop: what fails there fails without a race."""
    return tuple(outcome for outcome in result.outcomes if not outcome.schedule.stops)


def source_line(point: Point | None) -> Frame | None:
    """The line to show for a point: the innermost one in a .c file, as helpers inlined from headers say little."""
    if not point or not point.frames:
        return None
    known = [frame for frame in point.frames if frame.file]
    return next((frame for frame in known if frame.file.endswith(".c")), known[0] if known else None)


def _of_group(
    result: SweepResult, bound: int, order: tuple[int, ...], lines: Mapping[tuple[str, int], Point]
) -> list[Window]:
    outcomes = [each for each in result.outcomes if each.schedule.order == order and len(each.schedule.stops) == bound]
    tried = _tried(result, outcomes, bound, order)
    found = []
    for actor in sorted(order):
        path = trace_order(outcomes, actor)
        by_kind = {kind: _runs(path, _failing(outcomes, actor, kind), tried[actor]) for kind in _kinds(outcomes)}
        for run in sorted({run for runs in by_kind.values() for run in runs}, key=lambda run: path.index(run[0])):
            kinds = tuple(kind for kind, runs in by_kind.items() if run in runs)
            stops = tuple(Stop(actor, *place) for place in run)
            begins, ends = (source_line(lines.get(place[:2])) for place in (run[0], run[-1]))
            found.append(Window(result.scenario, result.kernel, actor, bound, order, kinds, stops, begins, ends))
    return found


def trace_order(outcomes: Iterable[Outcome], actor: int) -> list[Place]:
    """The places the actor passes, merged over all traces; a stop that no trace holds comes last, in schedule order.

    Only the path up to the actor's last stop counts where it was stopped: behind it the path depends on the others.
    """
    after: dict[Place, Place | None] = {}
    for path in sorted((_path(outcome, actor) for outcome in outcomes), key=len, reverse=True):
        previous: Place | None = None
        for place in path:
            after.setdefault(place, previous)
            previous = place
    return _linear(after)


def _path(outcome: Outcome, actor: int) -> list[Place]:
    steps = [step for step in outcome.trace if step.actor == actor]
    last = max((number for number, step in enumerate(steps) if step.stopped), default=-1)
    path = [(step.function, step.offset, step.visit) for step in steps[: last + 1] or steps]
    own = [(stop.function, stop.offset, stop.visit) for stop in outcome.schedule.stops if stop.actor == actor]
    return path + [place for place in own if place not in path]


def _linear(after: Mapping[Place, Place | None]) -> list[Place]:
    """Places so that each comes behind the one it was first seen after.

    What only some traces hold comes before the way on that the longest has, because most detours lead back to it.
    """
    following: dict[Place | None, list[Place]] = {}
    for place, previous in after.items():
        following.setdefault(previous, []).append(place)
    ordered: list[Place] = []
    waiting = list(reversed(following.get(None, [])))
    while waiting:
        place = waiting.pop()
        ordered.append(place)
        waiting.extend(following.get(place, []))
    return ordered


def _kinds(outcomes: Iterable[Outcome]) -> list[Kind]:
    return sorted({violation.kind for outcome in outcomes for violation in outcome.violations}, key=list(Kind).index)


def _failing(outcomes: Iterable[Outcome], actor: int, kind: Kind) -> set[Place]:
    failing = [each for each in outcomes if any(violation.kind is kind for violation in each.violations)]
    return _places((each.schedule for each in failing), actor)


def _places(schedules: Iterable[Schedule], actor: int) -> set[Place]:
    stops = (stop for schedule in schedules for stop in schedule.stops if stop.actor == actor)
    return {(stop.function, stop.offset, stop.visit) for stop in stops}


def _tried(
    result: SweepResult, outcomes: Sequence[Outcome], bound: int, order: tuple[int, ...]
) -> dict[int, set[Place]]:
    """By actor the places some schedule of this group stopped at, whatever came of it."""
    schedules = [outcome.schedule for outcome in outcomes]
    for text in result.passing:
        if text.count("@") == bound:
            schedule = Schedule.parse(text)
            if schedule.order == order:
                schedules.append(schedule)
    return {actor: _places(schedules, actor) for actor in order}


def _runs(path: Sequence[Place], failing: set[Place], tried: set[Place]) -> set[tuple[Place, ...]]:
    found: list[list[Place]] = [[]]
    for place in path:
        if place in failing:
            found[-1].append(place)
        elif place in tried and found[-1]:
            found.append([])
    return {tuple(run) for run in found if run}


def _without_mirrored(found: Sequence[Window]) -> tuple[Window, ...]:
    """A window that is the same from another start order is told once."""
    seen: dict[tuple[int, int, tuple[Stop, ...], tuple[Kind, ...]], Window] = {}
    for window in found:
        seen.setdefault((window.bound, window.actor, window.stops, window.kinds), window)
    return tuple(seen.values())


def _span(window: Window) -> str:
    begins, ends = window.begins, window.ends
    if not begins or not ends:
        return str(window.first) if window.width == 1 else f"{window.first} to {window.last}"
    if begins == ends or (begins.file, begins.line) == (ends.file, ends.line):
        return f"{begins.file}:{begins.line}"
    return f"{begins.file}:{begins.line} to {ends.line if begins.file == ends.file else f'{ends.file}:{ends.line}'}"
