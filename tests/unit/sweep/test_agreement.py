# SPDX-License-Identifier: GPL-2.0-only
"""A pruned sweep must say what the whole one says."""

from harness.sweep.agreement import disagreements, equal_of
from harness.sweep.records import Coverage, Kind, Outcome, Schedule, Step, SweepResult, Violation

TRACE = tuple(Step(0, "f", offset, 1) for offset in (0x0, 0x4, 0x8))
FIRST, SECOND, THIRD = (Schedule.parse(f"AB A@f+{offset:#x}#1") for offset in (0x0, 0x4, 0x8))


def failing(schedule: Schedule, *kinds: Kind) -> Outcome:
    return Outcome(schedule, (), tuple(Violation(kind, "") for kind in kinds), TRACE)


def result(*outcomes: Outcome, passing: tuple[str, ...] = ()) -> SweepResult:
    return SweepResult("s", "k", 1, 3, (), {}, {}, outcomes, Coverage(), True, passing=passing)


def test_a_schedule_that_was_left_out_stands_at_the_next_point_that_was_run() -> None:
    whole = result(failing(FIRST, Kind.TAGS), failing(SECOND, Kind.TAGS))
    assert equal_of(whole.outcomes[0], {str(SECOND), str(THIRD)}) == SECOND
    assert disagreements(whole, result(failing(SECOND, Kind.TAGS), passing=(str(THIRD),))) == ()


def test_an_equal_that_passes_is_told() -> None:
    said = disagreements(result(failing(FIRST, Kind.TAGS)), result(passing=(str(SECOND),)))
    assert said == (f"{FIRST} shows tags, its equal {SECOND} shows nothing",)


def test_an_equal_of_another_kind_is_told() -> None:
    said = disagreements(result(failing(FIRST, Kind.TAGS)), result(failing(SECOND, Kind.HANG)))
    assert "its equal" in said[0]


def test_a_schedule_without_any_equal_is_told() -> None:
    assert "no equal of it was run" in disagreements(result(failing(FIRST, Kind.TAGS)), result())[0]
