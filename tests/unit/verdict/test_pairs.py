# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

import pytest

from harness.collect.dmesg import Finding
from harness.config.loader import load_series, series_folder
from harness.config.pairs import scenario
from harness.config.pairs_file import Documented
from harness.results.run import GuestFinding, KernelInfo, Plan, Run
from harness.sweep.ledger import Ledger
from harness.sweep.records import Kind, SweepResult
from harness.verdict.judge import judge
from harness.verdict.pairs import Filed, FiledWord, Known, describe, file_pair, pairs_verdict
from harness.verdict.verdict import CellWord, Word
from tests.fakes.records import POINTS, begin, bye, done, end, failed, passed, start

PAIR = scenario(("fsync", "msync"), "written")
LOST = ("not-durable", "B: msync has returned, old data is never flushed")
STALE = ("stale-read", "A: read neither old nor new data")
EXCUSE = Documented(kinds=(Kind.NOT_DURABLE,), one=("fsync",), functions=("dax_insert_entry",), reason="page 1")


def swept(*rows: str) -> SweepResult:
    ledger = Ledger("stock", POINTS, [PAIR], str)
    ledger.begin_guest()
    for row in (*start(), begin(PAIR.name), *rows, end(), done(PAIR.name), bye()):
        ledger.take(row)
    return ledger.result(PAIR.name)


def run(result: SweepResult, *findings: GuestFinding) -> Run:
    plan = Plan((), budget_seconds=60, coverage_floor=0.9)
    kernels = (KernelInfo("stock", "with", "6.1.192"),)
    return Run(1, "2026-01-01", 1.0, plan, kernels, (result,), findings=findings, points={"stock": POINTS})


def filed(result: SweepResult, *excuses: Documented, findings: tuple[GuestFinding, ...] = ()) -> Filed:
    return file_pair(run(result, *findings), PAIR, result, Known(excuses, "ext4", "6.1.192"))


QUIET = swept(passed("AB"), passed("AB A2#1"), passed("BA"), passed("BA B2#1"))
ONE_ORDER = swept(passed("AB"), failed("AB A2#1", LOST), passed("BA"), passed("BA B2#1"))


def test_a_pair_without_violation_agrees() -> None:
    one = filed(QUIET)
    assert (one.word, one.schedules, one.stopped, one.failing) == (FiledWord.AGREES, 4, 2, ())
    assert describe(one) == "agrees: 4 schedules"


def test_a_pair_in_which_nobody_could_be_stopped_agrees_and_says_so() -> None:
    one = filed(replace(QUIET, schedules={0: 2}))
    assert (one.word, one.stopped) == (FiledWord.AGREES, 0)
    assert describe(one) == "agrees: nobody could be stopped at a point"


def test_a_violation_is_filed_with_kind_count_window_and_the_order_that_shows_it() -> None:
    one = filed(ONE_ORDER)
    assert one.word is FiledWord.VIOLATES
    assert [(each.kind, each.schedules, each.known) for each in one.failing] == [(Kind.NOT_DURABLE, 1, "")]
    assert one.orders == {"AB": FiledWord.VIOLATES, "BA": FiledWord.AGREES}
    assert len(one.windows) == 1
    assert one.replay.startswith("./lab replay 1 'AB A@dax_insert_entry+0x0#1' --scenario pair-fsync-msync-written")


def test_a_documented_violation_is_known_and_still_counted() -> None:
    one = filed(ONE_ORDER, EXCUSE)
    assert one.word is FiledWord.KNOWN
    assert [(each.schedules, each.known) for each in one.failing] == [(1, "page 1")]
    assert one.windows


def test_a_violation_that_a_patch_of_the_kernel_mends_is_no_more_known() -> None:
    fixed = load_series(series_folder("dax-fsync-waits")).patches("6.1.192")
    excuse = EXCUSE.model_copy(update={"fixed_by": ("dax-fsync-waits",)})
    known = Known((excuse,), "ext4", "6.1.192")
    assert file_pair(run(ONE_ORDER), PAIR, ONE_ORDER, known).word is FiledWord.KNOWN
    known = replace(known, patches=tuple(path.name for path in fixed))
    assert file_pair(run(ONE_ORDER), PAIR, ONE_ORDER, known).word is FiledWord.VIOLATES


def test_a_documented_failure_of_one_stop_is_known_behind_a_second_stop_anywhere() -> None:
    both = swept(
        passed("AB"), failed("AB A2#1", LOST), passed("AB A0#1"), failed("AB A0#1 A2#1", LOST),
        failed("AB A2#1 B0#1", LOST), passed("BA"), passed("BA B0#1"), failed("BA B0#1 A2#1", LOST),
    )  # fmt: skip
    assert filed(both, EXCUSE).word is FiledWord.KNOWN


def test_a_failure_that_needs_both_stops_is_not_excused_by_a_documented_place_of_one() -> None:
    needs_both = swept(passed("AB"), passed("AB A2#1"), failed("AB A2#1 B0#1", LOST), passed("BA"))
    assert filed(needs_both, EXCUSE).word is FiledWord.VIOLATES
    another_kind = swept(passed("AB"), failed("AB A2#1", STALE), failed("AB A2#1 B0#1", LOST), passed("BA"))
    assert filed(another_kind, EXCUSE).word is FiledWord.VIOLATES


