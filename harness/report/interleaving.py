# SPDX-License-Identifier: GPL-2.0-only
"""One schedule as a diagram: a column for each actor, top to bottom as it happened, calls indented by depth.

The form is that of kernel commit messages (ac401cc78242 "dax: New fault locking"): CPU0, CPU1, only what matters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from harness.points.point import Frame, Point
from harness.report.calls import FRESH, CallStack, Passed, State, by_place
from harness.sweep.records import ActorEnd, Ended, Outcome, Step, Stop

RowKind = Literal["enter", "line", "stop", "resume", "sleep", "skip", "end"]
BUS_CODES = {2: "BUS_ADRERR", 3: "BUS_OBJERR", 4: "BUS_MCEERR_AR"}
AFTER_RESUME = 3


@dataclass(frozen=True)
class Row:
    """One line of the diagram, in the column of ``actor``; ``source`` is the text of ``frame``'s line, if known."""

    actor: int
    kind: RowKind
    depth: int
    text: str
    frame: Frame | None = None
    source: str = ""
    steps: int = 0  # of a "skip": how many steps it stands for
    must: bool = False


@dataclass(frozen=True)
class Interleaving:
    """The diagram as data: headings by actor, rows in the order of time."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def draw(
    outcome: Outcome,
    points: Sequence[Point],
    actors: Sequence[str],
    sources: Mapping[str, Mapping[int, str]] | None = None,
    rows_a_run: int = 10,
) -> Interleaving:
    """The diagram of one outcome: Drawer for a single one."""
    return Drawer(points, actors, sources, rows_a_run).draw(outcome)


class Drawer:
    """Draws outcomes of one sweep. What an actor did in one go is the same in many schedules, and drawn once.

    ``actors`` are the operations, ``sources`` texts by file and line. ``rows_a_run`` bounds how many calls are shown
    each time an actor has the CPU; '...' stands for the others.
    """

    def __init__(
        self,
        points: Sequence[Point],
        actors: Sequence[str],
        sources: Mapping[str, Mapping[int, str]] | None = None,
        rows_a_run: int = 10,
    ) -> None:
        self._lines = by_place(points)
        self._actors, self._sources, self._rows_a_run = tuple(actors), sources or {}, rows_a_run
        self._drawn: dict[tuple[State, tuple[Step, ...], bool], tuple[tuple[Row, ...], tuple[Row, ...], State]] = {}

    def draw(self, outcome: Outcome) -> Interleaving:
        """The diagram of one outcome."""
        states: dict[int, State] = {}
        runs = _runs(outcome.trace)
        ends = {end.actor: end for end in outcome.ends}
        last = {run[0].actor: number for number, run in enumerate(runs)}
        rows: list[Row] = []
        for number, run in enumerate(runs):
            actor = run[0].actor
            shown, collapsed, after = self._run(states.get(actor, FRESH), tuple(run), actor in states)
            states[actor] = after
            rows += (*collapsed, *_ending(run[-1], shown, number < last[actor], ends.get(actor), outcome))
        rows += [_end_row(end, 0) for end in outcome.ends if end.actor not in states]
        return Interleaving(str(outcome.schedule), self._actors, tuple(rows))

    def _run(
        self, state: State, run: tuple[Step, ...], resumed: bool
    ) -> tuple[tuple[Row, ...], tuple[Row, ...], State]:
        """All rows of one run, those shown of them, and how deep the actor is then."""
        key = (state, run, resumed)
        if key not in self._drawn:
            stack = CallStack.restored(self._lines, state)
            rows = tuple(_with_source(row, self._sources) for row in _run_rows(run, stack, resumed))
            self._drawn[key] = rows, tuple(_collapsed(rows, self._rows_a_run)), stack.state()
        return self._drawn[key]


def _runs(trace: Sequence[Step]) -> list[list[Step]]:
    """Steps grouped by who had the CPU; a stop ends a run even where the same actor goes on at once."""
    runs: list[list[Step]] = []
    for number, step in enumerate(trace):
        if not number or trace[number - 1].stopped or trace[number - 1].actor != step.actor:
            runs.append([])
        runs[-1].append(step)
    return runs


def _run_rows(run: Sequence[Step], stack: CallStack, resumed: bool) -> list[Row]:
    """Every row of one run: calls entered, the first steps after a resume, the last line before the actor gives way."""
    rows: list[Row] = []
    for number, step in enumerate(run):
        passed = stack.step(step)
        first = resumed and number < AFTER_RESUME
        if number == 0 and resumed:
            rows.append(Row(step.actor, "resume", passed.depth, "-- goes on --", must=True))
        rows += [_enter_row(step.actor, call.frame, call.depth, first) for call in passed.entered]
        if not passed.entered:
            rows.append(_line_row(passed, must=step.stopped or first))
        elif step.stopped:
            rows[-1] = replace(rows[-1], must=True)
    return rows


def _enter_row(actor: int, frame: Frame, depth: int, must: bool) -> Row:
    return Row(actor, "enter", depth, f"{frame.function}()", frame if frame.file else None, must=must)


def _line_row(passed: Passed, must: bool) -> Row:
    frame, step = passed.frame, passed.step
    where = (
        f"{frame.file}:{frame.line}" if frame.file else str(Stop(step.actor, step.function, step.offset, step.visit))
    )
    return Row(step.actor, "line", passed.depth + 1, where, frame if frame.file else None, must=must)


def _with_source(row: Row, sources: Mapping[str, Mapping[int, str]]) -> Row:
    if not row.frame or row.kind != "line":
        return row
    return replace(row, source=" ".join(sources.get(row.frame.file, {}).get(row.frame.line, "").split()))


def _collapsed(rows: Sequence[Row], limit: int) -> list[Row]:
    """At most about ``limit`` rows: those that must stay with their callers, then calls from the outside in."""
    keep = {number for number, row in enumerate(rows) if row.must}
    for number in sorted(keep):
        keep |= _callers(rows, number)
    calls = [number for number, row in enumerate(rows) if row.kind == "enter" and number not in keep]
    for depth in sorted({rows[number].depth for number in calls}):
        level = [number for number in calls if rows[number].depth == depth]
        keep.update(level[: max(0, limit - len(keep))])
    return _with_skips(rows, keep)


def _callers(rows: Sequence[Row], number: int) -> set[int]:
    found, depth = set(), rows[number].depth
    for earlier in range(number - 1, -1, -1):
        if rows[earlier].kind == "enter" and rows[earlier].depth < depth:
            found.add(earlier)
            depth = rows[earlier].depth
    return found


def _with_skips(rows: Sequence[Row], keep: set[int]) -> list[Row]:
    shown: list[Row] = []
    for number, row in enumerate(rows):
        if number in keep:
            shown.append(row)
        elif shown and shown[-1].kind == "skip":
            shown[-1] = replace(shown[-1], steps=shown[-1].steps + 1)
        else:
            shown.append(Row(row.actor, "skip", row.depth, "...", steps=1))
    return shown


def _ending(last: Step, shown: Sequence[Row], goes_on: bool, end: ActorEnd | None, outcome: Outcome) -> list[Row]:
    """Why the run was over: preempted by the schedule, asleep, or the operation's end."""
    depth = shown[-1].depth + (shown[-1].kind == "enter") if shown else 0
    rows = [Row(last.actor, "stop", depth, _stop_words(last, outcome), must=True)] if last.stopped else []
    if goes_on:
        asleep = f"-- waits in {last.function}() --"
        return rows or [Row(last.actor, "sleep", depth, asleep, must=True)]
    return [*rows, _end_row(end, depth)] if end else rows


