# SPDX-License-Identifier: GPL-2.0-only
"""Whether two sweeps show the same."""

from dataclasses import replace
from typing import Any

import pytest

from harness.bundle.again import Pair, parted, silence
from harness.sweep.records import Kind, SweepResult, Violation
from tests.fakes import results as fakes

THEN = fakes.swept(fakes.FAKES[2], fakes.BROKEN, fakes.FAKES[2].judge)
FIRST = THEN.outcomes[0]


def test_the_same_sweep_does_not_part_whatever_its_words_and_times() -> None:
    worded = replace(FIRST, violations=(Violation(Kind.NOT_DURABLE, "another page frame"),))
    now = replace(THEN, seconds=99.0, digest="other", outcomes=(worded, *THEN.outcomes[1:]))
    assert parted(THEN, now) == ""


def test_a_schedule_that_passes_now_is_named_with_what_it_showed() -> None:
    now = replace(THEN, outcomes=THEN.outcomes[1:])
    assert parted(THEN, now) == f"`{FIRST.schedule}` shows nothing, then not-durable"


def test_another_kind_of_violation_parts() -> None:
    worse = replace(FIRST, violations=(*FIRST.violations, Violation(Kind.HANG, "x")))
    now = replace(THEN, outcomes=(worse, *THEN.outcomes[1:]))
    assert parted(THEN, now) == f"`{FIRST.schedule}` shows hang, not-durable, then not-durable"


def test_many_differences_are_counted_after_three() -> None:
    silent, failing = fakes.swept(fakes.FAKES[0], fakes.STOCK), fakes.swept(fakes.FAKES[0], "x", fakes.FAKES[0].judge)
    assert parted(silent, failing).endswith(f"; {len(failing.outcomes) - 3} more")


def test_other_schedules_or_points_part_though_the_same_fail() -> None:
    assert "other schedules were run" in parted(THEN, replace(THEN, schedules={0: 2}))
    cover = replace(THEN.coverage, stopped=frozenset([1]))
    assert parted(THEN, replace(THEN, coverage=cover)) == "the same fail, but other points were stopped at"


def pair(now: SweepResult) -> Pair:
    return Pair("fsync-write", fakes.BROKEN, THEN, now, parted(THEN, now), silence(now))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"broken": "canary"}, "canary"),
        ({"complete": False}, "not every schedule was run"),
        ({"timed_out": 2}, "2 schedules timed out"),
    ],
)
def test_a_sweep_in_which_the_lab_failed_neither_differs_nor_is_the_same(fields: dict[str, Any], why: str) -> None:
    found = pair(replace(THEN, outcomes=THEN.outcomes[:1], passing=THEN.passing[:3], schedules={0: 2}, **fields))
    assert (found.word, found.parted, found.silent) == ("unknown", "", why)
    assert pair(THEN).word == "same"


def test_what_an_unfinished_sweep_has_shown_otherwise_differs_all_the_same() -> None:
    worse = replace(FIRST, violations=(Violation(Kind.HANG, "x"),))
    found = pair(replace(THEN, outcomes=(worse,), passing=(), complete=False))
    assert (found.word, found.parted) == ("differs", f"`{FIRST.schedule}` shows hang, then not-durable")


def test_a_broken_sweep_shows_nothing_otherwise() -> None:
    worse = replace(FIRST, violations=(Violation(Kind.HANG, "x"),))
    assert pair(replace(THEN, outcomes=(worse,), broken="canary")).word == "unknown"
