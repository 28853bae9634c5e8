# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.compare.comparison import Answer, Comparison, PairChange, pair
from harness.compare.rates import judged, of_counts
from harness.compare.seen import Seen
from harness.cost.change import CostChange
from harness.cost.words import slower
from harness.errors import ExitStatus
from harness.sweep.records import Kind
from tests.fakes import compared
from tests.fakes.results import FAKES, warning
from tests.unit.compare.test_windows import failing_at

BOTH = {"fsync-write": failing_at(23, 24), "three-readers": FAKES[3].judge}
ONE = {"fsync-write": failing_at(23, 24)}
DEAR = CostChange("read-fault, hole", "median latency", "us", 7.5, 30_000.0, 4000.0, 3990.0, 4010.0, "slower")


def of(before: Seen, after: Seen, **more: object) -> PairChange:
    return pair(before, after, compared.NAMES, **more)  # type: ignore[arg-type]


def test_all_that_failed_silent_is_fixed_and_the_sentence_states_bound_and_coverage() -> None:
    found = of(compared.kernel("old", BOTH), compared.kernel("new"))
    assert found.answer is Answer.FIXED
    assert found.sentence.startswith("FIXED: `new` against `old`: 2 of 2 scenarios that failed are silent")
    assert "silent are 6 of 6 scenarios" in found.sentence
    assert "at most 1 stop (2 in `write-read-hole`)" in found.sentence
    assert "coverage 100%" in found.sentence


def test_a_part_silent_is_better_and_says_what_still_fails() -> None:
    found = of(compared.kernel("old", BOTH), compared.kernel("new", ONE))
    assert found.answer is Answer.BETTER
    assert "three-readers: fixed" in found.reasons
    assert "fsync-write: still fails" in found.reasons
    assert "1 of 2 scenarios that failed are silent" in found.sentence


def test_nothing_changed_is_the_same() -> None:
    assert of(compared.kernel("old", ONE), compared.kernel("new", ONE)).answer is Answer.SAME
    silent = of(compared.kernel("old"), compared.kernel("new"))
    assert (silent.answer, "both are silent" in silent.sentence) == (Answer.SAME, True)


def test_a_new_failure_outweighs_what_was_fixed() -> None:
    found = of(compared.kernel("old", ONE), compared.kernel("new", {"three-readers": FAKES[3].judge}))
    assert found.answer is Answer.REGRESSED
    assert "three-readers: shows hang" in found.sentence
    assert "1 of 1 scenarios that failed are silent" in found.sentence


def test_a_patch_that_fixes_everything_and_is_slow_is_a_regression() -> None:
    found = of(compared.kernel("old", BOTH), compared.kernel("new"), cost=[DEAR])
    assert found.answer is Answer.REGRESSED
    assert found.reasons == (slower(DEAR),)
    assert "4,000 times as dear" in found.sentence


def test_a_slow_pace_in_wall_time_decides_nothing() -> None:
    found = of(compared.kernel("old", BOTH), compared.kernel("new"), cost=[replace(DEAR, exact=False)])
    assert found.answer is Answer.FIXED


def test_a_new_complaint_in_the_log_is_a_regression() -> None:
    found = of(compared.kernel("old"), compared.kernel("new", findings=[replace(warning(), kernel="new")]))
    assert found.answer is Answer.REGRESSED
    assert "WARNING in grab_mapping_entry (read-read)" in found.reasons[0]


def test_a_rate_that_rose_is_a_regression_and_one_that_fell_is_good() -> None:
    worse = judged([of_counts("read-read", (0, 2000), (100, 2000))])
    assert of(compared.kernel("old"), compared.kernel("new"), rates=worse).answer is Answer.REGRESSED
    better = judged([of_counts("read-read", (100, 2000), (0, 2000))])
    assert of(compared.kernel("old"), compared.kernel("new"), rates=better).answer is Answer.FIXED


def test_a_kernel_that_does_not_compile_is_a_regression_and_the_first_one_that_does_not_says_nothing() -> None:
    found = of(compared.kernel("old"), compared.kernel("new", state="no-compile"))
    assert (found.answer, found.reasons[0]) == (Answer.REGRESSED, "new does not compile: fs/dax.c:1: error")
    assert of(compared.kernel("old", state="no-boot"), compared.kernel("new")).answer is Answer.UNKNOWN


def test_what_was_not_swept_whole_leaves_the_answer_unknown() -> None:
    after = compared.kernel("new")
    result = after.result("fsync-write")
    assert result
    found = of(compared.kernel("old", ONE), compared.with_result(after, replace(result, complete=False)))
    assert (found.answer, found.reasons) == (
        Answer.UNKNOWN,
        ("fsync-write: new: not every schedule was run, as the budget ended or too many guests hung",),
    )  # fmt: skip
    assert pair(compared.kernel("old"), after, ()).answer is Answer.UNKNOWN


def test_a_complaint_is_not_new_where_the_first_kernel_was_not_wholly_swept() -> None:
    before = compared.kernel("old")
    result = before.result("read-read")
    assert result
    late = compared.with_result(before, replace(result, complete=False))
    found = of(late, compared.kernel("new", findings=[replace(warning(), kernel="new")]))
    assert (found.answer, found.new_signatures) == (Answer.UNKNOWN, ())


def test_the_worst_pair_is_the_answer_and_the_status() -> None:
    old = compared.kernel("old", BOTH)
    good, half = of(old, compared.kernel("good")), of(old, compared.kernel("half", ONE))
    bad = of(old, compared.kernel("bad", {**BOTH, "read-read": failing_at(3, 4, Kind.WARN)}))
    for pairs, answer, status in (
        ((good,), Answer.FIXED, ExitStatus.AS_EXPECTED),
        ((good, half), Answer.BETTER, ExitStatus.AS_EXPECTED),
        ((good, bad, half), Answer.REGRESSED, ExitStatus.KERNEL_FAILED),
        ((good, replace(half, answer=Answer.UNKNOWN)), Answer.UNKNOWN, ExitStatus.INCONCLUSIVE),
    ):
        comparison = Comparison("2026-11-24T22:00:00+00:00", 1.0, (), pairs)
        assert (comparison.answer, comparison.answer.status) == (answer, status)
