# SPDX-License-Identifier: GPL-2.0-only
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Literal

import pytest

from harness.config.loader import load_scenarios, load_series, series_folder
from harness.config.scenario import Behaviour
from harness.config.series import Expectation
from harness.errors import ExitStatus
from harness.results.run import Plan, Run, Side
from harness.sweep.records import Coverage, Kind, Outcome, Schedule, StressResult, SweepResult, Violation
from harness.verdict.judge import judge, judged
from harness.verdict.verdict import CellWord, Word
from tests.fakes import results as fakes

FAKE = fakes.FAKES[0]
NAME = FAKE.plan.name
State = Literal["booted", "no-compile", "no-boot", "not-run"]
STATES: tuple[State, ...] = ("booted", "no-boot", "no-compile", "not-run")


def small() -> Run:
    """One scenario, swept on both kernels; `without` fails as expected."""
    whole = fakes.run()
    plan = replace(whole.plan, scenarios=(FAKE.plan,), stress_races=0, stress_cpus=0)
    results = tuple(result for result in whole.results if result.scenario == NAME)
    return replace(whole, plan=plan, results=results, stress=(), findings=())


def changed(run: Run, side: Side, change: Callable[[SweepResult], SweepResult]) -> Run:
    """The run with the sweep of one side changed."""
    kernel = run.kernel(side)
    assert kernel
    return replace(run, results=tuple(change(each) if each.kernel == kernel.name else each for each in run.results))


def state(run: Run, side: Side, value: State) -> Run:
    kernels = tuple(replace(each, state=value, detail="why") if each.side == side else each for each in run.kernels)
    gone = [each.name for each in kernels if each.state != "booted"]
    return replace(run, kernels=kernels, results=tuple(each for each in run.results if each.kernel not in gone))


def silent(result: SweepResult) -> SweepResult:
    return replace(result, outcomes=(), failing=dict.fromkeys(result.failing, 0))


FAILING = fakes.swept(FAKE, fakes.STOCK, FAKE.judge)


def failing(result: SweepResult) -> SweepResult:
    return replace(FAILING, kernel=result.kernel)


def raceless(result: SweepResult) -> SweepResult:
    outcome = Outcome(Schedule((0, 1)), (), (Violation(Kind.SIGBUS, "killed"),))
    return replace(result, outcomes=(outcome,), failing={0: 1})


def same(result: SweepResult) -> SweepResult:
    return result


def half_covered(result: SweepResult) -> SweepResult:
    return replace(result, coverage=Coverage(frozenset({1}), reached=frozenset({2})))


CHANGES: dict[str, Callable[[SweepResult], SweepResult]] = {
    "fine": same,
    "timed out": lambda each: replace(each, timed_out=1),
    "incomplete": lambda each: replace(each, complete=False),
    "uncovered": half_covered,
    "lower bound": lambda each: replace(each, bound=1),
    "no points": lambda each: replace(each, points=0),
    "nothing run": lambda each: replace(each, schedules={0: 2, 1: 40, 2: 0}),
    "unchecked": lambda each: replace(each, unchecked=("tags",)),
    "broken": lambda each: replace(each, broken="the canary did not fail"),
}
# Of `with`, whose silence is the claim, every gap counts. Of `without`, once it has failed as expected, only time-outs.
EXPECTED_WORDS = {"fine": Word.PASS, "broken": Word.BROKEN}
ON_WITHOUT = {"timed out": Word.INCONCLUSIVE, "broken": Word.BROKEN}


def test_a_silent_kernel_beside_one_that_fails_as_expected_passes() -> None:
    verdict = judge(small())
    assert (verdict.word, verdict.status, verdict.reasons) == (Word.PASS, ExitStatus.AS_EXPECTED, ())
    assert [cell.word for cell in verdict.cells] == [CellWord.AS_EXPECTED, CellWord.SILENT]


def test_a_pass_states_bound_points_order_rule_loop_cap_and_coverage_in_one_sentence() -> None:
    sentence = judge(small()).sentence
    for part in ("at most 2 stops", "28 points", "calls, returns and entries of fs/dax.c", "from every start order",
                 "first 2 visits", "coverage 100%", "842 schedules"):  # fmt: skip
        assert part in sentence
    assert sentence.count(".") == sentence.count("fs/dax.c") + 1  # one sentence
    assert "exhaustive" not in sentence


