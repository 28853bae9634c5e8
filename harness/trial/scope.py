# SPDX-License-Identifier: GPL-2.0-only
"""Where a change is looked for on one kernel: the functions it touches, and their callers within those objects.

Points of lab.yaml's `units` come on top. What a touched function calls runs under the locks that it takes, and the
stops that show one missing lie there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness.engine.kernels import points_of
from harness.engine.subject import Subject
from harness.kernel.artefacts import Kernel
from harness.points.calls import callers
from harness.points.point import Point
from harness.points.touched import Line, lines_with_code, touched_functions


@dataclass(frozen=True)
class Scope:
    """``lines``: changed lines that have code. ``touched`` functions hold some of it; ``callers`` call these.

    ``whole``: no code line is touched (a constant, a table), and every function of the units stands for the change.
    """

    name: str
    kernel: Kernel
    lines: frozenset[Line]
    touched: frozenset[str]
    callers: frozenset[str]
    fine: tuple[Point, ...]
    points: tuple[Point, ...]
    whole: bool = False
    names: frozenset[str] = frozenset()  # of the functions as the source has them: "f (in g)" where f was inlined

    @property
    def subject(self) -> Subject:
        """What is swept."""
        return Subject(self.name, self.kernel, self.points)

    @property
    def tracer(self) -> Subject:
        """Every instruction of the touched functions: what tells who reaches the change."""
        return Subject(self.name, self.kernel, self.fine)


def functions_of(kernel: Kernel, units: Sequence[str], lines: set[Line]) -> set[str]:
    """Functions of ``units`` that hold code of ``lines``. Raises BadInput for a unit that the kernel does not build."""
    return touched_functions(points_of(kernel, sorted(units), True), lines)


def scope_of(
    name: str, kernel: Kernel, units: Sequence[str], lines: set[Line], touched: set[str],
    more: Sequence[str] = (), *, every_instruction: bool = False,
) -> Scope:  # fmt: skip
    """The scope of the changed ``lines``; ``touched`` as functions_of() gives them, of either kernel. ``units`` are
    all source files that are looked at, ``more`` those of them of which every function has points.

    What a change only takes away has no line on one side, but the function that it was in.
    """
    fine = points_of(kernel, sorted(units), True)
    touched = touched & {point.function for point in fine}
    whole = not touched
    touched = touched or {point.function for point in fine if point.unit not in more}
    around = callers(kernel.vmlinux, fine, touched)
    coarse = fine if every_instruction else points_of(kernel, sorted(units), False)
    return Scope(
        name, kernel, frozenset(lines_with_code(fine, lines)), frozenset(touched), frozenset(around),
        _numbered(point for point in fine if point.function in touched),
        _numbered(point for point in coarse if point.function in touched | around or point.unit in more), whole,
        _names(fine, lines) or frozenset(touched),
    )  # fmt: skip


def _names(points: Iterable[Point], lines: set[Line]) -> frozenset[str]:
    found = {(frame.function, point.function) for point in points for frame in point.frames
             if (frame.file, frame.line) in lines}  # fmt: skip
    return frozenset(inner if inner == outer else f"{inner} (in {outer})" for inner, outer in found)


def _numbered(points: Iterable[Point]) -> tuple[Point, ...]:
    return tuple(replace(point, index=index) for index, point in enumerate(points))