def _stop_words(last: Step, outcome: Outcome) -> str:
    if Stop(last.actor, last.function, last.offset, last.visit, atomic=True) not in outcome.schedule.stops:
        return "-- preempted here --"
    until = ", until the others spin for it" if outcome.given_up else ""
    return f"-- stands still here, in an atomic section{until} --"


def _end_row(end: ActorEnd, depth: int) -> Row:
    stays = end.ended in (Ended.BLOCKED, Ended.SPINNING, Ended.HUNG)
    return Row(end.actor, "end", depth if stays else 0, how_it_ended(end), must=True)


def how_it_ended(end: ActorEnd) -> str:
    """An actor's end in a few words: ``"SIGBUS (BUS_ADRERR)"``, ``"returns 4096"``, ``"blocked in f < g"``."""
    if end.ended is Ended.KILLED:
        return "killed"
    if end.ended is Ended.NOT_RUN:
        return "never ran"
    if end.ended is not Ended.FINISHED:
        word = {Ended.BLOCKED: "blocked", Ended.SPINNING: "retries without end", Ended.HUNG: "hung"}[end.ended]
        stack = [place.split("+")[0] for place in end.stack[:4]]
        return f"{word} in {' < '.join(stack)}" if stack else word
    if end.sigbus:
        times = f"{len(end.sigbus)} times " if len(end.sigbus) > 1 else ""
        return f"{times}SIGBUS ({BUS_CODES.get(end.sigbus[0], end.sigbus[0])})"
    if end.errno:
        return f"fails with {_errno(end.errno)}"
    return f"returns {end.result}" + (f", saw {end.saw}" if end.saw else "")


def _errno(number: int) -> str:
    from errno import errorcode

    return f"-{errorcode.get(abs(number), abs(number))}"