def test_every_silent_cell_states_its_scope() -> None:
    for cell in judge(fakes.run()).cells:
        if cell.word is CellWord.SILENT:
            assert "at most" in cell.sentence and "start order" in cell.sentence and "coverage" in cell.sentence


def test_start_orders_that_were_left_out_are_named() -> None:
    run = changed(small(), "with", lambda each: replace(each, orders=((0, 1),)))
    assert "from start orders AB in `write-read-hole` alone" in judge(run).sentence


@pytest.mark.parametrize(("without", "with_"), list(product(CHANGES, CHANGES)))
def test_each_gap_on_each_kernel_leads_to_its_word(without: str, with_: str) -> None:
    run = changed(changed(small(), "without", CHANGES[without]), "with", CHANGES[with_])
    words = {EXPECTED_WORDS.get(with_, Word.INCONCLUSIVE), ON_WITHOUT.get(without, Word.PASS)}
    expected = next(word for word in (Word.BROKEN, Word.INCONCLUSIVE, Word.PASS) if word in words)
    assert judge(run).word is expected


@pytest.mark.parametrize("without", CHANGES)
def test_a_failure_of_with_wins_over_whatever_is_wrong_with_the_other(without: str) -> None:
    verdict = judge(changed(changed(small(), "without", CHANGES[without]), "with", failing))
    assert (verdict.word, verdict.status) == (Word.FAIL, ExitStatus.KERNEL_FAILED)
    assert "sigbus in 384 of 842 schedules" in verdict.reasons[0]


def test_failures_of_a_broken_result_count_for_nothing() -> None:
    run = changed(small(), "with", lambda each: replace(failing(each), broken="build ids differ"))
    verdict = judge(run)
    assert (verdict.word, verdict.status) == (Word.BROKEN, ExitStatus.LAB_BROKE)
    assert "build ids differ" in verdict.sentence


BOOT = {
    ("booted", "booted"): Word.PASS,
    ("booted", "no-boot"): Word.FAIL,
    ("booted", "no-compile"): Word.FAIL,
    ("no-boot", "no-boot"): Word.BROKEN,
    ("no-compile", "no-compile"): Word.BROKEN,
    ("no-compile", "no-boot"): Word.BROKEN,
    ("no-boot", "no-compile"): Word.FAIL,
    ("not-run", "no-compile"): Word.FAIL,
}


@pytest.mark.parametrize(("without", "with_"), list(product(STATES, STATES)))
def test_kernels_that_do_not_compile_or_boot_lead_to_their_word(without: State, with_: State) -> None:
    verdict = judge(state(state(small(), "without", without), "with", with_))
    assert verdict.word is BOOT.get((without, with_), Word.INCONCLUSIVE)
    assert len(verdict.cells) == 2


def test_without_that_stays_silent_lacks_its_failure() -> None:
    verdict = judge(changed(small(), "without", silent))
    assert (verdict.word, verdict.status) == (Word.INCONCLUSIVE, ExitStatus.INCONCLUSIVE)
    assert "`unlocked-eio`, `write-read-hole`: the expected sigbus did not show" in verdict.reasons
    assert verdict.cells[0].word is CellWord.LACKING


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        (Expectation(fails=(Kind.SIGBUS, Kind.OOM)), "the expected oom did not show"),
        (Expectation(fails=(Kind.SIGBUS,), within=("dax_writeback_one",)), "but not within dax_writeback_one"),
    ],
)
def test_another_failure_than_the_expected_one_proves_nothing(expected: Expectation, reason: str) -> None:
    verdict = judge(replace(small(), expectations={NAME: expected}))
    assert verdict.word is Word.INCONCLUSIVE
    assert any(reason in each for each in verdict.reasons)


@pytest.mark.parametrize("within", ["dax_insert_entry", "dax_iomap_pte_fault", "grab_mapping_entry"])
def test_within_means_any_function_around_a_stop_inlined_or_not(within: str) -> None:
    expected = Expectation(fails=(Kind.SIGBUS,), within=(within,))
    assert judge(replace(small(), expectations={NAME: expected})).word is Word.PASS


def test_a_failure_without_any_stop_is_said_to_need_no_race() -> None:
    verdict = judge(changed(small(), "with", raceless))
    assert verdict.word is Word.FAIL
    assert "needs no race" in verdict.reasons[0]


