# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace
from typing import Any

import pytest

from harness.bisect.outcome import Outcome
from harness.bisect.racing import observed
from harness.bisect.signature import shown, signature
from harness.bisect.tester import Bug, judged
from harness.sweep.records import Coverage, Kind, Schedule, StressResult, SweepResult, Violation
from harness.sweep.records import Outcome as Schedules

FLOOR = 0.9
COVERED = Coverage(stopped=frozenset({1, 2, 3}))
BUG, CONTROL = frozenset({"tags", "stale-read"}), frozenset({"stale-read"})


def swept(*violations: Violation, complete: bool = True, broken: str = "", **more: Any) -> SweepResult:
    outcomes = tuple(Schedules(Schedule((0, 1)), (), (each,)) for each in violations)
    return replace(SweepResult("one", "k", 1, 4, ((0, 1),), {0: 2, 1: 9}, {0: len(outcomes)}, outcomes, COVERED,
                               complete, broken=broken), **more)  # fmt: skip


def test_a_splat_is_known_by_its_function_whatever_the_line() -> None:
    one = Violation(Kind.WARN, "WARNING: CPU: 0 PID: 71 at fs/dax.c:877 dax_insert_entry+0x2b0/0x2e0")
    other = Violation(Kind.WARN, "WARNING: CPU: 0 PID: 99 at fs/dax.c:903 dax_insert_entry.isra.0+0x2c0/0x2e0")
    assert signature(swept(one)) == signature(swept(other)) == {"warn:dax_insert_entry"}
    assert signature(swept(Violation(Kind.TAGS, "A: page 0 at foo+0x12"))) == {"tags"}


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (set(), Outcome.GOOD),
        ({"stale-read"}, Outcome.GOOD),
        ({"tags"}, Outcome.BAD),
        ({"tags", "warn:other"}, Outcome.BAD),
        ({"warn:other"}, Outcome.OTHER_BUG),
        ({"stale-read", "hang"}, Outcome.OTHER_BUG),
    ],
)
def test_only_what_the_good_commit_does_not_show_is_the_bug(seen: set[str], outcome: Outcome) -> None:
    assert shown(frozenset(seen), BUG, CONTROL) is outcome


def test_a_warning_that_spoke_in_the_warm_up_alone_is_another_bug_all_the_same() -> None:
    log = [
        "[    1.146300] ------------[ cut here ]------------",
        "[    1.146316] WARNING: CPU: 0 PID: 45 at fs/dax.c:1028 dax_writeback_mapping_range+0x84/0x38d",
        "[    1.146357] Modules linked in: durability(O) dirty_tags(O) interleave(O)",
        "[    1.146392] CPU: 0 PID: 45 Comm: racer Tainted: G           O       6.1.192 #1 ",
        "[    1.146419] RIP: 0010:dax_writeback_mapping_range+0x84/0x38d",
        "[    1.146800] ---[ end trace 0000000000000000 ]---",
    ]
    assert signature(swept(), log) == {"warn:dax_writeback_mapping_range"}
    tested = judged(swept(), log, Bug(BUG), FLOOR)
    assert tested.outcome is Outcome.OTHER_BUG and tested.detail.endswith("warn:dax_writeback_mapping_range")
    assert judged(swept(Violation(Kind.TAGS, "x")), log, Bug(BUG), FLOOR).outcome is Outcome.BAD


def test_silence_of_a_sweep_that_was_cut_short_is_no_good_commit() -> None:
    assert judged(swept(complete=False), (), Bug(BUG), FLOOR).outcome is Outcome.BROKEN
    assert judged(swept(Violation(Kind.TAGS, "x"), complete=False), (), Bug(BUG), FLOOR).outcome is Outcome.BAD


@pytest.mark.parametrize(
    ("fields", "outcome", "why"),
    [
        ({"timed_out": 2}, Outcome.BROKEN, "2 schedules timed out"),
        ({"points": 0}, Outcome.BROKEN, "no point had a probe"),
        ({"unchecked": ("tags",)}, Outcome.UNCHECKED, "tags could not be checked"),
        ({"coverage": Coverage()}, Outcome.UNCHECKED, "coverage 0% is under the floor of 90%"),
        ({"coverage": replace(COVERED, reached=frozenset({4}))}, Outcome.UNCHECKED, "coverage 75% is under the floor"),
        ({"timed_out": 2, "coverage": Coverage()}, Outcome.BROKEN, "2 schedules timed out"),
        ({"timed_out": 2, "unchecked": ("tags",)}, Outcome.UNCHECKED, "tags could not be checked"),
    ],
)
def test_silence_where_something_was_not_tried_is_no_good_commit(
    fields: dict[str, Any], outcome: Outcome, why: str
) -> None:
    for bug in (Bug(BUG), None):
        tested = judged(swept(**fields), (), bug, FLOOR)
        assert tested.outcome is outcome
        assert tested.detail.startswith(why)
    assert judged(swept(Violation(Kind.TAGS, "x"), **fields), (), Bug(BUG), FLOOR).outcome is Outcome.BAD


def test_a_sweep_without_stops_covers_no_point_and_is_whole_all_the_same() -> None:
    assert judged(swept(bound=0, coverage=Coverage()), (), Bug(BUG), FLOOR).outcome is Outcome.GOOD


@pytest.mark.parametrize(
    ("failures", "unchecked", "outcome"),
    [
        ({}, "", Outcome.GOOD),
        ({}, "the journal does not commit", Outcome.UNCHECKED),
        ({Kind.TAGS: 1}, "the journal does not commit", Outcome.BAD),
    ],
)
def test_silent_races_whose_check_was_not_made_are_no_good_commit(
    failures: dict[Kind, int], unchecked: str, outcome: Outcome
) -> None:
    raced = StressResult("one", "k", 2, 64, failures, 1.0, unchecked=unchecked)
    assert observed(raced, frozenset()) is outcome


def test_a_kernel_that_does_not_boot_and_a_broken_lab_are_told_apart() -> None:
    assert judged(swept(broken="a guest ended (boot-failure): panic"), (), Bug(BUG), FLOOR).outcome is Outcome.NO_BOOT
    assert judged(swept(broken="the canary"), (), Bug(BUG), FLOOR).outcome is Outcome.BROKEN


def test_every_outcome_has_its_word_and_status_for_git() -> None:
    assert {each: (each.git, each.step_status) for each in Outcome} == {
        Outcome.GOOD: ("good", 0), Outcome.BAD: ("bad", 1), Outcome.NO_BUILD: ("skip", 125),
        Outcome.NO_BOOT: ("skip", 125), Outcome.OTHER_BUG: ("skip", 125), Outcome.BROKEN: ("skip", 131),
        Outcome.UNCHECKED: ("skip", 125),
    }  # fmt: skip
