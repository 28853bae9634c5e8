# SPDX-License-Identifier: GPL-2.0-only
"""What every form of the report says in the same words."""

from harness.report.facts import told
from harness.sweep.records import Kind, Outcome, Schedule, Violation


def outcome(*violations: tuple[Kind, str]) -> Outcome:
    return Outcome(Schedule.parse("AB"), (), tuple(Violation(kind, detail) for kind, detail in violations))


def test_a_violation_of_no_single_actor_is_told_without_one() -> None:
    assert told(outcome((Kind.TAGS, "-: index 0: locked at rest"))) == ["tags: index 0: locked at rest"]


def test_a_sentence_is_told_once_with_how_often_it_holds() -> None:
    twice = (Kind.SIGBUS, "B: SIGBUS, BUS_ADRERR")
    assert told(outcome(twice, (Kind.WARN, "-: WARNING"), twice)) == [
        "sigbus: B: SIGBUS, BUS_ADRERR (2 times)", "warn: WARNING",
    ]  # fmt: skip