def test_a_race_is_not_shown_by_a_failure_that_needs_none() -> None:
    verdict = judge(changed(small(), "without", raceless))
    assert verdict.word is Word.INCONCLUSIVE
    assert any("needs no race, though" in reason for reason in verdict.reasons)


def test_an_expectation_of_two_stops_is_not_met_by_a_sweep_of_one() -> None:
    run = replace(small(), expectations={NAME: Expectation(fails=(Kind.SIGBUS,), bound=2)})
    verdict = judge(changed(run, "without", CHANGES["lower bound"]))
    assert any("expected to fail with 2 stops and was swept to 1 only" in reason for reason in verdict.reasons)


def test_an_unexpected_failure_of_without_is_a_finding_and_no_failure() -> None:
    verdict = judge(fakes.run())
    assert verdict.word is Word.PASS
    assert verdict.findings == (
        "`unlocked-eio`, `read-read` fails though nothing there was expected to: warn in 1 of 42 schedules",
    )


@pytest.mark.parametrize(("kernels", "word"), [("<6.2", CellWord.AS_EXPECTED), (">=6.2", CellWord.FAILS)])
def test_an_expectation_of_other_kernels_is_none_of_this_one(kernels: str, word: CellWord) -> None:
    expected = Expectation(fails=(Kind.SIGBUS,), kernels=kernels)
    verdict = judge(replace(small(), expectations={NAME: expected}))
    assert verdict.cells[0].word is word
    assert any("nothing there was expected to" in each for each in verdict.findings) is (word is CellWord.FAILS)


def test_two_silent_kernels_cannot_be_told_apart() -> None:
    verdict = judge(replace(changed(small(), "without", silent), expectations={}))
    assert verdict.word is Word.INCONCLUSIVE
    assert "cannot tell the kernels apart" in verdict.sentence


def test_documented_behaviour_of_with_does_not_fail_it_but_is_told() -> None:
    plan = replace(FAKE.plan, documented={Kind.SIGBUS: Behaviour(reason="mmap(2) allows it here")})
    run = changed(small(), "with", failing)
    verdict = judge(replace(run, plan=replace(run.plan, scenarios=(plan,)), expectations={}))
    assert verdict.cells[1].word is CellWord.KNOWN
    assert any("mmap(2) allows it here" in finding for finding in verdict.findings)
    assert not any(reason.startswith("`stock`") for reason in verdict.reasons)


def test_behaviour_documented_for_one_place_excuses_no_failure_in_another() -> None:
    elsewhere = Behaviour(reason="mmap(2) allows it here", within=("some_other_function",))
    plan = replace(FAKE.plan, documented={Kind.SIGBUS: elsewhere})
    run = changed(small(), "with", failing)
    verdict = judge(replace(run, plan=replace(run.plan, scenarios=(plan,)), expectations={}))
    assert verdict.cells[1].word is CellWord.FAILS
    assert not any("mmap(2) allows it here" in finding for finding in verdict.findings)


@pytest.mark.parametrize(
    ("documented_shows", "given_up", "word"),
    [(True, True, CellWord.KNOWN), (True, False, CellWord.FAILS), (False, True, CellWord.FAILS)],
)
def test_a_given_up_stop_has_no_place_and_fails_in_a_documented_way_only_where_the_sweep_shows_that_too(
    documented_shows: bool, given_up: bool, word: CellWord
) -> None:
    rule = Behaviour(reason="r", within=("here",))
    sigbus = (Violation(Kind.SIGBUS, "d"),)
    elsewhere = Outcome(Schedule.parse("AB A@there+0x4#1!"), (), sigbus, given_up=given_up)
    here = Outcome(Schedule.parse("AB A@here+0x4#1"), (), sigbus)
    outcomes = (here, elsewhere) if documented_shows else (elsewhere,)
    run = changed(small(), "with", lambda one: replace(one, outcomes=outcomes, failing={1: len(outcomes)}))
    plan = replace(run.plan, scenarios=(replace(FAKE.plan, documented={Kind.SIGBUS: rule}),))
    assert judge(replace(run, plan=plan, expectations={})).cells[1].word is word


