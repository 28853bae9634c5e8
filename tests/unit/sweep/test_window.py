# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.points.point import Frame, Point
from harness.sweep.records import Coverage, Kind, Outcome, Schedule, Step, Stop, SweepResult, Violation
from harness.sweep.window import needs_no_race, source_line, trace_order, windows
from tests.fakes import results as fakes

STEPS = tuple(Step(0, "f", offset, 1) for offset in range(0, 80, 0x10))
POINTS = [
    Point(number, number, "f", step.offset, "call", "fs/dax.o", (Frame("f", "fs/dax.c", 100 + number),))
    for number, step in enumerate(STEPS)
]


def outcome(at: int, *kinds: Kind, order: tuple[int, ...] = (0, 1)) -> Outcome:
    """A failure of actor A stopped at its step ``at``."""
    stop = Stop(0, "f", STEPS[at].offset, 1)
    trace = (*STEPS[:at], replace(STEPS[at], stopped=True), Step(1, "g", 0, 1), *STEPS[at + 1 :])
    return Outcome(Schedule(order, (stop,)), (), tuple(Violation(kind, "") for kind in kinds), trace)


def swept(*outcomes: Outcome, passing: tuple[int, ...] = ()) -> SweepResult:
    texts = tuple(str(Schedule((0, 1), (Stop(0, "f", STEPS[at].offset, 1),))) for at in passing)
    return SweepResult("s", "k", 1, 5, ((0, 1),), {}, {}, outcomes, Coverage(), True, passing=texts)


def widths(result: SweepResult) -> list[tuple[str, int]]:
    return [(str(window), window.width) for window in windows(result, POINTS)]


def test_neighbouring_failing_stops_are_one_window_said_as_source_lines() -> None:
    result = swept(*(outcome(at, Kind.SIGBUS) for at in (1, 2, 3)), passing=(0, 4))
    assert widths(result) == [("fs/dax.c:101 to 103, 3 points wide", 3)]


def test_a_passing_stop_in_between_ends_a_window() -> None:
    result = swept(*(outcome(at, Kind.SIGBUS) for at in (0, 1, 3)), passing=(2, 4))
    assert widths(result) == [("fs/dax.c:100 to 101, 2 points wide", 2), ("fs/dax.c:103, 1 point wide", 1)]


def test_a_point_that_cannot_be_stopped_at_ends_no_window() -> None:
    assert [width for _, width in widths(swept(*(outcome(at, Kind.SIGBUS) for at in (1, 3)), passing=(0, 4)))] == [2]


def test_a_stop_that_fails_in_another_way_ends_a_window_of_the_first_kind() -> None:
    result = swept(outcome(0, Kind.SIGBUS), outcome(1, Kind.HANG), outcome(2, Kind.SIGBUS))
    assert [(window.kinds, window.width) for window in windows(result, POINTS)] == [
        ((Kind.SIGBUS,), 1),
        ((Kind.HANG,), 1),
        ((Kind.SIGBUS,), 1),
    ]


def test_kinds_that_share_a_window_are_told_together() -> None:
    result = swept(*(outcome(at, Kind.MISMATCH, Kind.SIGBUS) for at in (1, 2)))
    assert [(window.kinds, window.width) for window in windows(result, POINTS)] == [((Kind.SIGBUS, Kind.MISMATCH), 2)]


def test_another_start_order_with_the_same_window_is_told_once() -> None:
    both = [outcome(at, Kind.SIGBUS, order=order) for at in (1, 2) for order in ((0, 1), (1, 0))]
    assert [width for _, width in widths(swept(*both))] == [2]


def test_without_line_information_a_window_is_said_by_its_stops() -> None:
    (window,) = windows(swept(outcome(1, Kind.SIGBUS), outcome(2, Kind.SIGBUS)), [])
    assert str(window) == "A@f+0x10#1 to A@f+0x20#1, 2 points wide"


def test_a_failure_without_stops_has_no_window_and_needs_no_race() -> None:
    alone = Outcome(Schedule((0, 1)), (), (Violation(Kind.SIGBUS, ""),))
    result = swept(alone, outcome(1, Kind.SIGBUS))
    assert needs_no_race(result) == (alone,)
    assert [window.bound for window in windows(result, POINTS)] == [1]


def test_at_two_stops_each_actor_has_its_windows() -> None:
    result = fakes.swept(fakes.FAKES[0], fakes.BROKEN, fakes.FAKES[0].judge)
    found = {(window.bound, window.order, window.actor): str(window) for window in windows(result, fakes.POINTS)}
    assert found[(1, (0, 1), 0)] == "fs/dax.c:573 to 889, 12 points wide"
    assert found[(2, (0, 1), 0)] == "fs/dax.c:573 to 889, 12 points wide"
    assert found[(2, (0, 1), 1)] == "fs/dax.c:238 to 1970, 15 points wide"


def test_windows_of_a_silent_sweep_are_none() -> None:
    assert windows(fakes.swept(fakes.FAKES[0], fakes.STOCK), fakes.POINTS) == ()


def test_the_order_of_places_comes_from_the_longest_trace_with_detours_before_where_they_lead() -> None:
    long = outcome(4, Kind.SIGBUS)
    detour = (*STEPS[:2], Step(0, "slow", 0, 1), replace(STEPS[2], stopped=True))
    short = replace(outcome(2, Kind.SIGBUS), trace=detour)
    assert trace_order([short, long], 0) == [
        ("f", 0, 1),
        ("f", 0x10, 1),
        ("slow", 0, 1),
        ("f", 0x20, 1),
        ("f", 0x30, 1),
        ("f", 0x40, 1),
    ]


def test_a_line_in_a_c_file_is_shown_rather_than_the_header_it_was_inlined_from() -> None:
    frames = (Frame("xas_next", "include/linux/xarray.h", 1700), Frame("f", "fs/dax.c", 7))
    assert source_line(replace(POINTS[0], frames=frames)) == Frame("f", "fs/dax.c", 7)
    assert source_line(replace(POINTS[0], frames=frames[:1])) == frames[0]
    assert source_line(None) is None
