# SPDX-License-Identifier: GPL-2.0-only
"""What every form of the report says in the same words."""

from dataclasses import replace

from harness.report.facts import atomic_line, bounds_sentence, told
from harness.sweep.records import Coverage, Kind, Outcome, Schedule, SweepResult, Violation


def outcome(*violations: tuple[Kind, str]) -> Outcome:
    return Outcome(Schedule.parse("AB"), (), tuple(Violation(kind, detail) for kind, detail in violations))


def test_a_violation_of_no_single_actor_is_told_without_one() -> None:
    assert told(outcome((Kind.TAGS, "-: index 0: locked at rest"))) == ["tags: index 0: locked at rest"]


def test_a_sentence_is_told_once_with_how_often_it_holds() -> None:
    twice = (Kind.SIGBUS, "B: SIGBUS, BUS_ADRERR")
    assert told(outcome(twice, (Kind.WARN, "-: WARNING"), twice)) == [
        "sigbus: B: SIGBUS, BUS_ADRERR (2 times)", "warn: WARNING",
    ]  # fmt: skip


def test_stops_in_atomic_sections_are_counted_with_what_was_given_up() -> None:
    cover = Coverage(atomic={1: "preemption off", 2: "interrupts off"}, within=frozenset({1}), given_up=frozenset({2}))
    result = SweepResult("s", "k", 1, 3, ((0, 1),), {0: 1, 1: 1}, {}, (), cover, True, passing=("AB A@f+0x10#1!",))
    assert atomic_line(result) == "in atomic sections 1 schedules at 1 points tested"
    some = replace(result, given_up=("AB A@f+0x20#1!",))
    assert atomic_line(some) == "in atomic sections 1 schedules at 1 points tested, 1 given up, at 1 more points"
    assert bounds_sentence(some).endswith("0 never reached; " + atomic_line(some))
    assert atomic_line(replace(result, passing=())) == ""
