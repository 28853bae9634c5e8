# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

import pytest

from harness.compare.exact import ScenarioChange, scenario_change, signature_changes
from harness.compare.lines import LineMap
from harness.compare.seen import Seen
from harness.sweep.records import Kind, StressResult
from tests.fakes import compared
from tests.fakes.results import FAKES, POINTS, Judge, coverage, warning
from tests.unit.compare.test_windows import failing_at

NAME = "fsync-write"


def change(before: Seen, after: Seen, name: str = NAME) -> ScenarioChange:
    return scenario_change(name, before, after, LineMap(before.sources, after.sources))


def kernel(label: str, judge: Judge | None = None) -> Seen:
    return compared.kernel(label, {NAME: judge} if judge else {})


def altered(seen: Seen, name: str = NAME, **fields: object) -> Seen:
    result = seen.result(name)
    assert result
    return compared.with_result(seen, replace(result, **fields))  # type: ignore[arg-type]


def test_a_scenario_that_fell_silent_is_fixed_and_says_bound_points_and_coverage() -> None:
    found = change(kernel("old", failing_at(23, 24)), kernel("new"))
    assert (found.word, found.gone, found.failing[1]) == ("fixed", (Kind.NOT_DURABLE,), 0)
    assert "at most 1 stop" in found.why
    assert "coverage 100%" in found.why


def test_a_scenario_that_fails_as_before_is_the_same() -> None:
    found = change(kernel("old", failing_at(23, 24)), kernel("new", failing_at(23, 24)))
    assert (found.word, found.why) == ("same", "fails as before")


def test_a_scenario_that_is_silent_on_both_is_the_same_within_its_bound() -> None:
    found = change(kernel("old"), kernel("new"))
    assert found.word == "same"
    assert "at most 1 stop" in found.why


def test_one_window_of_two_closed_is_better() -> None:
    two: Judge = lambda schedule: failing_at(0, 0)(schedule) + failing_at(24, 24)(schedule)  # noqa: E731
    both: Judge = lambda schedule: failing_at(22, 22)(schedule) + two(schedule)  # noqa: E731
    found = change(kernel("old", both), kernel("new", failing_at(24, 24)))
    assert (found.word, found.why) == ("better", "1 window closed")


def test_a_kind_that_was_not_there_is_a_regression_even_where_windows_closed() -> None:
    found = change(kernel("old", failing_at(23, 24)), kernel("new", failing_at(22, 22, Kind.HANG)))
    assert (found.word, found.new) == ("regressed", (Kind.HANG,))
    assert "hang" in found.why


def test_evidence_of_a_regression_stands_though_the_sweep_was_not_finished() -> None:
    after = altered(kernel("new", failing_at(22, 22, Kind.HANG)), complete=False)
    assert change(kernel("old"), after).word == "regressed"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"complete": False}, "not every schedule was run"),
        ({"broken": "the canary did not fail"}, "the canary did not fail"),
        ({"timed_out": 3}, "3 schedules timed out"),
        ({"unchecked": ("tags",)}, "tags could not be checked"),
        ({"points": 0}, "no point had a probe"),
        ({"coverage": replace(coverage(("fsync",)), reached=frozenset(range(6)))}, "is under the floor of 90%"),
    ],
)
def test_a_sweep_that_proves_nothing_leaves_it_unknown(fields: dict[str, object], why: str) -> None:
    for found in (
        change(kernel("old"), altered(kernel("new"), **fields)),
        change(altered(kernel("old"), **fields), kernel("new")),
    ):
        assert found.word == "unknown"
        assert why in found.why


@pytest.mark.parametrize(
    "fields", [{"complete": False, "schedules": {}, "passing": ()}, {"timed_out": 1}, {"unchecked": ("tags",)}]
)
def test_a_failure_is_not_new_where_the_first_kernel_was_not_wholly_swept(fields: dict[str, object]) -> None:
    found = change(altered(kernel("old"), **fields), kernel("new", failing_at(22, 22, Kind.TAGS)))
    assert (found.word, found.new) == ("unknown", ())
    assert found.why.startswith("new shows tags, but old: ")


def test_a_failure_is_not_gone_where_the_second_kernel_was_not_wholly_swept() -> None:
    before = kernel("old", failing_at(22, 22, Kind.TAGS))
    assert change(before, altered(kernel("new"), timed_out=1)).gone == ()
    assert change(altered(before, timed_out=1), kernel("new")).gone == (Kind.TAGS,)


def test_a_check_that_neither_kernel_could_make_is_not_silence_on_both() -> None:
    one, two = (altered(kernel(label), unchecked=("tags",)) for label in ("old", "new"))
    assert change(one, two).word == "unknown"


def planned(seen: Seen, **fields: object) -> Seen:
    return replace(seen, run=replace(seen.run, plan=replace(seen.run.plan, **fields)))  # type: ignore[arg-type]


def edited(seen: Seen, name: str = NAME, **fields: object) -> Seen:
    scenarios = [replace(each, **fields) if each.name == name else each for each in seen.run.plan.scenarios]  # type: ignore[arg-type]
    return planned(seen, scenarios=tuple(scenarios))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"granularity": "instructions"}, "with stops at every instruction"),
        ({"atomic_stops": True}, "with stops in atomic sections"),
        ({"both_wake_ups": True}, "with both orders of a wake-up"),
        ({"units": ("fs/dax.c", "fs/ext4/inode.c")}, "with points of fs/ext4/inode.c"),
    ],
)
def test_no_answer_rests_on_what_only_one_of_the_sweeps_has_tried(fields: dict[str, object], why: str) -> None:
    silent = change(planned(kernel("old", failing_at(23, 24)), **fields), kernel("new"))
    assert (silent.word, silent.why) == ("unknown", f"new was not swept as old was ({why})")
    failing = change(kernel("old"), planned(kernel("new", failing_at(23, 24)), **fields))
    assert failing.word == "unknown"
    assert why in failing.why


