# SPDX-License-Identifier: GPL-2.0-only
"""What became of each window from one version to the next: matched by actor, bound, kind, function and mapped lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.compare.lines import LineMap
from harness.compare.seen import Place, Seen, place_of
from harness.sweep.records import Kind, SweepResult
from harness.sweep.window import Window, windows
from harness.verdict.closed import fate

# "fails": its lines are gone or were not stopped at, and the function fails elsewhere in another way.
Change = Literal["stayed", "moved", "opened", "closed", "removed", "not reached", "fails"]


@dataclass(frozen=True)
class WindowChange:
    """One window of either kernel. ``before`` and ``after`` are its source lines there, "" where it is not.

    ``closed`` is said only where the same lines, or else the same function, were stopped at and passed.
    """

    change: Change
    actor: int
    bound: int
    kinds: tuple[Kind, ...]  # of the kernel where it is, those of `after` if it is on both
    functions: tuple[str, ...]
    before: str = ""
    after: str = ""
    width_before: int = 0  # stops
    width_after: int = 0


@dataclass(frozen=True)
class _Side:
    """A window and its source places; those of the earlier kernel are mapped to the lines of the later one."""

    window: Window
    places: frozenset[Place]

    @property
    def functions(self) -> frozenset[str]:
        return frozenset(place[0] for place in self.places)

    def like(self, other: "_Side") -> bool:
        """Whether the two can be one: same actor, same number of stops, a kind in common."""
        one, two = self.window, other.window
        return (one.actor, one.bound) == (two.actor, two.bound) and bool({*one.kinds} & {*two.kinds})


def window_changes(scenario: str, before: Seen, after: Seen, lines: LineMap) -> tuple[WindowChange, ...]:
    """The windows of one scenario up to the bound that both kernels were swept to, those of ``before`` first."""
    one, two = before.result(scenario), after.result(scenario)
    if one is None or two is None:
        return ()
    bound = min(one.bound, two.bound)
    olds = [_Side(each, _mapped(each, before, lines)) for each in _within(one, before, bound)]
    news = [_Side(each, _places(each, after)) for each in _within(two, after, bound)]
    partners = _partners(olds, news)
    gone = [_gone(each, before, after, two) for each in olds if not any(old is each for old, _ in partners)]
    held = [_held(old, new) for old, new in partners]
    opened = [_opened(each) for each in news if not any(new is each for _, new in partners)]
    return (*held, *gone, *opened)


def _within(result: SweepResult, seen: Seen, bound: int) -> list[Window]:
    return [each for each in windows(result, seen.points) if each.bound <= bound]


def _places(window: Window, seen: Seen) -> frozenset[Place]:
    return frozenset(seen.place(stop) for stop in window.stops)


def _mapped(window: Window, seen: Seen, lines: LineMap) -> frozenset[Place]:
    """Places whose line is gone keep their function, with line 0."""
    found = set()
    for function, file, number in _places(window, seen):
        found.add((function, file, (lines.line(file, number) or 0) if file else 0))
    return frozenset(found)


def _partners(olds: Sequence[_Side], news: Sequence[_Side]) -> list[tuple[_Side, _Side]]:
    """Pairs that share a place; then, of those left over, pairs that share a function.

    A window that was split in two is held by both halves: neither is a new one.
    """
    found = [(old, new) for old in olds for new in news if old.like(new) and old.places & new.places]
    for old in olds:
        if any(each is old for each, _ in found):
            continue
        free = [new for new in news if not any(each is new for _, each in found)]
        near = [new for new in free if old.like(new) and old.functions & new.functions]
        found += [(old, near[0])] if near else []
    return found


def _held(old: _Side, new: _Side) -> WindowChange:
    """It stayed if it is made of the same lines and shows the same kinds."""
    one, two = old.window, new.window
    same = old.places == new.places and one.kinds == two.kinds
    return WindowChange(
        "stayed" if same else "moved", two.actor, two.bound, two.kinds, tuple(sorted(old.functions | new.functions)),
        str(one), str(two), one.width, two.width,
    )  # fmt: skip


def _gone(old: _Side, before: Seen, after: Seen, other: SweepResult) -> WindowChange:
    one = old.window
    at = [point for point in after.points if place_of(point) in old.places]
    change: Change
    if any(point.index in other.coverage.stopped for point in at):
        change = "closed"
    else:
        change = fate(one, before.points, other, after.points)
    return WindowChange(
        change, one.actor, one.bound, one.kinds, tuple(sorted(old.functions)), before=str(one), width_before=one.width
    )


def _opened(new: _Side) -> WindowChange:
    two = new.window
    functions = tuple(sorted(new.functions))
    return WindowChange("opened", two.actor, two.bound, two.kinds, functions, after=str(two), width_after=two.width)


def counted(changes: Iterable[WindowChange]) -> dict[str, int]:
    """How many of each change, without those that did not happen."""
    found: dict[str, int] = {}
    for each in changes:
        found[each.change] = found.get(each.change, 0) + 1
    return found
