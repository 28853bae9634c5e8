# SPDX-License-Identifier: GPL-2.0-only
"""What is told of two nights, and what is not."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from harness.nightly.changes import Changes, changes, lines
from harness.results.run import Run
from harness.sweep.records import Kind, StressResult, SweepResult
from harness.verdict.judge import judged
from tests.fakes import results as fakes
from tests.unit.compare.test_windows import failing_at


@cache
def good() -> Run:
    return judged(replace(fakes.run(), findings=()))


def altered(scenario: str, kernel: str, **values: Any) -> Run:
    """The good run with another result of one sweep."""

    def other(each: SweepResult) -> SweepResult:
        return replace(each, **values) if (each.scenario, each.kernel) == (scenario, kernel) else each

    return judged(replace(good(), results=tuple(map(other, good().results))))


@cache
def failing() -> Run:
    fails = fakes.swept(fakes.FAKES[1], fakes.STOCK, fakes.FAKES[0].judge)
    return altered("write-write-hole", fakes.STOCK, outcomes=fails.outcomes, failing=fails.failing)


def test_the_same_again_changes_nothing_whatever_time_it_took() -> None:
    assert not changes(good(), replace(good(), seconds=9.0, started="2026-12-01T00:00:00+00:00", number=12))


def test_digests_and_schedules_of_silent_sweeps_are_no_news() -> None:
    assert not changes(good(), altered("write-write-hole", fakes.STOCK, digest="other", schedules={0: 2, 1: 3}))


def test_a_new_failure_of_the_kernel_under_test_is_worse_and_its_end_is_better() -> None:
    found = changes(good(), failing())
    assert found.worse[0] == "the verdict is FAIL, it was PASS"
    assert found.worse[1].startswith("write-write-hole on `stock`: fails, it was silent: sigbus in ")
    assert not found.better
    back = changes(failing(), good())
    assert not back.worse
    assert [sentence.split(":")[0] for sentence in back.better] == [
        "the verdict is PASS, it was FAIL", "write-write-hole on `stock`",
    ]  # fmt: skip


def test_an_expected_failure_that_does_not_show_is_lost_and_not_worse() -> None:
    silent = fakes.swept(fakes.FAKES[2], fakes.BROKEN)
    found = changes(good(), altered("fsync-write", fakes.BROKEN, outcomes=(), failing=silent.failing))
    assert not found.worse
    assert any(
        sentence.startswith("fsync-write on `unlocked-eio`: lacking, it was as expected") for sentence in found.lost
    )


def test_fewer_points_stopped_at_are_lost_coverage() -> None:
    cover = fakes.coverage(("write-fault", "write-fault"))
    point = min(cover.stopped)
    less = replace(cover, stopped=cover.stopped - {point}, reached=frozenset({point}))
    found = changes(good(), altered("write-write-hole", fakes.STOCK, coverage=less))
    assert found.lost[-1].startswith("write-write-hole on `stock`: coverage 9")


def test_counts_of_a_failing_sweep_are_told() -> None:
    result = good().result("fsync-write", fakes.BROKEN)
    assert result
    found = changes(good(), altered("fsync-write", fakes.BROKEN, outcomes=result.outcomes[:1], failing={0: 0, 1: 1}))
    assert found == Changes(other=[found.other[0]])
    assert "fsync-write on `unlocked-eio`: c=0 0/2, c=1 1/" in found.other[0]


def test_a_new_window_of_a_kernel_under_test_that_failed_before_is_worse() -> None:
    """Same word, same kinds, as many failing schedules: only where it fails is new."""
    judges = failing_at(5, 6, Kind.SIGBUS), failing_at(15, 16, Kind.SIGBUS)
    at = [fakes.swept(fakes.FAKES[1], fakes.STOCK, judge) for judge in judges]
    was, now = (altered("write-write-hole", fakes.STOCK, outcomes=each.outcomes, failing=each.failing) for each in at)
    (told,) = changes(was, now).worse
    assert told.startswith("write-write-hole on `stock` fails at fs/dax.c:")
    assert told.endswith(" too")
    assert not changes(was, was)


def test_a_kernel_that_does_not_compile_any_more_is_worse() -> None:
    without, with_ = good().kernels
    broken = replace(with_, state="no-compile", detail="fs/dax.c:1: error")
    assert changes(good(), judged(replace(good(), kernels=(without, broken)))).worse[1] == (
        "`stock`: no-compile, it was booted (fs/dax.c:1: error)"
    )


def test_another_release_is_told_once_and_not_as_another_build_too() -> None:
    without, with_ = good().kernels
    newer = replace(with_, release="6.1.171", build_id="ef" * 20)
    found = changes(good(), judged(replace(good(), kernels=(without, newer))))
    assert found == Changes(other=[f"`stock` is 6.1.171, {fakes.DEBIAN}, it was {with_.release}, {fakes.DEBIAN}"])


def test_a_splat_that_is_new_in_the_log_of_the_kernel_under_test_is_worse() -> None:
    warned = judged(replace(good(), findings=(replace(fakes.warning(), kernel=fakes.STOCK),)))
    assert "`stock` logs WARNING in grab_mapping_entry now" in changes(good(), warned).worse
    known = replace(fakes.warning(), kernel=fakes.STOCK)
    excused = replace(good(), findings=(replace(known, finding=replace(known.finding, known="a reason")),))
    assert not changes(good(), excused)


def test_a_scenario_that_was_left_out_is_lost() -> None:
    fewer = judged(replace(good(), plan=replace(good().plan, scenarios=good().plan.scenarios[:5])))
    assert any("read-read on `stock` was not asked for" in sentence for sentence in changes(good(), fewer).lost)


@pytest.mark.parametrize("empty", ["worse", "unknown", "lost", "better", "other"])
def test_titles_without_a_sentence_are_left_out(empty: str) -> None:
    found = Changes(["a"], ["b"], ["c"], ["d"], ["e"])
    getattr(found, empty).clear()
    assert len(list(lines(found))) == 4
    assert not Changes()


def test_a_kernel_for_which_no_time_was_left_is_lost_and_no_worse_and_told_once() -> None:
    kernels = tuple(replace(each, state="not-run", detail="the budget ended") for each in good().kernels)
    found = changes(good(), judged(replace(good(), kernels=kernels, results=(), stress=(), points={})))
    assert not found.worse
    assert found.lost == [
        "the verdict is INCONCLUSIVE, it was PASS",
        f"`{fakes.STOCK}`: not-run, it was booted (the budget ended)",
        f"`{fakes.BROKEN}`: not-run, it was booted (the budget ended)",
    ]


SCENARIO = "write-write-hole"
CUT = "not every schedule was run, as the budget ended or too many guests hung"


def cut_short() -> Run:
    """The good run, whose budget ended under one sweep of the kernel under test."""
    return altered(SCENARIO, fakes.STOCK, complete=False)


def raced(run: Run, **failures: int) -> Run:
    """The run with other races of that scenario on the kernel under test."""
    counts = {Kind(kind): races for kind, races in failures.items()}

    def other(each: StressResult) -> StressResult:
        return replace(each, failures=counts) if (each.scenario, each.kernel) == (SCENARIO, fakes.STOCK) else each

    return judged(replace(run, stress=tuple(map(other, run.stress))))


def test_a_failure_where_the_last_good_night_was_cut_short_is_not_known_to_be_new() -> None:
    found = changes(cut_short(), failing())
    assert not found.worse
    verdict, told = found.unknown
    assert verdict == "the verdict is FAIL, it was INCONCLUSIVE"
    assert told.startswith(f"{SCENARIO} on `stock`: fails, it was unproven: sigbus in ")
    assert told.endswith(f"; whether that is new is not known (the last good night: {CUT})")
    assert "not known whether worse" in dict(lines(found))


@pytest.mark.parametrize("broken", ["QEMU ended with status 1", ""])
def test_nor_is_one_where_the_lab_broke_then_or_did_not_sweep(broken: str) -> None:
    if broken:
        before = altered(SCENARIO, fakes.STOCK, broken=broken)
    else:
        left = tuple(each for each in good().results if (each.scenario, each.kernel) != (SCENARIO, fakes.STOCK))
        before = judged(replace(good(), results=left))
    found = changes(before, failing())
    assert not found.worse
    assert (f"broken, {broken}" if broken else "the last good night: it was not swept") in found.unknown[-1]


def test_one_that_random_races_show_is_new_where_there_were_sound_races_before() -> None:
    before, after = cut_short(), raced(good(), sigbus=3)
    assert any(sentence.startswith(f"{SCENARIO} on `stock`: fails") for sentence in changes(before, after).worse)
    broken = replace(before, stress=tuple(replace(each, broken="lost") for each in before.stress))
    assert not changes(judged(broken), after).worse


def test_a_failure_at_points_that_the_last_good_night_did_not_ask_for_is_not_known_to_be_new() -> None:
    more = judged(replace(failing(), plan=replace(failing().plan, units=(fakes.DAX, "mm/truncate.c"))))
    found = changes(good(), more)
    assert not found.worse
    assert found.unknown[1].endswith(
        "(the last good night was not swept as this one was (with points of mm/truncate.c))"
    )


def both(*judges: fakes.Judge) -> fakes.Judge:
    """All that any of them sees."""
    return lambda schedule: tuple(violation for judge in judges for violation in judge(schedule))


def test_a_kind_and_a_window_beside_what_failed_before_are_not_known_to_be_new_either() -> None:
    first = failing_at(5, 6, Kind.SIGBUS)
    for kind, word in ((Kind.MISMATCH, "shows mismatch too"), (Kind.SIGBUS, "fails at fs/dax.c:")):
        judges = first, both(first, failing_at(15, 16, kind))
        was, now = (fakes.swept(fakes.FAKES[1], fakes.STOCK, judge) for judge in judges)
        before = altered(SCENARIO, fakes.STOCK, outcomes=was.outcomes, failing=was.failing, complete=False)
        found = changes(before, altered(SCENARIO, fakes.STOCK, outcomes=now.outcomes, failing=now.failing))
        assert not found.worse
        (told,) = found.unknown
        assert told.startswith(f"{SCENARIO} on `stock` {word}")
        assert told.endswith(f"; whether that is new is not known (the last good night: {CUT})")


def test_a_scenario_that_was_not_asked_for_before_is_not_known_to_be_worse() -> None:
    names = tuple(each for each in good().plan.scenarios if each.name != SCENARIO)
    fewer = judged(replace(good(), plan=replace(good().plan, scenarios=names)))
    found = changes(fewer, failing())
    assert not found.worse
    assert f"{SCENARIO} on `stock` is new: fails" in found.unknown
    assert not changes(fewer, good()).unknown


def test_a_kernel_that_was_not_run_before_is_not_known_to_be_worse() -> None:
    without, with_ = good().kernels
    states = ("not-run", "no-boot")
    before, after = (
        judged(replace(good(), kernels=(without, replace(with_, state=state)), stress=())) for state in states
    )
    assert "`stock`: no-boot, it was not-run" in changes(before, after).unknown