def test_a_trial_with_points_in_some_functions_carries_no_silence_of_the_others() -> None:
    before, after = kernel("old", failing_at(23, 24)), kernel("new")
    few = planned(after, functions={"new": ("dax_iomap_fault",)})
    assert "with points in functions that a `lab try` left out" in change(before, few).why
    assert change(few, before).word == "unknown"
    assert change(few, replace(few, label="again")).word == "same"
    unkept = replace(after, run=replace(after.run, reproduce="./lab try my.patch"))
    assert change(before, unkept).word == "unknown"
    assert change(planned(before, functions={"old": ("dax_iomap_fault",)}), after).word == "fixed"


def test_what_a_finer_sweep_shows_stays() -> None:
    fine = {"granularity": "instructions", "both_wake_ups": True}
    assert change(planned(kernel("old"), **fine), kernel("new", failing_at(23, 24))).word == "regressed"
    assert change(kernel("old", failing_at(23, 24)), planned(kernel("new"), **fine)).word == "fixed"


@pytest.mark.parametrize(
    "fields",
    [{"actors": ("fsync", "read-fault")}, {"prepare": "hole"}, {"filesystem": "xfs"}, {"job": "scenario pages=4"}],
)
def test_a_scenario_that_was_edited_is_another_one(fields: dict[str, object]) -> None:
    before = edited(kernel("old"), filesystem="ext4", job="scenario pages=2")
    after = edited(kernel("new", failing_at(23, 24)), **{"filesystem": "ext4", "job": "scenario pages=2", **fields})
    assert change(before, after).word == change(after, before).word == "unknown"
    assert change(before, edited(kernel("new"), filesystem="ext4", job="scenario pages=2")).word == "same"


def test_a_run_of_before_file_systems_and_job_lines_were_kept_is_compared_all_the_same() -> None:
    assert change(kernel("old"), edited(kernel("new"), filesystem="ext4", job="scenario pages=2")).word == "same"


def test_a_broken_sweep_that_fails_says_nothing() -> None:
    after = altered(kernel("new", failing_at(22, 22, Kind.HANG)), broken="the canary did not fail")
    assert change(kernel("old"), after).word == "unknown"


def test_silence_where_the_windows_code_was_not_reached_is_unknown() -> None:
    after = altered(kernel("new"), coverage=coverage(("read-fault",)))
    found = change(kernel("old", failing_at(23, 24)), after)
    assert (found.word, found.windows[0].change) == ("unknown", "not reached")


def test_a_scenario_that_was_not_swept_is_unknown_and_says_where() -> None:
    after = kernel("new")
    without = replace(after, run=replace(after.run, results=()))
    assert change(kernel("old"), without).why == "new was not swept"
    assert change(without, kernel("old")).why == "new was not swept"


def test_lines_that_were_stopped_at_before_and_no_longer_are_lost_coverage() -> None:
    after = altered(kernel("new"), coverage=replace(coverage(("fsync",)), stopped=frozenset({22})))
    found = change(kernel("old"), after)
    assert ("dax_writeback_one", "fs/dax.c:940") in {(each.function, each.where) for each in found.lost}
    back = change(after, kernel("old"))
    assert {each.where for each in back.gained} == {each.where for each in found.lost}


def test_lines_that_one_kernel_does_not_have_are_no_coverage_lost() -> None:
    after = compared.kernel("new", points=POINTS[:22])
    assert not [each for each in change(kernel("old"), after).lost if each.function == "dax_writeback_one"]


def test_complaints_are_new_or_gone_by_their_signature() -> None:
    warn = warning()
    before = compared.kernel("old", findings=[replace(warn, kernel="old")])
    twice = [replace(warn, kernel="new"), replace(warn, kernel="new", scenario="fsync-write")]
    assert signature_changes(before, compared.kernel("new", findings=twice)) == ((), ())
    new, gone = signature_changes(compared.kernel("plain"), compared.kernel("new", findings=twice))
    assert [(each.signature, each.scenarios) for each in new] == [
        (warn.finding.signature, ("fsync-write", "read-read"))
    ]
    assert gone == ()
    assert signature_changes(before, compared.kernel("plain"))[1][0].title == warn.finding.title


def test_a_complaint_in_a_scenario_that_the_other_did_not_run_is_left_out() -> None:
    warn = replace(warning(), kernel="new", scenario="elsewhere")
    assert signature_changes(compared.kernel("old"), compared.kernel("new", findings=[warn])) == ((), ())


def test_a_complaint_of_random_races_is_not_new_where_nobody_raced() -> None:
    warn = replace(warning(), kernel="new", mode="stress")
    raced = compared.kernel("old", stress=[StressResult("read-read", "old", 2, 2000, {}, 1.0)])
    after = compared.kernel("new", findings=[warn])
    assert signature_changes(compared.kernel("old"), after) == ((), ())
    assert [each.signature for each in signature_changes(raced, after)[0]] == [warn.finding.signature]


def test_a_hang_counts_as_a_kind_of_its_own() -> None:
    found = change(compared.kernel("old"), compared.kernel("new", {"three-readers": FAKES[3].judge}), "three-readers")
    assert (found.word, found.new) == ("regressed", (Kind.HANG,))
