# SPDX-License-Identifier: GPL-2.0-only
"""From a trace of points to calls: which function an actor is in, how deep, by which inlined frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from harness.points.point import Frame, Point
from harness.sweep.records import Step

Lines = Mapping[tuple[str, int], Point]  # by function and offset
State = tuple[tuple[str, ...], tuple[tuple[str, ...], ...], bool]  # of a CallStack, as a key
FRESH: State = ((), (), False)


@dataclass(frozen=True)
class Call:
    """A function that a step entered; ``inlined`` where the compiler put it into its caller."""

    frame: Frame
    depth: int  # callers that the trace knows
    inlined: bool


@dataclass(frozen=True)
class Passed:
    """One step with the calls it entered and where it stands."""

    step: Step
    entered: tuple[Call, ...]
    depth: int  # of the innermost function
    frame: Frame  # innermost known source line; only the function's name where there is none
    kind: str  # of the point, "" if it is unknown


@dataclass
class CallStack:
    """One actor's calls, rebuilt step by step: entries push, returns pop, anything else corrects what was missed."""

    lines: Lines
    functions: list[str] = field(default_factory=list)  # ELF functions, outermost first
    chains: list[list[str]] = field(default_factory=list)  # logical functions within each, outermost first
    returning: bool = False

    @classmethod
    def restored(cls, lines: Lines, state: State) -> Self:
        """The stack that state() was asked of."""
        functions, chains, returning = state
        return cls(lines, list(functions), [list(chain) for chain in chains], returning)

    def state(self) -> State:
        """All of it as a value that can be compared."""
        return tuple(self.functions), tuple(map(tuple, self.chains)), self.returning

    def step(self, step: Step) -> Passed:
        """Takes the next step of this actor."""
        point = self.lines.get((step.function, step.offset))
        kind = point.kind if point else ""
        if self.returning:
            self._pop()
        fresh = self._place(step.function, kind)
        frames = _frames(point, step.function)
        entered = self._enter(frames, fresh)
        self.returning = kind in ("return", "tail-call")
        return Passed(step, entered, self._depth() - 1, frames[-1], kind)

    def _place(self, function: str, kind: str) -> bool:
        """Makes ``function`` the innermost; whether that was a call."""
        entry = kind == "entry"
        if not entry and function in self.functions:
            while self.functions[-1] != function:
                self._pop()
            return False
        self.functions.append(function)
        self.chains.append([])
        return True

    def _enter(self, frames: Sequence[Frame], fresh: bool) -> tuple[Call, ...]:
        chain = self.chains[-1]
        outer = self._depth() - len(chain)
        same = 0
        while same < min(len(chain), len(frames)) and chain[same] == frames[same].function:
            same += 1
        self.chains[-1] = [frame.function for frame in frames]
        first = 0 if fresh else same
        return tuple(Call(frame, outer + level, level > 0) for level, frame in enumerate(frames) if level >= first)

    def _pop(self) -> None:
        if self.functions:
            self.functions.pop()
            self.chains.pop()
        self.returning = False

    def _depth(self) -> int:
        return sum(len(chain) for chain in self.chains)


def _frames(point: Point | None, function: str) -> tuple[Frame, ...]:
    """Outermost first, at least one; helpers inlined from headers are left out, as they say little."""
    if not point or not point.frames:
        return (Frame(function, "", 0),)
    outermost = point.frames[-1]
    inlined = [frame for frame in reversed(point.frames[:-1]) if frame.file.endswith(".c")]
    return (outermost, *inlined)


def by_place(points: Sequence[Point]) -> dict[tuple[str, int], Point]:
    """Points by (function, offset)."""
    return {(point.function, point.offset): point for point in points}