@pytest.mark.parametrize(
    ("further", "given_up", "word"),
    [(False, False, CellWord.KNOWN), (True, False, CellWord.FAILS), (True, True, CellWord.FAILS)],
)
def test_a_store_that_is_lost_for_ever_is_not_excused_by_an_fsync_that_does_not_wait(
    further: bool, given_up: bool, word: CellWord
) -> None:
    documented = load_scenarios()["fsync-fsync-written"].documented
    passed_by = Violation(Kind.NOT_DURABLE, "B: fsync has returned, old data at file offset 0x840 is never flushed")
    for_ever = Violation(
        Kind.NOT_DURABLE, "-: a further fsync has returned, the store of A at file offset 0x40 is never flushed"
    )
    at = Schedule.parse("AB A@dax_writeback_one+0x4#1")
    shown = Outcome(at, (), (passed_by,))
    more = Outcome(at, (), (passed_by, for_ever), given_up=given_up) if further else shown
    run = changed(small(), "with", lambda one: replace(one, outcomes=(shown, more), failing={1: 2}))
    plan = replace(run.plan, scenarios=(replace(FAKE.plan, documented=documented),))
    assert judge(replace(run, plan=plan, expectations={})).cells[1].word is word


@pytest.mark.parametrize(("kernels", "word"), [(">=6.1", CellWord.KNOWN), (">=6.2", CellWord.FAILS)])
def test_behaviour_documented_for_other_kernels_excuses_none_on_this_one(kernels: str, word: CellWord) -> None:
    plan = replace(FAKE.plan, documented={Kind.SIGBUS: Behaviour(reason="r", kernels=kernels)})
    run = changed(small(), "with", failing)
    assert judge(replace(run, plan=replace(run.plan, scenarios=(plan,)), expectations={})).cells[1].word is word


@pytest.mark.parametrize(
    ("fixed_by", "word"), [("dax-scan-waits", CellWord.KNOWN), ("dax-fsync-waits", CellWord.FAILS)]
)
def test_behaviour_that_a_patch_of_the_kernel_mends_is_excused_no_more(fixed_by: str, word: CellWord) -> None:
    fixed = tuple(path.name for path in load_series(series_folder("dax-fsync-waits")).patches("6.1.192"))
    plan = replace(FAKE.plan, documented={Kind.SIGBUS: Behaviour(reason="r", fixed_by=(fixed_by,))})
    run = changed(small(), "with", failing)
    kernels = tuple(replace(each, patches=fixed) if each.side == "with" else each for each in run.kernels)
    run = replace(run, plan=replace(run.plan, scenarios=(plan,)), kernels=kernels, expectations={})
    assert judge(run).cells[1].word is word


@pytest.mark.parametrize(("says", "word"), [("another sentence", CellWord.KNOWN), ("", CellWord.FAILS)])
def test_of_behaviour_that_a_patch_mends_in_part_only_that_part_is_excused_no_more(says: str, word: CellWord) -> None:
    fixed = tuple(path.name for path in load_series(series_folder("dax-fsync-waits")).patches("6.1.192"))
    rule = Behaviour(reason="r", fixed_by=("dax-fsync-waits",), fixed_says=says)
    run = changed(small(), "with", failing)
    kernels = tuple(replace(each, patches=fixed) if each.side == "with" else each for each in run.kernels)
    plan = replace(run.plan, scenarios=(replace(FAKE.plan, documented={Kind.SIGBUS: rule}),))
    assert judge(replace(run, plan=plan, kernels=kernels, expectations={})).cells[1].word is word


def placed(*, swept: bool, bound: int = 1) -> Run:
    """SIGBUS is documented for schedules with a stop, and for `with` alone, whose sweep shows it or is silent.

    Three of its races show it.
    """
    rule = Behaviour(reason="mmap(2) allows it here", bound=bound, kernels=">=6.1")
    run = stressed(changed(small(), "with", failing) if swept else small(), 3)
    kernels = tuple(replace(each, release="5.0") if each.side == "without" else each for each in run.kernels)
    plan = replace(run.plan, scenarios=(replace(FAKE.plan, documented={Kind.SIGBUS: rule}),))
    return replace(run, plan=plan, kernels=kernels)


def test_races_of_a_kind_documented_for_some_places_are_unknown_and_told_in_the_sentence_of_a_pass() -> None:
    verdict = judge(placed(swept=True))
    assert verdict.word is Word.PASS
    assert verdict.cells[1].word is CellWord.KNOWN
    assert "in stress sigbus in 3 of 2,000: " in verdict.cells[1].sentence
    assert "documented or not is unknown, as random races have no place" in verdict.cells[1].sentence
    assert f"documented or not is unknown of races of {NAME}" in verdict.sentence