def test_a_documented_violation_hides_neither_another_kind_nor_another_place() -> None:
    both = swept(passed("AB"), failed("AB A2#1", LOST, STALE), passed("BA"), passed("BA B2#1"))
    assert filed(both, EXCUSE).word is FiledWord.VIOLATES
    elsewhere = swept(passed("AB"), failed("AB A2#1", LOST), failed("AB A0#1", LOST), passed("BA"))
    one = filed(elsewhere, EXCUSE)
    assert one.word is FiledWord.VIOLATES
    assert [(each.schedules, each.known) for each in one.failing] == [(1, ""), (1, "page 1")]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"complete": False}, "not every schedule was run"),
        ({"timed_out": 2}, "2 schedules timed out"),
        ({"points": 0}, "no point had a probe"),
        ({"schedules": {1: 2}}, "no schedule without a stop"),
    ],
)
def test_what_was_left_undone_keeps_a_pair_from_agreeing(change: dict[str, object], why: str) -> None:
    one = filed(replace(QUIET, **change))  # type: ignore[arg-type]
    assert one.word is FiledWord.INCOMPLETE
    assert why in one.why


def test_a_pair_that_was_not_swept_is_incomplete_and_a_broken_one_is_broken() -> None:
    assert file_pair(run(QUIET), PAIR, None, Known((), "ext4", "6.1.192")).word is FiledWord.INCOMPLETE
    one = filed(replace(ONE_ORDER, broken="the canary"))
    assert (one.word, one.why, one.failing) == (FiledWord.BROKEN, "the canary", ())


def test_a_violation_outweighs_that_not_everything_was_run() -> None:
    assert filed(replace(ONE_ORDER, complete=False)).word is FiledWord.VIOLATES
    assert filed(replace(ONE_ORDER, complete=False), EXCUSE).word is FiledWord.INCOMPLETE


@pytest.mark.parametrize(("known", "word"), [("", FiledWord.VIOLATES), ("seen upstream", FiledWord.KNOWN)])
def test_a_splat_that_only_the_log_shows_counts_unless_it_is_a_known_issue(known: str, word: FiledWord) -> None:
    splat = Finding("lockdep", Kind.WARN, "possible deadlock", "lockdep:f", None, (), (), 1, known)
    assert filed(QUIET, findings=(GuestFinding("stock", "sweep", splat, PAIR.name),)).word is word
    assert filed(QUIET, findings=(GuestFinding("stock", "sweep", splat, "other"),)).word is FiledWord.AGREES


def test_a_splat_that_only_the_log_shows_is_excused_by_what_needs_no_race_alone() -> None:
    splat = Finding(
        "memory-failure", Kind.POISONED, "memory failure: Recovered", "memory-failure:f", None, (), (), 1, ""
    )
    there = (GuestFinding("stock", "sweep", splat, PAIR.name),)
    asked = Documented(kinds=(Kind.POISONED,), one=("fsync",), raceless=True, reason="asked for")
    (shown,) = filed(QUIET, asked, findings=there).failing
    assert (shown.kind, shown.known) == (Kind.POISONED, "asked for")
    somewhere = Documented(kinds=(Kind.POISONED,), one=("fsync",), functions=("dax_lock_page",), reason="a window")
    for other in (somewhere, asked.model_copy(update={"says": "Failed"})):
        assert filed(QUIET, other, findings=there).word is FiledWord.VIOLATES


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ([FiledWord.AGREES, FiledWord.KNOWN], Word.PASS),
        ([FiledWord.INCOMPLETE, FiledWord.AGREES], Word.INCONCLUSIVE),
        ([FiledWord.INCOMPLETE, FiledWord.BROKEN], Word.BROKEN),
        ([FiledWord.BROKEN, FiledWord.VIOLATES], Word.FAIL),
        ([], Word.INCONCLUSIVE),
    ],
)
def test_the_verdict_is_that_of_the_worst_pair(words: list[FiledWord], verdict: Word) -> None:
    some = [replace(filed(QUIET), scenario=f"pair-{number}", word=word) for number, word in enumerate(words)]
    found = pairs_verdict(run(QUIET), some)
    assert found.word is verdict
    assert [cell.scenario for cell in found.cells] == [each.scenario for each in some]
    assert all((cell.word is CellWord.SILENT) == (word is FiledWord.AGREES)
               for cell, word in zip(found.cells, words, strict=True))  # fmt: skip


BOOT = Finding("warn", Kind.WARN, "WARNING: at dax_init", "warn:dax_init", None, (), (), 1, "")


def test_a_splat_outside_of_any_scenario_fails_the_kernel_as_it_does_in_a_plain_run() -> None:
    splat = GuestFinding("stock", "sweep", BOOT, "")
    found = pairs_verdict(run(QUIET, splat), [filed(QUIET)])
    assert found.word is Word.FAIL
    told = "`stock` logged WARNING: at dax_init outside of any scenario"
    assert found.reasons == (told,)
    assert found.sentence.endswith(f"1 agrees; {told}.")
    assert judge(run(QUIET, splat)).reasons[0] == told
    assert [cell.word for cell in found.cells] == [CellWord.SILENT]
    twice = run(QUIET, splat, splat)
    assert pairs_verdict(twice, [filed(QUIET)]).sentence.endswith(f"{told} (and 1 more).")


def test_a_known_splat_outside_of_any_scenario_is_told_and_fails_nothing() -> None:
    splat = GuestFinding("stock", "sweep", replace(BOOT, known="seen upstream"), "")
    found = pairs_verdict(run(QUIET, splat), [filed(QUIET)])
    assert found.word is Word.PASS
    assert found.findings == (
        "`stock` logged WARNING: at dax_init outside of any scenario, a known issue: seen upstream",
    )
