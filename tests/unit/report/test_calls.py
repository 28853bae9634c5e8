# SPDX-License-Identifier: GPL-2.0-only
from harness.points.point import Frame, Point
from harness.report.calls import CallStack, by_place
from harness.sweep.records import Step


def point(function: str, offset: int, kind: str, *inlined: str) -> Point:
    frames = (*(Frame(name, "fs/dax.c", 1) for name in reversed(inlined)), Frame(function, "fs/dax.c", 1))
    return Point(0, 0, function, offset, kind, "fs/dax.o", frames)  # type: ignore[arg-type]


def entered(points: list[Point], passed: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Functions entered, each with its depth."""
    stack = CallStack(by_place(points))
    calls = [call for function, offset in passed for call in stack.step(Step(0, function, offset, 1)).entered]
    return [(call.frame.function, call.depth) for call in calls]


def test_entries_go_deeper_and_returns_come_back() -> None:
    points = [point("f", 0, "entry"), point("g", 0, "entry"), point("g", 9, "return"), point("h", 0, "entry")]
    assert entered(points, [("f", 0), ("g", 0), ("g", 9), ("h", 0)]) == [("f", 0), ("g", 1), ("h", 1)]


def test_a_tail_call_takes_the_place_of_its_caller() -> None:
    points = [point("f", 0, "entry"), point("g", 0, "entry"), point("g", 5, "tail-call"), point("h", 0, "entry")]
    assert entered(points, [("f", 0), ("g", 0), ("g", 5), ("h", 0)]) == [("f", 0), ("g", 1), ("h", 1)]


def test_inlined_functions_are_calls_of_their_own_while_they_last() -> None:
    points = [
        point("f", 0, "entry"),
        point("f", 1, "call", "i"),
        point("f", 2, "call", "i"),
        point("f", 3, "call", "j"),
    ]
    assert entered(points, [("f", 0), ("f", 1), ("f", 2), ("f", 3)]) == [("f", 0), ("i", 1), ("j", 1)]


def test_a_callee_of_an_inlined_function_is_deeper_than_it() -> None:
    points = [point("f", 0, "entry"), point("f", 1, "call", "i"), point("g", 0, "entry")]
    assert entered(points, [("f", 0), ("f", 1), ("g", 0)]) == [("f", 0), ("i", 1), ("g", 2)]


def test_recursion_is_a_call() -> None:
    assert entered([point("f", 0, "entry")], [("f", 0), ("f", 0)]) == [("f", 0), ("f", 1)]


def test_a_return_that_was_not_seen_is_made_up_for() -> None:
    points = [point("f", 0, "entry"), point("g", 0, "entry"), point("f", 4, "call"), point("h", 0, "entry")]
    assert entered(points, [("f", 0), ("g", 0), ("f", 4), ("h", 0)]) == [("f", 0), ("g", 1), ("h", 1)]


def test_without_points_functions_are_told_by_their_names() -> None:
    assert entered([], [("f", 0), ("f", 4), ("g", 0)]) == [("f", 0), ("g", 1)]