def test_races_of_such_a_kind_fail_a_kernel_whose_sweep_shows_nothing_documented() -> None:
    verdict = judge(placed(swept=False))
    assert verdict.word is Word.FAIL
    assert "sigbus in 3 of 2,000" in verdict.cells[1].sentence


@pytest.mark.parametrize(
    ("change", "word", "told"),
    [
        ("broken", Word.BROKEN, "the canary did not fail"),
        ("incomplete", Word.INCONCLUSIVE, "not every schedule was run"),
    ],
)
def test_such_races_beside_a_sweep_that_is_not_whole_are_unknown_too(change: str, word: Word, told: str) -> None:
    verdict = judge(changed(placed(swept=False), "with", CHANGES[change]))
    assert verdict.word is word
    assert told in verdict.sentence
    assert "sigbus in 3 of 2,000" in verdict.cells[1].sentence
    assert "documented or not is unknown" in verdict.cells[1].sentence
    assert "nothing failed" not in verdict.cells[1].sentence


def test_what_is_documented_wherever_it_shows_excuses_races_too() -> None:
    verdict = judge(placed(swept=False, bound=0))
    assert verdict.word is Word.PASS
    assert "unknown" not in verdict.sentence


@pytest.mark.parametrize(("known", "word"), [("", Word.FAIL), ("fixed upstream by 0123abcd", Word.PASS)])
@pytest.mark.parametrize("scenario", ["", NAME])
def test_a_splat_in_the_log_of_with_fails_it_unless_it_is_known(known: str, word: Word, scenario: str) -> None:
    warning = fakes.warning()
    splat = replace(warning, kernel=fakes.STOCK, scenario=scenario, finding=replace(warning.finding, known=known))
    assert judge(replace(small(), findings=(splat,))).word is word


def stressed(run: Run, with_: int | None, broken: str = "") -> Run:
    plan: Plan = replace(run.plan, stress_races=2000, stress_cpus=2)
    rows = [fakes.races(FAKE, fakes.BROKEN, 171)]
    rows += [replace(fakes.races(FAKE, fakes.STOCK, with_), broken=broken)] if with_ is not None else []
    return replace(run, plan=plan, stress=tuple(rows))


@pytest.mark.parametrize(
    ("failed", "broken", "word"),
    [(0, "", Word.PASS), (1, "", Word.FAIL), (None, "", Word.INCONCLUSIVE), (0, "guest lost", Word.BROKEN),
     (5, "guest lost", Word.BROKEN)],
)  # fmt: skip
def test_stress_counts_beside_the_sweep(failed: int | None, broken: str, word: Word) -> None:
    assert judge(stressed(small(), failed, broken)).word is word


def test_a_failure_beside_a_part_that_broke_fails_the_kernel_and_the_reasons_have_both() -> None:
    verdict = judge(stressed(changed(small(), "with", failing), 0, "guest lost"))
    assert verdict.word is Word.FAIL
    assert any("sigbus in 384 of 842 schedules" in each for each in verdict.reasons)
    assert any("guest lost" in each for each in verdict.reasons)


def test_stress_that_broke_takes_nothing_from_an_expected_failure_that_the_sweep_shows_and_is_told() -> None:
    run = stressed(small(), 0)
    run = replace(run, stress=tuple(replace(each, broken="connection lost") if each.kernel == fakes.BROKEN else each
                                    for each in run.stress))  # fmt: skip
    verdict = judge(run)
    assert (verdict.word, verdict.cells[0].word) == (Word.PASS, CellWord.AS_EXPECTED)
    assert any("fails as expected, and beside that connection lost" in each for each in verdict.findings)


def test_an_expected_failure_that_only_races_show_is_not_unexpected_where_the_sweep_broke() -> None:
    verdict = judge(stressed(changed(small(), "without", CHANGES["broken"]), 0))
    assert (verdict.word, verdict.cells[0].word) == (Word.BROKEN, CellWord.BROKEN)
    assert "the canary did not fail; beside that sigbus in 171 of 2,000" in verdict.cells[0].sentence
    assert not any("nothing there was expected" in each for each in verdict.findings)


@pytest.mark.parametrize(("seconds", "told"), [(10.2, True), (0.0, False)])
def test_races_that_their_time_cut_short_are_told_and_pass(seconds: float, told: bool) -> None:
    run = stressed(small(), 0)
    cut = [replace(each, races=312, failures={}, seconds=seconds, asked=2000) if each.kernel == fakes.STOCK else each
           for each in run.stress]  # fmt: skip
    verdict = judge(replace(run, plan=replace(run.plan, stress_seconds=10), stress=tuple(cut)))
    assert verdict.word is Word.PASS
    note = "stress ran 312 of 2,000 races in the 10 s that a scenario has"
    assert any(note in each for each in verdict.findings) is told


def test_a_check_that_stress_could_not_make_is_no_pass() -> None:
    run = stressed(small(), 0)
    run = replace(run, stress=tuple(replace(each, unchecked="dirty-tags.ko is not loaded") for each in run.stress))
    verdict = judge(run)
    assert verdict.word is Word.INCONCLUSIVE
    assert any("in stress dirty-tags.ko is not loaded" in reason for reason in verdict.reasons)


@pytest.mark.parametrize(("failed", "word"), [(0, Word.INCONCLUSIVE), (3, Word.FAIL)])
def test_without_kprobes_stress_alone_never_passes(failed: int, word: Word) -> None:
    run = stressed(replace(small(), results=()), failed)
    run = replace(run, kernels=tuple(replace(kernel, lacks="CONFIG_KPROBES") for kernel in run.kernels))
    verdict = judge(run)
    assert verdict.word is word
    assert any("lacks CONFIG_KPROBES" in reason for reason in verdict.reasons)


def test_a_scenario_that_was_not_swept_at_all_is_no_pass() -> None:
    run = small()
    verdict = judge(replace(run, results=tuple(each for each in run.results if each.kernel == fakes.BROKEN)))
    assert verdict.word is Word.INCONCLUSIVE
    assert verdict.cells[1].word is CellWord.NOT_RUN


def test_a_run_without_scenarios_is_no_pass() -> None:
    run = small()
    assert judge(replace(run, plan=replace(run.plan, scenarios=()), results=())).word is Word.INCONCLUSIVE


def test_failing_schedules_without_a_record_still_fail() -> None:
    assert judge(changed(small(), "with", lambda each: replace(each, failing={0: 0, 1: 3, 2: 0}))).word is Word.FAIL


def test_judged_holds_the_verdict_and_judging_again_changes_nothing() -> None:
    run = judged(small())
    assert run.verdict == judge(run)


def test_stress_of_a_kind_with_no_failing_race_is_no_failure() -> None:
    race = StressResult(NAME, fakes.STOCK, 2, 2000, {Kind.SIGBUS: 0}, 1.0)
    run = stressed(small(), None)
    assert judge(replace(run, stress=(*run.stress, race))).word is Word.PASS


def test_points_beyond_the_bound_are_told_beside_the_coverage() -> None:
    def beyond(result: SweepResult) -> SweepResult:
        return replace(result, coverage=replace(result.coverage, beyond=frozenset({90, 91})))

    sentence = judge(changed(small(), "with", beyond)).sentence
    assert "coverage 100% of the points stoppable within the bound (2 more lie beyond it)" in sentence


def nobody_stopped(result: SweepResult) -> SweepResult:
    return replace(result, schedules={0: 2}, failing={0: 0}, outcomes=(), coverage=Coverage())


def idle_from(run: Run, releases: str) -> Run:
    plan = replace(run.plan, scenarios=tuple(replace(each, idle=releases) for each in run.plan.scenarios))
    return changed(replace(run, plan=plan), "with", nobody_stopped)


def test_where_nobody_could_be_stopped_silence_counts_only_if_the_scenario_says_so_of_the_release() -> None:
    release = fakes.run().kernels[1].release
    assert release.startswith("6.1.")
    verdict = judge(idle_from(small(), ">=6.1"))
    assert verdict.word is Word.PASS
    assert any("nobody could be stopped at a point" in note for note in verdict.findings)
    for elsewhere in ("", ">=6.12", "<6.1"):
        assert judge(idle_from(small(), elsewhere)).word is Word.INCONCLUSIVE


def test_a_point_that_was_reached_and_not_stopped_at_is_a_gap_on_those_releases_too() -> None:
    def reached(result: SweepResult) -> SweepResult:
        return replace(result, coverage=Coverage(reached=frozenset({2})))

    assert judge(changed(idle_from(small(), ">=6.1"), "with", reached)).word is Word.INCONCLUSIVE
